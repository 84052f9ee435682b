"""Asked: a question taken apart into what answers it should share with it."""

import re
from collections.abc import Set
from functools import lru_cache

from retrieval.english.reporting import forms
from retrieval.english.words import content_stems, stems
from retrieval.questions.requests import speakers, statement_request
from retrieval.search.sentences import QuotableSentence

_SAME_MEANING = 0.5  # cosine from which a sentence may answer in other words than the question's


_TOPICAL = 0.4  # cosine of a sentence with the topic from which it is on it


_NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+")


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


_SAYING = content_stems(" ".join(forms("base past", "neutral -noun")))


_ASKED = content_stems(" ".join(forms("base past", "asked", "reacts")))


_NUMBERED = "many|much|long|old|far|often|big|large|high|tall"


_DATED = "day|date|month|year|decade|century"


_NAMED = (
    "country|city|state|person|company|actor|actress|singer|band|team|president|minister|senator"
    "|town|island|celebrity|nation|player|film|movie|show|artist|author|organi[sz]ation"
)


_KINDS = (
    (re.compile(rf"\bhow ({_NUMBERED})\b|\bpercent", re.I), "number"),
    (
        re.compile(
            rf"^\W*(and |but |so |as for [^,?]+, )?(since |until )?when\b"
            rf"|\b(what|which) ({_DATED})\b",
            re.I,
        ),
        "date",
    ),
    (re.compile(rf"\b(who|whom|whose|where)\b|\b(what|which) (\w+ )?({_NAMED})\b", re.I), "name"),
)


class AskedFor:
    """A question taken apart into what an answering sentence should share with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.statement = statement_request(text)
        self.terms = content_stems(text) - (_ASKED if self.statement else _SAYING)
        self.names = self.terms & content_stems(" ".join(_NAME.findall(text)))
        self.kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "")

    def may_be_answered_by(
        self, one: QuotableSentence, near: float, topical: float, strange: Set[str]
    ) -> bool:
        """Whether nothing speaks against the sentence's answering the question.

        Against it speaks that a number or date is asked for and there is none; that it is not on
        the topic or not by the speaker asked about; that the question has a word that is `strange`
        to the whole library, unless they mean much the same. `near` and `topical` are the
        sentence's cosines with the question and with its topic.
        """
        words = _stems(one.text) | _stems(one.before)
        if self.kind in ("number", "date") and not self._kind_met(f"{one.before} {one.text}"):
            return False
        if near < _SAME_MEANING and _covered(strange, words) < 1:
            return False
        if self.statement is None:
            return True
        on_topic = topical >= _TOPICAL or _covered(self.statement.topic, words) >= 0.5
        speaker = self.statement.speaker
        return on_topic and (not speaker or _covered(speaker, speakers(one.text, one.before)) > 0)

    def features(self, one: QuotableSentence) -> list[float]:
        """How far the sentence meets the question, feature by feature."""
        own = _stems(one.text)
        near = own | _stems(one.before)
        passage = _passage_stems(one.hit.article.title, one.hit.passage.text)
        return [
            _covered(self.terms, own),
            _covered(self.terms, near),
            _covered(self.terms, passage),
            _covered(self.names or self.terms, near),
            _covered(self.names or self.terms, passage),
            self._kind_met(one.text),
            float(self.statement is not None and _covered(self.terms, own) > 0),
            1 / one.hit.rank,
            max(0.0, one.hit.similarity or 0.0),
        ]

    def _kind_met(self, text: str) -> float:
        if self.kind == "number":
            return float(bool(_NUMBER.search(text)))
        if self.kind == "date":
            return float(bool(_DATE.search(text)))
        if self.kind == "name":
            return float(bool(content_stems(" ".join(_NAME.findall(text))) - self.terms))
        return 0.5


@lru_cache(maxsize=10_000)
def _covered(terms: frozenset[str], words: frozenset[str]) -> float:
    """The share of the terms that are among the words, as "russian" is in "russia"."""
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
