"""/ask: a question is answered, the answer shown, and its record kept."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.discord.components import answer_view
from bot.discord.context import Context, Interaction, context_of
from bot.discord.permissions import may_ask
from bot.discord.recall import passage_citation, quote_places, recall
from bot.discord.replies import InteractionReply, PartialReply, Reply, in_flight
from bot.discord.request import SINCE, UNTIL, Request, days, request_of
from bot.discord.retries import BROKEN
from bot.discord.store import AnswerRecord, GuildSettings, Store
from bot.discord.suggestions import suggestions
from bot.discord.text.answer import answer_sheet
from bot.discord.text.citation import Sheet
from bot.discord.text.markdown import OPTION, OPTIONS, cut, thread_name
from bot.text.notes import answer_notes
from bot.text.trace import trace
from retrieval.answers.answer import Answer
from retrieval.errors import LibraryError
from retrieval.newsdesk import Newsdesk
from retrieval.questions.followup import MAX_TURNS, Turn
from retrieval.questions.question import MAX_QUESTION, Question
from retrieval.search.hit import Citation

log = logging.getLogger(__name__)

_NEAREST = 3  # passages offered where there is no answer
_EVERY = 1.0  # seconds between edits of an answer that is being written
_SPENT = "this server's questions have used up the language model for today"


@app_commands.command()
@app_commands.describe(
    question="What you want to know",
    source="Only articles by this publisher",
    since=SINCE,
    until=UNTIL,
    private="Show the answer only to you",
)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, 1000],
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    private: bool = False,
) -> None:
    """Ask what the articles say: word-for-word quotes, with title, publisher and date."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=private)
    async with in_flight(context, reply):
        await may_ask(interaction)
        request = await request_of(
            interaction, question, private=private, source=source, since=since, until=until
        )
        record = await answer(context, request, reply)
        if record.message and not private:
            settings, below = (
                await context.settings_of(record.guild),
                discord.Object(record.message),
            )
            await opened_thread(interaction.channel, below, question, settings)


ask.autocomplete("since")(days)
ask.autocomplete("until")(days)


@ask.autocomplete("source")
@suggestions
async def _publishers(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The publishers of the articles that this server may read."""
    context = context_of(interaction)
    await may_ask(interaction, counted=False)
    names = await context.at_desk(context.lookups, interaction.guild_id, Newsdesk.sources)
    wanted = current.casefold().strip()
    found = [name for name in names if wanted in name.casefold() and len(name) <= OPTION]
    return [app_commands.Choice(name=name, value=name) for name in found[:OPTIONS]]


async def opened_thread(
    channel: object, message: discord.abc.Snowflake, question: str, settings: GuildSettings
) -> discord.Thread | None:
    """A new thread below the message; None if the settings want none, or it can't be opened."""
    if not (settings.threads and isinstance(channel, discord.TextChannel)):
        return None
    try:
        return await channel.create_thread(name=thread_name(question), message=message)
    except discord.HTTPException as exc:
        log.info("no thread could be opened: %s %s", exc.status, exc.code)
        return None


async def answer(context: Context, request: Request, reply: PartialReply) -> AnswerRecord:
    """Answer a question, and keep what was shown. Raises Busy and SettingsError."""
    question, found = await _found(context, request, reply)
    sheet = _sheet(request, question, found)
    record = _record(request, question, found, sheet)
    return await send_and_keep(context, record, sheet, found.citations[: sheet.shown], reply)


async def _found(
    context: Context, request: Request, reply: PartialReply
) -> tuple[Question, Answer]:
    """The question as understood, and its answer; parts are shown as soon as they are proved."""
    parts: list[tuple[Question, Answer]] = []
    work = context.at_desk(
        context.pool, request.guild, lambda desk: _ask(context, desk, request, parts.append)
    )
    running = asyncio.create_task(work)
    shown = ""
    try:
        while not running.done():
            await asyncio.wait([running], timeout=_EVERY)
            text = _sheet(request, *parts[-1]).text if parts else ""
            if text != shown and not running.done():
                # If this fails, the next part or the whole answer is shown.
                with suppress(discord.DiscordException, *BROKEN):
                    await reply.show(text)
                shown = text
        return await running
    finally:
        running.cancel()


async def send_and_keep(
    context: Context,
    record: AnswerRecord,
    sheet: Sheet,
    citations: Sequence[Citation],
    reply: Reply,
    more: Callable[[AnswerRecord], Sequence[discord.ui.Item[Any]]] = lambda record: (),
) -> AnswerRecord:
    """Send an answer and keep its record. An answer is sent even if its record can't be kept.

    `more` makes buttons to put after those that every answer has.
    """
    try:
        record = await asyncio.to_thread(context.store.keep, record)
        share = context.share_button(record.id) if record.private else None
        view = answer_view(record, citations, share)
        for item in more(record):
            view.add_item(item)
    except LibraryError as exc:
        log.error("%s", exc)
        view = None  # without a record, menus and buttons can't work
    sent = await reply.send(sheet.text, view)
    reply.answered = True
    if sent and view:
        await asyncio.to_thread(context.store.sent, record.id, *sent)
        return replace(record, message=sent[0])
    return record


def _ask(
    context: Context,
    desk: Newsdesk,
    request: Request,
    tell: Callable[[tuple[Question, Answer]], None],
) -> tuple[Question, Answer]:
    """The question as understood, and its answer; `tell` gets each part as soon as it is proved.

    A follow-up question is answered from the same articles as the answer before it.
    """
    is_spent = _is_spent(context, request.guild)
    text, limits, cost = " ".join(request.text.split()), request.follows or request, 0
    if request.follows:
        turns = _turns(context.store, desk, request.follows)
        understood = desk.understood(cut(text, MAX_QUESTION), turns, alone=is_spent)
        text, cost = understood.question, understood.tokens
    question = Question(
        cut(text, MAX_QUESTION), limits.source, limits.since, limits.until,
        note=_SPENT if is_spent else "",
    )  # fmt: skip
    for found in desk.stream(question):
        part = replace(question, since=found.since, until=found.until), found
        tell(part)
    if cost := cost + found.written.tokens:
        with suppress(LibraryError):  # the answer matters more than counting its cost
            context.store.spend(request.guild, cost)
    return part


def _is_spent(context: Context, guild: int | None) -> bool:
    """Whether the server's budget for today is used up, or can't be read."""
    budget = context.options.model_budget
    try:
        return bool(budget) and context.store.spent(guild) >= budget
    except LibraryError as exc:
        log.error("%s", exc)
        return True


def _turns(store: Store, desk: Newsdesk, last: AnswerRecord) -> list[Turn]:
    """The conversation up to this answer, oldest first, from after the last private answer."""
    turns: list[Turn] = []
    record: AnswerRecord | None = last
    while record and not record.private and len(turns) < MAX_TURNS:
        quoted = recall(desk, record) if record.found else []
        turns.insert(0, Turn(record.question, " ".join(one.quote for one in quoted if one)))
        record = store.answer(record.follows) if record.follows else None
    return turns


def _sheet(request: Request, question: Question, found: Answer) -> Sheet:
    """The answer as shown, with the question as understood if that isn't what was typed."""
    limits = [
        f"{name} {value}"
        for name, value in (
            ("by", question.source), ("since", question.since), ("until", question.until)
        )
        if value
    ]  # fmt: skip
    understood = ", ".join([question.text, *limits])
    if understood == " ".join(request.text.split()):
        understood = ""
    return answer_sheet(
        found.citations,
        question=request.text if request.repeat else None,
        understood=understood,
        written=found.written.sentences,
        notes=answer_notes(found),
    )


def _record(request: Request, question: Question, found: Answer, sheet: Sheet) -> AnswerRecord:
    shown = found.citations[: sheet.shown] or [
        passage_citation(number, hit) for number, hit in enumerate(found.hits[:_NEAREST], 1)
    ]
    record = request.record(question=question.text, found=found.found, places=quote_places(shown))
    return replace(
        record,
        source=question.source,
        since=question.since,
        until=question.until,
        trace=json.dumps(trace(found), ensure_ascii=False),
    )
