"""Quotation marks: where quotations stand, and text compared whatever marks it has."""

import re
from dataclasses import dataclass

Span = tuple[int, int]

_DOUBLE = ('"', "“", "”", "„", "«", "»")
_SINGLE = ("'", "‘", "’")
MARKS = "".join(_DOUBLE + _SINGLE)
CLOSING = "\"'”’»)"  # what may stand behind the end of a sentence

# Opening and closing marks differ in kind in many a text, as in “this", and others may stand
# within. An apostrophe closes nothing where a letter follows it.
_PAIRS = (
    r"“(?:[^“”\"\n]|(?<=\s)\"(?=\w)[^“”\"\n]*\")*+[”\"]",
    r"\"(?:[^“”\"\n]|“[^“”\"\n]*”?)*+[\"”]",
    r"«[^«»\n]*»",
    r"„[^„“”\n]*[“”]",
    r"''.*?''",
    r"(?<!\w)‘[^‘\n]*?’(?!\w)",
    r"(?<![\w'])'(?!['\s])(?:[^'\n]|(?<=\w)'(?=\w))*+'(?![\w'])",
)
_UNCLOSED = (r"“[^“”\n]*", r"\"[^\"\n]*", r"''[^\n]*")
_QUOTED = re.compile("|".join(_PAIRS))
_QUOTED_OR_OPEN = re.compile(rf"{_QUOTED.pattern}|(?:{'|'.join(_UNCLOSED)})(?=\n|\Z)")
_ANY_DOUBLE = re.compile(f"[{''.join(_DOUBLE)}]")
_ANY = re.compile(rf"{_ANY_DOUBLE.pattern}|(?<!\w)['‘](?=\w)")


_SAME = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚‹›′`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f\n\t", " "),
    }
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks; offsets in its sentence, the marks left out."""

    start: int
    end: int
    text: str


def quoted_spans(text: str, *, to_line_end: bool = False) -> list[Span]:
    """Where quotations stand with their marks, in order, none over more than a line.

    With `to_line_end`, for whole articles, one that nothing closes ends with its line, as where a
    quotation goes on in the next paragraph. Else it is none, for a sentence may have only the end
    of one.
    """
    return [one.span() for one in (_QUOTED_OR_OPEN if to_line_end else _QUOTED).finditer(text)]


def masked(text: str, fill: str | None = None, *, to_line_end: bool = False) -> str:
    """The text with `fill` in place of each quotation; by default blanks, as many as it has."""
    parts, last = [], 0
    for start, end in quoted_spans(text, to_line_end=to_line_end):
        parts += [text[last:start], " " * (end - start) if fill is None else fill]
        last = end
    return "".join([*parts, text[last:]])


def quotations(sentence: str) -> list[Quotation] | None:
    """What it has between quotation marks; None where these don't match."""
    if _ANY_DOUBLE.search(masked(sentence)):
        return None
    marks = [(a, b, 2 if sentence[a:b].startswith("''") else 1) for a, b in quoted_spans(sentence)]
    return [Quotation(a + n, b - n, sentence[a + n : b - n]) for a, b, n in marks]


def has_mark(text: str) -> bool:
    """Whether a quotation may begin or end in it."""
    return bool(_ANY.search(text))


def strip_marks(text: str, also: str = "") -> str:
    """The text without quotation marks and blanks around it, or any of the characters `also`."""
    return text.strip(f" {MARKS}{also}")


def slice_of(text: str, wanted: str) -> str | None:
    """The slice of `text` that `wanted` is, whole words, whatever quotes, dashes and blanks it has.

    None where there is none.
    """
    plainly, places = fold_marks(text)
    seek = fold_marks(wanted)[0].strip()
    start = plainly.find(seek) if seek else -1
    while start >= 0:
        end = start + len(seek)
        before, after = plainly[start - 1 : start], plainly[end : end + 1]
        if not (
            (before.isalnum() and seek[0].isalnum()) or (after.isalnum() and seek[-1].isalnum())
        ):
            return text[places[start] : places[end - 1] + 1]
        start = plainly.find(seek, start + 1)
    return None


def fold_marks(text: str) -> tuple[str, list[int]]:
    """The text with one kind of quote, dash and blank, and where each of its characters stands."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        if character == " " and characters[-1:] == [" "]:
            continue
        for one in "..." if character == "…" else character:
            characters.append(one)
            places.append(place)
    return "".join(characters), places


def is_the_same(one: str, other: str) -> bool:
    """Whether two sentences are the same, whatever quotes, dashes and blanks they have."""
    return fold_marks(one)[0].strip() == fold_marks(other)[0].strip()
