"""Check against the articles: what they say about each statement in somebody's message."""

import discord
from discord import app_commands

from bot.discord.ask import send_and_keep
from bot.discord.context import Context, Interaction, context_of
from bot.discord.permissions import may_ask
from bot.discord.recall import quote_places
from bot.discord.replies import InteractionReply, Reply, in_flight
from bot.discord.request import Request, request_of
from bot.discord.text.verdicts import verdict_sheet
from retrieval.articles.article import normalise
from retrieval.proof.fact_check import statements

_CHECKED = 5  # statements checked in one message


@app_commands.context_menu(name="Check against the articles")
async def check(interaction: Interaction, message: discord.Message) -> None:
    """Show what the articles say about each statement in a message."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        await may_ask(interaction)
        request = await request_of(interaction, message.content, private=True)
        await show_verdicts(context, request, reply)


async def show_verdicts(context: Context, request: Request, reply: Reply) -> None:
    """Check the message `request.text`, and keep what was shown. Raises Busy."""
    stated = statements(normalise(request.text))
    verdicts = await context.at_desk(
        context.pool, request.guild, lambda desk: desk.verdicts(stated[:_CHECKED])
    )
    sheet = verdict_sheet(verdicts, len(stated))
    if not verdicts:
        await reply.send(sheet.text)
        return
    shown = [one.citation for one in verdicts if one.citation][: sheet.shown]
    record = request.record(
        question="",  # what somebody else wrote is stored only once, as `asked`
        found=any(one.said for one in verdicts),
        places=quote_places(shown),
        checks=True,
    )
    await send_and_keep(context, record, sheet, shown, reply)
