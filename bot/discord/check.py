"""Somebody's message → what the articles say on each of its statements."""

from typing import TYPE_CHECKING

from bot.discord.ask import Asked, show
from bot.discord.libraries import places
from bot.discord.replies import Reply
from bot.discord.store import AnswerRecord
from bot.discord.text.answer import check_sheet

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
    given = AnswerRecord(
        guild=asked.guild,
        channel=asked.channel,
        asker=asked.asker,
        question="",  # somebody else's words are kept once
        asked=asked.text,
        private=asked.private,
        found=any(one.said for one in verdicts),
        places=places(shown),
        checks=True,
    )
    await show(client, given, sheet, shown, reply)
