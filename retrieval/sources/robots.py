"""robots.txt: which addresses of a site may be fetched (RFC 9309).

The rules of a site are fetched once a day. Where there are none (the server answers with a 4xx
status), everything may be fetched. Where the server fails, nothing may be fetched until it answers,
unless older rules are known: these go on holding.
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from retrieval.errors import ReadError
from retrieval.sources import http
from retrieval.sources.addresses import host_name

_MAX_READ = 512_000  # bytes of a robots.txt that are read: 500 KiB, as RFC 9309 asks for
_MAX_BYTES = 5_000_000  # of a robots.txt; a longer one is an error
_FRESH = 86_400.0  # seconds (RFC 9309, 2.4)
_RETRY = 3_600.0  # seconds before a server that failed is asked again
_MAX_SITES = 1_000
_MAX_KEPT = 20_000_000  # bytes of all the rules that are kept

_PORTS = {"http": 80, "https": 443}
_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*[:\s]\s*([^#]*)", re.I)
_OTHERS = "User-agent: others"


class Forbidden(ReadError):
    """It may not be fetched: the rules forbid it, or can't be read for `wait` more seconds."""

    def __init__(self, reason: str, wait: int | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt allows one agent."""

    agent: str
    parsed: Protego

    def allows(self, address: str) -> bool:
        """Whether the address, or the path with its query, may be fetched."""
        try:
            return bool(self.parsed.can_fetch(address, self.agent))
        except ValueError:  # it is not an address
            return False

    @property
    def delay(self) -> float | None:
        """The seconds between two fetches that it asks for (Crawl-delay), or None."""
        delay: float | None = self.parsed.crawl_delay(self.agent)
        return delay


def rules(text: str, agent: str = http.AGENT) -> Rules:
    """The rules for `agent`, a User-Agent header or only the product's name in it."""
    name = _product(agent)
    lines: list[str] = []
    for line in text[:_MAX_READ].splitlines():
        found = _AGENT_LINE.match(line)
        # Protego stores each rule once for each agent, and matches parts of names. All that
        # matters here is whether the agent is this one.
        if found and found[1].strip() != "*":
            line = f"User-agent: {name}" if _product(found[1]) == name else _OTHERS
        if not (found and lines and lines[-1] == line):
            lines.append(line)
    return Rules(name, Protego.parse("\n".join(lines)))


@dataclass(slots=True)
class _Site:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Rules | None = None
    size: int = 0
    until: float = float("-inf")
    trouble: str = ""


class Robots:
    """What sites allow this agent to fetch; safe to use from threads.

    Threads that ask about the same site share one fetch.
    """

    def __init__(
        self,
        *,
        agent: str = http.AGENT,
        allowed: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._agent = agent
        self._allowed = allowed
        self._clock = clock
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str) -> None:
        """Raise Forbidden where the address may not be fetched, ReadError where it is invalid."""
        found = self._rules(address)
        if not found.allows(address):
            raise Forbidden("the site's robots.txt doesn't let Newsdesk read it")

    def allows(self, address: str) -> bool:
        """Whether the address may be fetched. Raises ReadError where it is invalid."""
        try:
            self.check(address)
        except Forbidden:
            return False
        return True

    def delay(self, address: str) -> float | None:
        """The seconds between two fetches that the site asks for, None where it doesn't say."""
        try:
            return self._rules(address).delay
        except Forbidden:
            return None

    def _rules(self, address: str) -> Rules:
        place = _site(address)
        with self._lock:
            site = self._sites.setdefault(place, _Site())
            self._sites.move_to_end(place)
        with site.lock:
            if self._clock() >= site.until:
                self._renew(site, place)
            found, trouble, until = site.rules, site.trouble, site.until
        self._drop_oldest()
        if found is None:
            wait = max(1, round(until - self._clock()))
            raise Forbidden(f"the site's robots.txt can't be read: {trouble}", wait)
        return found

    def _renew(self, site: _Site, place: str) -> None:
        text, wait = "", _FRESH
        try:
            found = http.fetch(
                f"{place}/robots.txt", allowed=self._allowed, agent=self._agent, limit=_MAX_BYTES
            )
            text = found.body[:_MAX_READ].decode("utf-8-sig", "replace")
        except http.Refused as exc:
            if exc.status >= 500 or exc.status == 429:
                site.trouble, wait = exc.reason, min(_FRESH, max(_RETRY, exc.wait or 0))
        except ReadError as exc:
            site.trouble, wait = exc.reason, _RETRY
        if wait == _FRESH:
            site.rules, site.size, site.trouble = rules(text, self._agent), len(text), ""
        site.until = self._clock() + wait

    def _drop_oldest(self) -> None:
        """Forget the sites that were used least recently, where too much is kept."""
        with self._lock:
            kept = sum(site.size for site in self._sites.values())
            while len(self._sites) > _MAX_SITES or (kept > _MAX_KEPT and len(self._sites) > 1):
                kept -= self._sites.popitem(last=False)[1].size


def _product(agent: str) -> str:
    """The name of the product, without its version and comments."""
    return re.split(r"[\s/*]", agent.strip().lower(), maxsplit=1)[0]


def _site(address: str) -> str:
    try:
        at = urlsplit(address.strip())
        host, port = host_name(at.hostname or ""), at.port
    except ValueError:
        raise ReadError("it is not an address of a web page") from None
    if at.scheme not in _PORTS or not host:
        raise ReadError("only http and https addresses are fetched")
    host = f"[{host}]" if ":" in host else host
    return f"{at.scheme}://{host}" + ("" if port in (None, _PORTS[at.scheme]) else f":{port}")
