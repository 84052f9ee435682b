"""Addresses: connections to machines of the public internet only, ended after a deadline.

For each connection a name is resolved once, each of its addresses is checked, and the connection is
made to an address that was checked: the name can't be pointed elsewhere in between.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable
from queue import Empty, SimpleQueue
from typing import Any

import httpcore
import idna

from retrieval.errors import ReadError

_LOOKUPS = threading.BoundedSemaphore(32)  # a lookup can't be stopped, only abandoned
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_MAX_HOST = 253  # characters, as DNS has it
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all IPv6 addresses that are given out
_INSIDE = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # metadata service of Oracle Cloud
    ipaddress.IPv4Network("168.63.129.16/32"),  # internal services of Azure, on a public address
)


class Deadline:
    """A limit of `seconds` for a whole task, and of `wait` seconds for each of its steps."""

    def __init__(self, seconds: float, wait: float) -> None:
        self._end = time.monotonic() + seconds
        self._wait = wait

    def left(self, most: float | None = None) -> float:
        """The seconds that the next step may take, at most `most`.

        Raises TimeoutError when none are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self._wait if most is None else most)


class _Timed(httpcore.NetworkStream):
    """A connection, each step of which ends at the deadline."""

    def __init__(self, real: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._real = real
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._real.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._real.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._real.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Timed(self._real.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._real.get_extra_info(info)


class PublicOnly(httpcore.NetworkBackend):
    """Connects only to public addresses, and to hosts that are allowed by name."""

    def __init__(self, allowed: Collection[str], deadline: Deadline) -> None:
        try:
            self._allowed = {host_name(name) for name in allowed}
        except ValueError:
            listed = ", ".join(allowed)
            raise ReadError(f"not all of the allowed hosts are names of hosts: {listed}") from None
        self._deadline = deadline
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises ReadError if one is not public."""
        addresses = _resolved(host, port, self._deadline)
        if host not in self._allowed and not all(map(is_public, addresses)):
            raise ReadError(f"the host {host[:100]!r} is not on the public internet")
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # as where IPv6 isn't routed
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(
        self, address: str, port: int, timeout: float | None, *options: Any
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Timed(self._real.connect_tcp(address, port, left, *options), self._deadline)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        """Raises ReadError, always."""
        raise ReadError("only http and https addresses are fetched")


def is_public(address: str) -> bool:
    """Whether an IP address, or the IPv4 address inside an IPv6 one, is public."""
    at = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(at, ipaddress.IPv4Address):
        return at.is_global and not at.is_multicast and not any(at in inner for inner in _INSIDE)
    inner = ipaddress.IPv4Address(int(at) & 0xFFFFFFFF) if at in _NAT64 else at.ipv4_mapped
    if inner is not None:
        return is_public(str(inner))
    if at.teredo or (at.sixtofour and not is_public(str(at.sixtofour))):
        return False
    return at in _UNICAST and at.is_global


def _resolved(host: str, port: int, deadline: Deadline) -> list[str]:
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def look() -> None:
        answer: list[str] | OSError = []
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer = list(dict.fromkeys(str(row[4][0]) for row in found))
        except OSError as exc:
            answer = exc
        except UnicodeError:
            pass  # it can't be a name
        finally:
            answers.put(answer)
            _LOOKUPS.release()

    if not _LOOKUPS.acquire(timeout=deadline.left()):
        raise TimeoutError
    threading.Thread(target=look, daemon=True, name="newsdesk lookup").start()
    try:
        answer = answers.get(timeout=deadline.left())
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError) and answer.errno == socket.EAI_AGAIN:
        raise ReadError(f"no name server answers for {host[:100]!r} just now") from answer
    if isinstance(answer, OSError) or not answer:
        raise ReadError(f"there is no host called {host[:100]!r}")
    return answer


def host_name(name: str) -> str:
    """The host in lower-case ASCII, without a final dot. Raises ValueError for what is no host.

    An address as a number (`0x7f.1`) passes: it is checked when it is resolved.
    """
    name = name.lower().removesuffix(".")
    if len(name) > _MAX_HOST:
        raise ValueError
    if ":" in name and "%" not in name:
        return str(ipaddress.IPv6Address(name))
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode().removesuffix(".")
    if name and not _HOST.fullmatch(name):
        raise ValueError
    return name
