"""Proof: what of an answer may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.answer import Answer, cite
from retrieval.library import Library
from retrieval.quotes import Quote
from retrieval.search import Hit


def prove(answer: Answer, libraries: Mapping[str, Library]) -> Answer:
    """The answer with only those quotes that stand, to the letter, in the libraries as they are.

    What was changed or withdrawn since it was found is dropped, and the rest numbered anew;
    when nothing is left, the answer declines. Hits are held to the same.
    """
    texts = _texts(answer.hits, libraries)
    hits = _standing(answer.hits, texts)
    proved = [
        Quote(one.hit, one.start, one.end, one.quote, answer.probability, one.span)
        for one in answer.citations
        if _stands(texts, one.hit, one.start, one.end, one.quote)
    ]
    if len(proved) == len(answer.citations):
        return replace(answer, hits=hits)
    shown = cite(answer.question, hits, proved)
    return replace(
        answer, found=shown.found, text=shown.text, citations=shown.citations, hits=hits,
        span=shown.span,
    )  # fmt: skip


def standing(hits: Sequence[Hit], libraries: Mapping[str, Library]) -> tuple[Hit, ...]:
    """Those hits whose passage stands, to the letter, in the libraries as they are."""
    return _standing(hits, _texts(hits, libraries))


def _standing(hits: Sequence[Hit], texts: Mapping[tuple[str, str], str]) -> tuple[Hit, ...]:
    return tuple(
        hit
        for hit in hits
        if _stands(texts, hit, hit.passage.start, hit.passage.end, hit.passage.text)
    )


def _texts(hits: Sequence[Hit], libraries: Mapping[str, Library]) -> dict[tuple[str, str], str]:
    """The text of each article that is hit, empty where it is gone."""
    texts = {(hit.library, hit.article.id): "" for hit in hits}
    for name, id in texts:
        article = libraries[name].article(id) if name in libraries else None
        texts[name, id] = article.text if article else ""
    return texts


def _stands(
    texts: Mapping[tuple[str, str], str], hit: Hit, start: int, end: int, words: str
) -> bool:
    return texts.get((hit.library, hit.article.id), "")[start:end] == words
