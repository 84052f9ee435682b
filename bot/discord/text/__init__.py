"""What is sent to Discord: Markdown and embeds, within Discord's limits.

What articles and people write is escaped: readers see exactly its characters, never a mention, a
link, a heading or any other markup. A file imports only files above it:

    markdown    text made to fit and escaped, and Discord's limits
    citation    the line below a quote: title, publisher, date and link
    answer      an answer: quotes or written sentences, with the articles that they cite
    verdicts    a checked message: what the articles say about each of its statements
    passage     a passage with the text around it, and a list of passages
    statements  what somebody says, and who said something
"""
