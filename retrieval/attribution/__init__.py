"""One article → who says what in it.

Files, in import order:

    attribution  who is said to have said what, as spans of a text
    tagger       text → attributions, by a small network
    mentions     text → the names in it, and what stands beside them
    people       text → the people it names, and what it calls them
    speaker      whoever says something in an article
    phrases      who is meant by "Mayor Ann Lee" or "the minister"
    coreference  attributions → their speakers: who "he" and "she" are
    wording      whether a statement is quoted word for word, and whether it is denied
    exclusions   attributions that are nobody's statement
    statements   article → its statements
"""
