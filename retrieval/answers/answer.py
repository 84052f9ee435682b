"""Answer: quotes → what is shown, one to three sentences word for word, each cited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from retrieval.proof.sentence import Proof
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import Quote

DECLINED = "The articles don't say."


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a language model wrote and that is proved, with the citations it rests on.

    Where it could not be proved, `quoted` is True and the words are those of its one citation.
    """

    text: str
    numbers: tuple[int, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question; `hits` are the passages considered, best first.

    `since` and `until` are the days that it was limited to, also by words of the question.
    `found` is False when nothing supports an answer; `citations` is then empty. `probability` is
    that of the best quote's answering, 0 to 1, also when it was too low for an answer.
    `mode` is "quotes", or "written" where `written` are a language model's sentences; `note` says
    why that isn't so where one was asked, or that it broke off. `differing` says that what is
    cited differs in numbers, or that one denies what the other says. `offered` are all quotes that
    were found, best first, `steps` the seconds that each step took, `drafted` what became of a
    language model's sentences, and `tokens` what that cost. Where somebody's statements are asked
    for, `missing` says what of it there is none of, and `others` are what others say on it then.
    """

    question: str
    found: bool
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    span: tuple[Hit, int, int] | None = None
    probability: float = 0.0
    mode: str = "quotes"
    since: date | None = None
    until: date | None = None
    seconds: float = field(default=0.0, compare=False)
    written: tuple[Written, ...] = ()
    note: str = ""
    differing: bool = False
    offered: tuple[Quote, ...] = field(default=(), compare=False)
    steps: Mapping[str, float] = field(default_factory=dict, compare=False)
    drafted: tuple[Proof, ...] = field(default=(), compare=False)
    tokens: int = field(default=0, compare=False)
    missing: str = ""
    others: tuple[Citation, ...] = ()


def cite_again(answer: Answer, citations: Sequence[Citation]) -> Answer:
    """The answer with these citations alone, numbered in order."""
    kept = tuple(replace(one, number=number) for number, one in enumerate(citations, 1))
    marked = next((one for one in kept if one.span), None)
    return replace(
        answer,
        found=bool(kept),
        text=" ".join(f"{one.quote} [{one.number}]" for one in kept) or DECLINED,
        citations=kept,
        span=(marked.hit, *marked.span) if marked and marked.span else None,
    )
