"""Verdict: does an article say this? Yes only where one sentence has the statement's very words.

That is what can be proved without judging meaning; anything else is "the articles don't say", with
the nearest sentence to read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.english.hedges import changes
from retrieval.english.negation import denials
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems, content_stems_in_order
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import QuotableSentence, quotable_sentences

_MIN_WORDS = 4
_NEAR = 0.3  # share from which a sentence is worth showing
_NUMBER = re.compile(r"\d[\d.,:]*")
_OWNER = re.compile(r"(\w+)['’]s\b")
_OF = re.compile(r"\b(\w+) of (?:the |an? |his |her |its |their )?(\w+)", re.I)


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
        (
            (_shared(statement, one), -one.hit.rank, -one.start, one)
            for one in quotable_sentences(hits)
        ),
        key=lambda row: row[:3],
        reverse=True,
    )
    for *_, one in ranked:
        if _says(statement, one):
            return Verdict(statement, True, _cited(number, one))
    near = ranked[0] if ranked and ranked[0][0] >= _NEAR else None
    return Verdict(statement, False, _cited(number, near[-1]) if near else None)


def _says(statement: str, one: QuotableSentence) -> bool:
    """Whether the sentence has all that the statement has, in order and close together.

    All words that mean something, with at most as many others between them; the same numbers, the
    same "if" and "may" and "claimed", "not" as often; and nobody whom the
    statement names is there only as somebody's or something's ("the mayor's brother").
    """
    if one.text.endswith("?") or not _numbers(statement) <= _numbers(one.text):
        return False
    if denials(statement) != denials(one.text):
        return False
    if changes(statement) != changes(one.text) or _of_another(statement, one.text):
        return False
    wanted = content_stems_in_order(statement)
    others = _between(wanted, content_stems_in_order(one.text))
    return others is not None and others <= len(wanted)


def _numbers(text: str) -> set[str]:
    return {found.strip(".,:") for found in _NUMBER.findall(text)}


def _of_another(statement: str, text: str) -> bool:
    """Whether what the statement says of X, the text says of X's brother, or of the deputy of X."""
    words = {word.lower() for word in re.findall(r"\w+", statement)}
    owned = {word.lower() for word in _OWNER.findall(statement)}
    for owner in _OWNER.findall(text):
        if owner.lower() in words - owned:
            return True
    return any(
        what.lower() not in words and whose.lower() in words for what, whose in _OF.findall(text)
    )


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


def _shared(statement: str, one: QuotableSentence) -> float:
    wanted = content_stems(statement)
    return len(wanted & content_stems(one.text)) / len(wanted) if wanted else 0.0


def _cited(number: int, one: QuotableSentence) -> Citation:
    return Citation(number, one.hit, one.start, one.end, one.text)
