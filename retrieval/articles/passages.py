"""Article → passages and sentences: verbatim slices, in order, nothing left out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.english.sentences import Span, sentences, trimmed

# Characters. MiniLM reads 256 tokens, about 1,150 characters of English news. The overlap keeps
# a sentence together with the one that it leans on.
SIZE = 1000


OVERLAP = 200


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of one article: `article.text[start:end] == text`, always."""

    article_id: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """Equal for the same words at the same place of the same article, and only then."""
        words = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return f"{self.article_id}:{self.start}:{words}"


def split(article: Article) -> list[Passage]:
    """The article's passages: whole sentences up to `SIZE` characters, in order.

    They cover every character that isn't blank; neighbours share up to `OVERLAP` characters.
    No passage lies inside another.
    """
    return [
        Passage(article.id, start, end, article.text[start:end])
        for start, end in _packed([*_pieces(article.text)])
    ]


def _pieces(text: str) -> Iterator[Span]:
    """Sentences, those over `SIZE` cut at blanks where there are any."""
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
