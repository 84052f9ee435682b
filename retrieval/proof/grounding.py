"""What of a sentence is missing in the text that it rests on: numbers, names, other words."""

import re
from itertools import pairwise

from retrieval.english.dates import DAYS
from retrieval.english.names import TITLES, WORD, bare_word, begins_sentence, named
from retrieval.english.numbers import numbers
from retrieval.english.reporting import SAYING
from retrieval.english.words import STOPWORDS, stems

_FOREIGN = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff’']+")


_BETWEEN = re.compile(r";\s+|,?\s+(?:while|whereas)\s+|,\s+(?:but|and)\s+")


_CLAUSE = 4  # words of a clause, at least


_WEAK = {"1"}  # "one of them" is no number


def missing_numbers(sentence: str, text: str) -> set[str]:
    """The sentence's numbers that the text doesn't have."""
    return numbers(sentence) - numbers(text) - _WEAK


def missing_names(sentence: str, text: str) -> list[str]:
    """The sentence's names, or parts of them, that the text doesn't have, or not together.

    The text must have them with a capital, or in capitals where the sentence has. Every word in
    another script than Latin counts as a name, for some scripts have no capitals.
    """
    words = [*named(sentence)]
    known = [bare_word(match[0]) for match in WORD.finditer(text)]
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
    return missing + [one for one in _FOREIGN.findall(sentence) if one not in text]


def clauses(sentence: str) -> list[str]:
    """The sentence's clauses, where they are long enough to be judged one by one."""
    parts = _BETWEEN.split(sentence)
    return parts if min(len(part.split()) for part in parts) >= _CLAUSE else [sentence]


def share_found(sentence: str, text: str) -> float:
    """The share of the sentence's content words that the text has, 0 to 1; figures don't count."""
    wanted = {one for one in stems(sentence) if not one.isdigit()} - STOPWORDS - SAYING
    return len(wanted & {*stems(text)}) / len(wanted) if wanted else 0.0
