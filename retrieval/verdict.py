"""Verdict: does an article say this? Yes only where one sentence has the statement's very words.

That is what can be proved without judging meaning; anything else is "the articles don't say", with
the nearest sentence to read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answer import Citation
from retrieval.passages import sentences
from retrieval.quotes import Candidate, candidates
from retrieval.search import Hit
from retrieval.statements import content, content_in_order

_MIN_WORDS = 4
_NEAR = 0.3  # share from which a sentence is worth showing
_NUMBER = re.compile(r"\d[\d.,:]*")
_NOT = re.compile(
    r"\b(not|no|never|none|nobody|nothing|neither|nor|without|den(y|ies|ied)|reject(s|ed)?"
    r"|refus(e|es|ed)|false|untrue)\b|n[’']t\b",
    re.I,
)
_CHANGING = re.compile(  # words that make another thing of the same words around them
    r"\b(if|whether|unless|until|(?-i:may)|might|could|would|should|almost|nearly|only|than|before|after"
    r"|alleged|allegedly|reportedly|perhaps|probably|possibl[ey]|likely|unlikely|first|second|third"
    r"|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A statement, whether the articles say it, and the sentence that does or comes nearest."""

    statement: str
    said: bool
    citation: Citation | None


def statements(text: str) -> list[str]:
    """The sentences of a text that state something."""
    found = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    return [one for one in found if len(one.split()) >= _MIN_WORDS and not one.endswith("?")]


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
    """Whether the sentence has all that the statement has, in order and close together.

    All words that mean something, with at most as many others between them; the same numbers, the
    same "if" and "may" and "first", and "not" as often, up to an even number.
    """
    if one.text.endswith("?") or not _numbers(statement) <= _numbers(one.text):
        return False
    if len(_NOT.findall(statement)) % 2 != len(_NOT.findall(one.text)) % 2:
        return False
    if _changing(statement) != _changing(one.text):
        return False
    wanted = content_in_order(statement)
    others = _between(wanted, content_in_order(one.text))
    return others is not None and others <= len(wanted)


def _numbers(text: str) -> set[str]:
    return {found.strip(".,:") for found in _NUMBER.findall(text)}


def _changing(text: str) -> set[str]:
    return {found.lower() for found in _CHANGING.findall(text)}


def _between(wanted: Sequence[str], words: Sequence[str]) -> int | None:
    """How many other words stand among the wanted ones at least; None where these aren't all there.

    The wanted words must follow one another as they do in `wanted`.
    """
    fewest: int | None = None
    for start, word in enumerate(words):
        if not wanted or word != wanted[0]:
            continue
        place = start - 1
        try:
            for one in wanted:
                place = words.index(one, place + 1)
        except ValueError:
            break
        others = place - start + 1 - len(wanted)
        fewest = others if fewest is None else min(fewest, others)
    return fewest


def _shared(statement: str, one: Candidate) -> float:
    wanted = content(statement)
    return len(wanted & content(one.text)) / len(wanted) if wanted else 0.0


def _cited(number: int, one: Candidate) -> Citation:
    return Citation(number, one.hit, one.start, one.end, one.text)
