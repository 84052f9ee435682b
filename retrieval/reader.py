"""Reader: question and hits → the sentences that may answer, each with how likely it does.

Whatever has the one method of `Reader` can take this place.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.models import Embedder
from retrieval.passages import sentences
from retrieval.search import Hit
from retrieval.words import GRAMMAR, stems

Floats = npt.NDArray[np.float64]

MAX_WORDS = 60  # of one quote, and of an answer
_MIN_WORDS = 4
_HITS = 10  # hits whose sentences are read


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a hit: `hit.article.text[start:end] == text`, always.

    `probability` is that of its answering the question; `span` the few words that do, as
    (start, end) in the article's text, None where the reader doesn't mark them.
    """

    hit: Hit
    start: int
    end: int
    text: str
    probability: float
    span: tuple[int, int] | None = None


class Reader(Protocol):
    """Finds the answer in passages."""

    def quotes(self, question: str, hits: Sequence[Hit]) -> list[Quote]:
        """Sentences of the hits that may answer, most probable first; empty when none may."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted."""

    hit: Hit
    start: int
    end: int
    text: str
    before: str  # the sentence before it, which it may lean on


class SentenceReader:
    """Judges each sentence by meaning, shared words and names, and the kind of answer asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def quotes(self, question: str, hits: Sequence[Hit]) -> list[Quote]:
        """Sentences of the first hits, most probable first."""
        found = candidates(hits)
        if not found:
            return []
        chances = 1 / (1 + np.exp(-(self.features(question, found) @ WEIGHTS[1:] + WEIGHTS[0])))
        quotes = [
            Quote(one.hit, one.start, one.end, one.text, float(chance))
            for one, chance in zip(found, chances, strict=True)
        ]
        return sorted(quotes, key=lambda quote: (-quote.probability, quote.hit.rank, quote.start))

    def features(self, question: str, found: Sequence[Candidate]) -> Floats:
        """One row a sentence, one column a feature; each between 0 and 1, or nearly."""
        asked = _Question(question)
        vectors = self._embedder.passages([one.text for one in found])
        nearness = vectors @ self._embedder.question(question)
        on_topic = vectors @ self._embedder.question(asked.topic) if asked.topic else nearness
        return np.array(
            [
                [near, *asked.features(one, float(topical))]
                for near, topical, one in zip(nearness, on_topic, found, strict=True)
            ]
        )


# Bias, then one weight a feature in the order of `features`.
WEIGHTS = np.array([-5.0, 4.0, 1.0, 1.0, 0.5, 1.5, 0.5, 1.0, 1.0, -2.0, 0.5, 1.0])

_STATEMENT = re.compile(
    r"\b(say|says|said|tell|told|comment|commented|call|called|respond|responded|react|reacted"
    r"|describe|described|warn|warned|announce|announced|claim|claimed|think|view)\b",
    re.I,
)
_TOPIC = re.compile(
    r"\b(?:say|said|says|tell|told|comment|commented|think|view|statements?|call|react|reacted)\b"
    r".*?\b(?:about|on|regarding|concerning|of|to)\s+(?P<topic>.+?)\W*$",
    re.I,
)
_CUE = re.compile(
    r"[\"“”«]|\b(said|says|told|according to|stressed|warned|called|calling|added|announced|claimed"
    r"|insisted|argued|asked|stated|denied|rejected|tweeted|wrote|described|saying)\b",
    re.I,
)
_NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|quarter|third|twice|double|none)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(1[5-9]\d\d|20\d\d)\b|\b(January|February|March|April|May|June|July|August|September"
    r"|October|November|December|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today"
    r"|tomorrow)\b|\b(week|month|year|century|decade)s?\b"
)
_NUMBERED = "many|much|long|old|far|often|big|large|high|tall"
_DATED = "day|date|month|year|decade|century"
_NAMED = (
    "country|city|state|person|company|actor|actress|singer|band|team|president|minister|senator"
    "|town|island|celebrity|nation|player|film|movie|show|artist|author|organi[sz]ation"
)
_KINDS = (
    (re.compile(rf"\bhow ({_NUMBERED})\b|\bpercent", re.I), "number"),
    (re.compile(rf"\bwhen\b|\b(what|which) ({_DATED})\b", re.I), "date"),
    (re.compile(rf"\b(who|whom|whose|where)\b|\b(what|which) (\w+ )?({_NAMED})\b", re.I), "name"),
)


class _Question:
    """A question taken apart into what an answering sentence should share with it."""

    def __init__(self, text: str) -> None:
        self.terms = _terms(text)
        names = {stem for name in _NAME.findall(text) for stem in stems(name)}
        self.names = names & self.terms
        topic = _TOPIC.search(text)
        self.topic = topic["topic"] if topic else ""
        self.topic_terms = _terms(self.topic)
        self.is_statement = bool(_STATEMENT.search(text))
        self.kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "")

    def features(self, one: Candidate, topical: float) -> list[float]:
        """How far the sentence meets the question; `topical` is its cosine with the topic."""
        own = set(stems(one.text))
        near = own | set(stems(one.before))
        passage = near | set(stems(one.hit.article.title)) | set(stems(one.hit.passage.text))
        said = self.is_statement and bool(_CUE.search(one.text))
        return [
            _covered(self.terms, own),
            _covered(self.terms, near),
            _covered(self.terms, passage),
            _covered(self.names, near) if self.names else _covered(self.terms, near),
            _covered(self.names, passage) if self.names else _covered(self.terms, passage),
            self._kind_met(one.text),
            float(said and _covered(self.names or self.terms, own) > 0),
            float(bool(self.topic) and not self._on_topic(near, topical)),
            1 / one.hit.rank,
            max(0.0, one.hit.similarity or 0.0),
        ]

    def _on_topic(self, words: set[str], topical: float) -> bool:
        return _covered(self.topic_terms, words) >= 0.5 or topical >= 0.4

    def _kind_met(self, text: str) -> float:
        if self.kind == "number":
            return float(bool(_NUMBER.search(text)))
        if self.kind == "date":
            return float(bool(_DATE.search(text)))
        if self.kind == "name":
            new = {stem for name in _NAME.findall(text) for stem in stems(name)} - self.terms
            return float(bool(new))
        return 0.5


def _terms(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", _STATEMENT.sub(" ", text).lower())
    return {stem for word in words if word not in GRAMMAR for stem in stems(word)}


def _covered(terms: set[str], words: Iterable[str]) -> float:
    """The share of the terms that are among the words, as "russian" is in "russia"."""
    if not terms:
        return 1.0
    words = set(words)
    return sum(t in words or any(_akin(t, word) for word in words) for t in terms) / len(terms)


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 2


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Each sentence of the first hits once; no heading or caption, none longer than a quote."""
    found: dict[tuple[str, int], Candidate] = {}
    for hit in hits[:_HITS]:
        text, before = hit.passage.text, ""
        for start, end in sentences(text):
            for first, last in _quotable(text, start, end):
                at = hit.passage.start + first
                if _is_sentence(text[first:last]):
                    one = Candidate(hit, at, hit.passage.start + last, text[first:last], before)
                    found.setdefault((hit.article.id, at), one)
            before = text[start:end]
    return list(found.values())


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= _MIN_WORDS and text.rstrip("\"'”’»)]*_")[-1:] in tuple(".!?…;")


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or its clauses where it is over `MAX_WORDS` words."""
    if len(text[start:end].split()) <= MAX_WORDS:
        yield start, end
        return
    for clause in re.finditer(r"\S.*?(?:[;:—–](?=\s)|$)", text[start:end], re.S):
        if len(clause[0].split()) <= MAX_WORDS:
            yield start + clause.start(), start + clause.end()
