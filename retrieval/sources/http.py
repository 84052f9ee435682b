"""HTTP: what is found at an address, fetched from machines of the public internet only.

Each hop of a redirect is checked as the first address is, and connected to through
`addresses.PublicOnly`. Any port is allowed, as a public machine is public on each of them. A fetch
ends within `_SECONDS`, whatever a name server or a server does.
"""

import re
import ssl
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from retrieval.errors import ReadError
from retrieval.sources.addresses import Deadline, PublicOnly, host_name
from retrieval.sources.files import MAX_BYTES

_PRODUCT = "Newsdesk/0.1"
AGENT = f"{_PRODUCT} (+https://pypi.org/project/newsdesk/)"

_HOPS = 5
_SECONDS = 30.0  # for the whole of a fetch
_WAIT = 10.0  # seconds for each step of it
_PIECE = 65_536  # bytes expanded at a time
_MAX_ADDRESS = 8_000  # characters; servers refuse longer ones

_PORTS = {"http": 80, "https": 443}
_LASTING = (301, 308)
_REDIRECTS = (*_LASTING, 302, 303, 307)
_REASONS = {
    401: "it can only be read after signing in",
    402: "it can only be read by those who pay",
    403: "the server doesn't let Newsdesk read it",
    404: "there is no such page",
    410: "the page is gone for good",
    429: "the server is asked too often",
    451: "the page is withheld for legal reasons",
    503: "the server is too busy just now",
}


def agent_of(contact: str) -> str:
    """The User-Agent header: Newsdesk, and where its operator can be reached."""
    shown = "".join(one for one in contact if one.isascii() and one.isprintable()).strip(" ()")
    return f"{_PRODUCT} (+{shown})" if shown else AGENT


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found at an address.

    `status` is 200, or 304 where nothing changed since `etag` or `modified`; `body` is then
    empty. `address` is where it was found, `moved` where the address has moved for good, or None.
    `kind` is the content type without its parameters, "" where none is named; `charset` is the
    server's, or None. `max_age` is for how many more seconds it counts as fresh, or None.
    """

    address: str
    moved: str | None
    status: int
    kind: str
    charset: str | None
    body: bytes
    etag: str | None
    modified: str | None
    max_age: int | None


class Refused(ReadError):
    """The server answers with an error `status`, and asks to `wait` so many seconds, or None."""

    def __init__(self, status: int, wait: int | None) -> None:
        reason = _REASONS.get(status, "the server has a fault" if status >= 500 else "")
        asked = f"; it asks to wait {wait:,} seconds" if wait else ""
        super().__init__(f"{reason or 'the server refuses'} (status {status}){asked}")
        self.status = status
        self.wait = wait


def fetch(
    address: str,
    *,
    allowed: Collection[str] = (),
    agent: str = AGENT,
    etag: str | None = None,
    modified: str | None = None,
    limit: int = MAX_BYTES,
    permit: Callable[[str], None] = lambda address: None,
) -> Fetched:
    """What is at an address, or that it hasn't changed since `etag` or `modified`.

    Hosts `allowed` by name needn't be public. `limit` is in bytes, both as sent and expanded.
    `permit` is called with each address before it is requested, and may raise ReadError.
    Raises Refused where the server answers with an error, ReadError for all else that goes wrong.
    """
    headers = {
        "User-Agent": agent,
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "If-None-Match": etag,
        "If-Modified-Since": modified,
    }
    deadline = Deadline(_SECONDS, _WAIT)
    backend = PublicOnly(allowed, deadline)
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool:
            body = partial(_body, limit=limit, deadline=deadline)
            return _follow(pool, address, headers, body, permit)
    except (httpcore.TimeoutException, TimeoutError) as exc:
        raise ReadError("it takes too long to answer") from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as exc:
        raise ReadError(_trouble(exc)) from exc


@cache
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _trouble(exc: Exception) -> str:
    cause = exc.args[0] if exc.args else None  # httpcore's errors hold the original one
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate can't be trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "no secure connection to the server can be made"
    if isinstance(exc, httpcore.ConnectError):
        return "no connection to the server can be made"
    if isinstance(exc, httpcore.LocalProtocolError):
        return "it can't be requested over HTTP"
    if isinstance(exc, httpcore.RemoteProtocolError):
        return "the server breaks off, or its answer isn't HTTP"
    return "the connection to the server broke"


def _follow(
    pool: httpcore.ConnectionPool,
    address: str,
    conditions: dict[str, str | None],
    body: Callable[[httpcore.Response, dict[str, str]], bytes],
    permit: Callable[[str], None],
) -> Fetched:
    address, url = _parts(address)
    moved, lasting, visited = None, True, set()
    for _ in range(_HOPS + 1):
        visited.add(address)
        permit(address)
        sent = {"Host": urlsplit(address).netloc, **conditions}
        with pool.stream(
            "GET",
            url,
            headers=[(name.encode(), value.encode()) for name, value in sent.items() if value],
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _WAIT)},
        ) as response:
            headers = _headers(response)
            if response.status not in _REDIRECTS or "location" not in headers:
                unchanged = response.status == 304 and (
                    conditions["If-None-Match"] or conditions["If-Modified-Since"]
                )
                if response.status != 200 and not unchanged:
                    raise Refused(response.status, _wait(headers.get("retry-after", "")))
                content = b"" if unchanged else body(response, headers)
                return _fetched(address, moved, response.status, headers, content)
            lasting = lasting and response.status in _LASTING
            address, url = _next(address, headers["location"])
        if address in visited:
            raise ReadError("it redirects in a circle")
        moved = address if lasting else moved
    raise ReadError(f"it redirects more than {_HOPS} times")


def _next(address: str, location: str) -> tuple[str, httpcore.URL]:
    try:
        return _parts(urljoin(address, location))
    except ValueError:
        raise ReadError("it redirects to an invalid address") from None
    except ReadError as exc:
        raise ReadError(f"it redirects to an address that is not fetched: {exc.reason}") from exc


def _parts(address: str) -> tuple[str, httpcore.URL]:
    """The address in ASCII without its fragment, and what to connect to and request."""
    try:
        at = urlsplit(address.strip())
        host, port = host_name(at.hostname or ""), at.port
        path = quote(at.path or "/", "/%:@!$&'()*+,;=~", errors="surrogateescape")
        query = quote(at.query, "/%:@!$&'()*+,;=~?[]", errors="surrogateescape")
    except ValueError:
        raise ReadError("it is not an address of a web page") from None
    if at.scheme not in _PORTS or not host:
        raise ReadError("only http and https addresses are fetched")
    if at.username is not None or at.password is not None:
        raise ReadError("the address has a name or password in it")
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _PORTS[at.scheme]):
        netloc += f":{port}"
    plain = urlunsplit((at.scheme, netloc, path, query, ""))
    if len(plain) > _MAX_ADDRESS:
        raise ReadError(f"the address is over {_MAX_ADDRESS:,} characters")
    target = f"{path}?{query}" if query else path
    return plain, httpcore.URL(scheme=at.scheme, host=host, port=port, target=target)


def _headers(response: httpcore.Response) -> dict[str, str]:
    """The headers by lower-case name: of repeated ones the first, of lists all parts."""
    headers: dict[str, str] = {}
    for raw, content in response.headers:
        name = raw.decode("latin-1").lower()
        value = content.decode("utf-8", "surrogateescape").strip()
        if name in headers and name in ("content-encoding", "cache-control"):
            headers[name] += f", {value}"
        else:
            headers.setdefault(name, value)
    return headers


def _fetched(
    address: str, moved: str | None, status: int, headers: dict[str, str], body: bytes
) -> Fetched:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", parameters, re.I | re.A)
    return Fetched(
        address=address,
        moved=moved,
        status=status,
        kind=kind.strip().lower(),
        charset=charset[1].lower() if charset else None,
        body=body,
        etag=_storable(headers.get("etag", "")),
        modified=_storable(headers.get("last-modified", "")),
        max_age=_max_age(headers),
    )


def _storable(value: str) -> str | None:
    """The value if it can be stored and sent back, else None."""
    return value if 0 < len(value) <= 1_000 and value.isascii() and value.isprintable() else None


def _max_age(headers: dict[str, str]) -> int | None:
    control = headers.get("cache-control", "").lower()
    if re.search("no-cache|no-store", control):
        return 0
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", control, re.A)
    age = re.match(r"\d{1,9}", headers.get("age", ""), re.A)
    return max(0, int(found[1]) - int(age[0] if age else 0)) if found else None


def _wait(value: str) -> int | None:
    """The seconds until a Retry-After header allows, which is a number or a date."""
    if re.fullmatch(r"\d{1,9}", value, re.A):
        return int(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((until - datetime.now(UTC)).total_seconds()))


def _body(
    response: httpcore.Response, headers: dict[str, str], *, limit: int, deadline: Deadline
) -> bytes:
    too_large = f"it is over the limit of {limit / 1_000_000:g} MB"
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:19]) > limit:
        raise ReadError(too_large)
    coding = headers.get("content-encoding", "").lower()
    sent = _bounded(response.iter_stream(), limit, too_large)
    if coding in ("gzip", "x-gzip", "deflate"):
        expands = f"it expands to over the limit of {limit / 1_000_000:g} MB"
        sent = _bounded(_expanded(sent, coding), limit, expands)
    elif coding not in ("", "identity"):
        raise ReadError(f"it is sent compressed as {coding[:50]!r}, which is not read")
    content = bytearray()
    for piece in sent:
        deadline.left()
        content += piece
    return bytes(content)


def _bounded(pieces: Iterable[bytes], limit: int, reason: str) -> Iterator[bytes]:
    taken = 0
    for piece in pieces:
        taken += len(piece)
        if taken > limit:
            raise ReadError(reason)
        yield piece


def _expanded(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    head = b""
    while len(head) < 2 and (piece := next(pieces, None)) is not None:
        head += piece
    engine = zlib.decompressobj(bits := _window_bits(head[:2], coding))
    try:
        for piece in chain([head], pieces):
            while piece:
                if engine.eof:  # a gzip file may have several members
                    engine = zlib.decompressobj(bits)
                yield engine.decompress(piece, _PIECE)
                piece = engine.unconsumed_tail or engine.unused_data
        yield engine.flush()
    except zlib.error as exc:
        raise ReadError("its compression is damaged") from exc
    if head and not engine.eof:
        raise ReadError("its compression is cut off")


def _window_bits(head: bytes, coding: str) -> int:
    """The `wbits` for zlib: a "deflate" stream comes with zlib's two-byte header, or without."""
    if coding != "deflate":
        return 31
    return 15 if head and head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0 else -15
