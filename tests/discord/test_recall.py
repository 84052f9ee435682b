import pytest

from bot.discord.recall import changes
from bot.settings import Settings
from tests.discord.bot import BRIDGE, GUILD, HERE, add, asked, bot, first_id
from tests.loopback.discord_server import Server

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_withdrawn_quotes_are_listed_and_moved_ones_are_found(
    options: Settings, server: Server
) -> None:
    article = f"Before it all. {BRIDGE} The ferry runs."
    async with bot(options, server) as client:
        await add(server, "bridge.txt", article, **HERE)
        given = await asked(server, "why was the bridge of Halvik closed?")
        assert given.answer is not None
        menu = first_id(given.answer, "sources")
        await add(server, "bridge.txt", "It was corrected: more now. " + article, **HERE)
        moved = await server.click(given.answer, menu, values=["1"], **HERE)
        await moved.until(lambda one: one.followups)
        stands = [
            one
            for kept in client.context.store.answers()
            for one in changes(client.context.libraries, kept)
        ]
        await add(server, "bridge.txt", article.replace("rusted", "been cut"), **HERE)
        changed = [
            one
            for kept in client.context.store.answers()
            for one in changes(client.context.libraries, kept)
        ]
        with client.context.libraries.own(GUILD) as desk:
            desk.index.library.rows("DELETE FROM versions")
        no_longer_kept = [
            one
            for kept in client.context.store.answers()
            for one in changes(client.context.libraries, kept)
        ]
        with client.context.libraries.own(GUILD) as desk:
            desk.remove([*desk.articles()])
        gone = [
            one
            for kept in client.context.store.answers()
            for one in changes(client.context.libraries, kept)
        ]

    assert "rusted" in moved.followups[0]["embeds"][0]["description"]
    assert stands == []
    assert [(one.quote, one.withdrawn) for one in changed] == [(BRIDGE, False)]
    assert [(one.quote, one.withdrawn) for one in no_longer_kept] == [(None, False)]
    assert [(one.quote, one.withdrawn) for one in gone] == [(None, True)]
