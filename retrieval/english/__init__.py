"""Everything that knows English, as data and small functions.

Files, in import order:

    words          stems, stop words, and the words that carry meaning
    dates          days, weekdays and months in a text
    gazetteer      given names, roles and other words that tell persons from things
    abbreviations  abbreviations with a full stop, by what the stop may mean
    stops          whether a full stop or another mark ends a sentence
    sentences      where each sentence of a text begins and ends
    boilerplate    notices and bylines, which are no news
    names          names in a text, and whether two may mean the same person
    negation       whether a sentence denies something
    numbers        figures and number words, in one form in which they are compared
    quotation      what stands between quotation marks
    reporting      verbs of saying
    instructions   sentences that address a language model; addresses in a text
"""
