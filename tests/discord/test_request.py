from datetime import date

import pytest

from bot.discord.request import day
from bot.settings import Settings
from retrieval.errors import SettingsError
from tests.discord.bot import HERE, bot
from tests.loopback.discord_server import AUTOCOMPLETE, Server, option

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", ["since", "until"])
async def test_days_in_words_are_offered_as_choices(
    options: Settings, server: Server, name: str
) -> None:
    offered = {}
    async with bot(options, server):
        for typed in ("", " LAST w", "2025"):
            used = await server.command(
                "ask", [option(name, typed, focused=True)], kind=AUTOCOMPLETE, **HERE
            )
            await used.until(lambda one: one.callback)
            assert used.callback is not None
            offered[typed] = [one["value"] for one in used.callback["data"]["choices"]]

    everything = ["today", "yesterday", "last week", "last month", "last year"]
    assert offered == {"": everything, " LAST w": ["last week"], "2025": []}


def test_days_in_words() -> None:
    today = date(2026, 11, 25)
    assert day("last week", today) == date(2026, 11, 18)
    assert day("2025-05-16", today) == date(2025, 5, 16)
    assert day("16 May 2025", today) == date(2025, 5, 16)
    assert day("May 2025", today) == date(2025, 5, 1)
    assert day("May 2025", today, last=True) == date(2025, 5, 31)
    assert day("2025", today) == date(2025, 1, 1)
    assert day("2025", today, last=True) == date(2025, 12, 31)
    assert day("  ", today) is None
    for text in ("gibberish", "5"):
        with pytest.raises(SettingsError):
            day(text, today)
