"""Replies: where an answer is sent, or why there is none."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Protocol

import discord

from bot.discord.context import Context, Interaction
from bot.discord.pool import Busy
from bot.discord.text.markdown import MESSAGE, cut, escape
from bot.text.hints import DISCORD, with_hint
from retrieval.errors import SettingsError

log = logging.getLogger(__name__)

_REASON = 900  # characters of an error; it fits a message even if all of them are escaped
_STOPPED = "I am being restarted and could not finish this. Please ask again in a minute."
_WRONG = "Sorry, something went wrong. The bot's operator can find it in the log as error {}."
_NOT_THERE = "-# I may not write in <#{}>, so I am answering you here."


class Refused(Exception):
    """The request is refused; the message is for the person who made it."""


Sent = tuple[int, int] | None  # ids of a message and its channel; None if they can't be kept


class Reply(Protocol):
    """Where an answer goes; once it is `answered`, no error message is sent there."""

    answered: bool = False

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Show the answer; return where it is."""

    async def refuse(self, text: str) -> None:
        """Say why there is no answer, only to the person who asked if that is possible."""


class PartialReply(Reply, Protocol):
    """A reply that can show an answer while it is being written."""

    async def show(self, text: str) -> None:
        """Show the text until `send` replaces it; do nothing where that is impossible."""


class InteractionReply(PartialReply):
    """The message that Discord shows as "thinking" since a command was deferred."""

    def __init__(self, interaction: Interaction, *, private: bool) -> None:
        self._interaction = interaction
        self._private = private

    @property
    def has_expired(self) -> bool:
        """Whether Discord no longer takes an answer: 15 minutes after the command was used."""
        return self._interaction.is_expired()

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Replace "thinking"; if it is too late for that, send a direct message.

        A person who takes no direct messages is answered in the channel, but never with a private
        answer.
        """
        if self.has_expired:
            await self._send_late(text)
            return None
        message = await self._interaction.edit_original_response(content=text, view=view)
        return message.id, self._interaction.channel_id or 0

    async def show(self, text: str) -> None:
        """Replace "thinking", if it isn't too late for that."""
        if not self.has_expired:
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
        """Tell only the person who asked, even if an answer would be public."""
        if self._private or self.has_expired:
            await self.send(text)
            return
        with suppress(discord.HTTPException):  # refuse even if "thinking" can't be deleted
            await self._interaction.delete_original_response()
        await self._interaction.followup.send(text, ephemeral=True)


class MessageReply(PartialReply):
    """A reply to a message, or a message in the `thread` that was opened for it.

    `explains`: the author is told why there is no answer. That is so if they addressed the bot.
    """

    def __init__(self, message: discord.Message, *, explains: bool) -> None:
        self._message = message
        self.thread: discord.Thread | None = None
        self._explains = explains
        self._sent: discord.Message | None = None
        self._can_show = True

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Send it in the thread, as a reply, as a plain message, or else as a direct message.

        It replaces what was sent before.
        """
        view = view or discord.ui.View()
        if sent := await self._edited(text, view) or await self._posted(text, view):
            return sent
        await self._message.author.send(_NOT_THERE.format(self._message.channel.id))
        # Without components: they belong to the channel where the question was asked.
        await self._message.author.send(text)
        return None

    async def show(self, text: str) -> None:
        """Send the text, or edit it in; give up once this has failed or the message was deleted."""
        if self._can_show:
            send = self._edited if self._sent else self._posted
            self._can_show = bool(await send(text, discord.ui.View()))

    async def _edited(self, text: str, view: discord.ui.View) -> Sent:
        if self._sent:
            with suppress(discord.NotFound):  # somebody has deleted it
                await self._sent.edit(content=text, view=view)
                return self._sent.id, self._sent.channel.id
        return None

    async def _posted(self, text: str, view: discord.ui.View) -> Sent:
        channel = self._message.channel
        reference = self._message.to_reference(fail_if_not_exists=False)
        ways: list[Callable[..., Awaitable[discord.Message]]]
        ways = [partial(channel.send, reference=reference), channel.send]
        if self.thread:
            ways.insert(0, self.thread.send)
        nonce = secrets.token_hex(8)  # lets Discord recognise a message that is sent again
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
        """Tell the author, if they addressed the bot."""
        if self._explains:
            await self.send(text)


class FollowupReply(Reply):
    """A message after a deferred interaction, to the person who made it or to everybody."""

    def __init__(self, interaction: Interaction, *, private: bool = True) -> None:
        self._interaction = interaction
        self._private = private

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Send a new message."""
        sent = await self._interaction.followup.send(
            text, view=view or discord.ui.View(), ephemeral=self._private, wait=True
        )
        return sent.id, self._interaction.channel_id or 0

    async def refuse(self, text: str) -> None:
        """Tell the person who made the interaction."""
        await self._interaction.followup.send(text, ephemeral=True)


class EditReply(FollowupReply):
    """The message whose button was pressed; it is edited."""

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Replace the content of the message."""
        message = await self._interaction.edit_original_response(content=text, view=view)
        return message.id, self._interaction.channel_id or 0


class ErrorReply(FollowupReply):
    """A message about a command that failed, to the person who used it."""

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Send it, whether or not the command was deferred."""
        if self._interaction.response.is_done():
            return await super().send(text)
        await self._interaction.response.send_message(text, ephemeral=True)
        return None

    async def refuse(self, text: str) -> None:
        """Send it."""
        await self.send(text)


@asynccontextmanager
async def in_flight(context: Context, reply: Reply) -> AsyncIterator[None]:
    """Turn an exception raised inside into one polite message.

    A refusal or a wrong argument is explained. Any other error is logged under an id, which the
    message names. If the bot is stopped before the end, the message is an apology.
    """
    task = asyncio.current_task()
    assert task is not None, "called from a coroutine"
    context.in_flight.add(task)
    try:
        if context.stopping:
            task.cancel()  # the first await inside then ends in the apology
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
        context.in_flight.discard(task)


async def _say(reply: Reply, text: str, *, refused: bool = False) -> None:
    if reply.answered:
        return
    try:
        await (reply.refuse(text) if refused else reply.send(text))
    except (discord.DiscordException, OSError):
        log.exception("this message could not be sent: %s", text)
