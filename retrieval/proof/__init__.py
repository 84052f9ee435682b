"""What may be shown.

Files, in import order:

    standing       which hits and quotes still stand in the libraries
    grounding      what of a sentence is missing in its passages: numbers, names, words
    alignment      where the words of one sentence stand in another
    containment    whether a sentence says no more than a sentence of its passages
    contradiction  whether a sentence contradicts its passages, or misquotes them
    sentence       whether a drafted sentence may be shown
    fact_check     whether an article says a given sentence
"""
