import pytest

from bot.settings import Settings
from tests.discord.bot import HERE, asked, bot, first_id, number, plain
from tests.loopback.discord_server import DIRECT, Server, components, option

pytestmark = pytest.mark.anyio


async def test_a_private_answer_is_private_until_it_is_shared(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?", option("private", True))
        assert given.ephemeral
        assert given.answer is not None
        shared = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await shared.until(lambda one: one.followups)

        again = await server.click(given.answer, f"newsdesk:share:{number(given.answer)}", **HERE)
        await again.until(lambda one: one.followups)

    assert not shared.followups[0]["flags"] & 64
    assert "completely unacceptable" in plain(shared.followups[0]["content"])
    assert not any("share" in id for id in components(shared.followups[0]))
    assert not any("share" in id for id in components(shared.original or {}))
    assert again.followups[0]["flags"] & 64
    assert "already shared" in again.followups[0]["content"]


@pytest.mark.slow
async def test_in_direct_messages_an_answer_may_be_private_too(
    options: Settings, server: Server
) -> None:
    direct = {"guild": None, "channel": DIRECT}
    async with bot(options, server) as client:
        given = await asked(server, "what did Starmer say?", option("private", True), **direct)
        assert given.answer is not None
        before = client.context.store.last_in(DIRECT)
        used = await server.click(given.answer, first_id(given.answer, "share"), **direct)
        await used.until(lambda one: one.followups)
        after = client.context.store.last_in(DIRECT)

    assert given.ephemeral
    assert "unacceptable" in plain(given.answer["content"])
    assert before is None
    assert "unacceptable" in plain(used.followups[0]["content"])
    assert after is not None
    assert (after.guild, after.private) == (None, False)
