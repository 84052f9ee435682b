"""The doctor's findings about the bot on Discord: its token, its intents, its last heartbeat."""

import time
from contextlib import closing

from bot.discord.application import application
from bot.discord.health import STALE
from bot.discord.store import FILE, Store
from bot.settings import Settings
from retrieval.errors import SettingsError
from retrieval.library.check import Finding

_INTENT = (
    "(the message content intent is off, so in threads the bot hears only mentions and replies; "
    "switch it on in the developer portal, under Bot)"
)


def findings(options: Settings) -> list[Finding]:
    """What was checked, and what is wrong with it."""
    try:
        flags = application(options).flags
    except SettingsError as exc:
        found = [Finding("Discord token", str(exc))]
    else:
        content = flags.gateway_message_content or flags.gateway_message_content_limited
        note = "" if content else _INTENT
        found = [Finding("Discord token"), Finding("Discord intents", note=note)]
    return [*found, Finding("Discord connection", _silence(options))]


def _silence(options: Settings) -> str:
    """What is wrong with the bot's connection, as a sentence; "" if nothing is."""
    alive = None
    if (options.data / FILE).exists():  # `Store` would make the file
        with closing(Store(options.data)) as store:
            alive = store.fact("alive")
    if alive is None:
        return "The bot has not run yet. Start it with: newsdesk discord"
    seconds = round(time.time()) - int(alive)
    if seconds < STALE:
        return ""
    return f"Discord last acknowledged the bot {seconds:,} seconds ago. Is it running?"
