"""What a question asks for.

    period    the days that a question's words mean
    parts     a question about several things → a question for each
    requests  whose statements a question asks for, and on what
    followup  a follow-up question → one that stands alone
"""
