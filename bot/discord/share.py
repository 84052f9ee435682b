"""Share: a private answer or check, shown to everybody in the channel."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord

from bot.discord.ask import send_and_keep
from bot.discord.check import show_verdicts
from bot.discord.components import GONE, Button, answer_view, quotes_now, record_for
from bot.discord.context import Interaction, context_of
from bot.discord.permissions import may_ask
from bot.discord.replies import FollowupReply, Refused, in_flight
from bot.discord.request import Request
from bot.discord.store import AnswerRecord
from bot.discord.text.answer import answer_sheet
from retrieval.search.hit import Citation


class Share(Button, template=r"newsdesk:share:(?P<answer>\d+)"):
    """The button that shares a private answer or check."""

    def __init__(self, answer: int) -> None:
        super().__init__(
            discord.ui.Button(label="Share", custom_id=f"newsdesk:share:{answer}", row=1)
        )
        self.answer = answer

    async def callback(self, interaction: Interaction) -> Any:
        """Send the answer again for all to see, if it still stands."""
        await interaction.response.defer()
        async with in_flight(context_of(interaction), FollowupReply(interaction)):
            await _share(interaction, await record_for(interaction, self.answer))


async def _share(interaction: Interaction, record: AnswerRecord) -> None:
    """Show what still stands of the answer, once; then take away its Share button."""
    context, asker = context_of(interaction), interaction.user.id
    await may_ask(interaction)
    if not await asyncio.to_thread(context.store.share, record.id):
        raise Refused("It is already shared.")
    reply = FollowupReply(interaction, private=False)
    rest = None
    try:
        if record.checks:
            request = Request(record.asked, record.guild, record.channel, asker)
            await show_verdicts(context, request, reply)
        else:
            citations = await _answer_again(interaction, record, reply)
            # If a quote is gone, a menu would number the others differently from the answer.
            if not record.found or len(citations) == len(record.places):
                rest = answer_view(replace(record, private=False), citations)
    except BaseException:
        if not reply.answered:
            await asyncio.to_thread(context.store.unshare, record.id)
        raise
    with suppress(discord.HTTPException):  # a button that stays says "already shared"
        await interaction.edit_original_response(view=rest)


async def _answer_again(
    interaction: Interaction, record: AnswerRecord, reply: FollowupReply
) -> list[Citation]:
    """Send the quotes that still stand, and return them."""
    found = await quotes_now(interaction, record)
    citations = [one for one in found if one] if record.found else []
    if record.found and not citations:
        raise Refused(GONE)
    sheet = answer_sheet(citations, question=record.asked)
    shared = _shared(record, found, sheet.shown, interaction.user.id)
    await send_and_keep(context_of(interaction), shared, sheet, citations[: sheet.shown], reply)
    return citations


def _shared(
    record: AnswerRecord, found: Sequence[Citation | None], shown: int, asker: int
) -> AnswerRecord:
    """The record of the shared answer, which belongs to the person who shared it."""
    places = record.places
    if record.found:
        stands = [place for place, one in zip(record.places, found, strict=True) if one]
        places = tuple(stands[:shown])
    return replace(record, private=False, shared=False, places=places, asker=asker, message=None)
