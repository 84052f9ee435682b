"""Statements: who says what in an article."""

from dataclasses import dataclass
from typing import Literal

from retrieval.attribution import Attribution
from retrieval.speakers import Speaker

Kind = Literal["direct", "indirect", "mixed"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a speaker says in the article with the id `article_id`.

    `kind` is "direct" where all of its content stands in quotation marks, "indirect" where none
    of it does. `is_denied` where the article says that it was not said, or would not be.
    """

    article_id: str
    speaker: Speaker
    attribution: Attribution
    kind: Kind
    is_denied: bool = False
