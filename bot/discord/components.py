"""Components: the menu and the buttons below an answer.

Their ids and the store have all that they need. So they still work after a restart, and none of
them is kept in memory.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.context import Interaction, context_of
from bot.discord.recall import recall
from bot.discord.replies import FollowupReply, Refused, in_flight
from bot.discord.store import AnswerRecord
from bot.discord.text.citation import menu_entry
from bot.discord.text.markdown import OPTION, OPTIONS, cut
from bot.discord.text.passage import passage_view, passages_text
from retrieval.search.hit import Citation

GONE = "The article was changed or withdrawn since, and no longer has these words."
FORGOTTEN = "I no longer know this answer. Please ask again."
_THANKS = "Thank you. Your opinion is stored with the question."


def answer_view(
    record: AnswerRecord,
    citations: Sequence[Citation],
    share: discord.ui.Item[Any] | None = None,
) -> discord.ui.View:
    """The components below an answer or a checked message; `share` is the Share button, if any."""
    view = discord.ui.View(timeout=None)
    if citations:
        view.add_item(PassageMenu.of(record.id, citations))
    elif record.places:
        view.add_item(Nearest(record.id))
    if not record.checks:
        view.add_item(Rating(record.id, 1))
        view.add_item(Rating(record.id, 0))
    if share:
        view.add_item(share)
    view.add_item(Delete(record.id))
    return view


async def record_for(interaction: Interaction, answer: int) -> AnswerRecord:
    """The record of the answer with this number. Raises Refused if the person may not see it."""
    record = await asyncio.to_thread(context_of(interaction).store.answer, answer)
    if record is None or record.guild != interaction.guild_id:
        raise Refused(FORGOTTEN)
    if (record.private or record.guild is None) and record.asker != interaction.user.id:
        raise Refused(FORGOTTEN)  # others can't see the message that shows it
    return record


async def quotes_now(interaction: Interaction, record: AnswerRecord) -> list[Citation | None]:
    """The answer's quotes as they stand now, None for each that was changed or withdrawn."""
    context = context_of(interaction)
    return await context.at_desk(context.lookups, record.guild, lambda desk: recall(desk, record))


class PassageMenu(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"newsdesk:sources:(?P<answer>\d+)",
):
    """The menu of the cited articles; whoever chooses one sees its passage."""

    def __init__(self, answer: int, options: list[discord.SelectOption]) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"newsdesk:sources:{answer}",
                placeholder="Open a passage …",
                options=options,
            )
        )
        self.answer = answer

    @classmethod
    def of(cls, answer: int, citations: Sequence[Citation]) -> Self:
        """The menu for these citations."""
        options = []
        for number, one in enumerate(citations[:OPTIONS], 1):
            label, where = menu_entry(one)
            named = cut(f"[{number}] {label}", OPTION)
            options.append(
                discord.SelectOption(label=named, description=where or None, value=str(number))
            )
        return cls(answer, options)

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(int(match["answer"]), item.options)

    async def callback(self, interaction: Interaction) -> Any:
        """Show the passage chosen."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with in_flight(context_of(interaction), FollowupReply(interaction)):
            record = await record_for(interaction, self.answer)
            chosen = self.item.values[0] if self.item.values else ""
            if not chosen.isdecimal() or not 1 <= int(chosen) <= len(record.places):
                raise Refused(FORGOTTEN)
            cited = (await quotes_now(interaction, record))[int(chosen) - 1]
            if cited is None:
                raise Refused(GONE)
            await _open(interaction, passage_embed(cited))


async def _open(interaction: Interaction, embed: discord.Embed) -> None:
    try:
        await interaction.followup.send(embed=embed, ephemeral=True)
    except discord.HTTPException as exc:
        if exc.status != 400 or embed.url is None:
            raise
        embed.url = None  # an address that browsers take and Discord refuses
        await interaction.followup.send(embed=embed, ephemeral=True)


def passage_embed(cited: Citation) -> discord.Embed:
    """The quote's passage as an embed."""
    shown = passage_view(cited)
    embed = discord.Embed(title=shown.title, url=shown.url, description=shown.description)
    return embed.set_footer(text=shown.footer)


class Button(discord.ui.DynamicItem[discord.ui.Button[Any]], template="newsdesk:none"):
    """A button whose id says what it does, with the numbers that its class is made from."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(*map(int, match.groups()))  # type: ignore[arg-type]


class Rating(Button, template=r"newsdesk:rate:(?P<answer>\d+):(?P<good>[01])"):
    """👍 or 👎; `good` is 1 or 0."""

    def __init__(self, answer: int, good: int) -> None:
        super().__init__(
            discord.ui.Button(
                emoji="👍" if good else "👎",
                custom_id=f"newsdesk:rate:{answer}:{good}",
                row=1,
            )
        )
        self.answer = answer
        self.good = bool(good)

    async def callback(self, interaction: Interaction) -> Any:
        """Keep the opinion."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        context = context_of(interaction)
        async with in_flight(context, FollowupReply(interaction)):
            record = await record_for(interaction, self.answer)
            rate = context.store.rate
            await asyncio.to_thread(rate, record.id, interaction.user.id, good=self.good)
            await interaction.followup.send(_THANKS, ephemeral=True)


class Nearest(Button, template=r"newsdesk:nearest:(?P<answer>\d+)"):
    """Opens the nearest passages where there was no answer."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            discord.ui.Button(
                label="Nearest passages", custom_id=f"newsdesk:nearest:{answer}", row=0
            )
        )
        self.answer = answer

    async def callback(self, interaction: Interaction) -> Any:
        """Show the passages to whoever pressed the button."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with in_flight(context_of(interaction), FollowupReply(interaction)):
            record = await record_for(interaction, self.answer)
            found = [one for one in await quotes_now(interaction, record) if one]
            await interaction.followup.send(passages_text(found) or GONE, ephemeral=True)


class Delete(Button, template=r"newsdesk:delete:(?P<answer>\d+)"):
    """Deletes the message and the record of an answer, for the asker and for moderators."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            discord.ui.Button(
                label="Delete",
                style=discord.ButtonStyle.danger,
                custom_id=f"newsdesk:delete:{answer}",
                row=1,
            )
        )
        self.answer = answer

    async def callback(self, interaction: Interaction) -> Any:
        """Delete the answer, or say who may."""
        await interaction.response.defer()
        context = context_of(interaction)
        async with in_flight(context, FollowupReply(interaction)):
            record = await record_for(interaction, self.answer)
            if interaction.user.id != record.asker and not interaction.permissions.manage_messages:
                raise Refused("Only the person who asked and moderators may delete it.")
            await interaction.delete_original_response()
            await asyncio.to_thread(context.store.delete, record.id)


ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (PassageMenu, Rating, Nearest, Delete)
