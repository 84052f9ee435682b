"""/quotes and /who: what somebody says, page by page, and who said something."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.discord.ask import show
from bot.discord.components import FORGOTTEN, known
from bot.discord.context import Context, Interaction, context_of
from bot.discord.paging import Page
from bot.discord.permissions import may_ask
from bot.discord.pool import Busy
from bot.discord.recall import places
from bot.discord.replies import (
    EditReply,
    FollowupReply,
    InteractionReply,
    Refused,
    Reply,
    in_flight,
)
from bot.discord.request import SINCE, UNTIL, Request, days, request_of
from bot.discord.store import AnswerRecord
from bot.discord.text.citation import Sheet
from bot.discord.text.markdown import OPTION, OPTIONS, cut, flat
from bot.discord.text.statements import quotes_sheet, who_sheet
from bot.text.notes import NO_MORE_STATEMENTS
from retrieval.errors import LibraryError
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.speakers import SpeakerProfile

log = logging.getLogger(__name__)

_PAGE = 5  # statements shown at a time


@app_commands.command()
@app_commands.describe(
    speaker="The person or organisation that speaks",
    about="Only statements on this topic",
    since=SINCE,
    until=UNTIL,
    private="Show the statements only to you",
)
async def quotes(
    interaction: Interaction,
    speaker: app_commands.Range[str, 1, 100],
    about: app_commands.Range[str, 1, 200] | None = None,
    since: str | None = None,
    until: str | None = None,
    private: bool = False,
) -> None:
    """List what somebody says in the articles, newest first."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=private)
    async with in_flight(context, reply):
        await may_ask(interaction)
        name, topic = " ".join(speaker.split()), " ".join((about or "").split())
        request = await request_of(
            interaction, name, private=private, since=since, until=until, about=topic
        )
        await _show_quotes(context, request, reply)


quotes.autocomplete("since")(days)
quotes.autocomplete("until")(days)


@quotes.autocomplete("speaker")
async def _speakers(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The speakers in what this server may read whose name has what was typed."""
    context = context_of(interaction)
    try:
        await may_ask(interaction, counted=False)
        found = await context.lookups.run(
            lambda: _named_speakers(context, interaction.guild_id, current)
        )
    except (Refused, Busy):
        return []
    except LibraryError as exc:
        log.error("%s", exc)
        return []
    named = {one.speaker.name: one for one in found if len(one.speaker.name) <= OPTION}
    return [app_commands.Choice(name=_label(one), value=name) for name, one in named.items()]


def _named_speakers(context: Context, guild: int | None, typed: str) -> list[SpeakerProfile]:
    with context.libraries.desk(guild) as desk:
        return desk.speakers(typed, most=OPTIONS)


def _label(profile: SpeakerProfile) -> str:
    parts = [profile.speaker.name, profile.speaker.description]
    return cut(flat(", ".join(filter(None, parts))), OPTION)


@app_commands.command()
@app_commands.describe(said="The words, or some of them", private="Show the answer only to you")
async def who(
    interaction: Interaction, said: app_commands.Range[str, 1, 500], private: bool = False
) -> None:
    """Find out who said something, and in which article."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=private)
    async with in_flight(context, reply):
        await may_ask(interaction)
        request = await request_of(interaction, said, private=private)
        found = await context.pool.run(lambda: _who_said(context, request))
        sheet = who_sheet(found, said)
        record = _record(request, f"Who said: {said}?", found, sheet)
        await _show(context, record, sheet, found, reply)


def _who_said(context: Context, request: Request) -> tuple[ReportedStatement, ...]:
    with context.libraries.desk(request.guild) as desk:
        return desk.who_said(request.text)


async def _show_quotes(context: Context, request: Request, reply: Reply, page: int = 0) -> None:
    """Show a page of what the speaker `request.text` says. Raises Busy and SettingsError."""
    found = await context.pool.run(lambda: _quotes(context, request, page))
    if not found.statements and page:
        raise Refused(NO_MORE_STATEMENTS)
    sheet = quotes_sheet(found, request.about)
    topic = f" about {request.about}" if request.about else ""
    record = replace(
        _record(request, f"What did {request.text} say{topic}?", found.statements, sheet),
        asked=f"{request.text}{topic}",
        speaker=request.text,
    )

    def buttons(kept: AnswerRecord) -> list[QuotePage]:
        newer = [QuotePage(kept.id, page - 1, "Back")] if page else []
        return newer + ([QuotePage(kept.id, page + 1, "More")] if found.more else [])

    await _show(context, record, sheet, found.statements, reply, buttons)


def _quotes(context: Context, request: Request, page: int) -> StatementPage:
    with context.libraries.desk(request.guild) as desk:
        return desk.quotes(
            request.text, about=request.about, since=request.since, until=request.until,
            first=page * _PAGE, most=_PAGE,
        )  # fmt: skip


def _record(
    request: Request, question: str, found: Sequence[ReportedStatement], sheet: Sheet
) -> AnswerRecord:
    citations = [one.citation(number) for number, one in enumerate(found[: sheet.shown], 1)]
    return request.record(question=question, found=bool(found), places=places(citations))


async def _show(
    context: Context,
    record: AnswerRecord,
    sheet: Sheet,
    found: Sequence[ReportedStatement],
    reply: Reply,
    buttons: Callable[[AnswerRecord], Sequence[discord.ui.Item[Any]]] = lambda kept: (),
) -> None:
    if not found:
        await reply.send(sheet.text)
        return
    citations = [one.citation(number) for number, one in enumerate(found[: sheet.shown], 1)]
    await show(context, record, sheet, citations, reply, buttons)


class QuotePage(Page, template=r"newsdesk:quotes:(?P<answer>\d+):(?P<page>\d{1,6})"):
    """A button to another page of what somebody says; `answer` is the number of the list."""

    def __init__(self, answer: int, page: int, label: str) -> None:
        super().__init__(f"quotes:{answer}", page, label, row=2)
        self.answer = answer

    async def show(self, interaction: Interaction) -> None:
        """Show the page."""
        context = context_of(interaction)
        async with in_flight(context, FollowupReply(interaction)):
            record = await known(interaction, self.answer)
            if record.speaker is None:
                raise Refused(FORGOTTEN)
            await may_ask(interaction, counted=False)
            request = Request(
                record.speaker, record.guild, record.channel, record.asker, record.private,
                since=record.since, until=record.until, about=record.about,
            )  # fmt: skip
            await _show_quotes(context, request, EditReply(interaction), self.page)
