"""The context: what the handlers of commands, buttons and messages share."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import discord

from bot.discord.libraries import Libraries
from bot.discord.pool import Pool
from bot.discord.rate_limit import Limits
from bot.discord.store import GuildSettings, Store
from bot.settings import Settings
from retrieval.newsdesk import Newsdesk

T = TypeVar("T")
Interaction = discord.Interaction[Any]  # in callbacks of buttons, discord.py allows no other type

_LOCKS = 1000  # servers whose locks are kept


class Context:
    """The store, the libraries, the thread pools, the limits and the settings of one running bot.

    `share_button` makes the Share button from the number of a private answer. It is passed in
    because the button's own module imports this one.
    """

    def __init__(
        self, options: Settings, share_button: Callable[[int], discord.ui.Item[Any]]
    ) -> None:
        """Open the store and the shared library. Raises LibraryError and SettingsError."""
        self.options = options
        self.share_button = share_button
        self.store = Store(options.data)
        self.libraries = Libraries(options)
        self.pool = Pool()
        self.lookups = Pool()  # for short work, which must not wait behind questions
        self.feeding = Pool()
        self.limits = Limits()
        self.session: aiohttp.ClientSession | None = None  # open once the bot connects
        self.in_flight: set[asyncio.Task[Any]] = set()
        self.stopping = False
        self._locks: OrderedDict[int, asyncio.Lock] = OrderedDict()

    async def settings_of(self, guild: int | None) -> GuildSettings:
        """A server's settings; the defaults in a direct message."""
        if guild is None:
            return GuildSettings()
        return await asyncio.to_thread(self.store.settings, guild)

    async def at_desk(self, pool: Pool, guild: int | None, work: Callable[[Newsdesk], T]) -> T:
        """What `work` returns for the server's desk, run in a thread of the pool. Raises Busy."""

        def run() -> T:
            with self.libraries.desk(guild) as desk:
                return work(desk)

        return await pool.run(run)

    @asynccontextmanager
    async def library_lock(self, guild: int) -> AsyncIterator[None]:
        """Keep other commands from changing the server's library; wait for those that do."""
        lock = self._locks.setdefault(guild, asyncio.Lock())
        self._locks.move_to_end(guild)
        async with lock:
            yield
        while len(self._locks) > _LOCKS and not next(iter(self._locks.values())).locked():
            self._locks.popitem(last=False)

    async def disconnect(self) -> None:
        """Close the HTTP session, and start no more work in threads."""
        if self.session:
            await self.session.close()
        for pool in (self.pool, self.lookups, self.feeding):
            pool.close()

    def close(self) -> None:
        """Close all files. This takes a while."""
        self.libraries.close()
        self.store.close()


def context_of(interaction: Interaction) -> Context:
    """The context of the bot that received the interaction."""
    context: Context = interaction.client.context
    return context
