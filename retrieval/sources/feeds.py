"""The bytes of an RSS or Atom feed → its entries; nothing is fetched, and no entity expanded.

feedparser's own two parsers do the reading, the strict one first, the forgiving one where a feed is
not well-formed. What stands before the first element, its DTD included, never reaches them, and
each step that they take is counted and timed: a feed may be anything that a stranger could write.
"""

import html
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import feature_external_ges, feature_external_pes, feature_namespaces

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.datetimes import _parse_date
from lxml import etree

from retrieval.articles.article import (
    MAX_CHARACTERS,
    MAX_FIELD,
    Article,
    article,
    canonical_url,
    normalise,
    published_date,
)
from retrieval.errors import ReadError
from retrieval.sources.addresses import Deadline
from retrieval.sources.documents import decode

log = logging.getLogger(__name__)

MAX_BYTES = 10_000_000  # of a whole feed; those of newspapers are under one
MAX_ENTRIES = 1_000  # taken of one feed
_MAX_READ = 10_000  # entries that a feed may have at all
_MAX_ELEMENTS = 200_000
_MAX_MARKS = 1_000_000  # "<" in all of it, those of its articles' markup too
_MAX_ATTRIBUTES = 200  # of one element; the strict parser takes n² steps for them
_MAX_NAMESPACES = 1_000
_MAX_TAG = 20_000  # characters; the forgiving parser needs 150 bytes of memory for each
_MAX_DEPTH = 1_000  # where elements are closed; an ill-formed feed leaves many open
_MAX_OPEN = 50_000
_MAX_SHORT = 4_000  # characters of what is no text: feedparser takes n² steps for an author
_MAX_ADDRESS = 8_000  # characters, as in a fetch
_MAX_AUTHORS = 50
_MAX_HARD = 50  # dates of one feed that may be read as words, for 0.03 s each
_SECONDS = 10.0  # to parse it, and again for its dates (their words take 4 to load) and texts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR = 31_536_000
_PERIODS = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": _YEAR,
}

_LONG = {"content", "description", "summary", "title", "subtitle", "tagline", "info", "rights"}
_FEEDS = {"rss", "feed", "rdf", "channel"}
_PAGES = {"html", "head", "body"}
_FEED_KINDS = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
_HTML_KINDS = {"text/html", "application/xhtml+xml"}

# How a text begins that is not in an extension of ASCII (XML 1.0, appendix F).
_BEGINNINGS = {
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe\0\0": "utf-32",
    b"\xfe\xff": "utf-16",
    b"\xff\xfe": "utf-16",
    b"\0\0\0<": "utf-32-be",
    b"<\0\0\0": "utf-32-le",
    b"\0<": "utf-16-be",
    b"<\0": "utf-16-le",
    b"\x4c\x6f\xa7\x94": "cp037",
}
_DECLARED = re.compile(rb"[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BEYOND_ASCII = re.compile("[^\0-\x7f\ufffd]")
_SOMETHING = re.compile(r"\S")
_DELIMITER = re.compile("[<>\"']")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.I)
_TAG = re.compile(r"<[a-zA-Z/!?]")
_USUAL_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|(?:[a-z]{3,9}, ?)?\d{1,2} [a-z]{3} \d{4} \d\d?:\d\d", re.I
)
_YEAR_AND_DAY = re.compile(r"\d{4}\D+\d|\d\D+\d{4}")
_ZONE = re.compile(r"(?:\d\s*[+-]\d\d:?\d\d|\d\s*z|\b(?:utc|gmt|[ecmp][sd]t))$", re.I)

# As far as the forgiving parser takes a tag to go, found without its memory for each character.
_LONG_TAG = re.compile(r"""<(?:[^'"<>]++|"[^"]*+"(?=>|/|\s|\w+=)|'[^']*+'(?=>|/|\s|\w+=))*+""")
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

    `published` is as in Article. `text` is what the feed itself holds of the article, plain. `id`
    is what the feed tells it from others by, "" where it has nothing for that.
    """

    address: str | None
    title: str
    published: str | None
    authors: tuple[str, ...]
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds, in its own order; `left_out` of its older entries were not taken.

    `every` is how many seconds it asks to wait between two polls, at most a year; None where it
    doesn't say.
    """

    title: str
    entries: tuple[Entry, ...]
    every: int | None
    left_out: int = 0


def parse(content: bytes, *, address: str, charset: str | None = None) -> Feed:
    """The feed that was found at `address`, as much of it as can be read. Raises ReadError.

    `charset` is as a server says; the feed's own word counts as much.
    """
    try:
        return _feed(content, address, charset)
    except ReadError:
        raise
    except TimeoutError as exc:
        raise ReadError("it takes too long to read") from exc
    except Exception as exc:  # what is made to break parsers breaks them anywhere
        log.debug("%s", address, exc_info=True)
        raise ReadError(f"it is damaged ({type(exc).__name__})") from exc


def teaser(entry: Entry, source: str) -> Article:
    """What a feed itself holds of an article, as an Article. Raises ReadError where it is none."""
    return article(
        entry.text,
        url=entry.address,
        title=entry.title,
        source=source,
        published=entry.published,
        authors=entry.authors,
    )


def _feed(content: bytes, address: str, charset: str | None) -> Feed:
    text = _decoded(content, charset)
    root = _ROOT.search(text, _prolog_end(text))
    name = root[1].rpartition(":")[2].lower() if root else ""
    if root is None or name in _PAGES:
        raise _no_feed(text, name, address)
    read = _read(text[root.start() :], address, Deadline(_SECONDS, _SECONDS))
    ended = text.rstrip().endswith((f"</{root[1]}>", "/>"))
    if not read.entries and not (ended and name in _FEEDS):
        raise _no_feed(text, name, address)
    clock = Deadline(_SECONDS, _SECONDS)
    shared = _authors(read.feeddata) if read.version.startswith("atom") else ()
    dated = _dated(read.entries, clock)
    return Feed(
        title=_line(read.feeddata, "title", clock),
        entries=tuple(_entry(raw, day, shared, clock) for raw, day in _newest(dated)),
        every=_every(read.feeddata),
        left_out=max(0, len(dated) - MAX_ENTRIES),
    )


def _decoded(content: bytes, charset: str | None) -> str:
    if len(content) > MAX_BYTES:
        raise ReadError(f"it is over the limit of {MAX_BYTES // 1_000_000} MB")
    if not content.strip(b"\0 \t\r\n"):
        raise ReadError("it is empty")
    text = _NOT_XML.sub("", _in_charset(content, charset).removeprefix("\ufeff"))
    if text.count("<") > _MAX_MARKS:
        raise ReadError(f"it has over {_MAX_MARKS:,} tags")
    return text


def _in_charset(content: bytes, charset: str | None) -> str:
    for beginning, name in _BEGINNINGS.items():
        if content.startswith(beginning):
            return content.decode(name, "replace")
    found = _DECLARED.match(content[:400])
    names = [found[1].decode() if found else None, charset]
    content = content.replace(b"\0", b"")
    if b"\x1b" not in content:
        text = content.decode("utf-8", "replace")
        damage = text.count("\ufffd")
        if damage < len(_BEYOND_ASCII.findall(text)) or not damage:
            return text
        # It isn't in Unicode, whoever says so.
        names = [name for name in names if name and not name.lower().startswith("utf")]
    return decode(content, *names)


def _prolog_end(text: str) -> int:
    """Where the first element may begin: after declarations, comments and the DTD."""
    end = 0
    while found := _SOMETHING.search(text, end):
        at = found.start()
        if text.startswith("<?", at):
            end = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at) + 3
        elif text.startswith("<!", at):
            end = _declaration_end(text, at)
        else:
            return at
        if end <= at:  # it has no end
            return at
    return len(text)


def _declaration_end(text: str, start: int) -> int:
    """Where the DTD that starts there ends, with all that is declared in it; 0 if it doesn't."""
    at, depth = start, 0
    while found := _DELIMITER.search(text, at):
        at = found.end()
        if text.startswith("<!--", found.start()):
            at = text.find("-->", at) + 3
        elif found[0] in "\"'":
            at = text.find(found[0], at) + 1
        else:
            depth += 1 if found[0] == "<" else -1
        if at <= found.start():
            return 0
        if depth == 0:
            return at
    return 0


def _no_feed(text: str, name: str, address: str) -> ReadError:
    if name in _PAGES or _HTML.search(text[:5_000]):
        of_page = _feed_of_page(text, address)
        at = f"; a feed that it names is at {of_page}" if of_page else ""
        return ReadError(f"it is a page, not a feed{at}")
    if text.lstrip().startswith(("{", "[")):
        return ReadError("it is JSON; feeds are read in RSS and Atom")
    if name in _FEEDS:
        return ReadError("it is cut off or damaged, and no entry of it can be read")
    if name:
        return ReadError(f"it is XML, but not a feed: it begins with <{name[:40]}>")
    return ReadError("it is not a feed")


def _feed_of_page(text: str, address: str) -> str | None:
    page = etree.fromstring(text[:500_000].encode(), etree.HTMLParser(encoding="utf-8"))
    if page is None:
        return None
    base = next((one.get("href") for one in page.iter("base") if one.get("href")), "")
    for link in page.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        if "alternate" in rels and (link.get("type") or "").strip().lower() in _FEED_KINDS:
            found = _address(_joined(_joined(address, base), link.get("href") or ""))
            if found:
                return found
    return None


_Parser: Any = object


class _Counted(_Parser):  # type: ignore[misc]
    """What feedparser's parsers do, within limits; it comes before them in the order of classes."""

    baseuri: str
    most_open = _MAX_DEPTH
    resolve_relative_uris = False  # in markup, which becomes plain text
    sanitize_html = False

    def __init__(self, clock: Deadline, *args: Any) -> None:
        self.clock = clock
        self.elements = 0
        super().__init__(*args)

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        self.clock.left()
        self.elements += 1
        if self.elements > _MAX_ELEMENTS:
            raise ReadError(f"it has over {_MAX_ELEMENTS:,} elements")
        if self.depth >= self.most_open:
            raise ReadError("its elements are nested too deep")
        super().unknown_starttag(tag, attrs)
        if len(self.entries) > _MAX_READ:
            raise ReadError(f"it has over {_MAX_READ:,} entries")
        if len(self.baseuri) > _MAX_ADDRESS:  # each element would hold a longer one
            self.baseuri = self.basestack[-1] = ""

    def unknown_endtag(self, tag: str) -> None:
        self.clock.left()
        super().unknown_endtag(tag)

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        super().track_namespace(prefix, uri)
        if len(self.namespaces_in_use) > _MAX_NAMESPACES:
            raise ReadError(f"it has over {_MAX_NAMESPACES:,} namespaces")

    def handle_data(self, text: str, *args: Any, **kwargs: Any) -> None:
        self.clock.left()
        super().handle_data(text, *args, **kwargs)

    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):  # no character has that number
            self.handle_data("\ufffd")

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        stack = self.elementstack
        if stack and stack[-1][0] == element:
            pieces = stack[-1][2]
            if element not in _LONG and sum(map(len, pieces)) > _MAX_SHORT:
                stack[-1][2] = []
            elif isinstance(pieces, list):  # feedparser takes blank ones from its front, in n²
                first = next((n for n, one in enumerate(pieces) if one.strip()), len(pieces))
                del pieces[:first]
        return super().pop(element, strip_whitespace)


class _Strict(_Counted, StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: Any, qname: str | None, attrs: Any) -> None:
        if len(attrs) > _MAX_ATTRIBUTES:
            raise ReadError(f"an element of it has over {_MAX_ATTRIBUTES:,} attributes")
        super().startElementNS(name, qname, attrs)


class _Loose(_Counted, LooseFeedParser):  # type: ignore[misc]
    most_open = _MAX_OPEN

    def parse_starttag(self, i: int) -> int:
        self.clock.left()
        tag = _LONG_TAG.match(self.rawdata, i)
        if tag and tag.end() - i > _MAX_TAG:
            return -1  # it is text
        return int(super().parse_starttag(i))


def _read(text: str, address: str, clock: Deadline) -> Any:
    """The parser after its work."""
    address = address if canonical_url(address) else ""
    strict = _Strict(clock, address, None, "utf-8")
    reader = ExpatParser()
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setFeature(feature_external_pes, False)
    reader.setContentHandler(strict)
    reader.setErrorHandler(strict)
    try:
        reader.feed(text.encode())
        reader.close()
        return strict
    except (ReadError, TimeoutError):
        raise
    except Exception as exc:  # noqa: BLE001 - as well-formed tags too can make feedparser stumble
        log.debug("%s is not well-formed: %s", address, exc)
    loose = _Loose(clock, address, None, "utf-8", {})
    try:
        loose.feed(text)
    except (ReadError, TimeoutError):
        raise
    except Exception as exc:  # noqa: BLE001 - what came before was read
        log.debug("%s can't be read to its end: %s", address, exc)
    return loose


def _dated(raw: list[Any], clock: Deadline) -> list[tuple[Any, str | None]]:
    """The entries with their dates; only so many of these may be hard to read."""
    hard = 0
    dated = []
    for one in raw:
        clock.left()
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
    """What an entry says of its date, in its words; when it was changed comes last."""
    for name in ("published", "created", "updated"):
        said = dict.get(raw, name)  # feedparser's own get() takes one for the other
        if isinstance(said, str) and said.strip():
            yield said.strip()[:100]


def _unusual_date(said: str) -> str | None:
    """A date in one of the other forms that feedparser knows, where it says all of itself."""
    found = _parse_date(said)
    # What is missing feedparser takes from the clock, or makes the first of January.
    if found is None or f"{found.tm_year:04}" not in said or len(re.findall(r"\w+", said)) < 3:
        return None
    if not re.search(r"\d:\d\d", said):
        return published_date(date(*found[:3]))
    at = datetime(*found[:6])
    return published_date(at.replace(tzinfo=UTC) if _ZONE.search(said) else at)


def _newest(dated: list[tuple[Any, str | None]]) -> list[tuple[Any, str | None]]:
    """As many as are taken, in the feed's order; those without a date count as the oldest."""
    if len(dated) <= MAX_ENTRIES:
        return dated
    ranks = sorted(range(len(dated)), key=lambda n: (_moment(dated[n][1]), -n), reverse=True)
    return [dated[n] for n in sorted(ranks[:MAX_ENTRIES])]


def _moment(day: str | None) -> float:
    if day is None:
        return float("-inf")
    at = datetime.fromisoformat(day)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _entry(raw: Any, day: str | None, shared: tuple[str, ...], clock: Deadline) -> Entry:
    clock.left()
    return Entry(
        address=_page(raw),
        title=_line(raw, "title", clock),
        published=day,
        authors=_authors(raw) or shared,
        text=_text(raw, clock),
        id=_one_line(said) if isinstance(said := raw.get("id"), str) else "",
    )


def _page(raw: Any) -> str | None:
    """The address of an entry's page: the one that a service for feeds replaced, if it did."""
    links = [one for one in raw.get("links", ()) if one.get("rel") == "alternate"]
    links.sort(key=lambda one: one.get("type") not in _HTML_KINDS)
    replaced = [raw.get("feedburner_origlink"), raw.get("pheedo_origlink")]
    for said in (*replaced, *(one.get("href") for one in links), raw.get("link")):
        found = _address(said) if isinstance(said, str) else None
        if found:
            return found
    return None


def _address(said: str) -> str | None:
    said = normalise(said).replace("\n", "").replace(" ", "%20")
    if len(said) > _MAX_ADDRESS or not canonical_url(said):
        return None
    scheme, _, rest = said.partition(":")
    return f"{scheme.lower()}:{rest}"


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _authors(raw: Any) -> tuple[str, ...]:
    names = (one.get("name") for one in raw.get("authors", ())[:_MAX_AUTHORS])
    lines = [_one_line(name) for name in names if isinstance(name, str)]
    return tuple(dict.fromkeys(filter(None, lines)))


def _line(raw: Any, name: str, clock: Deadline) -> str:
    said, detail = raw.get(name), raw.get(f"{name}_detail") or {}
    return _one_line(_plain(said, detail.get("type"), clock)) if isinstance(said, str) else ""


def _one_line(said: str) -> str:
    return " ".join(normalise(said).split())[:MAX_FIELD]


def _text(raw: Any, clock: Deadline) -> str:
    """The longest form in which the feed holds the entry's text: its content, else its summary."""
    contents = [*raw.get("content", ()), raw.get("summary_detail") or {}]
    for content in contents:
        said, kind = content.get("value"), content.get("type")
        if isinstance(said, str) and (not kind or kind.startswith("text/") or kind in _HTML_KINDS):
            text = _plain(said, kind, clock)
            if text:
                return text[: MAX_CHARACTERS + 1]  # as an Article it is refused for that one
    return _plain(said, "", clock) if isinstance(said := raw.get("summary"), str) else ""


def _plain(said: str, kind: str | None, clock: Deadline) -> str:
    """The text as people see it, its blocks as lines; markup is markup only where it is HTML."""
    if kind == "text/plain":
        return normalise(said)
    if not _TAG.search(said):
        return normalise(html.unescape(said))
    seen = etree.fromstring(
        said.encode(), etree.HTMLParser(target=_Seen(clock), encoding="utf-8", huge_tree=True)
    )
    lines = (_BLANKS.sub(" ", line).strip() for line in normalise(str(seen)).split("\n"))
    return "\n".join(filter(None, lines))


class _Seen:
    """What is seen of a page of HTML, gathered while lxml reads it."""

    def __init__(self, clock: Deadline) -> None:
        self.clock = clock
        self.pieces: list[str] = []
        self.unseen = self.verbatim = 0

    def start(self, tag: str, attributes: object) -> None:
        self.clock.left()
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
    """Seconds between two polls: by RSS 2.0's ttl, else by the Syndication module of RSS 1.0."""
    ttl = _number(raw.get("ttl"))
    if ttl:
        return min(_YEAR, round(ttl * 60)) or None
    period, often = raw.get("sy_updateperiod"), raw.get("sy_updatefrequency")
    if period is None and often is None:
        return None
    seconds = _PERIODS.get(str(period or "daily").strip().lower())
    return max(1, round(seconds / (_number(often) or 1))) if seconds else None


def _number(said: object) -> float | None:
    """The number that is said, if it is one that can be divided by."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*", said) if isinstance(said, str) else None
    return (float(found[1]) or None) if found else None
