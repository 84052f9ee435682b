"""A request: what was asked, by whom, where, and from which articles."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from discord import app_commands

from bot.discord.context import Interaction
from bot.discord.store import AnswerRecord, QuotePlace
from retrieval.errors import SettingsError

# Descriptions of options that several commands share.
SINCE = 'Only articles published on or after this day: a date, or words such as "last week"'
UNTIL = "Only articles published on or before this day"

_DAYS_AGO = {"today": 0, "yesterday": 1, "last week": 7, "last month": 30, "last year": 365}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `text` is a question, a message to check, a speaker's name or a phrase.

    `about` is the topic of a speaker's statements. `follows` is the answer that a follow-up
    question refers to. `repeat`: the answer repeats the question, which others don't see otherwise.
    """

    text: str
    guild: int | None
    channel: int
    asker: int
    private: bool = False
    source: str | None = None
    since: date | None = None
    until: date | None = None
    about: str = ""
    follows: AnswerRecord | None = None
    repeat: bool = False

    def record(
        self, *, question: str, found: bool, places: tuple[QuotePlace, ...], checks: bool = False
    ) -> AnswerRecord:
        """The answer to this request, for the store."""
        return AnswerRecord(
            guild=self.guild,
            channel=self.channel,
            asker=self.asker,
            question=question,
            asked=self.text,
            private=self.private,
            found=found,
            places=places,
            follows=self.follows.id if self.follows else None,
            checks=checks,
            source=self.source,
            since=self.since,
            until=self.until,
            about=self.about,
        )


async def request_of(
    interaction: Interaction,
    text: str,
    *,
    private: bool = False,
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    about: str = "",
) -> Request:
    """The request of a command. Raises SettingsError if a day isn't understood."""
    return Request(
        text,
        interaction.guild_id,
        interaction.channel_id or 0,
        interaction.user.id,
        private=private,
        source=source,
        since=await asyncio.to_thread(day, since) if since else None,
        until=await asyncio.to_thread(partial(day, until, last=True)) if until else None,
        about=about,
        repeat=True,
    )


async def days(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggested days that contain what was typed; other days may be typed too."""
    wanted = current.casefold().strip()
    return [app_commands.Choice(name=one, value=one) for one in _DAYS_AGO if wanted in one]


def day(text: str | None, today: date | None = None, *, last: bool = False) -> date | None:
    """The day that a date or words mean; "last week" is seven days ago.

    For a month or a year, its first day, or its `last`. Raises SettingsError for anything else.
    """
    if not text or not text.strip():
        return None
    today = today or date.today()
    wanted = " ".join(text.casefold().split())
    if wanted in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[wanted])
    try:
        return date.fromisoformat(wanted)
    except ValueError:
        pass
    from dateparser import parse

    if re.fullmatch(r"\d{4}", wanted):
        return date(int(wanted), 12, 31) if last else date(int(wanted), 1, 1)
    which = "last" if last else "first"
    settings = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": which}
    found: datetime | None = parse(text[:100], settings=settings)
    if found is None or wanted.isdecimal():
        raise SettingsError(f"I don't understand the date {text[:40]!r}. Try 2025-05-16.")
    return found.date()
