import asyncio
from contextlib import closing
from typing import Any

import pytest

from bot.discord.libraries import own_library
from bot.discord.poller import polling
from bot.settings import Settings
from retrieval.watching import schedule
from retrieval.watching.queue import FetchQueue
from tests.discord.bot import BRIDGE, GUILD, HERE, OTHER, THERE, asked, bot, first_id
from tests.loopback.discord_server import AUTOCOMPLETE, MANAGE_GUILD, OWNER, Json, Server, option
from tests.loopback.names import Names
from tests.loopback.publisher import Publishers, Story

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_a_server_follows_feeds_of_its_own(
    options: Settings, server: Server, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "EVERY", 0.3)
    publishers = Publishers()
    site = publishers.site("news.example")
    site.publish("/bridge", Story("The bridge of Halvik", f"{BRIDGE}\nIt opens in spring."))
    who = HERE | {"permissions": MANAGE_GUILD}
    watched = options.model_copy(update={"watch": True})
    async with bot(watched, server) as client:
        with polling(watched, client.context.libraries):
            await told(server, "feeds add", option("url", site.feed), who=who)
            again = await told(server, "feeds add", option("url", site.feed), who=who)
            none = await told(server, "feeds add", option("url", "ftp://x"), who=who)
            for _ in range(100):
                here = await asked(server, "why was the bridge of Halvik closed?", user=OWNER)
                if here.answer and "rusted" in here.answer["content"]:
                    break
                client.context.limits = type(client.context.limits)()
                await asyncio.sleep(0.2)
            there = await asked(server, "why was the bridge of Halvik closed?", **THERE)
            listed = await told(server, "feeds list", who=who)
            typed = await server.command(
                "feeds remove", [option("url", "news", focused=True)], kind=AUTOCOMPLETE, **who
            )
            await typed.until(lambda one: one.callback)
            assert typed.callback is not None
            (choice,) = typed.callback["data"]["choices"]
            gone = await told(server, "feeds remove", option("url", choice["value"]), who=who)
            empty = await told(server, "feeds list", who=who)
            refused = await told(server, "feeds list", who=HERE)
    publishers.stop()

    assert here.answer is not None
    assert "cables had rusted" in here.answer["content"]
    assert there.answer is not None
    assert "rusted" not in there.answer["content"]
    assert "followed already" in again
    assert "not the address of a feed" in none
    assert "**News**" in listed
    assert "1 articles" in listed
    assert "No longer following" in gone
    assert empty == "This server follows no feeds."
    assert "Only members who" in refused


async def test_many_feeds_are_listed_page_by_page(options: Settings, server: Server) -> None:
    who = HERE | {"permissions": MANAGE_GUILD}
    with closing(FetchQueue(options.data)) as queue:
        for number in range(10, 28):
            queue.subscriptions.add(own_library(GUILD), f"https://news.example/{number}")
        queue.subscriptions.poll_failed(queue.subscriptions.all()[17], "the server has a fault")
    async with bot(options, server):
        listed = await server.command("feeds list", **who)
        await listed.until(lambda one: one.answer)
        assert listed.answer is not None
        message = listed.answer
        pages = [message["content"]]
        for first in (18, 26):
            await server.click(message, first_id(message, f"feeds:{len(pages)}"), **who)
            await server.until(lambda first=first: f"/{first}" in message["content"])
            pages.append(message["content"])

    shown = [number for page in pages for number in range(10, 28) if f"/{number}" in page]
    assert shown == [*range(10, 28)]
    assert "failed 1 times since: the server has a fault" in pages[-1]
    assert first_id(message, "feeds:1")


@pytest.mark.slow
async def test_feeds_of_a_server_that_the_bot_left_are_paused_until_it_returns(
    options: Settings, server: Server
) -> None:
    def paused() -> list[bool]:
        return [one.paused for one in queue.subscriptions.all()]

    with closing(FetchQueue(options.data)) as queue:
        queue.subscriptions.add(own_library(GUILD), "https://news.example/feed")
        queue.subscriptions.add(own_library(OTHER), "https://news.example/feed")
        async with bot(options, server) as client:
            await server.until(client.is_ready)  # until then every server counts as known
            await server.dispatch("GUILD_DELETE", {"id": str(GUILD)})
            await server.until(lambda: True in paused())
            left = paused()
            # For a server that the bot has just joined, Discord sends no word on its availability.
            new = {
                name: said for name, said in server.guilds[GUILD].items() if name != "unavailable"
            }
            await server.dispatch("GUILD_CREATE", new)
            await server.until(lambda: True not in paused())

    assert sorted(left) == [False, True]


async def told(server: Server, name: str, *given: Json, who: dict[str, Any]) -> str:
    """The answer to a command."""
    used = await server.command(name, [*given], **who)
    await used.until(lambda one: one.answer or one.followups)
    answer = used.answer or used.followups[0]
    return str(answer["content"])
