"""Reads hits with the question: ranks them, and marks the sentences that may answer.

Anything with the one method of `Reader` can take its place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.english.words import content_stems, stems
from retrieval.models.embedder import Embedder
from retrieval.models.onnx import Span
from retrieval.models.passage_reader import Judgement, PassageReader
from retrieval.models.reranker import Reranker
from retrieval.questions.features import QuestionFeatures
from retrieval.search import calibration
from retrieval.search.fallback_reader import FallbackReader
from retrieval.search.hit import Hit
from retrieval.search.sentence_features import features, may_answer
from retrieval.search.sentences import QuotableSentence, Quote, quotable_sentences

Floats = npt.NDArray[np.float64]

_RANK_OFFSET = 5  # softens the search's ranks against the reader's
_UNFIT = 0.2  # what is left of the probability of a sentence that can't answer
_SURE = 1.0  # rank and span, as logits, from which other words than the question's may answer
_SHARED = 6  # features by shared words; the others repeat what `hit_features` has
_UNDATED = 3.0  # years by which an article without a date counts as older than the newest
_FALLBACK_HITS = 10  # more passages would only cost time


@dataclass(frozen=True, slots=True)
class Reading:
    """The hits in the order in which they answer, and their sentences, the likeliest first."""

    hits: tuple[Hit, ...]
    quotes: tuple[Quote, ...]


class Reader(Protocol):
    """Finds the answer in passages."""

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The same hits, best first, and their sentences that may answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, its likeliest span (offsets in the article's text), and its features."""

    candidate: QuotableSentence
    span: Span
    features: tuple[float, ...]


class SpanReader:
    """Ranks hits and quotes the sentences with the likeliest spans, by a small network."""

    def __init__(
        self,
        embedder: Embedder,
        known: Callable[[Iterable[str]], set[str]],
        newest: Callable[[], date | None],
        network: PassageReader,
        reranker: Reranker | None = None,
    ) -> None:
        """A `reranker` ranks in place of the network, which then only marks spans.

        `known` returns those of some stems that occur in any article, `newest` the day of the
        newest article: of passages alike, the newer one answers, for people ask about what is new.
        """
        self._network = network
        self._fallback = FallbackReader(embedder, known)
        self._known = known
        self._newest = newest
        self._reranker = reranker

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The hits as network and search rank them, and their sentences, the likeliest first."""
        asked = QuestionFeatures(question)
        if not hits or not content_stems(question):
            return Reading(tuple(hits), ())
        judgements = self.judge(question, hits)
        order = self._order(question, hits, judgements)
        quotes = self._quotes(asked, hits, judgements)
        if asked.statement:
            spans = {_place(one): one.span for one in quotes}
            quotes = [
                replace(one, span=spans.get(_place(one)))
                for one in self._fallback.quotes(asked, hits[:_FALLBACK_HITS])
            ]
        ranks = {id(hits[place]): rank for rank, place in enumerate(order, 1)}
        moved = {id(hit): replace(hit, rank=ranks[id(hit)]) for hit in hits}
        quotes = [replace(one, hit=moved[id(one.hit)]) for one in quotes]
        if self._reranker:
            quotes.sort(key=lambda one: -one.probability / (one.hit.rank + _RANK_OFFSET))
        return Reading(tuple(moved[id(hits[place])] for place in order), tuple(quotes))

    def judge(self, question: str, hits: Sequence[Hit]) -> list[Judgement]:
        """The network's judgement of each hit."""
        return self._network.read(question, [(hit.article.title, hit.passage.text) for hit in hits])

    def _order(
        self, question: str, hits: Sequence[Hit], judgements: Sequence[Judgement]
    ) -> list[int]:
        """Places of the hits, best first."""
        if self._reranker:
            worth = self._reranker.ranks(question, [hit.passage.text for hit in hits])
        else:
            worth = (hit_features(hits, judgements, self._newest()) @ calibration.ORDER).tolist()
        return sorted(range(len(hits)), key=lambda place: (-worth[place], hits[place].rank))

    def _quotes(
        self, asked: QuestionFeatures, hits: Sequence[Hit], judgements: Sequence[Judgement]
    ) -> list[Quote]:
        newest = self._newest()
        judged = judged_sentences(asked, hits, judgements, newest)
        if not judged:
            return []
        chances = probabilities(judged)
        unknown = asked.terms - self._known(asked.terms)
        quotes = []
        for one, chance in zip(judged, chances, strict=True):
            of = one.candidate
            sure = one.features[0] + one.features[1] >= _SURE
            if not may_answer(of, asked, float(sure), 1.0, unknown):
                chance *= _UNFIT
            quotes.append(Quote(of.hit, of.start, of.end, of.text, float(chance), one.span))
        return sorted(quotes, key=lambda one: (-one.probability, one.hit.rank, one.start))


def hit_features(
    hits: Sequence[Hit], judgements: Sequence[Judgement], newest: date | None
) -> Floats:
    """One row a hit: the network's rank, its likeliest span, the search's rank, and the age."""
    spans = [one.span(0, len(hit.passage.text)) for hit, one in zip(hits, judgements, strict=True)]
    return np.array(
        [
            (
                one.rank,
                span[0] if span else 0.0,
                -np.log(hit.rank + _RANK_OFFSET),
                -_age(hit, newest),
            )
            for hit, one, span in zip(hits, judgements, spans, strict=True)
        ]
    )


def judged_sentences(
    asked: QuestionFeatures,
    hits: Sequence[Hit],
    judgements: Sequence[Judgement],
    newest: date | None,
) -> list[Judged]:
    """Every sentence that may be quoted, with its likeliest span and its features."""
    by_hit = {id(hit): one for hit, one in zip(hits, judgements, strict=True)}
    found: list[tuple[QuotableSentence, float, Span]] = []
    for candidate in quotable_sentences(hits):
        offset = candidate.hit.passage.start
        span = by_hit[id(candidate.hit)].span(candidate.start - offset, candidate.end - offset)
        if span:
            logit, (first, last) = span
            found.append((candidate, logit, (offset + first, offset + last)))
    if not found:
        return []
    ranks = np.array([by_hit[id(candidate.hit)].rank for candidate, _, _ in found])
    logits = np.array([logit for _, logit, _ in found])
    every_rank = _log_sum(np.array([one.rank for one in judgements]))
    columns = np.column_stack(
        [
            ranks,
            logits,
            ranks - every_rank,
            logits - _log_sum(logits),
            [1 / (candidate.hit.rank + _RANK_OFFSET) for candidate, _, _ in found],
            [features(candidate, asked)[:_SHARED] for candidate, _, _ in found],
            [_age(candidate.hit, newest) for candidate, _, _ in found],
            _support([(candidate, span) for candidate, _, span in found], (ranks + logits) / 2),
        ]
    )
    return [
        Judged(candidate, span, tuple(row.tolist()))
        for (candidate, _, span), row in zip(found, columns, strict=True)
    ]


def probabilities(judged: Sequence[Judged]) -> Floats:
    """The probability that each sentence answers; the highest is that of any answer at all.

    Sentences that can't answer are lowered later, which is no part of the fit.
    """
    worth = np.array([one.features for one in judged]) @ calibration.SENTENCE
    return np.asarray(1 / (1 + np.exp(-(worth * calibration.THERE[0] + calibration.THERE[1]))))


def _age(hit: Hit, newest: date | None) -> float:
    """The logarithm of 1 plus the years by which the article is older than the newest."""
    day = hit.article.day
    years = max(0.0, (newest - day).days / 365.25) if newest and day else _UNDATED
    return float(np.log1p(years))


def _support(found: Sequence[tuple[QuotableSentence, Span]], worth: Floats) -> list[float]:
    """By how much other articles with the same answer support each sentence, in logits."""
    by_answer: dict[str, dict[str, float]] = {}
    for (candidate, span), value in zip(found, worth, strict=True):
        articles = by_answer.setdefault(_said(candidate, span), {})
        id = candidate.hit.article.id
        articles[id] = max(articles.get(id, -np.inf), float(value))
    return [
        _log_sum(np.array([*by_answer[_said(candidate, span)].values()])) - float(value)
        for (candidate, span), value in zip(found, worth, strict=True)
    ]


def _place(quote: Quote) -> tuple[str, str, int]:
    return quote.hit.library, quote.hit.article.id, quote.start


def _said(candidate: QuotableSentence, span: Span) -> str:
    return " ".join(stems(candidate.hit.article.text[slice(*span)]))


def _log_sum(values: Floats) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
