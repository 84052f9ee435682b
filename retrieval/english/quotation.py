"""Quotation marks: what stands between them, and text compared whatever marks it has."""

import re
from dataclasses import dataclass

QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|«([^«»]*)»|„([^„“”]*)[“”]|(?<!\w)‘([^‘]*?)’(?!\w)|(?<!\w)'([^']*?)'(?!\w)"
)


_MARK = re.compile(r"[“”\"«»„]")


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


def quotations(sentence: str) -> list[Quotation] | None:
    """What it has between quotation marks; None where these don't match."""
    found, rest = [], sentence
    for match in QUOTED.finditer(sentence):
        group = next(number for number in range(1, 7) if match[number] is not None)
        found.append(Quotation(match.start(group), match.end(group), match[group]))
        rest = rest.replace(match[0], " ", 1)
    return None if _MARK.search(rest) else found


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
