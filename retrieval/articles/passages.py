"""Article → passages and sentences: verbatim slices, in order, nothing left out."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sentencex

from retrieval.articles.article import Article

# Characters. MiniLM reads 256 tokens, about 1,150 characters of English news. The overlap keeps
# a sentence together with the one that it leans on.
SIZE = 1000
OVERLAP = 200
_LINE = 4000

Span = tuple[int, int]


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


def sentences(text: str) -> list[Span]:
    """Start and end of each sentence: in order, apart, without blanks at their ends.

    A line end ends a sentence, unless the paragraph is one that somebody wrapped by hand.
    """
    found: list[Span] = []
    for first, last in _short(text, _lines(text)):
        for part in sentencex.get_sentence_boundaries("en", text[first:last].replace("\n", " ")):
            span = _trimmed(text, first + part["start_index"], first + part["end_index"])
            if span[0] < span[1]:
                found.append(span)
    return found


def _short(text: str, lines: Iterable[Span]) -> Iterator[Span]:
    """The lines, those over `_LINE` cut behind a sentence, else at a blank, else anywhere.

    On a long line with unclosed quotation marks sentencex takes time by the square of its length.
    """
    for first, last in lines:
        while last - first > _LINE:
            half, end = first + _LINE // 2, first + _LINE
            places = (text.rfind(". ", half, end) + 1, text.rfind(" ", half, end), end)
            cut = next(place for place in places if place > half)
            yield first, cut
            first = cut
        yield first, last


def _lines(text: str) -> Iterator[Span]:
    """Each line, hand-wrapped paragraphs as one."""
    for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        lines = paragraph[0].split("\n")
        if _wrapped(lines):
            yield paragraph.span()
            continue
        for line in re.finditer(r"[^\n]+", paragraph[0]):
            yield paragraph.start() + line.start(), paragraph.start() + line.end()


def _wrapped(lines: list[str]) -> bool:
    body = [line.rstrip() for line in lines[:-1]]
    if not body or not all(45 <= len(line) <= 100 for line in body):
        return False
    return sum(line[-1] in ".!?:;\"'”’)" for line in body) * 2 < len(body)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _pieces(text: str) -> Iterator[Span]:
    """Sentences, those over `SIZE` cut at blanks where there are any."""
    for start, end in sentences(text):
        while end - start > SIZE:
            blank = text.rfind(" ", start + SIZE // 2, start + SIZE)
            cut = blank if blank > 0 else start + SIZE
            yield _trimmed(text, start, cut)
            start = _trimmed(text, cut, end)[0]
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
