"""Proof: what of an answer may be shown."""

from collections.abc import Mapping
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
    texts = {(hit.library, hit.article.id): "" for hit in answer.hits}
    for name, id in texts:
        article = libraries[name].article(id) if name in libraries else None
        texts[name, id] = article.text if article else ""

    def stands(hit: Hit, start: int, end: int, words: str) -> bool:
        return texts.get((hit.library, hit.article.id), "")[start:end] == words

    hits = tuple(
        hit
        for hit in answer.hits
        if stands(hit, hit.passage.start, hit.passage.end, hit.passage.text)
    )
    proved = [
        Quote(one.hit, one.start, one.end, one.quote, answer.probability, one.span)
        for one in answer.citations
        if stands(one.hit, one.start, one.end, one.quote)
    ]
    if len(proved) == len(answer.citations):
        return replace(answer, hits=hits)
    shown = cite(answer.question, hits, proved)
    return replace(shown, probability=answer.probability, mode=answer.mode, seconds=answer.seconds)
