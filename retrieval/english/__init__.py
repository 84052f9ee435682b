"""Everything that knows English, as data and small functions.

Files, in import order:

    data           word lists, one text file each
    patterns       regular expressions made of tables of words
    words          stems, stop words, and the words that carry meaning
    grammar        closed classes of words, such as pronouns and auxiliaries
    abbreviations  abbreviations with a full stop, by what the stop may mean
    dates          days, weekdays and months in a text
    gazetteer      given names, roles and other words that tell persons from things
    stops          whether a full stop or another mark ends a sentence
    sentences      where each sentence of a text begins and ends
    boilerplate    notices and bylines, which are no news
    names          names in a text, and whether two may mean the same person
    numbers        figures and number words, in one form in which they are compared
    quotation      what stands between quotation marks
    reporting      verbs of saying
    negation       whether a sentence denies something
    hedges         words of doubt, plan, condition and bound
    instructions   sentences that address a language model; addresses in a text
"""
