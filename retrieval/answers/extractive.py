"""Likely sentences → an answer in quotes."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from retrieval.answers.answer import DECLINED, Answer, cite_again
from retrieval.english import negation, numbers
from retrieval.english.words import stems
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import MAX_WORDS, Quote

_MAX_QUOTES = 3
_RELATIVE = 0.6  # of the first quote's probability, which further ones need
_SAME = 0.6  # share of stems in common from which two quotes say much the same


def compose(
    question: str, hits: Sequence[Hit], offered: Sequence[Sequence[Quote]], *, threshold: float
) -> Answer:
    """The answer made of the most probable quotes; declined where none reaches the `threshold`.

    `offered` are the quotes for each thing asked about, the best first. One thing gets up to three
    quotes, several things get one each. No quote repeats another, and all together have at most
    `MAX_WORDS` words.
    """
    one_thing = len(offered) == 1
    chosen = _several(offered[0], threshold) if one_thing else _one_each(offered, threshold)
    every = sorted((one for quotes in offered for one in quotes), key=lambda one: -one.probability)
    best = every[0].probability if every else 0.0
    return replace(cite(question, hits, chosen), probability=best, offered=tuple(every))


def _several(quotes: Sequence[Quote], threshold: float) -> list[Quote]:
    chosen: list[Quote] = []
    for quote in quotes:
        floor = _RELATIVE * chosen[0].probability if chosen else threshold
        if len(chosen) == _MAX_QUOTES:
            break
        if quote.probability < floor or _words([*chosen, quote]) > MAX_WORDS:
            continue
        if not any(_repeats(quote, one) for one in chosen):
            chosen.append(quote)
    return chosen


def _one_each(offered: Sequence[Sequence[Quote]], threshold: float) -> list[Quote]:
    """One quote for each thing, of a length that leaves the others their share if possible."""
    chosen: list[Quote] = []
    for place, quotes in enumerate(offered):
        good = [quote for quote in quotes if quote.probability >= threshold]
        share = (MAX_WORDS - _words(chosen)) // (len(offered) - place)
        fitting = [quote for quote in good if _words([quote]) <= share]
        fitting = fitting or [one for one in good if _words([*chosen, one]) <= MAX_WORDS]
        if fitting and not any(_repeats(fitting[0], one) for one in chosen):
            chosen.append(fitting[0])
    return chosen


def _words(quotes: Sequence[Quote]) -> int:
    return sum(len(one.text.split()) + 1 for one in quotes)


def cite(question: str, hits: Sequence[Hit], quotes: Sequence[Quote]) -> Answer:
    """The answer made of exactly these quotes, numbered in order."""
    citations = [Citation(0, one.hit, one.start, one.end, one.text, one.span) for one in quotes]
    differing = any(
        differ(one.text, other.text)
        for one, other in combinations(quotes, 2)
        if one.hit.article.id != other.hit.article.id
    )
    empty = Answer(question, False, DECLINED, (), tuple(hits), differing=differing)
    return cite_again(empty, citations)


def differ(one: str, other: str) -> bool:
    """Whether two sentences say much the same, except for a number or a denial."""
    if _shared(one, other) <= _SAME:
        return False
    figures = numbers.numbers(one), numbers.numbers(other)
    return bool(figures[0] - figures[1] and figures[1] - figures[0]) or (
        negation.denies(one) != negation.denies(other)
    )


def _shared(one: str, other: str) -> float:
    """The share of the shorter one's words that the other has."""
    ones, others = set(stems(one)), set(stems(other))
    return len(ones & others) / max(1, min(len(ones), len(others)))


def _repeats(one: Quote, other: Quote) -> bool:
    """Whether both give the same answer, or say much the same."""
    if one.span and other.span and _spanned(one) == _spanned(other):
        return True
    return _shared(one.text, other.text) > _SAME and not differ(one.text, other.text)


def _spanned(quote: Quote) -> list[str]:
    assert quote.span is not None, "only quotes with a span are compared"
    start, end = quote.span
    return stems(quote.hit.article.text[start:end])
