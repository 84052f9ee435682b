"""Sentences: where each sentence of a text begins and ends."""

import re
from collections.abc import Iterable, Iterator

import sentencex

_LINE = 4000


Span = tuple[int, int]


def sentences(text: str) -> list[Span]:
    """Start and end of each sentence: in order, apart, without blanks at their ends.

    A line end ends a sentence, unless the paragraph is one that somebody wrapped by hand.
    """
    found: list[Span] = []
    for first, last in _short(text, _lines(text)):
        for part in sentencex.get_sentence_boundaries("en", text[first:last].replace("\n", " ")):
            span = trimmed(text, first + part["start_index"], first + part["end_index"])
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


def trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
