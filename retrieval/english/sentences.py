"""Sentences: where each sentence of a text begins and ends."""

import re
from collections.abc import Iterator

from retrieval.english.stops import STOP, ends_sentence

Span = tuple[int, int]


_LONGEST = 4000  # characters of a sentence


_WHOLE = 1000  # characters of a quotation or bracket that is never divided


_MARK = re.compile(r"[“”„\"«»‘’'()\[\]]")


# What each mark closes; of quotation marks in two styles, one may open and the other close.
_PARTNERS = {"”": '“"', '"': '"“', "»": "«", "’": "‘", "'": "'", ")": "(", "]": "["}


_CUT = re.compile(r"(?<![.\s])\s")


_BLANK = re.compile(r"\s")


_BLANKS = re.compile(r"\s*")


def sentences(text: str) -> list[Span]:
    """Start and end of each sentence: in order, apart, without blanks at their ends.

    They cover all of the text that isn't blank. A line end ends a sentence, unless the paragraph
    was wrapped by hand. A quotation or bracket that closes on its line is not divided, up to
    `_WHOLE` characters: half of it would be quoted without its speaker.
    """
    found: list[Span] = []
    for first, last in _lines(text):
        start = first
        for end in (*_ends(text, first, last), last):
            span = trimmed(text, start, end)
            if span[0] < span[1]:
                found += pieces(text, span, _LONGEST)
                start = end
    return found


def pieces(text: str, span: Span, size: int) -> Iterator[Span]:
    """The span, cut into pieces of up to `size` characters, each without blanks at its ends.

    It is cut at the last blank in the second half of a piece that follows no full stop, which may
    be an abbreviation's; else at any blank there, else anywhere.
    """
    start, end = span
    while end - start > size:
        half, full = start + size // 2, start + size
        blanks = [*_CUT.finditer(text, half, full)] or [*_BLANK.finditer(text, half, full)]
        cut = blanks[-1].end() if blanks else full
        yield trimmed(text, start, cut)
        start = trimmed(text, cut, end)[0]
    yield start, end


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without blanks at its ends."""
    blanks = _BLANKS.match(text, start, end)
    start = blanks.end() if blanks else start
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends(text: str, first: int, last: int) -> Iterator[int]:
    """Where sentences end in a line."""
    stops = [stop for stop in STOP.finditer(text, first, last) if stop.end() < last]
    pairs = sorted(_pairs(text, first, last)) if stops else []
    closed = {end for _, end in pairs}
    begin, number, inside = first, 0, 0
    for stop in stops:
        end = stop.end("closing")
        if stop["closing"] == '"' and end not in closed and not stop["gap"]:
            end -= 1  # in 'he said."The' it opens
        while number < len(pairs) and pairs[number][0] < end:
            is_short = pairs[number][1] - pairs[number][0] <= _WHOLE
            inside = max(inside, pairs[number][1] if is_short else 0)
            number += 1
        if end >= inside and ends_sentence(text, begin, stop, last):
            yield end
            begin = end


def _pairs(text: str, first: int, last: int) -> Iterator[Span]:
    """Quotations and bracketed text in a line, with their marks."""
    opened: dict[str, list[int]] = {mark: [] for mark in "“«‘([\"'"}
    for mark in _MARK.finditer(text, first, last):
        place = mark.start()
        before = text[place - 1] if place > first else " "
        after = text[place + 1] if place + 1 < last else " "
        if _opens(mark[0], before, after, is_open=bool(opened['"'])):
            opened["“" if mark[0] == "„" else mark[0]].append(place)
        elif mark[0] not in "’'" or _closes(before, after):
            partners = [one for one in _PARTNERS.get(mark[0], "") if opened[one]]
            if partners:
                yield opened[partners[0]].pop(), place + 1


def _closes(before: str, after: str) -> bool:
    """Whether a single mark between these characters is no apostrophe."""
    return before in ".,?!…" and not after.isalnum()


def _opens(mark: str, before: str, after: str, *, is_open: bool) -> bool:
    """Whether a quotation mark or bracket opens; `is_open` where a straight quotation is open."""
    if mark in "“„«([":
        return True
    if mark == '"' and before in ".?!" and after.isalnum():
        return not is_open
    return mark in "\"'‘" and not after.isspace() and (before.isspace() or before in '([—–-“‘/"')


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
