"""A private answer or check, shown to everybody in the channel."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.discord import check
from bot.discord.ask import Asked, may_ask, show
from bot.discord.components import GONE, Interaction, answer_view
from bot.discord.replies import FollowupReply, Refused
from bot.discord.store import AnswerRecord
from bot.discord.text import answer
from retrieval.search.hit import Citation

if TYPE_CHECKING:
    from bot.discord.client import Client


async def share(client: "Client", interaction: Interaction, given: AnswerRecord) -> None:
    """Show it for all to see, once, as far as it still stands; then its button goes."""
    await may_ask(interaction)
    if not await asyncio.to_thread(client.store.share, given.id):
        raise Refused("It is shared already.")
    reply, asker = FollowupReply(interaction, private=False), interaction.user.id
    rest = None
    try:
        if given.checks:
            asked = Asked(given.asked, given.guild, given.channel, asker)
            await check.check(client, asked, reply)
        else:
            citations = await _answer_again(client, given, asker, reply)
            # A menu of what is left would count other sources than the answer does.
            if not given.found or len(citations) == len(given.places):
                rest = answer_view(replace(given, private=False), citations)
    except BaseException:
        if not reply.answered:
            await asyncio.to_thread(client.store.unshare, given.id)
        raise
    with suppress(discord.HTTPException):  # then a button stays that says "shared already"
        await interaction.edit_original_response(view=rest)


async def _answer_again(
    client: "Client", given: AnswerRecord, asker: int, reply: FollowupReply
) -> list[Citation]:
    """Send the quotes that still stand, and return them."""
    recalled = await client.looks.run(lambda: client.desks.recall(given))
    citations = [one for one in recalled if one] if given.found else []
    if given.found and not citations:
        raise Refused(GONE)
    sheet = answer.answer_sheet(citations, question=given.asked)
    shared = _shared(given, recalled, sheet.shown, asker)
    await show(client, shared, sheet, citations[: sheet.shown], reply)
    return citations


def _shared(
    given: AnswerRecord, recalled: Sequence[Citation | None], shown: int, asker: int
) -> AnswerRecord:
    places = given.places
    if given.found:
        stands = [place for place, one in zip(given.places, recalled, strict=True) if one]
        places = tuple(stands[:shown])
    return replace(given, private=False, shared=False, places=places, asker=asker, message=None)
