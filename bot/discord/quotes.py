"""/quotes and /who: what somebody says, page by page, and who said something."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.discord.ask import send_and_keep
from bot.discord.components import FORGOTTEN, record_for
from bot.discord.context import Context, Interaction, context_of
from bot.discord.paging import Page
from bot.discord.permissions import may_ask
from bot.discord.recall import quote_places
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
from bot.discord.suggestions import suggestions
from bot.discord.text.citation import Sheet
from bot.discord.text.markdown import OPTION, OPTIONS, cut
from bot.discord.text.statements import quotes_sheet, who_sheet
from bot.text.notes import NO_MORE_STATEMENTS, one_line
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.speakers import SpeakerProfile

_PAGE = 5  # statements on a page


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
@suggestions
async def _speakers(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The speakers in this server's articles whose name contains what was typed."""
    context = context_of(interaction)
    await may_ask(interaction, counted=False)
    found = await context.at_desk(
        context.lookups, interaction.guild_id, lambda desk: desk.speakers(current, most=OPTIONS)
    )
    named = {one.speaker.name: one for one in found if len(one.speaker.name) <= OPTION}
    return [app_commands.Choice(name=_label(one), value=name) for name, one in named.items()]


def _label(profile: SpeakerProfile) -> str:
    parts = [profile.speaker.name, profile.speaker.description]
    return cut(one_line(", ".join(filter(None, parts))), OPTION)


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
        found = await context.at_desk(context.pool, request.guild, lambda desk: desk.who_said(said))
        await _show_statements(
            context, request, f"Who said: {said}?", who_sheet(found, said), found, reply
        )


async def _show_quotes(context: Context, request: Request, reply: Reply, page: int = 0) -> None:
    """Show a page of what the speaker `request.text` says. Raises Busy and SettingsError."""
    speaker, about = request.text, request.about
    found = await context.at_desk(
        context.pool, request.guild,
        lambda desk: desk.quotes(
            speaker, about=about, since=request.since, until=request.until,
            first=page * _PAGE, most=_PAGE,
        ),
    )  # fmt: skip
    if not found.statements and page:
        raise Refused(NO_MORE_STATEMENTS)
    topic = f" about {about}" if about else ""

    def buttons(record: AnswerRecord) -> list[QuotePage]:
        newer = [QuotePage(record.id, page - 1, "Back")] if page else []
        return newer + ([QuotePage(record.id, page + 1, "More")] if found.more else [])

    await _show_statements(
        context, replace(request, text=f"{speaker}{topic}"), f"What did {speaker} say{topic}?",
        quotes_sheet(found, about), found.statements, reply, buttons, speaker=speaker,
    )  # fmt: skip


async def _show_statements(
    context: Context,
    request: Request,
    question: str,
    sheet: Sheet,
    found: Sequence[ReportedStatement],
    reply: Reply,
    buttons: Callable[[AnswerRecord], Sequence[discord.ui.Item[Any]]] = lambda record: (),
    *,
    speaker: str | None = None,
) -> None:
    """Show the statements and keep their record; without statements, only say that."""
    if not found:
        await reply.send(sheet.text)
        return
    citations = [one.citation(number) for number, one in enumerate(found[: sheet.shown], 1)]
    record = request.record(question=question, found=True, places=quote_places(citations))
    await send_and_keep(context, replace(record, speaker=speaker), sheet, citations, reply, buttons)


class QuotePage(Page, template=r"newsdesk:quotes:(?P<answer>\d+):(?P<page>\d{1,6})"):
    """A button to another page of what somebody says; `answer` is the number of its record."""

    def __init__(self, answer: int, page: int, label: str = "") -> None:
        super().__init__(f"quotes:{answer}", page, label, row=2)
        self.answer = answer

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page."""
        await interaction.response.defer()
        context = context_of(interaction)
        async with in_flight(context, FollowupReply(interaction)):
            record = await record_for(interaction, self.answer)
            if record.speaker is None:
                raise Refused(FORGOTTEN)
            await may_ask(interaction, counted=False)
            request = Request(
                record.speaker, record.guild, record.channel, record.asker, record.private,
                since=record.since, until=record.until, about=record.about,
            )  # fmt: skip
            await _show_quotes(context, request, EditReply(interaction), self.page)
