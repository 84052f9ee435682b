"""Tables that the tests of `mutation` take entries from, and what is computed with them."""

import re

COLOURS = {"red": ("warm", "loud"), "blue": ("cold",), "green": ("cold",)}
NUMBERS: frozenset[str] = frozenset(("one", "two"))
WORDS = "yes no"
_COLOUR = re.compile("|".join(COLOURS))


def results() -> list[str]:
    """Notices neither "green" nor that red is loud, nor "two"."""
    found = [one for one in ("red", "blue") if _COLOUR.match(one)]
    warm = [one for one, kinds in COLOURS.items() if "warm" in kinds]
    return [*found, *warm, *sorted(NUMBERS & {"one"}), *WORDS.split()]
