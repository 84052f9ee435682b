"""Claims: what of a sentence must stand in a source: quotations, numbers, names, other words."""

import re
from itertools import pairwise

from retrieval.english.dates import DAYS
from retrieval.english.names import TITLES, WORD, bare_word, begins_sentence, named
from retrieval.english.numbers import numbers
from retrieval.english.reporting import SAYING_STEMS
from retrieval.english.words import STOPWORDS, stems

_FOREIGN = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff’']+")


_BETWEEN = re.compile(r";\s+|,?\s+(?:while|whereas)\s+|,\s+(?:but|and)\s+")


_CLAUSE = 4  # words at least


_WEAK = {"1"}  # "one of them" counts nothing


def missing_numbers(sentence: str, source: str) -> set[str]:
    """The sentence's numbers that the source doesn't have."""
    return numbers(sentence) - numbers(source) - _WEAK


def missing_names(sentence: str, source: str) -> list[str]:
    """The sentence's names, or parts of them, that the source doesn't have, or not together.

    A name is written with a capital there too, and in capitals where it is in the sentence; so is
    every word of another script than the Latin one a name, for those that have no capitals.
    """
    words = [*named(sentence)]
    known = [bare_word(match[0]) for match in WORD.finditer(source)]
    folded = {word.casefold() for word in known}
    capital = {word.casefold() for word in known if word[:1].isupper()}
    pairs = {(a.casefold(), b.casefold()) for a, b in pairwise(known)}
    small = {word for word in known if word.islower()} | TITLES
    missing = [
        word
        for start, _, word in words
        if word.casefold() not in (folded if begins_sentence(sentence, start) else capital | TITLES)
        or (word.isupper() and len(word) > 1 and word not in known)
    ]
    for (_, place, one), (_, next_place, other) in pairwise(words):
        a, b = one.casefold(), other.casefold()
        apart = next_place != place + 1 or (a, b) in pairs
        if not apart and not {a, b} & (small | DAYS) and {a, b} <= folded:
            missing.append(f"{one} {other}")
    return missing + [one for one in _FOREIGN.findall(sentence) if one not in source]


def clauses(sentence: str) -> list[str]:
    """What it says of one thing and of another, where words between tell them apart."""
    parts = _BETWEEN.split(sentence)
    return parts if min(len(part.split()) for part in parts) >= _CLAUSE else [sentence]


def share_found(sentence: str, source: str) -> float:
    """The share of the words that mean something which the source has, 0 to 1; figures aside."""
    wanted = {one for one in stems(sentence) if not one.isdigit()} - STOPWORDS - SAYING_STEMS
    return len(wanted & {*stems(source)}) / len(wanted) if wanted else 0.0
