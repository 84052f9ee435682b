"""Answer: quotes → what is shown, one to three sentences word for word, each cited."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.reader import MAX_WORDS, Quote
from retrieval.search import Hit
from retrieval.words import stems

DECLINED = "The articles don't say."
_MAX_QUOTES = 3
_RELATIVE = 0.75  # a further quote is at least this much as probable as the first
_SAME = 0.6  # share of stems in common from which two quotes say the same


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote as shown: `number` is the one in brackets after it; it stands in `hit.article`."""

    number: int
    hit: Hit
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question; `hits` are the passages considered, best first.

    `found` is False when nothing supports an answer; `citations` is then empty.
    """

    question: str
    found: bool
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    span: tuple[Hit, int, int] | None = None
    mode: str = "quotes"
    seconds: float = field(default=0.0, compare=False)


def compose(
    question: str, hits: Sequence[Hit], quotes: Sequence[Quote], *, threshold: float
) -> Answer:
    """The answer that the most probable quotes give, declined when the first is under `threshold`.

    At most three quotes, at most `MAX_WORDS` words in all, none that repeats another.
    """
    chosen: list[Quote] = []
    for quote in quotes:
        floor = max(threshold, _RELATIVE * chosen[0].probability if chosen else 0.0)
        if quote.probability < floor or len(chosen) == _MAX_QUOTES:
            break
        words = sum(len(one.text.split()) + 1 for one in [*chosen, quote])
        if words <= MAX_WORDS and not any(_alike(quote, one) for one in chosen):
            chosen.append(quote)
    return cite(question, hits, chosen)


def cite(question: str, hits: Sequence[Hit], quotes: Sequence[Quote]) -> Answer:
    """The answer made of exactly these quotes, numbered in order."""
    citations = tuple(
        Citation(number, quote.hit, quote.start, quote.end, quote.text)
        for number, quote in enumerate(quotes, 1)
    )
    text = " ".join(f"{one.quote} [{one.number}]" for one in citations)
    marked = next((quote for quote in quotes if quote.span), None)
    return Answer(
        question=question,
        found=bool(citations),
        text=text or DECLINED,
        citations=citations,
        hits=tuple(hits),
        span=(marked.hit, *marked.span) if marked and marked.span else None,
    )


def _alike(one: Quote, other: Quote) -> bool:
    ones, others = set(stems(one.text)), set(stems(other.text))
    return len(ones & others) > _SAME * min(len(ones), len(others))
