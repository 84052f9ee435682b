"""How well a sentence meets a question."""

import re
from collections.abc import Set
from functools import lru_cache

from retrieval.english.words import content_stems, stems
from retrieval.questions.features import NAME, QuestionFeatures
from retrieval.questions.requests import speakers
from retrieval.search.sentences import QuotableSentence

_SAME_MEANING = 0.5  # cosine from which a sentence may answer in other words than the question's
_TOPICAL = 0.4  # cosine of a sentence with a topic from which it is on the topic
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|quarter|third|twice|double|none)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(1[5-9]\d\d|20\d\d)\b|\b(January|February|March|April|May|June|July|August|September"
    r"|October|November|December|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today"
    r"|tonight|tomorrow|noon|midnight|spring|summer|autumn|fall|winter|morning|evening)\b"
    r"|\b(Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\b\.?|\b\d{1,2}(:\d\d)? ?[ap]\.?m\b"
    r"|\b(week|month|year|century|decade)s?\b"
)


def may_answer(
    one: QuotableSentence, asked: QuestionFeatures, near: float, topical: float, unknown: Set[str]
) -> bool:
    """Whether the sentence may answer the question.

    It may not where the question asks for a number or date and the sentence has none; where it
    isn't on the topic, or not by the speaker asked about; or where the question has stems `unknown`
    to all articles, unless the sentence means much the same. `near` and `topical` are its cosines
    with the question and with the topic.
    """
    words = _stems(one.text) | _stems(one.before)
    if asked.answer_type in ("number", "date") and not _has_type(f"{one.before} {one.text}", asked):
        return False
    if near < _SAME_MEANING and _covered(unknown, words) < 1:
        return False
    if asked.statement is None:
        return True
    on_topic = topical >= _TOPICAL or _covered(asked.statement.topic, words) >= 0.5
    speaker = asked.statement.speaker
    return on_topic and (not speaker or _covered(speaker, speakers(one.text, one.before)) > 0)


def features(one: QuotableSentence, asked: QuestionFeatures) -> list[float]:
    """How far the sentence meets the question, each feature about 0 to 1.

    The first six compare words, the others are what the search found.
    """
    own = _stems(one.text)
    near = own | _stems(one.before)
    passage = _passage_stems(one.hit.article.title, one.hit.passage.text)
    return [
        _covered(asked.terms, own),
        _covered(asked.terms, near),
        _covered(asked.terms, passage),
        _covered(asked.names or asked.terms, near),
        _covered(asked.names or asked.terms, passage),
        _has_type(one.text, asked),
        float(asked.statement is not None and _covered(asked.terms, own) > 0),
        1 / one.hit.rank,
        max(0.0, one.hit.similarity or 0.0),
    ]


def _has_type(text: str, asked: QuestionFeatures) -> float:
    """Whether the text has an answer of the type asked for, 0 or 1; 0.5 where none is."""
    if asked.answer_type == "number":
        return float(bool(_NUMBER.search(text)))
    if asked.answer_type == "date":
        return float(bool(_DATE.search(text)))
    if asked.answer_type == "name":
        return float(bool(content_stems(" ".join(NAME.findall(text))) - asked.terms))
    return 0.5


@lru_cache(maxsize=10_000)
def _covered(terms: frozenset[str], words: frozenset[str]) -> float:
    """The share of the terms that are among the words; "russian" counts as "russia"."""
    if not terms:
        return 1.0
    return sum(t in words or any(_akin(t, word) for word in words) for t in terms) / len(terms)


@lru_cache(maxsize=1000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=1000)
def _passage_stems(title: str, text: str) -> frozenset[str]:
    return _stems(title) | _stems(text)


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 2
