"""Whether an article says a given sentence.

It does only where one of its sentences has the same words in the same order. That much can be
proved without judging meaning; else the nearest sentence is offered to read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.english.negation import denies
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems, content_stems_in_order
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import QuotableSentence, quotable_sentences

_MIN_WORDS = 4
_NEAR = 0.3  # share of the words from which a sentence is worth showing
_NUMBER = re.compile(r"\d[\d.,:]*")
# Words that change the meaning of those around them: conditions, order, and that somebody only
# says, tries or fears something.
_CHANGING = re.compile(
    r"\b(if|whether|unless|until|(?-i:may)|might|could|would|should|almost|nearly|only|than|before"
    r"|after|perhaps|probably|possibl[ey]|likely|unlikely|first|second|third|fourth|fifth|sixth"
    r"|seventh|eighth|ninth|tenth|alleg\w+|reported(?:ly)?|accord\w*|says?|said|saying|tells?|told"
    r"|claim\w*|accus\w+|doubt\w*|fail\w*|rumou?r\w*|fake\w*|hoax\w*|threat\w*|plan(?:s|ned|ning)?"
    r"|wants?|wanted|tr(?:y|ies|ied|ying)|attempt\w*|promis\w+|suggest\w*|believ\w+|thinks?|thought"
    r"|expect\w*|hop(?:e|es|ed|ing)|fear\w*|suspect\w*|deni\w+|myth|joke\w*|satir\w+)\b",
    re.I,
)
_OWNER = re.compile(r"(\w+)['’]s\b")
_OF = re.compile(r"\b(\w+) of (?:the |an? |his |her |its |their )?(\w+)", re.I)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A statement, whether the articles say it, and the sentence that does or comes nearest."""

    statement: str
    said: bool
    citation: Citation | None


def statements(text: str) -> list[str]:
    """The sentences of a text that can be checked: no questions, and none too short."""
    found = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    return [one for one in found if len(one.split()) >= _MIN_WORDS and not one.endswith("?")]


def verdict(statement: str, hits: Sequence[Hit], number: int = 1) -> Verdict:
    """Whether the hits say the statement; the citation gets this number."""
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

    That is all content words, with at most as many others between them; all numbers; the same
    words such as "if", "may" and "claimed"; and a denial only where the statement denies. A name of
    the statement must not be a possessive in the sentence ("the mayor's brother").
    """
    if one.text.endswith("?") or not _numbers(statement) <= _numbers(one.text):
        return False
    if denies(statement) != denies(one.text):
        return False
    if _changing(statement) != _changing(one.text) or _of_another(statement, one.text):
        return False
    wanted = content_stems_in_order(statement)
    others = _between(wanted, content_stems_in_order(one.text))
    return others is not None and others <= len(wanted)


def _numbers(text: str) -> set[str]:
    return {found.strip(".,:") for found in _NUMBER.findall(text)}


def _changing(text: str) -> set[str]:
    return {found.lower() for found in _CHANGING.findall(text)}


def _of_another(statement: str, text: str) -> bool:
    """Whether the statement is about X, but the text about X's brother or the deputy of X."""
    words = {word.lower() for word in re.findall(r"\w+", statement)}
    owned = {word.lower() for word in _OWNER.findall(statement)}
    for owner in _OWNER.findall(text):
        if owner.lower() in words - owned:
            return True
    return any(
        what.lower() not in words and whose.lower() in words for what, whose in _OF.findall(text)
    )


def _between(wanted: Sequence[str], words: Sequence[str]) -> int | None:
    """The least number of other words among the wanted ones; None where these aren't all there.

    The wanted words must come in their order.
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
