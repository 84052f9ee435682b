"""Who says what, across articles.

Files, in import order:

    reports   a statement as one article reports it
    speakers  a speaker across articles, with all their names
    grouping  reports of the same statement, put together
    finder    what somebody says; who said something
"""
