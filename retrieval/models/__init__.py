"""Models that run on this machine; each is loaded when it is first used.

Files, in import order:

    weights         the bundled networks' weights, each with its card
    onnx            the bundled networks, and what the processor can do
    embedder        text → vectors
    passage_reader  question and passage → how well it answers, and where
    reranker        any sentence-transformers cross-encoder, to rank passages
    support         how likely passages support a sentence
"""
