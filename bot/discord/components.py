"""Menus and buttons below an answer; all they need is in their ids and in the store.

So they work after a restart, and nothing of them is held in memory.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.replies import FollowupReply, Refused, in_flight
from bot.discord.store import AnswerRecord
from bot.discord.text import answer as messages
from bot.discord.text.answer import OPTIONS
from retrieval.search.hit import Citation

Interaction = discord.Interaction[Any]  # the client is ours; discord.py lets no item say so

GONE = "The article was changed or withdrawn since, and no longer has these words."
FORGOTTEN = "I no longer know this answer. Please ask again."
_THANKS = "Thank you. Your opinion is kept with the question."


def answer_view(given: AnswerRecord, citations: Sequence[Citation]) -> discord.ui.View:
    """The components of an answer or a check; a private one can be shared."""
    view = discord.ui.View(timeout=None)
    if citations:
        view.add_item(Sources.of(given.id, citations))
    elif given.places:
        view.add_item(Nearest(given.id))
    if not given.checks:
        view.add_item(Rating(given.id, True))
        view.add_item(Rating(given.id, False))
    if given.private:
        view.add_item(Share(given.id))
    view.add_item(Delete(given.id))
    return view


async def known(interaction: Interaction, answer: int) -> AnswerRecord:
    """The answer, where it was given to those who ask for it now. Raises Refused."""
    given: AnswerRecord | None = await asyncio.to_thread(interaction.client.store.answer, answer)
    if given is None or given.guild != interaction.guild_id:
        raise Refused(FORGOTTEN)
    if (given.private or given.guild is None) and given.asker != interaction.user.id:
        raise Refused(FORGOTTEN)  # the message that shows it is nobody else's
    return given


async def _recalled(interaction: Interaction, given: AnswerRecord) -> list[Citation | None]:
    client = interaction.client
    found: list[Citation | None] = await client.looks.run(lambda: client.desks.recall(given))
    return found


class Sources(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"newsdesk:sources:(?P<answer>\d+)",
):
    """The menu of an answer's sources; opens the passage for the one who chooses."""

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
            label, where = messages.option(one)
            named = messages.cut(f"[{number}] {label}", messages.OPTION)
            options.append(
                discord.SelectOption(label=named, description=where or None, value=str(number))
            )
        return cls(answer, options)

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it came back."""
        assert isinstance(item, discord.ui.Select)
        return cls(int(match["answer"]), item.options)

    async def callback(self, interaction: Interaction) -> Any:
        """Show the passage chosen."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            chosen = self.item.values[0] if self.item.values else ""
            if not chosen.isdecimal() or not 1 <= int(chosen) <= len(given.places):
                raise Refused(FORGOTTEN)
            cited = (await _recalled(interaction, given))[int(chosen) - 1]
            if cited is None:
                raise Refused(GONE)
            await _open(interaction, _embed(cited))


async def _open(interaction: Interaction, embed: discord.Embed) -> None:
    try:
        await interaction.followup.send(embed=embed, ephemeral=True)
    except discord.HTTPException as exc:
        if exc.status != 400 or embed.url is None:
            raise
        embed.url = None  # an address that browsers know and Discord does not
        await interaction.followup.send(embed=embed, ephemeral=True)


def _embed(cited: Citation) -> discord.Embed:
    shown = messages.passage_view(cited)
    embed = discord.Embed(title=shown.title, url=shown.url, description=shown.description)
    return embed.set_footer(text=shown.footer)


class Button(discord.ui.DynamicItem[discord.ui.Button[Any]], template="newsdesk:none"):
    """A button whose id says what it does and for which answer."""

    def __init__(self, answer: int, button: discord.ui.Button[Any]) -> None:
        super().__init__(button)
        self.answer = answer

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it came back."""
        return cls(int(match["answer"]))  # type: ignore[call-arg]


class Rating(Button, template=r"newsdesk:rate:(?P<answer>\d+):(?P<good>[01])"):
    """👍 or 👎."""

    def __init__(self, answer: int, good: bool) -> None:
        super().__init__(
            answer,
            discord.ui.Button(
                emoji="👍" if good else "👎",
                custom_id=f"newsdesk:rate:{answer}:{int(good)}",
                row=1,
            ),
        )
        self.good = good

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it came back."""
        return cls(int(match["answer"]), match["good"] == "1")

    async def callback(self, interaction: Interaction) -> Any:
        """Keep the opinion."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            store = interaction.client.store
            await asyncio.to_thread(store.rate, given.id, interaction.user.id, good=self.good)
            await interaction.followup.send(_THANKS, ephemeral=True)


class Nearest(Button, template=r"newsdesk:nearest:(?P<answer>\d+)"):
    """Opens the nearest passages of a declined answer."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            answer,
            discord.ui.Button(
                label="Nearest passages", custom_id=f"newsdesk:nearest:{answer}", row=0
            ),
        )

    async def callback(self, interaction: Interaction) -> Any:
        """Show them to the one who clicked."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            recalled = await _recalled(interaction, given)
            text = messages.passages_text([one for one in recalled if one])
            await interaction.followup.send(text or GONE, ephemeral=True)


class Share(Button, template=r"newsdesk:share:(?P<answer>\d+)"):
    """Shows a private answer or check to everybody in the channel."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            answer,
            discord.ui.Button(label="Share", custom_id=f"newsdesk:share:{answer}", row=1),
        )

    async def callback(self, interaction: Interaction) -> Any:
        """Send it anew, if it still stands."""
        await interaction.response.defer()
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            await interaction.client.share(interaction, given)


class Delete(Button, template=r"newsdesk:delete:(?P<answer>\d+)"):
    """Deletes the answer and forgets the question, for the one who asked and for moderators."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            answer,
            discord.ui.Button(
                label="Delete",
                style=discord.ButtonStyle.danger,
                custom_id=f"newsdesk:delete:{answer}",
                row=1,
            ),
        )

    async def callback(self, interaction: Interaction) -> Any:
        """Delete it, or say who may."""
        await interaction.response.defer()
        async with in_flight(interaction.client, FollowupReply(interaction)):
            given = await known(interaction, self.answer)
            if interaction.user.id != given.asker and not interaction.permissions.manage_messages:
                raise Refused("Only the one who asked and moderators may delete it.")
            await interaction.delete_original_response()
            await asyncio.to_thread(interaction.client.store.delete, given.id)


ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (Sources, Rating, Nearest, Share, Delete)
