"""Passages: an article cut into verbatim slices of whole sentences, nothing left out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.english.sentences import Span, pieces, sentences

# Characters. MiniLM reads 256 tokens, about 1,150 characters of English news. The overlap keeps
# a sentence together with the one before it, which it may refer to.
SIZE = 1000
OVERLAP = 200

# Raised whenever `split` makes other passages of the same text: stored articles are split again.
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of one article: `article.text[start:end] == text`, always."""

    article_id: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """Equal only for the same words at the same place of the same article."""
        words = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return f"{self.article_id}:{self.start}:{words}"


def split(article: Article) -> list[Passage]:
    """The article's passages, in order: whole sentences, up to `SIZE` characters together.

    They cover every character that isn't blank. Neighbours share up to `OVERLAP` characters, but
    no passage lies inside another. Sentences over `SIZE` are cut.
    """
    parts = [
        piece for span in sentences(article.text) for piece in pieces(article.text, span, SIZE)
    ]
    return [
        Passage(article.id, start, end, article.text[start:end]) for start, end in _packed(parts)
    ]


def _packed(parts: list[Span]) -> Iterator[Span]:
    first = 0
    while first < len(parts):
        start = parts[first][0]
        after = first + 1
        while after < len(parts) and parts[after][1] - start <= SIZE:
            after += 1
        end = parts[after - 1][1]
        yield start, end
        if after == len(parts):
            return
        again = after
        while again - 1 > first and end - parts[again - 1][0] <= OVERLAP:
            again -= 1
        # The next passage must reach past this one, or it would lie inside it.
        first = again if parts[after][1] - parts[again][0] <= SIZE else after
