"""Proof: what of an answer may be shown."""

from dataclasses import replace

from retrieval.answer import Answer, cite
from retrieval.library import Library
from retrieval.quotes import Quote


def prove(answer: Answer, library: Library) -> Answer:
    """The answer with only those quotes that stand, to the letter, in the library as it is now.

    What was changed or withdrawn since it was found is dropped, and the rest numbered anew;
    when nothing is left, the answer declines. Hits are held to the same.
    """
    texts = {hit.article.id: "" for hit in answer.hits}
    for id in texts:
        article = library.article(id)
        texts[id] = article.text if article else ""
    hits = tuple(
        hit
        for hit in answer.hits
        if texts[hit.article.id][hit.passage.start : hit.passage.end] == hit.passage.text
    )
    proved = [
        Quote(one.hit, one.start, one.end, one.quote, answer.probability, one.span)
        for one in answer.citations
        if texts.get(one.hit.article.id, "")[one.start : one.end] == one.quote
    ]
    if len(proved) == len(answer.citations):
        return replace(answer, hits=hits)
    shown = cite(answer.question, hits, proved)
    return replace(shown, probability=answer.probability, mode=answer.mode, seconds=answer.seconds)
