"""What somebody says, page by page, and who said something."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands

from bot.discord import ask
from bot.discord.components import FORGOTTEN, known
from bot.discord.libraries import places
from bot.discord.pool import Busy
from bot.discord.replies import FollowupReply, Refused, Reply, Sent, in_flight
from bot.discord.store import AnswerRecord
from bot.discord.text.answer import OPTION, OPTIONS, cut, flat
from bot.discord.text.statements import quotes_sheet, who_sheet
from bot.text.notes import NO_MORE_STATEMENTS
from retrieval.errors import LibraryError
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.speakers import SpeakerProfile

if TYPE_CHECKING:
    from bot.discord.client import Client

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]  # the client is ours; discord.py lets no item say so

_PAGE = 5  # statements that are shown at a time


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked with a command, by whom and where."""

    guild: int | None
    channel: int
    asker: int
    private: bool
    speaker: str
    about: str = ""
    since: date | None = None
    until: date | None = None


async def quotes(client: "Client", wanted: Wanted, reply: Reply, page: int = 0) -> None:
    """Show a page of what the speaker says. Raises Busy and SettingsError."""
    found = await client.pool.run(lambda: _quotes(client, wanted, page))
    if not found.told and page:
        raise Refused(NO_MORE_STATEMENTS)
    sheet = quotes_sheet(found, wanted.about)
    topic = f" about {wanted.about}" if wanted.about else ""
    given = replace(
        _given(wanted, found.told, sheet.shown),
        question=f"What did {wanted.speaker} say{topic}?",
        asked=f"{wanted.speaker}{topic}",
        speaker=wanted.speaker,
        about=wanted.about,
        since=wanted.since,
        until=wanted.until,
    )

    def buttons(kept: AnswerRecord) -> Sequence[discord.ui.Item[Any]]:
        newer = [Page(kept.id, page - 1, "Back")] if page else []
        return newer + ([Page(kept.id, page + 1, "More")] if found.more else [])

    await _show(client, given, sheet, found.told, reply, buttons)


async def who(client: "Client", wanted: Wanted, phrase: str, reply: Reply) -> None:
    """Show whose words the phrase is. Raises Busy and SettingsError."""
    found = await client.pool.run(lambda: _who_said(client, wanted.guild, phrase))
    sheet = who_sheet(found, phrase)
    given = replace(
        _given(wanted, found, sheet.shown), question=f"Who said: {phrase}?", asked=phrase
    )
    await _show(client, given, sheet, found, reply, lambda kept: ())


async def _show(client: "Client", given: AnswerRecord, sheet: Any, told: Sequence[ReportedStatement], reply: Reply,
                buttons: Any) -> None:  # fmt: skip
    if not told:
        await reply.send(sheet.text)
        return
    citations = [one.citation(number) for number, one in enumerate(told[: sheet.shown], 1)]
    await ask.show(client, given, sheet, citations, reply, buttons)


def _quotes(client: "Client", wanted: Wanted, page: int) -> StatementPage:
    with client.desks.desk(wanted.guild) as desk:
        return desk.quotes(
            wanted.speaker, about=wanted.about, since=wanted.since, until=wanted.until,
            first=page * _PAGE, most=_PAGE,
        )  # fmt: skip


def _who_said(client: "Client", guild: int | None, phrase: str) -> tuple[ReportedStatement, ...]:
    with client.desks.desk(guild) as desk:
        return desk.who_said(phrase)


def _given(wanted: Wanted, told: Sequence[ReportedStatement], shown: int) -> AnswerRecord:
    return AnswerRecord(
        guild=wanted.guild,
        channel=wanted.channel,
        asker=wanted.asker,
        question="",
        asked="",
        private=wanted.private,
        found=bool(told),
        places=places([one.citation(number) for number, one in enumerate(told[:shown], 1)]),
    )


async def speakers(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The speakers of what this server may read who are called what was typed."""
    client: Client = interaction.client
    try:
        await ask.may_ask(interaction, counted=False)
        found = await client.looks.run(lambda: _speakers(client, interaction.guild_id, current))
    except (Refused, Busy):
        return []
    except LibraryError as exc:
        log.error("%s", exc)
        return []
    named = {one.speaker.name: one for one in found if len(one.speaker.name) <= OPTION}
    return [app_commands.Choice(name=_label(one), value=name) for name, one in named.items()]


def _speakers(client: "Client", guild: int | None, typed: str) -> list[SpeakerProfile]:
    with client.desks.desk(guild) as desk:
        return desk.speakers(typed, most=OPTIONS)


def _label(voice: SpeakerProfile) -> str:
    parts = [voice.speaker.name, voice.speaker.description]
    return cut(flat(", ".join(filter(None, parts))), OPTION)


class _Edit(FollowupReply):
    """The message below which somebody pressed a button."""

    async def send(self, text: str, view: discord.ui.View | None = None) -> Sent:
        """Put it in the place of what is there."""
        message = await self._interaction.edit_original_response(content=text, view=view)
        return message.id, self._interaction.channel_id or 0


class Page(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"newsdesk:quotes:(?P<answer>\d+):(?P<page>\d{1,6})",
):
    """Another page of what somebody says."""

    def __init__(self, answer: int, page: int, label: str) -> None:
        custom_id = f"newsdesk:quotes:{answer}:{page}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, row=2))
        self.answer, self.page = answer, page

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """The button as it came back."""
        label = getattr(item, "label", None) or "Page"
        return cls(int(match["answer"]), int(match["page"]), label)

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            if given.speaker is None:
                raise Refused(FORGOTTEN)
            await ask.may_ask(interaction, counted=False)
            wanted = Wanted(
                given.guild, given.channel, given.asker, given.private, given.speaker,
                given.about, given.since, given.until,
            )  # fmt: skip
            await quotes(interaction.client, wanted, _Edit(interaction), self.page)
