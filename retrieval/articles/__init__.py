"""What an article is, how it is cut, and which articles are the same.

Files, in import order:

    article     an article: its text, normalised once, and its lasting id
    passages    an article → its passages, verbatim slices
    duplicates  which articles tell the same story in the same words
"""
