"""Feed parser: the bytes of an RSS or Atom feed → feedparser's view of it, within limits.

feedparser's own two parsers do the reading: the strict one first, the forgiving one where a feed is
not well-formed. A feed may be anything that a stranger could write, so what stands before the first
element, its DTD included, never reaches them, no entity is expanded, and each step that they take
is counted and timed.
"""

import logging
import re
from typing import Any
from urllib.parse import urljoin
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import feature_external_ges, feature_external_pes, feature_namespaces

from feedparser.api import LooseFeedParser, StrictFeedParser
from lxml import etree

from retrieval.articles.article import canonical_url, normalise
from retrieval.errors import ReadError
from retrieval.sources.addresses import Deadline
from retrieval.sources.documents import decode

log = logging.getLogger(__name__)

MAX_BYTES = 10_000_000  # of a whole feed; those of newspapers are under one
_MAX_ENTRIES = 10_000  # that a feed may have at all
_MAX_ELEMENTS = 200_000
_MAX_TAGS = 1_000_000  # "<" in all of it, with those of its articles' markup
_MAX_ATTRIBUTES = 200  # of one element; the strict parser takes n² steps for them
_MAX_NAMESPACES = 1_000
_MAX_TAG = 20_000  # characters; the forgiving parser needs 150 bytes of memory for each one
_MAX_DEPTH = 1_000  # of elements that are closed; an ill-formed feed leaves many open
_MAX_OPEN = 50_000
_MAX_SHORT = 4_000  # characters of a field that is not text; an author takes feedparser n² steps
_MAX_ADDRESS = 8_000  # characters, as in a fetch

_TEXTS = {"content", "description", "summary", "title", "subtitle", "tagline", "info", "rights"}
_FEEDS = {"rss", "feed", "rdf", "channel"}
_PAGES = {"html", "head", "body"}
_FEED_KINDS = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}

# The first bytes of a text in a charset that is no extension of ASCII (XML 1.0, appendix F).
_FIRST_BYTES = {
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
# A tag as the forgiving parser sees it, matched without its memory for each character.
_LONG_TAG = re.compile(r"""<(?:[^'"<>]++|"[^"]*+"(?=>|/|\s|\w+=)|'[^']*+'(?=>|/|\s|\w+=))*+""")


def read(content: bytes, *, address: str, charset: str | None, seconds: float) -> Any:
    """A parser of feedparser after its work; `feeddata`, `entries` and `version` are the feed's.

    Raises ReadError for what is not a feed, TimeoutError where parsing takes over `seconds`.
    """
    text = _decoded(content, charset)
    root = _ROOT.search(text, _prolog_end(text))
    name = root[1].rpartition(":")[2].lower() if root else ""
    if root is None or name in _PAGES:
        raise _no_feed(text, name, address)
    parser = _parsed(text[root.start() :], address, Deadline(seconds, seconds))
    is_whole = text.rstrip().endswith((f"</{root[1]}>", "/>"))
    if not parser.entries and not (is_whole and name in _FEEDS):
        raise _no_feed(text, name, address)
    return parser


def web_address(text: str) -> str | None:
    """The address of a page in a form that can be fetched, None where the text is none."""
    text = normalise(text).replace("\n", "").replace(" ", "%20")
    if len(text) > _MAX_ADDRESS or not canonical_url(text):
        return None
    scheme, _, rest = text.partition(":")
    return f"{scheme.lower()}:{rest}"


def _decoded(content: bytes, charset: str | None) -> str:
    if len(content) > MAX_BYTES:
        raise ReadError(f"it is over the limit of {MAX_BYTES // 1_000_000} MB")
    if not content.strip(b"\0 \t\r\n"):
        raise ReadError("it is empty")
    text = _NOT_XML.sub("", _in_charset(content, charset).removeprefix("\ufeff"))
    if text.count("<") > _MAX_TAGS:
        raise ReadError(f"it has over {_MAX_TAGS:,} tags")
    return text


def _in_charset(content: bytes, charset: str | None) -> str:
    for first, name in _FIRST_BYTES.items():
        if content.startswith(first):
            return content.decode(name, "replace")
    found = _DECLARED.match(content[:400])
    names = [found[1].decode() if found else None, charset]
    content = content.replace(b"\0", b"")
    if b"\x1b" not in content:
        text = content.decode("utf-8", "replace")
        damage = text.count("\ufffd")
        if damage < len(_BEYOND_ASCII.findall(text)) or not damage:
            return text
        # It isn't Unicode, even if it says so.
        names = [name for name in names if name and not name.lower().startswith("utf")]
    return decode(content, *names)


def _prolog_end(text: str) -> int:
    """Where the first element may begin: after declarations, comments and a DTD."""
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
        if end <= at:  # it is never closed
            return at
    return len(text)


def _declaration_end(text: str, start: int) -> int:
    """Where the DTD that starts there ends, after all declarations in it; 0 if it never does."""
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
            found = web_address(_joined(_joined(address, base), link.get("href") or ""))
            if found:
                return found
    return None


_Parser: Any = object


class _Counted(_Parser):  # type: ignore[misc]
    """Puts limits on a parser of feedparser; it stands first among the base classes."""

    baseuri: str
    most_open = _MAX_DEPTH
    resolve_relative_uris = False  # those in markup, which becomes plain text
    sanitize_html = False

    def __init__(self, deadline: Deadline, *args: Any) -> None:
        self.deadline = deadline
        self.elements = 0
        super().__init__(*args)

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        self.deadline.left()
        self.elements += 1
        if self.elements > _MAX_ELEMENTS:
            raise ReadError(f"it has over {_MAX_ELEMENTS:,} elements")
        if self.depth >= self.most_open:
            raise ReadError("its elements are nested too deep")
        super().unknown_starttag(tag, attrs)
        if len(self.entries) > _MAX_ENTRIES:
            raise ReadError(f"it has over {_MAX_ENTRIES:,} entries")
        if len(self.baseuri) > _MAX_ADDRESS:  # each nested element would make it longer
            self.baseuri = self.basestack[-1] = ""

    def unknown_endtag(self, tag: str) -> None:
        self.deadline.left()
        super().unknown_endtag(tag)

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        super().track_namespace(prefix, uri)
        if len(self.namespaces_in_use) > _MAX_NAMESPACES:
            raise ReadError(f"it has over {_MAX_NAMESPACES:,} namespaces")

    def handle_data(self, text: str, *args: Any, **kwargs: Any) -> None:
        self.deadline.left()
        super().handle_data(text, *args, **kwargs)

    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):  # it is the number of no character
            self.handle_data("\ufffd")

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        stack = self.elementstack
        if stack and stack[-1][0] == element:
            pieces = stack[-1][2]
            if element not in _TEXTS and sum(map(len, pieces)) > _MAX_SHORT:
                stack[-1][2] = []
            elif isinstance(pieces, list):  # feedparser removes blank ones at the front in n² steps
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
        self.deadline.left()
        tag = _LONG_TAG.match(self.rawdata, i)
        if tag and tag.end() - i > _MAX_TAG:
            return -1  # then it is text
        return int(super().parse_starttag(i))


def _parsed(text: str, address: str, deadline: Deadline) -> Any:
    """The strict parser if it could read the text to its end, else the forgiving one."""
    address = address if canonical_url(address) else ""
    strict = _Strict(deadline, address, None, "utf-8")
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
    except Exception as exc:  # noqa: BLE001 - feedparser fails on some well-formed tags too
        log.debug("%s is not well-formed: %s", address, exc)
    loose = _Loose(deadline, address, None, "utf-8", {})
    try:
        loose.feed(text)
    except (ReadError, TimeoutError):
        raise
    except Exception as exc:  # noqa: BLE001 - what came before it was read
        log.debug("%s can't be read to its end: %s", address, exc)
    return loose


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""
