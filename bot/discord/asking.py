"""A question from Discord → its answer: allowed, queued, answered, remembered, sent."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

import discord

from bot.discord.components import answer_view
from bot.discord.desks import places, whole
from bot.discord.messages import Sheet, answer_sheet, escape
from bot.discord.pool import Busy
from bot.discord.store import Given, GuildSettings
from retrieval.answer import Answer
from retrieval.desk import Question
from retrieval.errors import SettingsError
from retrieval.followup import standalone

if TYPE_CHECKING:
    from bot.discord.client import Client

log = logging.getLogger(__name__)

_NEAREST = 3  # passages offered when an answer is declined
_STOPPED = "I am being restarted and could not finish this. Please ask again in a minute."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came. `follows` is the answer that it leans on."""

    text: str
    guild: int | None
    channel: int
    asker: int
    private: bool = False
    repeated: bool = False  # whether the answer repeats the question, where nobody sees it
    follows: Given | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None


class Reply(Protocol):
    """Where an answer goes."""

    async def send(self, text: str, view: discord.ui.View | None = None) -> int | None:
        """Show it; the message's id, None where it has none."""


class InteractionReply:
    """The message that a deferred command announced."""

    def __init__(self, interaction: discord.Interaction["Client"], *, private: bool) -> None:
        self._interaction = interaction
        self._private = private

    async def send(self, text: str, view: discord.ui.View | None = None) -> int | None:
        """Put it in place of "thinking"."""
        message = await self._interaction.edit_original_response(content=text, view=view)
        return message.id

    async def refuse(self, text: str) -> None:
        """Say it to the one who asked alone, even where an answer would be public."""
        if self._private:
            await self.send(text)
            return
        await self._interaction.delete_original_response()
        await self._interaction.followup.send(text, ephemeral=True)


class MessageReply:
    """A reply to a message, or a message in a thread opened for it."""

    def __init__(self, message: discord.Message, place: discord.abc.Messageable | None) -> None:
        self._message = message
        self._place = place

    async def send(self, text: str, view: discord.ui.View | None = None) -> int | None:
        """Send it as a new message."""
        view = view or discord.ui.View()
        if self._place:
            return (await self._place.send(text, view=view)).id
        reference = self._message.to_reference(fail_if_not_exists=False)
        sent = await self._message.channel.send(text, reference=reference, view=view)
        return sent.id

    async def refuse(self, text: str) -> None:
        """Say it."""
        await self.send(text)


async def answer(client: "Client", asked: Asked, reply: Reply) -> Given | None:
    """Answer, and remember what was shown; None where there was no answer but an apology."""
    async with in_flight(client, reply):
        question = asked.text
        if asked.follows:
            question = standalone(asked.text, asked.follows.question)
        found = await client.pool.run(lambda: _ask(client, asked, question))
        understood = question if question != " ".join(asked.text.split()) else None
        sheet = _sheet(asked, found, understood)
        given = await asyncio.to_thread(client.store.keep, _given(asked, question, found, sheet))
        view = answer_view(given, found.citations[: sheet.shown])
        message = await reply.send(sheet.text, view)
        await asyncio.to_thread(client.store.sent, given.id, message)
        return replace(given, message=message)
    return None


def _ask(client: "Client", asked: Asked, question: str) -> Answer:
    with client.desks.desk(asked.guild) as desk:
        return desk.ask(Question(question, asked.source, asked.since, asked.until))


def _sheet(asked: Asked, found: Answer, understood: str | None) -> Sheet:
    question = asked.text if asked.repeated else None
    return answer_sheet(found.citations, question=question, understood=understood)


def _given(asked: Asked, question: str, found: Answer, sheet: Sheet) -> Given:
    shown = found.citations[: sheet.shown] or [
        whole(number, hit) for number, hit in enumerate(found.hits[:_NEAREST], 1)
    ]
    return Given(
        guild=asked.guild,
        channel=asked.channel,
        asker=asked.asker,
        question=question,
        asked=asked.text,
        private=asked.private,
        found=found.found,
        places=places(shown),
        follows=asked.follows.id if asked.follows else None,
    )


@asynccontextmanager
async def in_flight(client: "Client", reply: Reply) -> AsyncIterator[None]:
    """What goes wrong inside is said to whoever waits for it, politely and once.

    A wrong argument is named; anything else gets an error id, with which the log has the rest.
    When the bot is stopped, what can't be finished ends in an apology.
    """
    task = asyncio.current_task()
    assert task is not None, "called from a coroutine"
    client.flying.add(task)
    try:
        yield
    except Busy as exc:
        await _say(reply, f"I am busy. Please try again in {exc.seconds} seconds.")
    except SettingsError as exc:
        await _say(reply, escape(str(exc)))
    except asyncio.CancelledError:
        await _say(reply, _STOPPED)
        raise
    except Exception:
        id = secrets.token_hex(4)
        log.exception("error %s", id)
        await _say(reply, f"Something went wrong, sorry. The bot's operator finds it as error {id}.")
    finally:
        client.flying.discard(task)


async def _say(reply: Reply, text: str) -> None:
    try:
        await reply.send(text)
    except (discord.DiscordException, OSError):
        log.exception("this could not be said in Discord: %s", text)


def refusal(
    client: "Client",
    settings: GuildSettings,
    *,
    guild: int | None,
    channels: set[int],
    member: int,
    roles: set[int],
) -> str | None:
    """Why this member may not ask here and now, as a sentence; None where they may."""
    if guild is not None:
        if settings.channels and not settings.channels & channels:
            places_named = ", ".join(f"<#{id}>" for id in sorted(settings.channels)[:10])
            return f"I answer only in {places_named} on this server."
        if settings.askers and not settings.askers & roles:
            return "Only some roles may ask on this server, and you have none of them."
    wanted: list[tuple[object, int]] = [(("person", guild, member), settings.per_person)]
    if guild is not None:
        wanted.append((("server", guild), settings.per_server))
    if seconds := client.limits.take(*wanted):
        return f"That is enough for now. Please try again in {seconds} seconds."
    return None
