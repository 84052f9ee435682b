"""Somebody's message → what the articles say on each of its statements."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord

from bot.discord.asking import Asked
from bot.discord.components import Button, Delete, Interaction, Sources, known
from bot.discord.desks import places
from bot.discord.messages import check_sheet
from bot.discord.replies import FollowupReply, Reply
from bot.discord.store import Given
from retrieval.answer import Citation

if TYPE_CHECKING:
    from bot.discord.client import Client


async def check(client: "Client", asked: Asked, reply: Reply) -> None:
    """Check `asked.text`, and remember what was shown. Raises Busy."""
    verdicts, total = await client.pool.run(lambda: client.desks.verdicts(asked.guild, asked.text))
    sheet = check_sheet(verdicts, total)
    if not verdicts:
        await reply.send(sheet.text)
        return
    shown = [one.citation for one in verdicts if one.citation][: sheet.shown]
    given = Given(
        guild=asked.guild,
        channel=asked.channel,
        asker=asked.asker,
        question=asked.text,
        asked=asked.text,
        private=asked.private,
        found=any(one.said for one in verdicts),
        places=places(shown),
    )
    given = await asyncio.to_thread(client.store.keep, given)
    message = await reply.send(sheet.text, _view(given, shown))
    await asyncio.to_thread(client.store.sent, given.id, message)


def _view(given: Given, citations: Sequence[Citation]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    if citations:
        view.add_item(Sources.of(given.id, citations))
    view.add_item(ShareCheck(given.id) if given.private else Delete(given.id))
    return view


class ShareCheck(Button, template=r"newsdesk:sharecheck:(?P<answer>\d+)"):
    """Shows what the articles say on a message to everybody in the channel."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            answer,
            discord.ui.Button(label="Share", custom_id=f"newsdesk:sharecheck:{answer}", row=1),
        )

    async def callback(self, interaction: Interaction) -> Any:
        """Check it again, as the articles are now, for all to see."""
        await interaction.response.defer()
        async with known(interaction, self.answer) as given:
            asked = Asked(given.asked, given.guild, given.channel, interaction.user.id)
            await check(interaction.client, asked, FollowupReply(interaction, private=False))
            await interaction.edit_original_response(view=None)
