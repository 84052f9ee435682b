"""A question from Discord → its answer: allowed, queued, answered, remembered, sent."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import discord

from bot.discord.components import answer_view
from bot.discord.desks import places, whole
from bot.discord.messages import Sheet, answer_sheet, cut
from bot.discord.replies import Refused, Reply
from bot.discord.store import Given, GuildSettings
from retrieval.answer import Answer
from retrieval.desk import MAX_QUESTION, Question
from retrieval.followup import standalone

if TYPE_CHECKING:
    from bot.discord.client import Client

_NEAREST = 3  # passages offered when an answer is declined


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


async def answer(client: "Client", asked: Asked, reply: Reply) -> Given:
    """Answer, and remember what was shown. Raises Busy and SettingsError."""
    question, found = await client.pool.run(lambda: _ask(client, asked))
    understood = question if question != " ".join(asked.text.split()) else None
    sheet = _sheet(asked, found, understood)
    given = await asyncio.to_thread(client.store.keep, _given(asked, question, found, sheet))
    view = answer_view(given, found.citations[: sheet.shown])
    message = await reply.send(sheet.text, view)
    await asyncio.to_thread(client.store.sent, given.id, message)
    return replace(given, message=message)


def _ask(client: "Client", asked: Asked) -> tuple[str, Answer]:
    """The question as understood, and its answer."""
    question = asked.text
    if asked.follows:
        quoted = client.desks.recall(asked.follows) if asked.follows.found else []
        words = " ".join(one.quote for one in quoted if one)
        question = cut(standalone(asked.text, asked.follows.question, words), MAX_QUESTION)
    with client.desks.desk(asked.guild) as desk:
        return question, desk.ask(Question(question, asked.source, asked.since, asked.until))


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


def check(
    client: "Client",
    settings: GuildSettings,
    *,
    guild: int | None,
    channels: set[int],
    member: int,
    roles: set[int],
) -> None:
    """Raises Refused where this member may not ask here and now."""
    if guild is not None:
        if settings.channels and not settings.channels & channels:
            places_named = ", ".join(f"<#{id}>" for id in sorted(settings.channels)[:10])
            raise Refused(f"I answer only in {places_named} on this server.")
        if settings.askers and not settings.askers & roles:
            raise Refused("Only some roles may ask on this server, and you have none of them.")
    wanted: list[tuple[object, int]] = [(("person", guild, member), settings.per_person)]
    if guild is not None:
        wanted.append((("server", guild), settings.per_server))
    if seconds := client.limits.take(*wanted):
        raise Refused(f"That is enough for now. Please try again in {seconds} seconds.")


def roles(user: discord.User | discord.Member) -> set[int]:
    """The ids of a member's roles; none in a direct message."""
    return {role.id for role in user.roles} if isinstance(user, discord.Member) else set()
