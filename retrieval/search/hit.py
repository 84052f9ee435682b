"""Hit: a passage that a search found; citation: a quote that leads back to its passage."""

from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.attribution.statements import Statement


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. `rank` counts from 1, as does `found`, the search's own rank.

    `similarity` is the cosine of question and passage, None where only words led to it; `library`
    is the name of the library that has it.
    """

    passage: Passage
    article: Article
    rank: int
    similarity: float | None
    library: str
    found: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote as shown: `number` is the one in brackets after it; it stands in `hit.article`.

    `span` is the few words of it that answer, as offsets in the article's text, if they are marked.
    `also` are articles that have the quote too. `said` is the statement that it is, where it was
    asked for one; the words said are then the `span`.
    """

    number: int
    hit: Hit
    start: int
    end: int
    quote: str
    span: tuple[int, int] | None = None
    also: tuple[Article, ...] = ()
    said: Statement | None = None
