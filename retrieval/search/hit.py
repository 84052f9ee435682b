"""A passage that a search found, and a quote that leads back to its passage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.attribution.statements import Statement


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; `library` is the name of the library that has it.

    `rank` counts from 1, as does `search_rank`, its rank before it was read (0: no search found
    it). `similarity` is the cosine of question and passage, None where only words led to it.
    `story` is equal for articles that are copies of one another, "" where nobody looked.
    """

    passage: Passage
    article: Article
    rank: int
    similarity: float | None
    library: str
    search_rank: int = 0
    story: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote as shown: `number` stands in brackets after it; `quote` is a slice of `hit.article`.

    `span` marks the few words of it that answer, as offsets in the article's text. `also` are
    other articles that have the quote. `statement` is the one that it quotes, where the
    question asks for statements; its words are then the `span`.
    """

    number: int
    hit: Hit
    start: int
    end: int
    quote: str
    span: tuple[int, int] | None = None
    also: tuple[Article, ...] = ()
    statement: Statement | None = None


def merged(lists: Iterable[Sequence[Hit]]) -> list[Hit]:
    """The hits of several lists in turn, each passage once, ranked anew."""
    once: dict[str, Hit] = {}
    for hits in zip_longest(*lists):
        for hit in filter(None, hits):
            once.setdefault(hit.passage.id, hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(once.values(), 1)]
