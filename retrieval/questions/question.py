"""A question, and which articles may answer it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from retrieval.articles.article import normalise
from retrieval.errors import SettingsError

READ = 24  # passages; the first 24 hold the answer to 92 % of questions that have one, 50 hold 96
MAX_QUESTION = 2000  # characters


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and which articles may answer it.

    `source` is a publisher's name. `since` and `until` are days, inclusive; where neither is
    given, words of the question such as "yesterday" may set them, relative to `today` (None: the
    clock's day). `limit` is the number of passages to read. An answer less probable than
    `threshold` (None: the desk's) is declined. A `note` keeps a language model from writing the
    answer, and says why; "" allows it.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    text: Annotated[str, Field(alias="question")]
    source: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int = READ
    threshold: float | None = None
    today: date | None = None
    note: str = ""


_FROM_DICT = TypeAdapter(Question)


def question_of(given: str | dict[str, Any] | Question) -> Question:
    """The question that a string, a dict or a Question asks.

    A dict has the text as `question`; its other keys are fields of `Question`, with days as dates
    or ISO 8601 strings. Raises SettingsError for other keys or values.
    """
    if isinstance(given, Question):
        return given
    if isinstance(given, str):
        return Question(given)
    try:
        return _FROM_DICT.validate_python(given)
    except ValidationError as exc:
        wrong = "; ".join(
            ": ".join([*map(str, error["loc"]), error["msg"]]) for error in exc.errors()
        )
        raise SettingsError(f"The question can't be asked: {wrong}.") from exc


def one_line(text: str, what: str) -> str:
    """The text on one line. Raises SettingsError where it is empty or too long."""
    text = " ".join(normalise(text).split())
    if not text:
        raise SettingsError(f"The {what} is empty.")
    if len(text) > MAX_QUESTION:
        raise SettingsError(f"The {what} is over {MAX_QUESTION:,} characters.")
    return text
