"""What a question asks for: the kind of answer, the words and the names it should have."""

import re
from typing import Literal

from retrieval.english.words import content_stems
from retrieval.questions.requests import StatementRequest, statement_request

AnswerType = Literal["", "number", "date", "name"]

NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_SAYING = content_stems(
    "say said tell told comment respond react think claim warn announce mention"
)
_NUMBERED = "many|much|long|old|far|often|big|large|high|tall"
_DATED = "day|date|month|year|decade|century"
_NAMED = (
    "country|city|state|person|company|actor|actress|singer|band|team|president|minister|senator"
    "|town|island|celebrity|nation|player|film|movie|show|artist|author|organi[sz]ation"
)
_KINDS: tuple[tuple[re.Pattern[str], AnswerType], ...] = (
    (re.compile(rf"\bhow ({_NUMBERED})\b|\bpercent", re.I), "number"),
    (
        re.compile(
            rf"^\W*(and |but |so |as for [^,?]+, )?(since |until )?when\b"
            rf"|\b(what|which) ({_DATED})\b",
            re.I,
        ),
        "date",
    ),
    (re.compile(rf"\b(who|whom|whose|where)\b|\b(what|which) (\w+ )?({_NAMED})\b", re.I), "name"),
)


class QuestionFeatures:
    """A question, taken apart.

    `answer_type` is the kind of answer that it asks for, "" where it doesn't say. `terms` are the
    stems of its content words, `names` those of them that are names. `statement` is the request
    for statements that it is, None for any other question.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.terms = content_stems(text) - _SAYING
        self.names = self.terms & content_stems(" ".join(NAME.findall(text)))
        self.statement: StatementRequest | None = statement_request(text)
        self.answer_type: AnswerType = next(
            (kind for pattern, kind in _KINDS if pattern.search(text)), ""
        )
