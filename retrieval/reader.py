"""Reader: question and hits → hits in better order, and the sentences of them that may answer.

Whatever has the one method of `Reader` can take this place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.models import Embedder, Vector
from retrieval.passages import sentences
from retrieval.search import Hit
from retrieval.statements import asked_statement, content, speakers
from retrieval.words import stems

Floats = npt.NDArray[np.float64]

MAX_WORDS = 60  # of an answer, the numbers in brackets among them
_MIN_WORDS = 4
_RANK_OFFSET = 5  # softens the search's ranks against the sentences' probabilities
_SAME_MEANING = 0.5  # cosine from which a sentence may answer in other words than the question's
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


@dataclass(frozen=True, slots=True)
class Reading:
    """The hits that were read, best first, and their sentences that may answer, best first."""

    hits: tuple[Hit, ...]
    quotes: tuple[Quote, ...]


class Reader(Protocol):
    """Finds the answer in passages."""

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The same hits in the order in which they answer, and the quotes they offer."""


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

    def __init__(self, embedder: Embedder, known: Callable[[Iterable[str]], set[str]]) -> None:
        """`known` tells which stems occur anywhere in the library."""
        self._embedder = embedder
        self._known = known

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Sentences most probable first; hits by rank and their most probable sentence."""
        found = candidates(hits)
        if not found or not content(question):
            return Reading(tuple(hits), ())
        quotes = [
            Quote(one.hit, one.start, one.end, one.text, float(chance))
            for one, chance in zip(found, self.probabilities(question, found), strict=True)
        ]
        quotes.sort(key=lambda quote: (-quote.probability, quote.hit.rank, quote.start))
        order = sorted(hits, key=lambda hit: -_best(hit, quotes) / (hit.rank + _RANK_OFFSET))
        reranked = tuple(replace(hit, rank=rank) for rank, hit in enumerate(order, 1))
        return Reading(reranked, tuple(quotes))

    def probabilities(
        self, question: str, found: Sequence[Candidate], weights: Floats | None = None
    ) -> Floats:
        """The probability that each sentence answers; the best one's is that of there being one."""
        asked = AskedFor(question)
        features, vectors = self.features(asked, found)
        weights = WEIGHTS if weights is None else weights
        chances = np.asarray(1 / (1 + np.exp(-(features @ weights[1:] + weights[0]))))
        topic = asked.statement.topic_text if asked.statement else ""
        about = vectors @ self._embedder.question(topic) if topic else np.zeros(len(found))
        strange = asked.terms - self._known(asked.terms)
        for number, one in enumerate(found):
            near, topical = float(features[number, 0]), float(about[number])
            if not asked.may_be_answered_by(one, near, topical, strange):
                chances[number] *= _BESIDE_THE_POINT
        return chances

    def features(self, asked: "AskedFor", found: Sequence[Candidate]) -> tuple[Floats, Vector]:
        """One row a sentence and one column a feature, about 0 to 1; and the sentences' vectors."""
        vectors = self._embedder.passages([one.text for one in found])
        nearness = vectors @ self._embedder.question(asked.text)
        rows = [[near, *asked.features(one)] for near, one in zip(nearness, found, strict=True)]
        return np.array(rows), vectors


# Bias, then one weight a feature in the order of `features`; fitted by benchmarks/weights.py on 100
# questions of news of 2022 to 2024, but for the eighth: those ask for nobody's statements.
WEIGHTS = np.array([-4.66, 1.36, 1.02, -0.02, 0.83, 0.31, 0.46, 1.02, 1.00, 0.78, 1.69])

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
_BRACKETED = re.compile(r"\[\d+\]")
_SAYING = content("say said tell told comment respond react think claim warn announce mention")
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
        self.terms = content(text) - _SAYING
        self.names = self.terms & content(" ".join(_NAME.findall(text)))
        self.statement = asked_statement(text)
        self.kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "")

    def may_be_answered_by(
        self, one: Candidate, near: float, topical: float, strange: Set[str]
    ) -> bool:
        """Whether nothing speaks against the sentence's answering the question.

        Against it speaks that a number or date is asked for and there is none; that it is not on
        the topic or not by the speaker asked about; that the question has a word that is `strange`
        to the whole library, unless they mean much the same. `near` and `topical` are the
        sentence's cosines with the question and with its topic.
        """
        words = set(stems(one.text)) | set(stems(one.before))
        if self.kind in ("number", "date") and not self._kind_met(f"{one.before} {one.text}"):
            return False
        if near < _SAME_MEANING and _covered(strange, words) < 1:
            return False
        if self.statement is None:
            return True
        on_topic = topical >= _TOPICAL or _covered(self.statement.topic, words) >= 0.5
        speaker = self.statement.speaker
        return on_topic and (not speaker or _covered(speaker, speakers(one.text, one.before)) > 0)

    def features(self, one: Candidate) -> list[float]:
        """How far the sentence meets the question, feature by feature."""
        own = set(stems(one.text))
        near = own | set(stems(one.before))
        passage = near | set(stems(one.hit.article.title)) | set(stems(one.hit.passage.text))
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
            return float(bool(content(" ".join(_NAME.findall(text))) - self.terms))
        return 0.5


def _covered(terms: Iterable[str], words: Iterable[str]) -> float:
    """The share of the terms that are among the words, as "russian" is in "russia"."""
    terms, words = set(terms), set(words)
    if not terms:
        return 1.0
    return sum(t in words or any(_akin(t, word) for word in words) for t in terms) / len(terms)


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 2


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Each sentence of the hits once; no heading or caption, none longer than a quote."""
    found: dict[tuple[str, int], Candidate] = {}
    for hit in hits:
        text, before = hit.passage.text, ""
        for start, end in sentences(text):
            for first, last in _quotable(text, start, end):
                at = hit.passage.start + first
                if _is_sentence(text[first:last]):
                    one = Candidate(hit, at, hit.passage.start + last, text[first:last], before)
                    found.setdefault((hit.article.id, at), one)
            before = text[start:end]
    return list(found.values())


def _best(hit: Hit, quotes: Sequence[Quote]) -> float:
    """The probability of the hit's best sentence, also where it overlaps with another hit."""
    passage = hit.passage
    within = (
        quote.probability
        for quote in quotes
        if quote.hit.article.id == passage.article_id
        and passage.start <= quote.start < quote.end <= passage.end
    )
    return max(within, default=0.0)


def _is_sentence(text: str) -> bool:
    if _BRACKETED.search(text):  # it would pass for a citation of ours
        return False
    return len(text.split()) >= _MIN_WORDS and text.rstrip("\"'”’»)]*_")[-1:] in tuple(".!?…;")


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or its clauses where it is too long for an answer."""
    if len(text[start:end].split()) < MAX_WORDS:
        yield start, end
        return
    for clause in re.finditer(r"\S.*?(?:[;:—–](?=\s)|$)", text[start:end], re.S):
        if len(clause[0].split()) < MAX_WORDS:
            yield start + clause.start(), start + clause.end()
