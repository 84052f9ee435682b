"""Courtesies: what people reply to an answer without asking anything."""

import re

_WORD = """
thank thanks you thx ty cheers please welcome sorry hi hello hey bye ok okay yes no yep nope lol
lmao wow cool nice great good perfect awesome right sure got it i see so much very a lot that is
helpful
"""
_WORDS = frozenset(_WORD.split())
_LAUGHTER = re.compile(r"(?:ha)+")


def asks_nothing(text: str) -> bool:
    """Whether a message is only thanks, a greeting or laughter, or has no words at all."""
    words = re.findall(r"\w+", text.casefold())
    return not words or (
        "?" not in text and all(one in _WORDS or _LAUGHTER.fullmatch(one) for one in words)
    )
