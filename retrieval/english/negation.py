"""Negation: the words that deny, and whether a sentence denies something."""

import re
from functools import partial

from retrieval.english.patterns import any_of, of_kinds, table
from retrieval.english.reporting import pattern

# not      makes a sentence say the opposite
# none     the same for one thing in it
# nobody   the same for whoever does it
# hardly   nearly the opposite
# ended    no longer, or not this
# false    what is said isn't so
# silent   nothing is said
NEGATIONS = table("""
not: not, never, n't
none: no, none, nothing, nor, without
nobody: nobody, no one, neither, none of
hardly: hardly, scarcely, barely, far from, doubt*
ended: lack, lacks, lacked, stop, stops, stopped, ceas*, except, all but, short of, acquitted
ended: cleared of
false: false, untrue, not true, wrong, baseless, unfounded
silent: no comment, silent, without saying, without commenting, stopped short of
""")
# A regular expression for the negations of some kinds, without word boundaries.
phrases = partial(of_kinds, NEGATIONS)
_DENIAL = re.compile(
    rf"(?:\b|(?=n[’']t)){any_of(NEGATIONS)}\b|\b{pattern('any', 'refuses')} to\b"
    rf"|\b{pattern('present past ing', 'denies', 'refuses -noun')}\b",
    re.I,
)
# The single words among "not", "none" and "nobody", as in text without apostrophes.
NEGATIVES = frozenset(
    phrase.rpartition("'")[2]
    for phrase, kind in NEGATIONS.items()
    if kind in ("not", "none", "nobody") and " " not in phrase
)


def denials(sentence: str) -> int:
    """The number of denials in a sentence."""
    return len(_DENIAL.findall(sentence))


def denies(sentence: str) -> bool:
    """Whether a sentence denies something; two denials cancel out."""
    return denials(sentence) % 2 == 1
