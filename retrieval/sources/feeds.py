"""Feeds: the bytes of an RSS or Atom feed → its entries; nothing is fetched."""

import html
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from feedparser.datetimes import _parse_date
from lxml import etree

from retrieval.articles.article import (
    MAX_CHARACTERS,
    MAX_FIELD,
    Article,
    article,
    normalise,
    published_date,
)
from retrieval.errors import ReadError
from retrieval.sources import feed_parser
from retrieval.sources.addresses import Deadline
from retrieval.sources.feed_parser import web_address

log = logging.getLogger(__name__)

MAX_ENTRIES = 1_000  # taken of one feed
_MAX_AUTHORS = 50
_MAX_HARD = 50  # dates in words that are read of one feed, at 0.03 s each
_SECONDS = 10.0  # to parse, and again for dates and texts; the words for dates take 4 s to load
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR = 31_536_000
_PERIODS = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": _YEAR,
}
_HTML_KINDS = {"text/html", "application/xhtml+xml"}
_TAG = re.compile(r"<[a-zA-Z/!?]")
_USUAL_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|(?:[a-z]{3,9}, ?)?\d{1,2} [a-z]{3} \d{4} \d\d?:\d\d", re.I
)
_YEAR_AND_DAY = re.compile(r"\d{4}\D+\d|\d\D+\d{4}")
_ZONE = re.compile(r"(?:\d\s*[+-]\d\d:?\d\d|\d\s*z|\b(?:utc|gmt|[ecmp][sd]t))$", re.I)
_BLANKS = re.compile("  +")
_UNSEEN = re.compile("script|style|template|iframe|object|noframes|noembed|svg|math|title")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|header|hr|legend|li|main|menu|nav|ol|optgroup|option|p|"
    "pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed: `address` is that of its article's page, None where it has none.

    `published` is as in Article. `text` is what the feed itself has of the article, in plain text.
    `id` is the feed's own identifier of the entry, "" where it gives none.
    """

    address: str | None
    title: str
    published: str | None
    authors: tuple[str, ...]
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's entries, in its own order; its `left_out` oldest ones were not taken.

    `every` is the seconds between two polls that it asks for, at most a year; None where it
    doesn't say.
    """

    title: str
    entries: tuple[Entry, ...]
    every: int | None
    left_out: int = 0


def parse(content: bytes, *, address: str, charset: str | None = None) -> Feed:
    """The feed found at `address`, as much of it as can be read. Raises ReadError.

    `charset` is the server's; the feed's own declaration counts as much.
    """
    try:
        return _feed(content, address, charset)
    except ReadError:
        raise
    except TimeoutError as exc:
        raise ReadError("it takes too long to read") from exc
    except Exception as exc:  # content made to break parsers may raise anything
        log.debug("%s", address, exc_info=True)
        raise ReadError(f"it is damaged ({type(exc).__name__})") from exc


def teaser(entry: Entry, source: str) -> Article:
    """An entry's own text as an Article. Raises ReadError where it has none."""
    return article(
        entry.text,
        url=entry.address,
        title=entry.title,
        source=source,
        published=entry.published,
        authors=entry.authors,
    )


def _feed(content: bytes, address: str, charset: str | None) -> Feed:
    parser = feed_parser.read(content, address=address, charset=charset, seconds=_SECONDS)
    deadline = Deadline(_SECONDS, _SECONDS)
    shared = _authors(parser.feeddata) if parser.version.startswith("atom") else ()
    dated = _dated(parser.entries, deadline)
    return Feed(
        title=_line(parser.feeddata, "title", deadline),
        entries=tuple(_entry(raw, day, shared, deadline) for raw, day in _newest(dated)),
        every=_every(parser.feeddata),
        left_out=max(0, len(dated) - MAX_ENTRIES),
    )


def _dated(raw: list[Any], deadline: Deadline) -> list[tuple[Any, str | None]]:
    """The entries with their dates; only `_MAX_HARD` of these may be hard to read."""
    hard = 0
    dated = []
    for one in raw:
        deadline.left()
        day = None
        for said in _dates(one):
            day = None if _USUAL_DATE.match(said) else _unusual_date(said)
            if day is None and hard < _MAX_HARD and _YEAR_AND_DAY.search(said):
                day = published_date(said)
                hard += day is None or not _USUAL_DATE.match(said)
            if day:
                break
        dated.append((one, day))
    return dated


def _dates(raw: Any) -> Iterator[str]:
    """An entry's dates as written; the date of its last change comes last."""
    for name in ("published", "created", "updated"):
        said = dict.get(raw, name)  # feedparser's own get() mixes them up
        if isinstance(said, str) and said.strip():
            yield said.strip()[:100]


def _unusual_date(said: str) -> str | None:
    """A date in one of the other forms that feedparser knows, if no part of it is missing."""
    found = _parse_date(said)
    # feedparser fills in what is missing from the clock, or with the first of January.
    if found is None or f"{found.tm_year:04}" not in said or len(re.findall(r"\w+", said)) < 3:
        return None
    if not re.search(r"\d:\d\d", said):
        return published_date(date(*found[:3]))
    at = datetime(*found[:6])
    return published_date(at.replace(tzinfo=UTC) if _ZONE.search(said) else at)


def _newest(dated: list[tuple[Any, str | None]]) -> list[tuple[Any, str | None]]:
    """The newest `MAX_ENTRIES`, in the feed's order; those without a date count as the oldest."""
    if len(dated) <= MAX_ENTRIES:
        return dated
    ranks = sorted(range(len(dated)), key=lambda n: (_moment(dated[n][1]), -n), reverse=True)
    return [dated[n] for n in sorted(ranks[:MAX_ENTRIES])]


def _moment(day: str | None) -> float:
    if day is None:
        return float("-inf")
    at = datetime.fromisoformat(day)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _entry(raw: Any, day: str | None, shared: tuple[str, ...], deadline: Deadline) -> Entry:
    deadline.left()
    return Entry(
        address=_page(raw),
        title=_line(raw, "title", deadline),
        published=day,
        authors=_authors(raw) or shared,
        text=_text(raw, deadline),
        id=_one_line(said) if isinstance(said := raw.get("id"), str) else "",
    )


def _page(raw: Any) -> str | None:
    """The address of an entry's page; where a feed service replaced it, the original one."""
    links = [one for one in raw.get("links", ()) if one.get("rel") == "alternate"]
    links.sort(key=lambda one: one.get("type") not in _HTML_KINDS)
    replaced = [raw.get("feedburner_origlink"), raw.get("pheedo_origlink")]
    for said in (*replaced, *(one.get("href") for one in links), raw.get("link")):
        found = web_address(said) if isinstance(said, str) else None
        if found:
            return found
    return None


def _authors(raw: Any) -> tuple[str, ...]:
    names = (one.get("name") for one in raw.get("authors", ())[:_MAX_AUTHORS])
    lines = [_one_line(name) for name in names if isinstance(name, str)]
    return tuple(dict.fromkeys(filter(None, lines)))


def _line(raw: Any, name: str, deadline: Deadline) -> str:
    said, detail = raw.get(name), raw.get(f"{name}_detail") or {}
    return _one_line(_plain(said, detail.get("type"), deadline)) if isinstance(said, str) else ""


def _one_line(said: str) -> str:
    return " ".join(normalise(said).split())[:MAX_FIELD]


def _text(raw: Any, deadline: Deadline) -> str:
    """The fullest text that the feed has of an entry: its content, else its summary."""
    contents = [*raw.get("content", ()), raw.get("summary_detail") or {}]
    for content in contents:
        said, kind = content.get("value"), content.get("type")
        if isinstance(said, str) and (not kind or kind.startswith("text/") or kind in _HTML_KINDS):
            text = _plain(said, kind, deadline)
            if text:
                return text[: MAX_CHARACTERS + 1]  # one too many, so that an Article refuses it
    return _plain(said, "", deadline) if isinstance(said := raw.get("summary"), str) else ""


def _plain(said: str, kind: str | None, deadline: Deadline) -> str:
    """The text as a browser shows it, one line a block; markup counts only where it is HTML."""
    if kind == "text/plain":
        return normalise(said)
    if not _TAG.search(said):
        return normalise(html.unescape(said))
    seen = etree.fromstring(
        said.encode(), etree.HTMLParser(target=_Seen(deadline), encoding="utf-8", huge_tree=True)
    )
    lines = (_BLANKS.sub(" ", line).strip() for line in normalise(str(seen)).split("\n"))
    return "\n".join(filter(None, lines))


class _Seen:
    """The visible text of a page of HTML, gathered while lxml reads it."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.pieces: list[str] = []
        self.unseen = self.verbatim = 0

    def start(self, tag: str, attributes: object) -> None:
        self.deadline.left()
        self._step(tag, 1)

    def end(self, tag: str) -> None:
        self._step(tag, -1)

    def _step(self, tag: str, step: int) -> None:
        if _is_unseen(tag):
            self.unseen += step
        elif _is_block(tag):
            self.verbatim += step * (tag == "pre")
            self.pieces.append("\n")

    def data(self, text: str) -> None:
        if not self.unseen:
            if not self.verbatim:
                for blank in "\t\r\n\f":
                    text = text.replace(blank, " ")
            self.pieces.append(text)

    def close(self) -> str:
        return "".join(self.pieces)


@lru_cache(1_000)
def _is_unseen(tag: str) -> bool:
    return _UNSEEN.fullmatch(tag) is not None


@lru_cache(1_000)
def _is_block(tag: str) -> bool:
    return _BLOCKS.fullmatch(tag) is not None


def _every(raw: Any) -> int | None:
    """Seconds between two polls, from RSS 2.0's ttl, else from RSS 1.0's Syndication module."""
    ttl = _number(raw.get("ttl"))
    if ttl:
        return min(_YEAR, round(ttl * 60)) or None
    period, often = raw.get("sy_updateperiod"), raw.get("sy_updatefrequency")
    if period is None and often is None:
        return None
    seconds = _PERIODS.get(str(period or "daily").strip().lower())
    return max(1, round(seconds / (_number(often) or 1))) if seconds else None


def _number(said: object) -> float | None:
    """The number in a text, None where there is none or it is zero."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*", said) if isinstance(said, str) else None
    return (float(found[1]) or None) if found else None
