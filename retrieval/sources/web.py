"""Addresses → Articles; nothing is fetched from a machine that isn't public.

Every name is resolved here, each of its addresses checked, and the connection made to the address
that was checked, at each hop of a redirect: a name can't point elsewhere in between.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from retrieval.articles import Article, article
from retrieval.errors import ReadError
from retrieval.sources.files import MAX_BYTES, page_article, pdf_article

_HOPS = 5
_SECONDS = 30.0  # for the whole of a fetch
_WAIT = 10.0  # seconds for each step of it
_AGENT = "Newsdesk/0.1 (+https://pypi.org/project/newsdesk/)"
_PAGES = ("text/html", "application/xhtml+xml")


class Guarded(httpcore.NetworkBackend):
    """Connects to public addresses only, and to hosts that are allowed by name."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = {name.lower() for name in allowed}
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises ReadError for one not public."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise ReadError(f"there is no host called {host[:100]!r}") from exc
        addresses = [str(row[4][0]) for row in found]
        if host.lower() not in self._allowed:
            for address in addresses:
                if not is_public(address):
                    raise ReadError(f"the host {host[:100]!r} is not on the public internet")
        return self._real.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        """Never."""
        raise ReadError("only http and https addresses are fetched")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also inside an IPv6 address."""
    at = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(at, "ipv4_mapped", None) or getattr(at, "sixtofour", None)
    if inner is None and (teredo := getattr(at, "teredo", None)):
        inner = teredo[1]
    if inner is not None and not is_public(str(inner)):
        return False
    return at.is_global and not at.is_multicast


def read(address: str, *, allowed: Collection[str] = ()) -> Iterator[Article | ReadError]:
    """The article at an address, as Article or ReadError; `allowed` hosts needn't be public."""
    try:
        final, kind, content = _fetch(address, allowed)
        yield _article(final, kind, content)
    except ReadError as exc:
        yield ReadError(exc.reason, address[:200])
    except (httpcore.TimeoutException, TimeoutError):
        yield ReadError("it took too long to answer", address[:200])
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as exc:
        yield ReadError(f"it can't be fetched ({type(exc).__name__})", address[:200])
    except Exception as exc:  # noqa: BLE001 - a damaged page makes a parser raise anything
        yield ReadError(f"it is damaged ({type(exc).__name__})", address[:200])


def _fetch(address: str, allowed: Collection[str]) -> tuple[str, str, bytes]:
    """Where it was found in the end, its content type, and its content."""
    until = time.monotonic() + _SECONDS
    with httpcore.ConnectionPool(network_backend=Guarded(allowed)) as pool:
        for _ in range(_HOPS + 1):
            _check(address)
            with pool.stream(
                "GET",
                address,
                headers={"User-Agent": _AGENT, "Accept-Encoding": "identity", "Accept": "*/*"},
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _WAIT)},
            ) as response:
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                if response.status in (301, 302, 303, 307, 308) and headers.get("location"):
                    address = urljoin(address, headers["location"])
                    continue
                if response.status != 200:
                    raise ReadError(f"the server answers with status {response.status}")
                if headers.get("content-encoding", "identity") != "identity":
                    raise ReadError("the server sends it compressed, unasked")
                kind = headers.get("content-type", "").partition(";")[0].strip().lower()
                return address, kind, _bounded(response, until)
    raise ReadError(f"it redirects more than {_HOPS} times")


def _check(address: str) -> None:
    try:
        at = urlsplit(address)
        host = at.hostname
    except ValueError:
        host = None
    if not host or at.scheme not in ("http", "https"):
        raise ReadError("only http and https addresses are fetched")
    if at.username or at.password:
        raise ReadError("the address has a name or password in it")


def _bounded(response: httpcore.Response, until: float) -> bytes:
    content = bytearray()
    for piece in response.iter_stream():
        content += piece
        if len(content) > MAX_BYTES:
            raise ReadError(f"it is over the limit of {MAX_BYTES // 1_000_000} MB")
        if time.monotonic() > until:
            raise ReadError(f"it took longer than {_SECONDS:.0f} seconds")
    return bytes(content)


def _article(address: str, kind: str, content: bytes) -> Article:
    if not content.strip():
        raise ReadError("it is empty")
    if kind == "application/pdf" or content.startswith(b"%PDF-"):
        return pdf_article(content, address=address)
    if kind in _PAGES or not kind:
        return page_article(content, address=address)
    if kind == "text/plain":
        return article(content.decode("utf-8", "replace"), url=address)
    raise ReadError(f"it is {kind[:50] or 'of an unknown kind'}, not an article")
