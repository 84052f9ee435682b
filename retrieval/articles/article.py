"""Article: one text, normalised once, with a lasting identity."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from retrieval.errors import ReadError

MAX_CHARACTERS = 1_000_000  # of a text, a long book; anything larger is not one article
MAX_FIELD = 500  # of titles, names and publishers; longer ones are damage, not data

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Also marks that reverse the direction of text (UAX #9), and lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_NO_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^`{|}\x7f]")
_PORTS = {"http": 80, "https": 443}
# Parameters that campaigns and mailings add to an address; they never say which article it is.
_TRACKER = re.compile("utm_.+|fbclid|gclid|dclid|yclid|msclkid|twclid|mc_cid|mc_eid|igshid|_ga|_gl")


@dataclass(frozen=True, slots=True)
class Article:
    """One article; every offset anywhere counts characters of its `text`.

    `source` is the publisher. `published` is an ISO 8601 date or date with time, None where it
    isn't known. `path` is the file that it came from, None where it came from elsewhere. A
    `teaser` is what a feed says of an article whose page could not be read yet.
    """

    id: str
    url: str | None
    path: str | None
    title: str
    source: str
    published: str | None
    authors: tuple[str, ...]
    text: str
    teaser: bool = False

    @property
    def digest(self) -> str:
        """Equal for articles with the same text, title and particulars, but for id and path."""
        content = [self.url, self.title, self.source, self.published, self.authors, self.text]
        content += ["teaser"] if self.teaser else []
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def day(self) -> date | None:
        """The day of publication in the publisher's time zone, or None."""
        return date.fromisoformat(self.published[:10]) if self.published else None


def article(
    text: str,
    *,
    url: str | None = None,
    path: str | None = None,
    title: str | None = None,
    source: str | None = None,
    published: object = None,
    authors: object = None,
    own_file: bool = True,
) -> Article:
    """An Article with normalised text and an id.

    The id is made of the canonical URL, else of the path, else of the text. `own_file` is False
    for a path that holds many articles, which then can't identify them. Raises ReadError for an
    empty text and for one over `MAX_CHARACTERS`.
    """
    text = normalise(text)
    if not text:
        raise ReadError("it holds no text")
    if len(text) > MAX_CHARACTERS:
        raise ReadError(f"its text is over {MAX_CHARACTERS:,} characters")
    url = canonical_url(url) if url else None
    if url:
        identity = f"url:{url}"
    elif path and own_file:
        identity = f"path:{path}"
    else:
        identity = f"text:{text}"
    return Article(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        url=url,
        path=path,
        title=_line(title) or _first_line(text),
        source=_line(source) or _host(url),
        published=published_date(published),
        authors=_names(authors),
        text=text,
    )


def normalise(text: str) -> str:
    """The text in Unicode NFC, with line feeds as line ends and without control characters.

    Tabs become spaces, and blanks at both ends go. A normalised text stays as it is.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text)).strip()


def canonical_url(url: str) -> str | None:
    """The web address without fragment, password and trackers, its query sorted; else None."""
    url = normalise(url).replace("\n", "")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not _is_host(host):
        return None
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKER.fullmatch(name)
    ]
    host = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, host + port, path, urlencode(sorted(query)), ""))


def _is_host(host: str) -> bool:
    """Whether browsers accept it as a host (URL Standard, forbidden host code points)."""
    if ":" not in host:
        return bool(host) and not _NO_HOST.search(host)
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def published_date(value: object) -> str | None:
    """The ISO 8601 form of a date in ISO 8601, RFC 2822 or words; None where there is none.

    A time without a zone stays without one; nothing is filled in from the clock.
    """
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str) or not value.strip():
        return None
    value = value.strip()
    for parse in (_iso_date, parsedate_to_datetime):
        try:
            return parse(value).isoformat()
        except (ValueError, IndexError, OverflowError):
            continue
    return _written_date(value[:40]) if re.search("[^\\W\\d_]{3}", value) else None


@lru_cache(1000)
def _written_date(value: str) -> str | None:
    """The day that the words name; the month must be a word, as 3/4/2025 is ambiguous."""
    from dateparser import parse  # late: it loads slowly, and most dates are ISO

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
    found = parse(value, settings=settings)
    return found.date().isoformat() if found else None


def _iso_date(value: str) -> date:
    return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)


def _line(value: object) -> str:
    return " ".join(normalise(value).split())[:MAX_FIELD] if isinstance(value, str) else ""


def _names(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else re.split("[;,]", _line(value))
    return tuple(name for name in map(_line, values) if name)


def _first_line(text: str) -> str:
    line = _line(text.split("\n", 1)[0])
    return line if len(line) <= 100 else line[:99].rsplit(" ", 1)[0] + "…"


def _host(url: str | None) -> str:
    host = (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.")
