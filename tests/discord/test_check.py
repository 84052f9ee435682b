import pytest

from bot.settings import Settings
from tests.discord.bot import CHANNEL, COUNCIL, HERE, bot, check, first_id, plain
from tests.loopback.discord_server import Server, components

pytestmark = pytest.mark.anyio


async def test_a_message_is_checked_against_the_articles(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await check(server, f"{COUNCIL} The moon is green cheese. Is it?")
        assert given.answer is not None
        shown = given.answer["content"]
        opened = await server.click(
            given.answer, first_id(given.answer, "sources"), values=["1"], **HERE
        )
        await opened.until(lambda one: one.followups)
        shared = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await shared.until(lambda one: one.followups and not components(one.original or {}))

    assert given.ephemeral
    assert shown.count("> ") == 2
    assert "The articles say it" in shown.split("green cheese")[0]
    assert "The articles don't say it" in shown.split("green cheese")[1]
    assert opened.ephemeral
    assert "nine to six" in opened.followups[0]["embeds"][0]["description"]
    assert not shared.followups[0]["flags"] & 64
    assert shared.followups[0]["content"] == shown
    assert any("delete" in id for id in components(shared.followups[0]))


@pytest.mark.slow
async def test_a_reply_to_a_shared_check_is_a_new_question(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        given = await check(server, COUNCIL)
        assert given.answer is not None
        used = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await used.until(lambda one: one.followups and not components(one.original or {}))
        await server.say("what did Starmer say?", reply_to=used.followups[0], **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        last = client.context.store.last_in(CHANNEL)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])
    assert "Understood" not in server.replies(CHANNEL)[0]["content"]
    assert last is not None
    assert (last.question, last.follows) == ("what did Starmer say?", None)


@pytest.mark.slow
async def test_a_message_without_a_statement_is_not_judged(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await check(server, "Is that so? 😀")
    assert given.answer is not None
    assert "no statement" in given.answer["content"]
