import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from bot.discord import application, run
from bot.discord import client as clients
from bot.discord.store import GuildSettings
from bot.settings import Settings
from retrieval.errors import LibraryError
from retrieval.newsdesk import Newsdesk
from tests.discord.bot import BRIDGE, CHANNEL, GUILD, HERE, add, asked, bot, first_id, plain
from tests.loopback.discord_server import (
    AUTOCOMPLETE,
    BOT,
    BROKEN,
    EPHEMERAL,
    MANAGE_GUILD,
    Json,
    Server,
    components,
    option,
)

pytestmark = pytest.mark.anyio

# Behaving


@pytest.mark.slow
async def test_commands_are_registered_only_when_they_change(
    options: Settings, server: Server
) -> None:
    for _ in range(2):
        async with bot(options, server):
            pass
    puts = [one for one in server.requests if one.method == "PUT"]
    assert len(puts) == 1
    names = {one["name"] for one in server.commands}
    assert names == {
        "ask", "quotes", "who", "articles", "feeds", "newsdesk", "Check against the articles",
    }  # fmt: skip


@pytest.mark.slow
async def test_the_gateway_in_the_settings_is_used_and_may_be_slow(
    options: Settings, server: Server
) -> None:
    server.named_gateway = "ws://127.0.0.1:1/"
    server.slow, server.shards = 0.5, 2
    async with bot(options, server):
        await server.until(lambda: len(server.identified) == 2)
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert [one["shard"] for one in server.identified] == [[0, 2], [1, 2]]


async def test_it_resumes_after_a_dropped_connection(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.drop()
        given = await server.command("ask", [option("question", "what did Starmer say?")], **HERE)
        await given.until(lambda one: one.answer, 30)
    assert server.resumed


@pytest.mark.slow
@pytest.mark.parametrize("asks", [Server.reconnect, partial(Server.invalidate, resumable=True)],
                         ids=["reconnect", "invalid session"])  # fmt: skip
async def test_it_resumes_when_discord_asks_for_that(
    options: Settings, server: Server, asks: Callable[[Server], Awaitable[None]]
) -> None:
    async with bot(options, server):
        await asks(server)
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert len(server.resumed) == len(server.identified) == 1


@pytest.mark.slow
async def test_it_starts_a_new_session_if_the_old_one_is_gone(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        await server.invalidate()
        await server.until(lambda: len(server.identified) == 2, 30)
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert not server.resumed


@pytest.mark.slow
async def test_a_changed_token_stops_the_bot_with_the_reason(
    options: Settings, server: Server
) -> None:
    application.point_at(options)
    running = asyncio.create_task(run._serve(options))
    await server.until(lambda: server.identified)
    server.token = "another.token.of-a-bot"
    await server.reconnect()

    said = await asyncio.wait_for(running, 20)

    assert said is not None
    assert "rejects the token" in said


@pytest.mark.slow
async def test_it_reconnects_when_the_gateway_falls_silent(
    options: Settings, server: Server
) -> None:
    server.heartbeat_seconds = 0.3
    async with bot(options, server) as client:
        client._connection.heartbeat_timeout = 1.0
        await server.drop()
        await server.until(lambda: server.resumed, 30)
        before = len(server.sockets)
        server.silent = True
        await server.until(lambda: len(server.sockets) > before, 30)
        server.silent = False
        given = await server.command("ask", [option("question", "what did Starmer say?")], **HERE)
        await given.until(lambda one: one.answer, 30)

    assert given.answer
    assert len(server.sockets) > before


@pytest.mark.slow
async def test_limits_and_errors_of_the_api_lose_no_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        # discord.py takes an answer without Via for Cloudflare's, and does not retry.
        server.fail("@original", 429, {"message": "slow", "retry_after": 0.2, "global": False},
                    **{"Retry-After": "0.2", "X-RateLimit-Reset-After": "0.2",
                       "Via": "1.1 google"})  # fmt: skip
        server.fail("@original", 500)
        given = await asked(server, "what did Starmer say?")
    assert given.answer
    assert "unacceptable" in plain(given.answer["content"])


@pytest.mark.slow
async def test_a_callback_and_a_followup_are_retried_after_an_error(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        server.fail("/callback", 502)
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        server.fail("webhooks/", 503)
        rated = await server.click(given.answer, first_id(given.answer, "rate"), **HERE)
        await rated.until(lambda one: one.followups)

    assert "unacceptable" in plain(given.answer["content"])
    assert "Thank you" in rated.followups[0]["content"]
    assert not server.failing


@pytest.mark.slow
async def test_a_late_callback_affects_no_other(options: Settings, server: Server) -> None:
    async with bot(options, server):
        server.fail("/callback", 502)
        server.fail("/callback", 502)
        lost = await server.command("ask", [option("question", "what did Starmer say?")], **HERE)
        await server.until(lambda: not server.failing)
        sent = len(server.requests)
        await server.until(lambda: len(server.requests) > sent)  # after more than 3 seconds
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert lost.callback is None


@pytest.mark.slow
@pytest.mark.parametrize("part", ["/callback", "@original", "/messages", "/typing", "/threads"])
async def test_a_broken_connection_loses_no_answer(
    options: Settings, server: Server, part: str
) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, GuildSettings(threads=part == "/threads"))
        server.fail(part, BROKEN)
        if part in ("/callback", "@original"):
            given = await asked(server, "what did Starmer say?")
            shown = given.answer
        else:
            message = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
            place = int(message["id"]) if part == "/threads" else CHANNEL
            await server.until(lambda: server.replies(place))
            (shown,) = server.replies(place)

    assert not server.failing
    assert shown is not None
    assert "unacceptable" in plain(shown["content"])


@pytest.mark.slow
async def test_an_answer_that_cannot_be_stored_is_still_shown(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise LibraryError("The disk is full.")

    async with bot(options, server) as client:
        monkeypatch.setattr(client.context.store, "sent", full)
        unsent = await asked(server, "what did Starmer say?")
        monkeypatch.setattr(client.context.store, "keep", full)
        unkept = await asked(server, "what did Starmer say?")
        await asyncio.sleep(0.2)

    for given in (unsent, unkept):
        assert given.answer is not None
        assert "unacceptable" in plain(given.answer["content"])
    assert not components(unkept.answer or {})


async def test_an_error_has_an_id_and_no_details(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def broken(*args: object) -> None:
        raise RuntimeError("details nobody should see")

    async with bot(options, server):
        monkeypatch.setattr(Newsdesk, "stream", broken)
        given = await asked(server, "what did Starmer say?")
    assert given.answer is not None
    assert "something went wrong" in given.answer["content"]
    assert "details" not in given.answer["content"]
    id = given.answer["content"].split()[-1].rstrip(".")
    assert f"error {id}" in caplog.text
    assert "details nobody should see" in caplog.text


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("gone", [], id="a command"),
        pytest.param("articles gone", [], id="a subcommand"),
        pytest.param("ask", [], id="an option that must be given"),
    ],
)
async def test_a_changed_command_tells_its_user(
    options: Settings, server: Server, name: str, given: list[Json]
) -> None:
    async with bot(options, server):
        used = await server.command(name, given, **HERE)
        await used.until(lambda one: one.callback, 5)

    assert used.callback is not None
    assert "This command has changed." in used.callback["data"]["content"]
    assert used.ephemeral


@pytest.mark.slow
async def test_a_removed_command_offers_no_choices(
    options: Settings, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot(options, server):
        typed = await server.command(
            "gone", [option("word", "x", focused=True)], kind=AUTOCOMPLETE, **HERE
        )
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert typed.callback is None
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("number", ["999999", "9" * 30], ids=["unknown", "absurd"])
@pytest.mark.parametrize("id", ["rate:{}:1", "nearest:{}", "share:{}", "delete:{}", "sources:{}"])
async def test_a_component_of_an_unknown_answer_says_so(
    options: Settings, server: Server, id: str, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    custom_id = f"newsdesk:{id.format(number)}"
    component: Json = {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}
    if "sources" in id:
        choices = [{"label": "x", "value": "1"}]
        component = {"type": 3, "options": choices, "custom_id": custom_id}
    rows = [{"type": 1, "components": [component]}]
    message = server._made(CHANNEL, {"content": "an answer", "components": rows}, BOT)
    values = ["1"] if "sources" in id else None
    async with bot(options, server):
        used = await server.click(message, custom_id, values=values, **HERE)
        await used.until(lambda one: one.followups, 5)

    assert "I no longer know this answer" in used.followups[0]["content"]
    assert used.followups[0]["flags"] & EPHEMERAL
    assert "Traceback" not in caplog.text


async def test_a_full_queue_says_busy(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.context.pool._most = 0
        given = await asked(server, "what did Starmer say?")
    assert given.deleted
    assert "I am busy. Please try again in" in given.followups[0]["content"]


async def test_questions_in_progress_end_with_an_answer_or_an_apology(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    gate = threading.Event()
    monkeypatch.setattr(clients, "GRACE", 0.5)
    monkeypatch.setattr(Newsdesk, "stream", lambda *args: gate.wait(30))
    async with bot(options, server) as client:
        given = await server.command("ask", [option("question", "slow?")], **HERE)
        await given.until(lambda one: one.acknowledged)
        await client.stop()
        gate.set()
    assert given.answer is not None
    assert "ask again" in given.answer["content"]


async def test_questions_during_shutdown_get_an_apology(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.context.stopping = True
        given = await asked(server, "what did Starmer say?")
        client.context.stopping = False
    assert given.answer is not None
    assert "ask again" in given.answer["content"]


@pytest.mark.slow
async def test_a_long_error_fits_into_a_message(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what?", option("source", "*" * 3000))
    assert given.deleted
    assert len(given.followups[0]["content"]) <= 2000


@pytest.mark.slow
async def test_a_reconnect_does_not_count_as_silence(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        await server.until(lambda: client.shards)
        client.heartbeat_age()
        client._started -= 86_400
        await server.drop()
        for _ in range(50):
            assert client.heartbeat_age() < 60
            await asyncio.sleep(0.02)


async def test_an_unreachable_gateway_stops_the_bot(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_PATIENCE", 0.2)
    monkeypatch.setattr(clients, "_LOOK", 0.2)
    away = options.model_copy(update={"discord_gateway": "ws://127.0.0.1:1/"})
    application.point_at(away)

    said = await asyncio.wait_for(run._serve(away), 20)

    assert said is not None
    assert "has not answered" in said


@pytest.mark.slow
async def test_the_next_answer_sees_what_another_process_indexed(
    options: Settings, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "bridge.txt").write_text(BRIDGE)
    async with bot(options, server):
        before = await asked(server, "why was the bridge of Halvik closed?")
        other = Newsdesk(options.data)
        await asyncio.to_thread(lambda: [*other.sync([tmp_path / "bridge.txt"])])
        other.close()
        after = await asked(server, "why was the bridge of Halvik closed?")
    assert before.answer is not None
    assert "rusted" not in before.answer["content"]
    assert after.answer is not None
    assert "rusted" in after.answer["content"]


@pytest.mark.slow
async def test_a_withdrawn_article_is_not_shown_from_an_old_answer(
    options: Settings, server: Server
) -> None:
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server) as client:
        await add(server, "bridge.txt", BRIDGE, **HERE)
        given = await asked(server, "why was the bridge of Halvik closed?")
        gone = await server.command("articles remove", [option("article", BRIDGE)], **who)
        await gone.until(lambda one: one.answer)
        assert given.answer is not None
        opened = await server.click(
            given.answer, first_id(given.answer, "sources"), values=["1"], **HERE
        )
        await opened.until(lambda one: one.followups)
        assert "withdrawn" in opened.followups[0]["content"]
        client.context.store.close()
        kept = (options.data / "discord.sqlite").read_bytes()
    assert b"rusted" not in kept
