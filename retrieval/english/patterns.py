"""Patterns: tables of words, and regular expressions made of them."""

import re
from collections.abc import Iterable, Mapping

_WRITTEN = {"*": r"\w*(?<!abl[ey])", "'": "[’']"}


def table(rows: str) -> dict[str, str]:
    """A table written as rows of "kind: phrase, phrase, …": from each phrase to its kind."""
    split = (row.partition(": ") for row in rows.strip().splitlines())
    return {phrase: kind for kind, _, phrases in split for phrase in phrases.split(", ")}


def any_of(phrases: Iterable[str]) -> str:
    r"""A regular expression for any of the phrases; "*" stands for any ending but "-able".

    It has no word boundary at its ends. Phrases that begin alike share that part of the
    expression, so that long lists are as quick as short ones.
    """
    rests: dict[str, list[str]] = {}
    for phrase in sorted({*phrases}, reverse=True):
        rests.setdefault(phrase[:1], []).append(phrase[1:])
    parts = [
        _WRITTEN.get(first, re.escape(first)) + any_of(rest) if first else ""
        for first, rest in rests.items()
    ]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def of_kinds(table: Mapping[str, str], *kinds: str) -> str:
    """The same for the phrases of a table that have one of these kinds."""
    return any_of(phrase for phrase, kind in table.items() if kind in kinds)
