"""What a question asks for.

Files, in import order:

    question  a question, and which articles may answer it
    period    the days that a question's words mean
    parts     a question about several things → a question for each
    requests  whose statements a question asks for, and on what
    features  the kind of answer, the words and the names that it asks for
    followup  a follow-up question → one that stands alone
"""
