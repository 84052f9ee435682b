"""Verdict: does an article say this? Yes only where one sentence has all of the statement's words.

That is what can be proved without judging meaning; anything else is "the articles don't say", with
the nearest sentences to read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answer import Citation
from retrieval.passages import sentences
from retrieval.quotes import Candidate, candidates
from retrieval.search import Hit
from retrieval.statements import content

MAX_STATEMENTS = 5
_MIN_WORDS = 4
_SAID = 0.85  # share of the statement's words that a sentence must have to say it
_NEAR = 0.3  # share from which a sentence is worth showing
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")
_NUMBER = re.compile(r"\d[\d.,:]*")
_NOT = re.compile(
    r"\b(not|no|never|none|nobody|nothing|neither|nor|without|den(y|ies|ied)|reject(s|ed)?"
    r"|refus(e|es|ed)|false|untrue)\b|n[’']t\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A statement, whether the articles say it, and the sentence that does or comes nearest."""

    statement: str
    said: bool
    citation: Citation | None


def statements(text: str) -> list[str]:
    """The sentences of a text that state something, the first few."""
    found = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    stating = [one for one in found if len(one.split()) >= _MIN_WORDS and not one.endswith("?")]
    return stating[:MAX_STATEMENTS]


def verdict(statement: str, hits: Sequence[Hit], number: int = 1) -> Verdict:
    """What the hits say on the statement; its citation has this number."""
    ranked = sorted(
        ((_shared(statement, one), -one.hit.rank, -one.start, one) for one in candidates(hits)),
        key=lambda row: row[:3],
        reverse=True,
    )
    for *_, one in ranked:
        if _says(statement, one):
            return Verdict(statement, True, _cited(number, one))
    near = ranked[0] if ranked and ranked[0][0] >= _NEAR else None
    return Verdict(statement, False, _cited(number, near[-1]) if near else None)


def _says(statement: str, one: Candidate) -> bool:
    """Whether the sentence has the statement's names, numbers, nearly all words, and its "not"."""
    numbers = {found.strip(".,:") for found in _NUMBER.findall(statement)}
    if not numbers <= {found.strip(".,:") for found in _NUMBER.findall(one.text)}:
        return False
    names = content(" ".join(_NAME.findall(statement)))
    if not names <= content(one.text):
        return False
    if len(_NOT.findall(statement)) % 2 != len(_NOT.findall(one.text)) % 2:
        return False
    return not one.text.endswith("?") and _shared(statement, one) >= _SAID


def _shared(statement: str, one: Candidate) -> float:
    wanted = content(statement)
    return len(wanted & content(one.text)) / len(wanted) if wanted else 0.0


def _cited(number: int, one: Candidate) -> Citation:
    return Citation(number, one.hit, one.start, one.end, one.text)
