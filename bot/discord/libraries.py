"""The libraries that a server may read: the shared one, and its own."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.settings import OF_SERVERS, Settings, make_desk
from retrieval.library.library import FILE
from retrieval.newsdesk import Newsdesk

_OPEN = 32  # servers' libraries kept open; the least recently used is closed first
_LOCKS = 16  # servers' libraries that can be opened at once


class Libraries:
    """Opens each library when it is needed; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Open the shared library, or make it if it is missing."""
        self._settings = settings
        self._lock = threading.Lock()
        self._opening = [threading.Lock() for _ in range(_LOCKS)]
        self._open: OrderedDict[int, Newsdesk] = OrderedDict()
        self._users: dict[int, int] = {}
        self._shared = make_desk(settings, settings.library, create=True)

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            for desk in [*self._open.values(), self._shared]:
                desk.close()
            self._open.clear()

    @contextmanager
    def desk(self, guild: int | None) -> Iterator[Newsdesk]:
        """A server's desk, which reads its own library and the shared one.

        For a direct message (None) and a server without a library, it reads only the shared one.
        """
        if guild is None or not self.has_own(guild):
            yield self._shared
            return
        with self.own(guild) as desk:
            yield desk

    @contextmanager
    def operators(self, library: str) -> Iterator[Newsdesk]:
        """The desk that writes to one of the operator's libraries; makes a missing one."""
        if library == self._settings.library:
            yield self._shared
            return
        shared = self._shared.models
        with closing(make_desk(self._settings, library, create=True, models=shared)) as desk:
            yield desk

    @contextmanager
    def own(self, guild: int, *, create: bool = False) -> Iterator[Newsdesk]:
        """The desk that writes to a server's own library.

        Makes a missing library with `create`, otherwise raises LibraryError.
        """
        # Without a lock, two users at once would open the library twice. Opening takes a while; as
        # there are several locks, other servers rarely wait for it.
        with self._opening[(guild >> 22) % _LOCKS]:
            desk = self._in_use(guild) or self._opened(guild, create)
        try:
            yield desk
        finally:
            with self._lock:
                self._users[guild] -= 1
                self._close_idle()

    def _in_use(self, guild: int) -> Newsdesk | None:
        """The server's desk if it is open, with one more user."""
        with self._lock:
            desk = self._open.get(guild)
            if desk:
                self._open.move_to_end(guild)
                self._users[guild] = self._users.get(guild, 0) + 1
            return desk

    def _opened(self, guild: int, create: bool) -> Newsdesk:
        desk = make_desk(self._settings, own_library(guild), create=create, beside=self._shared)
        with self._lock:
            self._open[guild] = desk
            self._users[guild] = self._users.get(guild, 0) + 1
        return desk

    def has_own(self, guild: int) -> bool:
        """Whether the server has a library of its own."""
        return (self._settings.data / own_library(guild) / FILE).exists()

    def _close_idle(self) -> None:
        self._users = {guild: count for guild, count in self._users.items() if count}
        for guild in [*self._open]:
            if len(self._open) <= _OPEN:
                return
            if guild not in self._users:
                self._open.pop(guild).close()


def own_library(guild: int) -> str:
    """The name of a server's own library."""
    return f"{OF_SERVERS}{guild}"
