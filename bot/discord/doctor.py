"""Whether the bot on Discord is well: its token, its intents, its last heartbeat."""

import asyncio
import time

import discord

from bot.discord.client import point_at, token
from bot.discord.health import STALE
from bot.discord.store import Store
from bot.settings import Settings
from retrieval.check import Finding

_INTENT = (
    "(the message content intent is off, so in threads the bot hears only mentions and replies; "
    "it is switched on in the developer portal, under Bot)"
)


def findings(options: Settings) -> list[Finding]:
    """What was looked at and what is wrong with it."""
    point_at(options)
    wrong, flags = asyncio.run(_application(options))
    found = [Finding("Discord token", wrong)]
    if flags is not None:
        content = flags.gateway_message_content or flags.gateway_message_content_limited
        found.append(Finding("Discord intents", note="" if content else _INTENT))
    return [*found, Finding("Discord connection", _silence(options))]


async def _application(options: Settings) -> tuple[str, discord.ApplicationFlags | None]:
    """What is wrong with the token, and the application's flags where nothing is."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token(options))
            return "", (await client.application_info()).flags
        except discord.LoginFailure:
            return "Discord refuses it. Copy it anew from the developer portal.", None
        except (discord.HTTPException, OSError) as exc:
            return f"Discord can't be reached ({type(exc).__name__}).", None


def _silence(options: Settings) -> str:
    """How long the running bot has not been answered; nothing where all is well."""
    store = Store(options.data)
    alive = store.fact("alive")
    store.close()
    if alive is None:
        return "The bot has not run yet. Start it with: newsdesk discord"
    seconds = round(time.time()) - int(alive)
    if seconds < STALE:
        return ""
    return f"Discord last acknowledged the bot {seconds:,} seconds ago. Is it running?"
