"""An answer, what it rests on, and how it came about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from retrieval.proof.sentence import Proof
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import Quote

DECLINED = "The articles don't say."


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A proved sentence of a language model, and the numbers of the citations that it rests on.

    Where a sentence could not be proved and a quote stands in its place, `quoted` is True and the
    text is that of its one citation.
    """

    text: str
    numbers: tuple[int, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model wrote of an answer.

    `note` says why there are no sentences although a model was asked, or why there are not more.
    `drafted` is what became of each sentence of the draft, `tokens` what the draft cost.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    note: str = ""
    drafted: tuple[Proof, ...] = field(default=(), compare=False)
    tokens: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """Which of the statements that were asked for there are none of, in words, "" for none.

    `others` are statements by others on the same topic.
    """

    reason: str = ""
    others: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question.

    `found` is False where nothing supports an answer; `citations` is then empty. `hits` are the
    passages considered, best first, and `offered` all sentences that might have been quoted, the
    likeliest first. `span` is the first few words that a citation marks. `probability` is that of
    the best sentence's answering, 0 to 1, also where it was too low for an answer. `since` and
    `until` are the days that the articles were limited to, by words of the question too.
    `differing` says that citations differ in numbers, or that one denies what another says.
    `steps` are the seconds that each step took. A language model fills `written`, a question for
    statements that there are none of fills `missing`.
    """

    question: str
    found: bool
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    span: tuple[Hit, int, int] | None = None
    probability: float = 0.0
    since: date | None = None
    until: date | None = None
    differing: bool = False
    written: Written = Written()
    missing: Missing = Missing()
    offered: tuple[Quote, ...] = field(default=(), compare=False)
    steps: Mapping[str, float] = field(default_factory=dict, compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def mode(self) -> Literal["quotes", "written"]:
        """Whether it is made of quotes or of a language model's sentences."""
        return "written" if self.written.sentences else "quotes"


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
