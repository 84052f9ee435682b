"""Reader: question and hits → the sentences that may answer, each with how likely it does.

Whatever has the one method of `Reader` can take this place.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.library import Vector
from retrieval.models import Embedder
from retrieval.passages import sentences
from retrieval.search import Hit
from retrieval.words import GRAMMAR, stems

Floats = npt.NDArray[np.float64]

MAX_WORDS = 60  # of an answer, the numbers in brackets among them
_MIN_WORDS = 4
_HITS = 10  # hits whose sentences are read
_TOPICAL = 0.4  # cosine of a sentence with the topic from which it is on it
_BESIDE_THE_POINT = 0.2  # what is left of the probability of a sentence that isn't


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
        chances = self.probabilities(question, found, WEIGHTS)
        quotes = [
            Quote(one.hit, one.start, one.end, one.text, float(chance))
            for one, chance in zip(found, chances, strict=True)
        ]
        return sorted(quotes, key=lambda quote: (-quote.probability, quote.hit.rank, quote.start))

    def probabilities(self, question: str, found: Sequence[Candidate], weights: Floats) -> Floats:
        """The probability that each sentence answers, by these weights."""
        asked = AskedFor(question)
        features, vectors = self.features(asked, found)
        chances = 1 / (1 + np.exp(-(features @ weights[1:] + weights[0])))
        about = self._embedder.question(asked.topic) if asked.topic else None
        for number, one in enumerate(found):
            topical = 0.0 if about is None else float(vectors[number] @ about)
            if not asked.may_be_answered_by(one, topical):
                chances[number] *= _BESIDE_THE_POINT
        return np.asarray(chances)

    def features(self, asked: "AskedFor", found: Sequence[Candidate]) -> tuple[Floats, Vector]:
        """One row a sentence and one column a feature, about 0 to 1; and the sentences' vectors."""
        vectors = self._embedder.passages([one.text for one in found])
        nearness = vectors @ self._embedder.question(asked.text)
        rows = [[near, *asked.features(one)] for near, one in zip(nearness, found, strict=True)]
        return np.array(rows), vectors


# Bias, then one weight a feature in the order of `features`.
WEIGHTS = np.array([-5.0, 4.0, 1.0, 1.0, 0.5, 1.5, 0.5, 1.0, 1.0, 0.5, 1.0])

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


class AskedFor:
    """A question taken apart into what an answering sentence should share with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.terms = _terms(text)
        names = {stem for name in _NAME.findall(text) for stem in stems(name)}
        self.names = names & self.terms
        topic = _TOPIC.search(text)
        self.topic = topic["topic"] if topic else ""
        self._topic_terms = _terms(self.topic)
        self.is_statement = bool(_STATEMENT.search(text))
        self.kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "")

    def may_be_answered_by(self, one: Candidate, topical: float) -> bool:
        """Whether the sentence is on the topic asked about and names who is asked about.

        `topical` is its cosine with the topic. Both are asked of questions for statements only.
        """
        if not self.is_statement:
            return True
        words = set(stems(one.text)) | set(stems(one.before))
        on_topic = topical >= _TOPICAL or _covered(self._topic_terms, words) >= 0.5
        speakers = self.names - self._topic_terms
        return on_topic and (not speakers or _covered(speakers, words) > 0)

    def features(self, one: Candidate) -> list[float]:
        """How far the sentence meets the question, feature by feature."""
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
            1 / one.hit.rank,
            max(0.0, one.hit.similarity or 0.0),
        ]

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
    """The sentence, or its clauses where it is too long for an answer."""
    if len(text[start:end].split()) < MAX_WORDS:
        yield start, end
        return
    for clause in re.finditer(r"\S.*?(?:[;:—–](?=\s)|$)", text[start:end], re.S):
        if len(clause[0].split()) < MAX_WORDS:
            yield start + clause.start(), start + clause.end()
