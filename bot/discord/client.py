"""The client: the bot's connection to Discord, and what it does when events arrive."""

import asyncio
import hashlib
import json
import logging
import time

import aiohttp
import discord
from discord.http import Route

from bot.discord.commands import BUTTONS, command_tree
from bot.discord.context import Context
from bot.discord.feeds import suspend, suspend_where_gone
from bot.discord.listener import Listener
from bot.discord.retries import retry_requests
from bot.discord.share import Share
from bot.settings import Settings
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

_PATIENCE = 300.0  # seconds without an acknowledged heartbeat after which the bot gives up
_LOOK = 15.0  # seconds between checks of the heartbeat
GRACE = 6.0  # seconds that work in flight has to finish when the bot is stopped
_DAY = 86_400.0  # seconds between two runs of `Store.prune`


class Client(discord.AutoShardedClient):
    """Newsdesk on Discord."""

    def __init__(self, options: Settings, *, read_all: bool) -> None:
        """`read_all` asks Discord for the content of messages that don't mention the bot."""
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = read_all
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.context = Context(options, Share)
        self.failed: str | None = None  # why the bot can't go on
        self.gone = asyncio.Event()  # set when it is stopped or can't go on
        self._greeted = False
        self._watching: asyncio.Task[None] | None = None
        self._started = time.perf_counter()
        self._acknowledged: dict[int, float] = {}  # by shard
        self.tree = command_tree(self)
        self.add_dynamic_items(*BUTTONS)

    # Starting and stopping

    async def setup_hook(self) -> None:
        """Register the commands if they changed, and begin to watch the heartbeat."""
        retry_requests(self.http)
        self.context.session = aiohttp.ClientSession()
        if self.context.options.discord_gateway:
            # With a given number of shards, discord.py connects to its default gateway, which
            # `point_at` has set, and not to the one that the API names.
            self.shard_count, _, _ = await self.http.get_bot_gateway()
        await self._sync_commands()
        self._watching = asyncio.create_task(self._watch())

    async def _sync_commands(self) -> None:
        if self.application_id is None:
            return
        store = self.context.store
        defined = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([Route.BASE, self.application_id, defined], sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if await asyncio.to_thread(store.fact, "commands") == digest:
            return
        try:
            # tree.sync() would also parse the response, which nobody needs.
            await self.http.bulk_upsert_global_commands(self.application_id, payload=defined)
        except discord.HTTPException as exc:
            log.warning("the commands could not be registered: %s %s", exc.status, exc.code)
            return
        await asyncio.to_thread(store.note, "commands", digest)

    async def stop(self) -> None:
        """Finish what is in flight or apologise for it, then close."""
        context = self.context
        if context.stopping:
            return
        context.stopping = True
        if context.in_flight:
            await asyncio.wait(context.in_flight, timeout=GRACE)
        late = [*context.in_flight]  # also those that began in the meantime
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=2)
        self.gone.set()
        await self.close()

    async def close(self) -> None:
        """Close the connections, and start no more work in threads."""
        if self._watching:
            self._watching.cancel()
        await super().close()
        await self.context.disconnect()

    # The heartbeat

    def heartbeat_age(self) -> float:
        """Seconds since the last acknowledged heartbeat of the shard that has waited longest."""
        for id, shard in self.shards.items():
            # discord.py publishes the latency of the last acknowledgement but not its time, and
            # nothing at all while a shard reconnects.
            keeper = getattr(shard._parent.ws, "_keep_alive", None)
            if keeper:
                self._acknowledged[id] = max(keeper._last_ack, self._acknowledged.get(id, 0.0))
        return time.perf_counter() - min(self._acknowledged.values(), default=self._started)

    async def _watch(self) -> None:
        """Note the last heartbeat, prune the store once a day, and give up after a long silence."""
        store = self.context.store
        pruned = -_DAY
        while True:
            await asyncio.sleep(_LOOK)
            age = self.heartbeat_age()
            try:
                last = str(round(time.time() - age))
                await asyncio.to_thread(store.note, "alive", last)
                if time.monotonic() - pruned > _DAY:
                    await asyncio.to_thread(store.prune)
                    pruned = time.monotonic()
            except LibraryError as exc:
                log.error("%s", exc)
            if age > _PATIENCE:
                self.failed = f"Discord has not answered for {age:.0f} seconds."
                self.gone.set()
                return

    # Events

    async def on_ready(self) -> None:
        """Say once that the bot is connected; stop polling the feeds of servers that it left."""
        if not self._greeted:
            print(f"Connected as {self.user}, on {len(self.guilds)} servers.", flush=True)  # noqa: T201
        self._greeted = True
        here = {guild.id for guild in self.guilds}
        await asyncio.to_thread(suspend_where_gone, self.context.options.data, here)

    async def on_message(self, message: discord.Message) -> None:
        """Answer the message if it is for the bot."""
        if self.user:
            listener = Listener(self.context, self.user, self.intents.message_content)
            await listener.hear(message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Delete the record of an answer whose message somebody deleted."""
        await asyncio.to_thread(self.context.store.delete_message, payload.message_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Delete what was asked on the server; its articles stay, in case the bot returns."""
        await asyncio.to_thread(self.context.store.leave, guild.id)
        await asyncio.to_thread(suspend, self.context.options.data, guild.id, suspended=True)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Poll the server's feeds again, if the bot was there before."""
        await asyncio.to_thread(suspend, self.context.options.data, guild.id, suspended=False)
