"""Check against the articles: what they say on each statement of somebody's message."""

import discord
from discord import app_commands

from bot.discord.ask import show
from bot.discord.context import Context, Interaction, context_of
from bot.discord.permissions import may_ask
from bot.discord.recall import places
from bot.discord.replies import InteractionReply, Reply, in_flight
from bot.discord.request import Request, request_of
from bot.discord.text.verdicts import verdict_sheet
from retrieval.articles.article import normalise
from retrieval.proof.fact_check import Verdict, statements

_CHECKED = 5  # statements of a message


@app_commands.context_menu(name="Check against the articles")
async def check(interaction: Interaction, message: discord.Message) -> None:
    """Tell whoever asks what the articles say on each statement of a message."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        await may_ask(interaction)
        request = await request_of(interaction, message.content, private=True)
        await show_verdicts(context, request, reply)


async def show_verdicts(context: Context, request: Request, reply: Reply) -> None:
    """Check the message `request.text`, and keep what was shown. Raises Busy."""
    verdicts, total = await context.pool.run(lambda: _verdicts(context, request))
    sheet = verdict_sheet(verdicts, total)
    if not verdicts:
        await reply.send(sheet.text)
        return
    shown = [one.citation for one in verdicts if one.citation][: sheet.shown]
    record = request.record(
        question="",  # what somebody else wrote is kept only once
        found=any(one.said for one in verdicts),
        places=places(shown),
        checks=True,
    )
    await show(context, record, sheet, shown, reply)


def _verdicts(context: Context, request: Request) -> tuple[list[Verdict], int]:
    """Verdicts on the first few statements of the message, and how many statements it has."""
    stated = statements(normalise(request.text))
    with context.libraries.desk(request.guild) as desk:
        return desk.verdicts(stated[:_CHECKED]), len(stated)
