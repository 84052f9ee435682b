"""The context: what the handlers of commands, buttons and messages share."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord

from bot.discord.libraries import Libraries
from bot.discord.pool import Pool
from bot.discord.rate_limit import Limits
from bot.discord.store import GuildSettings, Store
from bot.settings import Settings

Interaction = discord.Interaction[Any]  # in callbacks of buttons, discord.py allows no other type

_TURNS = 1000  # servers whose locks for feeding are remembered


class Context:
    """The store, the libraries, pools of threads, limits and settings of one running bot.

    `share_button` makes the button below a private answer, from the answer's number. It is passed
    in because what the button does shows answers itself.
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
        self.lookups = Pool()  # short work, which must not wait behind questions
        self.feeding = Pool()
        self.limits = Limits()
        self.session: aiohttp.ClientSession | None = None  # from when the bot connects
        self.in_flight: set[asyncio.Task[Any]] = set()
        self.stopping = False
        self._turns: OrderedDict[int, asyncio.Lock] = OrderedDict()

    async def settings_of(self, guild: int | None) -> GuildSettings:
        """A server's settings; the defaults in a direct message."""
        if guild is None:
            return GuildSettings()
        return await asyncio.to_thread(self.store.settings, guild)

    @asynccontextmanager
    async def turn(self, guild: int) -> AsyncIterator[None]:
        """The only one who changes a server's library meanwhile; waits until it can be."""
        lock = self._turns.setdefault(guild, asyncio.Lock())
        self._turns.move_to_end(guild)
        async with lock:
            yield
        while len(self._turns) > _TURNS and not next(iter(self._turns.values())).locked():
            self._turns.popitem(last=False)

    async def disconnect(self) -> None:
        """Close the HTTP session, and start no more work in threads."""
        if self.session:
            await self.session.close()
        for pool in (self.pool, self.lookups, self.feeding):
            pool.close()

    def close(self) -> None:
        """Release all files; takes a while."""
        self.libraries.close()
        self.store.close()


def context_of(interaction: Interaction) -> Context:
    """The context of the bot that received the interaction."""
    context: Context = interaction.client.context
    return context
