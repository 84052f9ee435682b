"""A question → the passages and sentences that may answer it.

Files, in import order:

    hit                a passage that was found; a quote that leads back to it
    retriever          hybrid search: question → passages
    sentences          passages → the sentences that may be quoted
    sentence_features  how well a sentence meets a question
    calibration        the reader's fitted weights
    fallback_reader    judges sentences where a speaker isn't known
    reader             ranks the passages, marks the answers
"""
