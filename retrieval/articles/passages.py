"""Passages: an article cut into verbatim slices of whole sentences, nothing left out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.english.sentences import Span, sentences, trimmed

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
    no passage lies inside another.
    """
    return [
        Passage(article.id, start, end, article.text[start:end])
        for start, end in _packed([*_pieces(article.text)])
    ]


def _pieces(text: str) -> Iterator[Span]:
    """The text's sentences; those over `SIZE` are cut, at blanks where there are any."""
    for start, end in sentences(text):
        while end - start > SIZE:
            blank = text.rfind(" ", start + SIZE // 2, start + SIZE)
            cut = blank if blank > 0 else start + SIZE
            yield trimmed(text, start, cut)
            start = trimmed(text, cut, end)[0]
        yield start, end


def _packed(pieces: list[Span]) -> Iterator[Span]:
    first = 0
    while first < len(pieces):
        start = pieces[first][0]
        after = first + 1
        while after < len(pieces) and pieces[after][1] - start <= SIZE:
            after += 1
        end = pieces[after - 1][1]
        yield start, end
        if after == len(pieces):
            return
        again = after
        while again - 1 > first and end - pieces[again - 1][0] <= OVERLAP:
            again -= 1
        # The next passage must reach past this one, or it would lie inside it.
        first = again if pieces[after][1] - pieces[again][0] <= SIZE else after
