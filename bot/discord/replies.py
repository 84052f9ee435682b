"""Where answers go, and what is said there when there is none."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import discord

from bot.discord.pool import Busy
from bot.discord.text.answer import MESSAGE, cut, escape
from bot.text.hints import DISCORD, with_hint
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from bot.discord.client import Client

log = logging.getLogger(__name__)

_REASON = 900  # characters of a refusal; escaped it then fits a message
_STOPPED = "I am being restarted and could not finish this. Please ask again in a minute."
_WRONG = "Something went wrong, sorry. The bot's operator finds it as error {}."
_NOT_THERE = "-# I may not write in <#{}>, so I answer you here."


class Refused(Exception):
    """What was asked for can't be had; the message is said to the one who asked."""


Sent = tuple[int, int] | None  # a message's id and its channel's; None: not to be found again


class Reply(Protocol):
    """Where an answer goes; when it is `answered`, no excuse takes its place."""

    answered: bool

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Show it; where that is."""

    async def refuse(self, text: str) -> None:
        """Say why there is no answer, to the one who asked alone where that is possible."""


class PartialReply(Reply, Protocol):
    """One that can show an answer while it is being written."""

    async def show(self, text: str) -> None:
        """Show what there is of it, where what is sent then takes its place; else nothing."""


class InteractionReply:
    """The message that a deferred command announced."""

    def __init__(self, interaction: discord.Interaction["Client"], *, private: bool) -> None:
        self._interaction = interaction
        self._private = private
        self.answered = False

    @property
    def late(self) -> bool:
        """Whether Discord no longer takes it: 15 minutes after the command was used."""
        return self._interaction.is_expired()

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Put it in place of "thinking"; when Discord no longer takes that, in a direct message.

        And in the channel where somebody takes none, but for what is private.
        """
        if self.late:
            await self._send_late(text)
            return None
        message = await self._interaction.edit_original_response(content=text, view=view)
        return message.id, self._interaction.channel_id or 0

    async def show(self, text: str) -> None:
        """Put it in place of "thinking", as long as Discord takes that."""
        if not self.late:
            await self.send(text)

    async def _send_late(self, text: str) -> None:
        channel = self._interaction.channel
        try:
            await self._interaction.user.send(text)
        except discord.Forbidden:
            if self._private or not isinstance(channel, discord.abc.Messageable):
                raise
            await channel.send(text)

    async def refuse(self, text: str) -> None:
        """Say it to the one who asked alone, even where an answer would be public."""
        if self._private or self.late:
            await self.send(text)
            return
        with suppress(discord.HTTPException):  # a "thinking" that stays is no reason for silence
            await self._interaction.delete_original_response()
        await self._interaction.followup.send(text, ephemeral=True)


class MessageReply:
    """A reply to a message, or a message in a thread opened for it.

    Where it is not `loud`, nobody called the bot by name, and it gives no reasons for silence.
    """

    def __init__(self, message: discord.Message, *, loud: bool) -> None:
        self._message = message
        self.place: discord.Thread | None = None
        self.loud = loud
        self.answered = False
        self._sent: discord.Message | None = None
        self._shows = True

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Send it where it belongs; where the bot may not, as near as it may.

        That is as a reply, then as a message, then to the author directly. What is sent again takes
        the place of what was sent.
        """
        view = view or discord.ui.View()
        if sent := await self._edited(text, view) or await self._posted(text, view):
            return sent
        await self._message.author.send(_NOT_THERE.format(self._message.channel.id))
        # Without components: they belong to the place that the answer was given in.
        await self._message.author.send(text)
        return None

    async def show(self, text: str) -> None:
        """Send it where it belongs; no more where that can't be, or somebody deleted it."""
        if self._shows:
            put = self._edited if self._sent else self._posted
            self._shows = bool(await put(text, discord.ui.View()))

    async def _edited(self, text: str, view: discord.ui.View) -> Sent:
        if self._sent:
            with suppress(discord.NotFound):  # somebody deleted it meanwhile
                await self._sent.edit(content=text, view=view)
                return self._sent.id, self._sent.channel.id
        return None

    async def _posted(self, text: str, view: discord.ui.View) -> Sent:
        channel = self._message.channel
        reference = self._message.to_reference(fail_if_not_exists=False)
        ways: list[Callable[..., Awaitable[discord.Message]]]
        ways = [partial(channel.send, reference=reference), channel.send]
        if self.place:
            ways.insert(0, self.place.send)
        nonce = secrets.token_hex(8)  # by which Discord knows what is sent again
        for send in ways:
            try:
                self._sent = await send(text, view=view, nonce=nonce)
                return self._sent.id, self._sent.channel.id
            except discord.DiscordServerError:
                raise
            except discord.HTTPException as exc:
                log.warning("a message was refused: %s %s", exc.status, exc.code)
        return None

    async def refuse(self, text: str) -> None:
        """Say it to who called the bot by name."""
        if self.loud:
            await self.send(text)


class FollowupReply:
    """A message after a deferred menu or button, to the one who used it or to all."""

    def __init__(self, interaction: discord.Interaction[Any], *, private: bool = True) -> None:
        self._interaction = interaction
        self._private = private
        self.answered = False

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Say it."""
        sent = await self._interaction.followup.send(
            text, view=view or discord.ui.View(), ephemeral=self._private, wait=True
        )
        return sent.id, self._interaction.channel_id or 0

    async def refuse(self, text: str) -> None:
        """Say it to the one who used it."""
        await self._interaction.followup.send(text, ephemeral=True)


@asynccontextmanager
async def in_flight(client: "Client", reply: Reply) -> AsyncIterator[None]:
    """What goes wrong inside is said to whoever waits for it, politely and once.

    A refusal or a wrong argument is named; anything else gets an error id, with which the log has
    the rest. When the bot is stopped, what can't be finished ends in an apology.
    """
    task = asyncio.current_task()
    assert task is not None, "called from a coroutine"
    client.flying.add(task)
    try:
        if client.stopping:
            task.cancel()  # the first thing awaited inside then ends in the apology
        yield
    except Busy as exc:
        await _say(reply, f"I am busy. Please try again in {exc.seconds} seconds.", refused=True)
    except Refused as exc:
        await _say(reply, str(exc), refused=True)
    except SettingsError as exc:
        await _say(reply, cut(escape(cut(with_hint(exc, DISCORD), _REASON)), MESSAGE), refused=True)
    except asyncio.CancelledError:
        await _say(reply, _STOPPED)
        raise
    except Exception:
        id = secrets.token_hex(4)
        log.exception("error %s", id)
        await _say(reply, _WRONG.format(id))
    finally:
        client.flying.discard(task)


async def _say(reply: Reply, text: str, *, refused: bool = False) -> None:
    if reply.answered:
        return
    try:
        await (reply.refuse(text) if refused else reply.send(text))
    except (discord.DiscordException, OSError):
        log.exception("this could not be said in Discord: %s", text)
