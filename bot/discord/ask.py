"""A question from Discord → its answer: allowed, queued, answered, remembered, sent."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import discord

from bot.discord.components import answer_view
from bot.discord.libraries import places, recalled, whole
from bot.discord.replies import PartialReply, Refused, Reply
from bot.discord.retries import BROKEN
from bot.discord.store import AnswerRecord, GuildSettings, Store
from bot.discord.text.answer import Sheet, answer_sheet, cut
from bot.text.notes import answer_notes
from bot.text.trace import trace
from retrieval.answers.answer import Answer
from retrieval.errors import LibraryError
from retrieval.newsdesk import MAX_QUESTION, Newsdesk, Question
from retrieval.questions.followup import MAX_TURNS, Turn
from retrieval.search.hit import Citation

if TYPE_CHECKING:
    from bot.discord.client import Client

log = logging.getLogger(__name__)

_NEAREST = 3  # passages offered when an answer is declined
_EVERY = 1.0  # seconds between two edits of an answer that is being written
_SPENT = "this server's questions have used up the language model for today"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came. `follows` is the answer that it leans on."""

    text: str
    guild: int | None
    channel: int
    asker: int
    private: bool = False
    repeated: bool = False  # whether the answer repeats the question, where nobody sees it
    follows: AnswerRecord | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None


async def answer(client: "Client", asked: Asked, reply: PartialReply) -> AnswerRecord:
    """Answer, and remember what was shown. Raises Busy and SettingsError."""
    question, found = await _found(client, asked, reply)
    sheet = _sheet(asked, question, found)
    given = _given(asked, question, found, sheet)
    return await show(client, given, sheet, found.citations[: sheet.shown], reply)


async def _found(client: "Client", asked: Asked, reply: PartialReply) -> tuple[Question, Answer]:
    """The question as understood, and its answer; what is proved of it is shown as it comes."""
    parts: list[tuple[Question, Answer]] = []
    running = asyncio.create_task(client.pool.run(lambda: _ask(client, asked, parts.append)))
    shown = ""
    try:
        while not running.done():
            await asyncio.wait([running], timeout=_EVERY)
            text = _sheet(asked, *parts[-1]).text if parts else ""
            if text != shown and not running.done():
                # Where it fails, the next part or the whole will be shown.
                with suppress(discord.DiscordException, *BROKEN):
                    await reply.show(text)
                shown = text
        return await running
    finally:
        running.cancel()


async def show(
    client: "Client",
    given: AnswerRecord,
    sheet: Sheet,
    citations: Sequence[Citation],
    reply: Reply,
    more: Callable[[AnswerRecord], Sequence[discord.ui.Item[Any]]] = lambda given: (),
) -> AnswerRecord:
    """Send what was found, and remember it; where that can't be, it is sent all the same.

    `more` gives what stands below it beside what stands below every answer.
    """
    try:
        given = await asyncio.to_thread(client.store.keep, given)
        view = answer_view(given, citations)
        for item in more(given):
            view.add_item(item)
    except LibraryError as exc:
        log.error("%s", exc)
        view = None  # menus and buttons need what is remembered
    sent = await reply.send(sheet.text, view)
    reply.answered = True
    if sent and view:
        await asyncio.to_thread(client.store.sent, given.id, *sent)
        return replace(given, message=sent[0])
    return given


def _ask(
    client: "Client", asked: Asked, tell: Callable[[tuple[Question, Answer]], None]
) -> tuple[Question, Answer]:
    """The question as understood, and its answer; parts of it are told as they are proved.

    A follow-up is asked of the same articles as the answer before it.
    """
    with client.desks.desk(asked.guild) as desk:
        spent_up = _is_spent(client, asked.guild)
        text, within, cost = " ".join(asked.text.split()), asked.follows or asked, 0
        if asked.follows:
            turns = _turns(client.store, desk, asked.follows)
            understood = desk.understood(cut(text, MAX_QUESTION), turns, alone=spent_up)
            text, cost = understood.question, understood.tokens
        question = Question(
            cut(text, MAX_QUESTION), within.source, within.since, within.until,
            note=_SPENT if spent_up else "",
        )  # fmt: skip
        for answer in desk.stream(question):
            told = replace(question, since=answer.since, until=answer.until), answer
            tell(told)
        if cost := cost + answer.tokens:
            with suppress(LibraryError):  # an answer counts more than what it costs
                client.store.spend(asked.guild, cost)
        return told


def _is_spent(client: "Client", guild: int | None) -> bool:
    """Whether the server's budget for today is used up; also where that can't be told."""
    budget = client.options.model_budget
    try:
        return bool(budget) and client.store.spent(guild) >= budget
    except LibraryError as exc:
        log.error("%s", exc)
        return True


def _turns(store: Store, desk: Newsdesk, last: AnswerRecord) -> list[Turn]:
    """The talk up to this answer, oldest first, back to where something in it was private."""
    turns: list[Turn] = []
    given: AnswerRecord | None = last
    while given and not given.private and len(turns) < MAX_TURNS:
        quoted = recalled(desk, given) if given.found else []
        turns.insert(0, Turn(given.question, " ".join(one.quote for one in quoted if one)))
        given = store.answer(given.follows) if given.follows else None
    return turns


def _sheet(asked: Asked, question: Question, found: Answer) -> Sheet:
    """The answer as shown, with what was understood where that is not what was typed."""
    limits = [
        f"{name} {value}"
        for name, value in (
            ("by", question.source), ("since", question.since), ("until", question.until)
        )
        if value
    ]  # fmt: skip
    understood = ", ".join([question.text, *limits])
    if understood == " ".join(asked.text.split()):
        understood = ""
    return answer_sheet(
        found.citations,
        question=asked.text if asked.repeated else None,
        understood=understood,
        written=found.written,
        notes=answer_notes(found),
    )


def _given(asked: Asked, question: Question, found: Answer, sheet: Sheet) -> AnswerRecord:
    shown = found.citations[: sheet.shown] or [
        whole(number, hit) for number, hit in enumerate(found.hits[:_NEAREST], 1)
    ]
    return AnswerRecord(
        guild=asked.guild,
        channel=asked.channel,
        asker=asked.asker,
        question=question.text,
        asked=asked.text,
        private=asked.private,
        found=found.found,
        places=places(shown),
        follows=asked.follows.id if asked.follows else None,
        source=question.source,
        since=question.since,
        until=question.until,
        way=json.dumps(trace(found), ensure_ascii=False),
    )


async def may_ask(interaction: discord.Interaction[Any], *, counted: bool = True) -> None:
    """Raises Refused where the one who uses a command or button may not ask here and now.

    `counted` takes it from the questions that they have left.
    """
    channels = {interaction.channel_id or 0}
    if isinstance(interaction.channel, discord.Thread):
        channels.add(interaction.channel.parent_id)
    client: Client = interaction.client
    guild, user = interaction.guild_id, interaction.user
    settings = await client.settings_of(guild)
    allowed(settings, guild, channels, roles(user))
    if counted:
        take(client, settings, guild, user.id)


async def may_write(client: "Client", message: discord.Message) -> GuildSettings:
    """The settings of the server where a question was written, which is counted.

    Raises Refused where its author may not ask there and now.
    """
    channels = {message.channel.id}
    if isinstance(message.channel, discord.Thread):
        channels.add(message.channel.parent_id)
    guild = message.guild.id if message.guild else None
    settings = await client.settings_of(guild)
    allowed(settings, guild, channels, roles(message.author))
    take(client, settings, guild, message.author.id)
    return settings


def allowed(
    settings: GuildSettings, guild: int | None, channels: set[int], roles: set[int]
) -> None:
    """Raises Refused where somebody with these roles may not ask in any of these channels."""
    if guild is None:
        return
    if settings.channels and not settings.channels & channels:
        named = ", ".join(f"<#{id}>" for id in sorted(settings.channels)[:10])
        raise Refused(f"I answer only in {named} on this server.")
    if settings.askers and not settings.askers & roles:
        raise Refused("Only some roles may ask on this server, and you have none of them.")


def take(client: "Client", settings: GuildSettings, guild: int | None, member: int) -> None:
    """Count a question. Raises Refused where none is left."""
    wanted: list[tuple[object, int]] = [(("person", guild, member), settings.per_person)]
    if guild is not None:
        wanted.append((("server", guild), settings.per_server))
    if seconds := client.limits.take(*wanted):
        raise Refused(f"That is enough for now. Please try again in {seconds} seconds.")


def roles(user: discord.User | discord.Member) -> set[int]:
    """The ids of a member's roles; none in a direct message."""
    return {role.id for role in user.roles} if isinstance(user, discord.Member) else set()
