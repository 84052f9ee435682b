"""What a question asks for: the type of its answer, and the words that an answer shares with it."""

import re
from typing import Literal

from retrieval.english.words import content_stems

AnswerType = Literal["number", "date", "name", ""]

_SAYING = content_stems(
    "say said tell told comment respond react think claim warn announce mention"
)
_NUMBERED = "many|much|long|old|far|often|big|large|high|tall"
_DATED = "day|date|month|year|decade|century"
_NAMED = (
    "country|city|state|person|company|actor|actress|singer|band|team|president|minister|senator"
    "|town|island|celebrity|nation|player|film|movie|show|artist|author|organi[sz]ation"
)
_TYPES: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    ("number", re.compile(rf"\bhow ({_NUMBERED})\b|\bpercent", re.I)),
    (
        "date",
        re.compile(
            r"^\W*(and |but |so |as for [^,?]+, )?(since |until )?when\b"
            rf"|\b(what|which) ({_DATED})\b",
            re.I,
        ),
    ),
    ("name", re.compile(rf"\b(who|whom|whose|where)\b|\b(what|which) (\w+ )?({_NAMED})\b", re.I)),
)


def answer_type(question: str) -> AnswerType:
    """What an answer must have in it, "" where the question doesn't tell."""
    return next((one for one, pattern in _TYPES if pattern.search(question)), "")


def terms(question: str) -> frozenset[str]:
    """The stems that an answer should have too: not those that only ask for somebody's words."""
    return content_stems(question) - _SAYING
