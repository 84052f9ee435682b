"""Recall: the quotes of an earlier answer, as they stand in the library now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.discord.libraries import Libraries
from bot.discord.store import AnswerRecord, QuotePlace
from retrieval.articles.passages import Passage
from retrieval.library.library import Library
from retrieval.newsdesk import Newsdesk
from retrieval.search.hit import Citation, Hit


@dataclass(frozen=True, slots=True)
class Change:
    """A quote of an answer that the newest version of its article no longer has.

    `quote` is None if no stored version of the article has it, for example because the article was
    `withdrawn`.
    """

    record: AnswerRecord
    article: str
    quote: str | None
    withdrawn: bool


def recall(desk: Newsdesk, record: AnswerRecord) -> list[Citation | None]:
    """The answer's quotes as they stand now, None for each that was changed or withdrawn."""
    found = [_citation(desk, number, place) for number, place in enumerate(record.places, 1)]
    return [one and replace(one, also=desk.also(one)) for one in found]


def changes(libraries: Libraries, record: AnswerRecord) -> list[Change]:
    """The answer's quotes that the newest version of their article no longer has."""
    with libraries.desk(record.guild) as desk:
        found = [
            (place, desk.library(place.library), _citation(desk, number, place))
            for number, place in enumerate(record.places, 1)
        ]
    return [
        Change(record, place.article, _quote(library, place), not _has(library, place.article))
        for place, library, cited in found
        if cited is None
    ]


def quote_places(citations: Sequence[Citation]) -> tuple[QuotePlace, ...]:
    """The places of the quotes, for the store."""
    return tuple(
        QuotePlace(
            one.hit.library,
            one.hit.article.id,
            one.hit.passage.start,
            one.hit.passage.end,
            one.start,
            one.end,
            _digest(one.quote),
            *(one.span or (None, None)),
        )
        for one in citations
    )


def passage_citation(number: int, hit: Hit) -> Citation:
    """A citation of the hit's whole passage."""
    return Citation(number, hit, hit.passage.start, hit.passage.end, hit.passage.text)


def _citation(desk: Newsdesk, number: int, place: QuotePlace) -> Citation | None:
    """The quote where it stands in the newest version; None if that version doesn't have it."""
    library = desk.library(place.library)
    article = library.article(place.article) if library else None
    if library is None or article is None:
        return None
    if _digest(article.text[place.start : place.end]) == place.digest:
        moved, first, last = 0, place.passage_start, place.passage_end
    else:
        quote = _quote(library, place)
        start = article.text.find(quote) if quote else -1
        if start < 0:
            return None
        moved, first, last = start - place.start, start, start + len(quote or "")
    passage = Passage(article.id, first, last, article.text[first:last])
    start, end = place.start + moved, place.end + moved
    span = None
    if place.span_start is not None and place.span_end is not None:
        span = (place.span_start + moved, place.span_end + moved)
    hit = Hit(passage, article, number, None, place.library)
    return Citation(number, hit, start, end, article.text[start:end], span)


def _has(library: Library | None, article: str) -> bool:
    return library is not None and library.digest(article) is not None


def _quote(library: Library | None, place: QuotePlace) -> str | None:
    """The words that were quoted; None if no stored version of the article has them."""
    for version in library.versions(place.article) if library else []:
        words = version.article.text[place.start : place.end]
        if _digest(words) == place.digest:
            return words
    return None


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]
