import pytest

from bot.settings import Settings
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
