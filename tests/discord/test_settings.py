import pytest

from bot.discord.store import GuildSettings
from bot.settings import Settings
from tests.discord.bot import (
    BRIDGE,
    CHANNEL,
    GUILD,
    HERE,
    OTHER,
    ROLE,
    SECOND,
    THERE,
    add,
    asked,
    bot,
    plain,
)
from tests.loopback.discord_server import (
    BOT,
    EPHEMERAL,
    MANAGE_GUILD,
    OWNER,
    Given,
    Json,
    Server,
    option,
)

pytestmark = pytest.mark.anyio


async def changed(server: Server, *given: Json, channel: int | None = None) -> str:
    """Change the settings as a manager; the settings as they are then shown."""
    resolved: Json = {"roles": {one["id"]: one for one in server.guilds[GUILD]["roles"]}}
    if channel:
        one = {"id": str(channel), "type": 0, "name": "x", "permissions": "0"}
        resolved["channels"] = {str(channel): one}
        given = (*given, {"name": "channel", "type": 7, "value": str(channel)})
    used = await server.command(
        "newsdesk settings", [*given], resolved=resolved, **HERE, permissions=MANAGE_GUILD
    )
    await used.until(lambda one: one.answer)
    assert used.ephemeral
    assert used.answer is not None
    return str(used.answer["content"])


def role(name: str) -> Json:
    return {"name": name, "type": 8, "value": str(ROLE)}


def refusal(given: Given) -> str:
    """What only the person who asked was told, instead of an answer."""
    assert given.deleted
    assert given.followups[0]["flags"] & EPHEMERAL
    return str(given.followups[0]["content"])


DEFAULTS = """\
Answers in: all channels
May ask: everyone
May feed articles: members with Manage Server
Opens threads: no
Questions a minute: 6 for each member, 60 for the server"""


async def test_each_setting_is_shown_and_can_be_reset(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        assert await changed(server) == DEFAULTS
        assert "Answers in: <#112>\n" in await changed(server, channel=SECOND)
        assert "Answers in: <#111>, <#112>\n" in await changed(server, channel=CHANNEL)
        assert "Answers in: <#111>\n" in await changed(server, channel=SECOND)
        assert "May ask: <@&77>\n" in await changed(server, role("ask_role"))
        shown = await changed(server, role("feed_role"))
        assert "May feed articles: members with Manage Server, <@&77>\n" in shown
        assert "Opens threads: yes\n" in await changed(server, option("threads", True))
        limits = option("per_person", 7), option("per_server", 8)
        assert "minute: 7 for each member, 8 for the server" in await changed(server, *limits)
        assert (await client.context.settings_of(GUILD)).channels == {CHANNEL}
        assert await client.context.settings_of(OTHER) == GuildSettings()

        back = option("per_person", 6), option("per_server", 60), option("threads", False)
        given = role("ask_role"), role("feed_role"), *back
        assert await changed(server, *given, channel=CHANNEL) == DEFAULTS
        assert await client.context.settings_of(GUILD) == GuildSettings()


@pytest.mark.slow
async def test_only_those_with_the_role_can_ask(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await changed(server, role("ask_role"))
        without = await asked(server, "what did Starmer say?")
        having = await asked(server, "what did Starmer say?", roles=(ROLE,))
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        elsewhere = await asked(server, "what did Starmer say?", **THERE)

    assert "Only certain roles may ask" in refusal(without)
    assert having.answer
    assert "Only certain roles may ask" in server.replies(CHANNEL)[0]["content"]
    assert elsewhere.answer


@pytest.mark.slow
async def test_those_with_the_role_can_add_articles(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await changed(server, role("feed_role"))
        fed = await add(server, "bridge.txt", BRIDGE, permissions=0, roles=(ROLE,), **HERE)
        await changed(server, role("feed_role"))
        late = await add(server, "bridge.txt", BRIDGE, permissions=0, roles=(ROLE,), **HERE)

    assert fed.answer is not None
    assert "Added 1" in fed.answer["content"]
    assert late.answer is not None
    assert "Only members who" in late.answer["content"]


@pytest.mark.slow
async def test_threads_open_once_they_are_switched_on(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        assert not server.threads
        await changed(server, option("threads", True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(int(asking["id"])))

    assert server.threads == {int(asking["id"]): CHANNEL}


@pytest.mark.slow
async def test_the_limit_of_a_server_is_shared_by_its_members(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        await changed(server, option("per_server", 1))
        first = await asked(server, "what did Starmer say?")
        other = await asked(server, "what did Starmer say?", user=OWNER)
        elsewhere = await asked(server, "what did Starmer say?", user=OWNER, **THERE)

    assert first.answer
    assert "try again in" in refusal(other)
    assert elsewhere.answer


@pytest.mark.slow
async def test_a_thread_counts_as_the_channel_it_is_in(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await changed(server, channel=SECOND)
        answers = []
        for channel in (SECOND, CHANNEL):
            thread = server.id()
            await server.dispatch("THREAD_CREATE", server.thread(channel, thread, "x", OWNER))
            answers.append(await asked(server, "what did Starmer say?", channel=thread))
            there = {"guild": GUILD, "channel": thread}
            await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **there)
            await server.until(lambda thread=thread: server.replies(thread))
            answers.append(server.replies(thread)[0]["content"])

    inside, written, outside, refused = answers
    assert inside.answer
    assert "unacceptable" in plain(written)
    assert f"I answer only in <#{SECOND}>" in refusal(outside)
    assert f"I answer only in <#{SECOND}>" in refused


@pytest.mark.slow
async def test_settings_limit_the_channels_and_who_may_change_them(
    options: Settings, server: Server
) -> None:
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        nobody = await server.command("newsdesk settings", **HERE)
        await nobody.until(lambda one: one.answer)
        given = await server.command(
            "newsdesk settings",
            [{"name": "channel", "type": 7, "value": str(SECOND)}],
            resolved={"channels": {str(SECOND): {"id": str(SECOND), "type": 0, "name": "x",
                                                 "permissions": "0"}}},
            **who,
        )  # fmt: skip
        await given.until(lambda one: one.answer)
        wrong = await asked(server, "what did Starmer say?")
        right = await asked(server, "what did Starmer say?", channel=SECOND)

    assert nobody.answer is not None
    assert "Only members" in nobody.answer["content"]
    assert given.answer is not None
    assert f"Answers in: <#{SECOND}>" in given.answer["content"]
    assert wrong.deleted
    assert wrong.followups[0]["flags"] & 64
    assert right.answer is not None
    assert "unacceptable" in plain(right.answer["content"])


@pytest.mark.slow
async def test_too_many_questions_are_refused_for_a_while(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(per_person=2))
        for _ in range(2):
            given = await asked(server, "what did Starmer say?")
            assert given.answer
        late = await asked(server, "what did Starmer say?")
        other = await asked(server, "what did Starmer say?", user=OWNER)

    assert late.deleted
    assert "try again in" in late.followups[0]["content"]
    assert other.answer
