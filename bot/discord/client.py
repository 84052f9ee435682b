"""The bot: connects, hears, answers, and comes back."""

import asyncio
import hashlib
import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.discord import articles, ask, commands, feeds, quotes, share
from bot.discord.ask import Asked
from bot.discord.components import ITEMS
from bot.discord.libraries import Desks
from bot.discord.pool import Pool
from bot.discord.rate_limit import Limits
from bot.discord.replies import MessageReply, Refused, Sent, in_flight
from bot.discord.retries import be_patient
from bot.discord.store import AnswerRecord, GuildSettings, Store
from bot.discord.text.answer import thread_name
from bot.settings import Settings
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

_PATIENCE = 300.0  # seconds without an acknowledged heartbeat after which the bot gives up
_LOOK = 15.0  # seconds between two looks at that
GRACE = 6.0  # seconds in which what is in flight may finish when the bot is stopped
_TURNS = 1000  # servers whose turn to feed is remembered
_DAY = 86_400.0  # seconds between two looks at what is to be forgotten
_CHANGED = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)
_HOW = "Mention me with a question, or use `/ask`."
_HOW_HERE = "Write me a question, such as: what did Starmer say?"
_UNREADABLE = (
    "I can't read a reply that doesn't mention me. Please switch the mention on, or use `/ask`."
)
# What people say to an answer that asks for none.
_COURTESY = re.compile(
    "thanks?|you|thx|ty|cheers|please|welcome|sorry|hi|hello|hey|bye|ok|okay|yes|no|yep|nope|lol|lmao"
    "|(?:ha)+|wow|cool|nice|great|good|perfect|awesome|right|sure|got|it|i|see|so|much|very|a|lot"
    "|that|is|helpful"
)


class Client(discord.AutoShardedClient):
    """Newsdesk on Discord."""

    def __init__(self, options: Settings, *, read_all: bool) -> None:
        """`read_all` asks for the content of messages that don't mention the bot."""
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
        self.options = options
        self.store = Store(options.data)
        self.desks = Desks(options)
        self.pool = Pool()
        self.looks = Pool()  # short work, which must not wait behind questions
        self.feeding = Pool()
        self.limits = Limits()
        self.flying: set[asyncio.Task[Any]] = set()
        self.failed: str | None = None
        self.gone = asyncio.Event()  # set when it is to be served no longer
        self.stopping = False
        self._greeted = False
        self._turns: OrderedDict[int, asyncio.Lock] = OrderedDict()
        self._watching: asyncio.Task[None] | None = None
        self._started = time.perf_counter()
        self._acknowledged: dict[int, float] = {}  # by shard
        self.tree: app_commands.CommandTree[Client] = app_commands.CommandTree(
            self, allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True)
        )
        self.tree.error(_command_failed)
        commands.add_commands(self.tree)
        self.add_dynamic_items(*ITEMS, articles.Page, feeds.Page, quotes.Page)

    # Coming up and going down

    async def setup_hook(self) -> None:
        """Register the commands if they changed, and begin to watch the heartbeat."""
        be_patient(self.http)
        if self.options.discord_gateway:
            # With a number of shards given, discord.py goes to its default gateway, which is then
            # the one of the settings, and not to the one that the API names.
            self.shard_count, _, _ = await self.http.get_bot_gateway()
        await self._sync_commands()
        self._watching = asyncio.create_task(self._watch())

    async def _sync_commands(self) -> None:
        defined = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([Route.BASE, self.application_id, defined], sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if await asyncio.to_thread(self.store.fact, "commands") == digest:
            return
        if self.application_id is None:
            return
        try:
            # tree.sync() is this, and reads the reply, which nothing here needs.
            await self.http.bulk_upsert_global_commands(self.application_id, payload=defined)
        except discord.HTTPException as exc:
            log.warning("the commands could not be registered: %s %s", exc.status, exc.code)
            return
        await asyncio.to_thread(self.store.note, "commands", digest)

    async def stop(self) -> None:
        """Finish or apologise for what is in flight, then close."""
        if self.stopping:
            return
        self.stopping = True
        if self.flying:
            await asyncio.wait(self.flying, timeout=GRACE)
        late = [*self.flying]  # those that began meanwhile, too
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=2)
        self.gone.set()
        await self.close()

    async def close(self) -> None:
        """Let go of the connection, the threads and the files."""
        if self._watching:
            self._watching.cancel()
        await super().close()
        for pool in (self.pool, self.looks, self.feeding):
            pool.close()

    # Being alive

    def heartbeat_age(self) -> float:
        """Seconds since the last heartbeat was acknowledged, of the shard where it is longest."""
        for id, shard in self.shards.items():
            # discord.py has the latency in public, but of the last acknowledgement not the time;
            # and nothing at all while a shard reconnects.
            keeper = getattr(shard._parent.ws, "_keep_alive", None)
            if keeper:
                self._acknowledged[id] = max(keeper._last_ack, self._acknowledged.get(id, 0.0))
        return time.perf_counter() - min(self._acknowledged.values(), default=self._started)

    async def _watch(self) -> None:
        pruned = -_DAY
        while True:
            await asyncio.sleep(_LOOK)
            age = self.heartbeat_age()
            try:
                last = str(round(time.time() - age))
                await asyncio.to_thread(self.store.note, "alive", last)
                if time.monotonic() - pruned > _DAY:
                    await asyncio.to_thread(self.store.prune)
                    pruned = time.monotonic()
            except LibraryError as exc:
                log.error("%s", exc)
            if age > _PATIENCE:
                self.failed = f"Discord has not answered for {age:.0f} seconds."
                self.gone.set()
                return

    async def on_ready(self) -> None:
        """Say so to who started it, once."""
        if not self._greeted:
            print(f"Connected as {self.user}, on {len(self.guilds)} servers.", flush=True)  # noqa: T201
        self._greeted = True
        here = {guild.id for guild in self.guilds}
        await asyncio.to_thread(feeds.rest_where_gone, self.options.data, here)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Forget an answer whose message somebody deleted."""
        await asyncio.to_thread(self.store.delete_message, payload.message_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget what was asked there; its articles stay, should the bot be invited again."""
        await asyncio.to_thread(self.store.leave, guild.id)
        await asyncio.to_thread(feeds.rest, self.options.data, guild.id, resting=True)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Poll its feeds again, where the bot was there before."""
        await asyncio.to_thread(feeds.rest, self.options.data, guild.id, resting=False)

    # Hearing

    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention, a reply to an answer, a direct message, and what an own thread says."""
        if message.author.bot or self.user is None:
            return
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        # A server that isn't known has no settings to go by, and is no direct message either.
        if message.guild is None and not isinstance(message.channel, discord.DMChannel):
            return
        mentioned = self.user in message.mentions or message.guild is None
        if not mentioned and not self._may_be_meant(message):
            return
        try:
            follows, own = await self._leant_on(message)
        except LibraryError as exc:
            log.error("%s", exc)
            follows, own = None, False
        if mentioned or own:
            await self._answer_message(
                message, follows, MessageReply(message, loud=mentioned or _is_reply(message))
            )

    def _may_be_meant(self, message: discord.Message) -> bool:
        """Whether a message that doesn't mention the bot may lean on one of its answers.

        A reply does to the bot's message, which Discord mostly sends along; without that it has
        to be looked up. In an own thread all does but what is said to somebody else.
        """
        if _is_reply(message):
            assert message.reference is not None, "a reply has one"
            before = message.reference.resolved
            return not isinstance(before, discord.Message) or before.author == self.user
        return self._is_own_thread(message.channel) and not message.mentions

    def _is_own_thread(self, channel: object) -> bool:
        owner = channel.owner_id if isinstance(channel, discord.Thread) else None
        return self.user is not None and owner == self.user.id

    async def _leant_on(self, message: discord.Message) -> tuple[AnswerRecord | None, bool]:
        """The answer that the message leans on, and whether it needs no mention to be meant."""
        replied = message.reference if _is_reply(message) else None
        reference = replied.message_id if replied else None
        given = await asyncio.to_thread(self.store.answer_in, reference) if reference else None
        if given and given.channel == message.channel.id and not given.private:
            return (None if given.checks else given), True
        if not self._is_own_thread(message.channel):
            return None, False
        id = message.channel.id
        last = await asyncio.to_thread(self.store.last_in, id)
        # A thread below an answer has the answer's id.
        return last or await asyncio.to_thread(self.store.answer_in, id), True

    async def _answer_message(
        self, message: discord.Message, follows: AnswerRecord | None, reply: MessageReply
    ) -> None:
        assert self.user is not None, "it hears after it has logged in"
        text = _without_mentions(message.content, self.user.id)
        async with in_flight(self, reply):
            if text:
                if not _is_courtesy(text):
                    await self._answer_question(message, text, follows, reply)
            elif message.guild is None:
                await reply.send(_HOW_HERE)
            elif self.user in message.mentions:
                await reply.send(_HOW)
            elif _is_reply(message) and not self.intents.message_content:
                await reply.send(_UNREADABLE)

    async def _answer_question(
        self, message: discord.Message, text: str, follows: AnswerRecord | None, reply: MessageReply
    ) -> None:
        settings = await ask.may_write(self, message)
        async with AsyncExitStack() as stack:
            with suppress(discord.HTTPException):
                await stack.enter_async_context(message.channel.typing())
            if settings.threads and isinstance(message.channel, discord.TextChannel):
                reply.place = await self._thread(message, text)
            asked = Asked(
                text,
                message.guild.id if message.guild else None,
                (reply.place or message.channel).id,
                message.author.id,
                follows=follows,
            )
            await ask.answer(self, asked, reply)

    async def _thread(self, message: discord.Message, text: str) -> discord.Thread | None:
        try:
            return await message.create_thread(name=thread_name(text))
        except discord.HTTPException as exc:
            log.info("no thread could be opened: %s %s", exc.status, exc.code)
            return None

    async def open_thread(
        self, interaction: discord.Interaction["Client"], given: AnswerRecord
    ) -> None:
        """Open a thread below an answer to `/ask`, where the server wants that."""
        settings = await self.settings_of(given.guild)
        channel = interaction.channel
        if not (settings.threads and given.message and isinstance(channel, discord.TextChannel)):
            return
        try:
            place = discord.Object(given.message)
            await channel.create_thread(name=thread_name(given.asked), message=place)
        except discord.HTTPException as exc:
            log.info("no thread could be opened: %s %s", exc.status, exc.code)

    # What the rest asks of it

    async def share(self, interaction: discord.Interaction[Any], given: AnswerRecord) -> None:
        """Show a private answer or check to everybody in the channel."""
        await share.share(self, interaction, given)

    async def settings_of(self, guild: int | None) -> GuildSettings:
        """A server's settings; the defaults for a direct message."""
        if guild is None:
            return GuildSettings()
        return await asyncio.to_thread(self.store.settings, guild)

    @asynccontextmanager
    async def turn(self, guild: int) -> AsyncIterator[None]:
        """One at a time feeds a server's library."""
        lock = self._turns.setdefault(guild, asyncio.Lock())
        self._turns.move_to_end(guild)
        async with lock:
            yield
        while len(self._turns) > _TURNS and not next(iter(self._turns.values())).locked():
            self._turns.popitem(last=False)


async def _command_failed(
    interaction: discord.Interaction[Client], error: app_commands.AppCommandError
) -> None:
    """Whatever a command did not catch itself."""

    class Late:
        answered = False

        async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
            if interaction.response.is_done():
                await interaction.followup.send(text, ephemeral=True)
            else:
                await interaction.response.send_message(text, ephemeral=True)
            return None

        async def refuse(self, text: str) -> None:
            await self.send(text)

    if interaction.type is discord.InteractionType.autocomplete:
        return  # takes choices alone, and there are none
    async with in_flight(interaction.client, Late()):
        if isinstance(error, _CHANGED):
            raise Refused("This command has changed. Please reload Discord and try again.")
        raise getattr(error, "original", error)


def _is_reply(message: discord.Message) -> bool:
    """Whether it is a reply; what is forwarded has a reference too."""
    reference = message.reference
    return reference is not None and reference.type is discord.MessageReferenceType.reply


def _is_courtesy(text: str) -> bool:
    """Whether it is thanks, a greeting, an emoji: nothing that could be asked of articles."""
    words = re.findall(r"\w+", re.sub(r"<a?:\w+:\d+>", " ", text.casefold()))
    return not words or ("?" not in text and all(map(_COURTESY.fullmatch, words)))


def _without_mentions(text: str, bot: int) -> str:
    for mention in (f"<@{bot}>", f"<@!{bot}>"):
        text = text.replace(mention, " ")
    return " ".join(text.split())
