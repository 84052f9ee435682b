"""What is stored of the articles, and how it is kept right.

Files, in import order:

    database     one SQLite file, for many threads and processes
    schema       the formats of a library's file, and how a row holds an article
    filter       which articles may answer
    stories      which articles tell the same story
    embeddings   each passage's vector, in SQLite
    library      articles and passages in SQLite: the truth
    keywords     the words of the passages, in Tantivy
    vectors      the vectors of the passages, in Chroma
    projections  vectors and words, brought up to date with SQLite
    statements   who says what, found by speaker
    batches      articles written into SQLite and both projections, a batch at a time
    upgrade      what an older version stored, made anew
    index        one library as a whole: reading, writing, bringing up to date
    check        what is wrong with a library; repairs nothing
    libraries    several libraries, asked together
    pruning      articles whose files are gone
    desk         adding articles to a library, removing and looking them up
"""
