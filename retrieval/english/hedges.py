"""Hedges: words that weaken a sentence: doubt, plan, condition, part and bound."""

import re
from functools import partial

from retrieval.english.patterns import any_of, of_kinds, table
from retrieval.english.reporting import pattern

# condition   it holds only if something else does
# doubt       it may not be so
# hearsay     others say so, and they may be wrong
# intent      it is only tried, asked for or planned
# short       not wholly, or no longer
# order       which of several, or when
# invented    somebody made up another's words
# fake        it is no fact
HEDGES = table("""
condition: if, unless, provided that, as long as, on condition
doubt: may, might, could, would, should, will, shall, whether, rumor*, rumour*, likely
doubt: unlikely, possible, possibly, perhaps, probably, seem*, appear* to, look* like
hearsay: allegedly, reportedly, supposedly, purportedly
intent: try, tries, tried, trying, attempt*, target*, threat, threats, agree* to, call* for
intent: call* on, set to, on track
short: nearly, almost, partly, fail*, former, formerly, previously, on trial, charged with
order: until, only, than, before, after, first, second, third, fourth, fifth, sixth, seventh
order: eighth, ninth, tenth
invented: fabricated, doctored, misquoted, deepfake*, satir*
fake: fake*, hoax*, myth, joke*
""")
# How a number limits what is counted, by the words before it; "plus" may also follow it.
BOUNDS = table("""
above: over, more than, above, plus
below: under, less than, fewer than, below
at most: up to, at most, as many as
at least: at least
""")
# Words that limit what follows to a part of it, or to what is near it.
PARTS = frozenset(
    ("some", "many", "most", "few", "several", "half", "part", "one", "dozens", "hundreds",
     "thousands", "scores", "near", "outside")
)  # fmt: skip

_COUNTED = re.compile(
    r"\W*(?:an? |the )?[$€£]?(?:\d|[a-z]+(?:teen|ty|red|sand|lion|zen)\b)|.?plus", re.I
)
# A regular expression for the hedges of some kinds, without word boundaries.
phrases = partial(of_kinds, HEDGES)
_UNSURE = phrases("condition", "doubt", "hearsay", "intent", "short")
_DOUBT = re.compile(rf"\b(?:{_UNSURE}|{pattern('stem', 'unsure')})\b", re.I)
_HEARSAY = f"{pattern('present past ing', 'hearsay')}|accord\\w*|{pattern('any', 'denies')}"
_CHANGE = re.compile(
    rf"{_DOUBT.pattern}|\b(?:{phrases('order', 'invented', 'fake')}|{_HEARSAY})\b", re.I
)
_BOUND = re.compile(rf"\b{any_of(BOUNDS)}\b", re.I)
_PART = re.compile(rf"\b{any_of(PARTS)}(?: of)?(?: the)? $", re.I)


def doubts(text: str) -> set[str]:
    """The words of a text that express doubt, plans or conditions, in lower case."""
    return _found(_DOUBT, text)


def changes(text: str) -> set[str]:
    """The words that change what the others say: doubts, order, denial and hearsay."""
    return _found(_CHANGE, text)


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {one.lower() for one in pattern.findall(text) if one != "May"}  # the month


def bounds(text: str) -> set[str]:
    """The bounds of a text's numbers: "above", "below", "at most", "at least"."""
    return {
        BOUNDS[one[0].lower()]
        for one in _BOUND.finditer(text)
        if one[0].lower() == "plus" or _COUNTED.match(text, one.end())
    }


def part_before(text: str) -> str:
    """The words at a text's end that limit what follows to a part, "most of the "; or ""."""
    found = _PART.search(text)
    return found[0] if found else ""
