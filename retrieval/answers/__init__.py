"""Passages and statements → an answer.

Files, in import order:

    answer           an answer, and what a language model wrote of it
    extractive       likely sentences → an answer in quotes
    from_statements  somebody's statements → an answer
    draft            a language model's text, as it comes → sentences with citations
    language_model   any LangChain chat model, within limits
    prompts          the messages that a language model is given
    rewording        a follow-up question, reworded by a language model
    writer           a language model's answer, of which only what is proved is shown
    models           the models that several desks may share
    pipeline         the steps from a question to its proved answer
"""
