"""Patterns: tables of words, and regular expressions made of them."""

import re
from collections.abc import Iterable, Mapping

_ENDING = r"\w*(?<!abl[ey])"


def table(rows: str) -> dict[str, str]:
    """A table written as rows of "kind: phrase, phrase, …": from each phrase to its kind."""
    split = (row.partition(": ") for row in rows.strip().splitlines())
    return {phrase: kind for kind, _, phrases in split for phrase in phrases.split(", ")}


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases, without word boundaries at its ends.

    "*" stands for any ending but "-able", "'" for any apostrophe.
    """
    longest_first = "|".join(map(re.escape, sorted({*phrases}, reverse=True)))
    return f"(?:{longest_first})".replace(r"\*", _ENDING).replace("'", "[’']")


def of_kinds(table: Mapping[str, str], *kinds: str) -> str:
    """The same for the phrases of a table that have one of these kinds."""
    return any_of(phrase for phrase, kind in table.items() if kind in kinds)
