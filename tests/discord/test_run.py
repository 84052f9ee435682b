import asyncio
import logging
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import httpx
import pytest
from pydantic import SecretStr

from bot.discord import application, health, run
from bot.settings import Settings
from retrieval.errors import SettingsError
from tests.discord.bot import BRIDGE, CHANNEL, ELSEWHERE, GUILD, OTHER, asked, bot, plain
from tests.loopback.discord_server import BOT, TOKEN, Server, option
from tests.loopback.publisher import Publishers, Story

pytestmark = pytest.mark.anyio

REPOSITORY = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1/api/v10"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def started(
    options: Settings, *arguments: str, command: str = "discord", **settings: str
) -> Process:
    """Start `newsdesk discord`, or another command, as a process of its own."""
    environment = {
        "NEWSDESK_DATA": str(options.data),
        "NEWSDESK_DISCORD_TOKEN": TOKEN,
        "NEWSDESK_DISCORD_API": str(options.discord_api or ""),
        "NEWSDESK_DISCORD_GATEWAY": str(options.discord_gateway or ""),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, *arguments,
        cwd=REPOSITORY, env=os.environ | environment | settings, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip


@asynccontextmanager
async def serving_process(
    options: Settings, server: Server, **settings: str
) -> AsyncIterator[Process]:
    """The process, once it is connected; it is ended afterwards."""
    process = await started(options, **settings)
    try:
        await server.until(lambda: server.identified, 60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def health_at(port: int) -> tuple[int, dict[str, float]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/health") as answer,
    ):
        return answer.status, await answer.json()


# Starting


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [[], ["--invite"]], ids=["serve", "invite"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({"TOKEN": ""}, "There is no token.", id="no token"),
        pytest.param({"TOKEN": "wrong.token.really"}, "rejects the token", id="wrong token"),
        pytest.param({"TOKEN": "wrong\ntoken.really"}, "token", id="token of two lines"),
        pytest.param({"TOKEN": "wrong.tökén.really"}, "rejects the token", id="token not ASCII"),
        pytest.param({"API": NOWHERE}, "Discord can't be reached", id="API out of reach"),
        pytest.param({"API": "discord.com"}, "DISCORD_API: ", id="API without https"),
        pytest.param({"API": "wss://discord.com"}, "DISCORD_API: ", id="API that is a gateway"),
        pytest.param({"GATEWAY": "https://discord.gg"}, "DISCORD_GATEWAY: ", id="gateway"),
        pytest.param({"GATEWAY": "wss://["}, "DISCORD_GATEWAY: ", id="gateway without a host"),
    ],
)
async def test_bad_settings_end_the_start_with_one_sentence(
    options: Settings, server: Server, arguments: list[str], settings: dict[str, str], words: str
) -> None:
    given = {f"NEWSDESK_DISCORD_{name}": value for name, value in settings.items()}
    process = await started(options, *arguments, **given)
    out, err = await asyncio.wait_for(process.communicate(), 20)

    said = err.decode()
    assert process.returncode == 1
    assert out == b""
    assert words in said
    assert "token.really" not in said
    assert TOKEN not in said
    assert "Traceback" not in said, said
    assert said.startswith("newsdesk: ")
    assert said.count("\n") == 1, said


@pytest.mark.slow
async def test_a_health_port_in_use_ends_the_start_with_one_sentence(
    options: Settings, server: Server
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await started(options, NEWSDESK_DISCORD_HEALTH_PORT=port)
        _, err = await asyncio.wait_for(process.communicate(), 20)

    assert err.decode().splitlines()[-1] == f"newsdesk: The health port {port} is taken."
    assert b"Traceback" not in err
    assert process.returncode == 1
    assert server.identified == []


@pytest.mark.parametrize("token", [None, "wrong.token.really"])
async def test_a_missing_or_refused_token_is_one_clear_sentence(
    options: Settings, server: Server, token: str | None
) -> None:
    given = options.model_copy(update={"discord_token": SecretStr(token) if token else None})
    application.point_at(given)
    try:
        said = await run._serve(given)
    except SettingsError as exc:
        said = str(exc)
    assert said is not None
    assert "token" in said
    assert "wrong.token" not in said


async def test_the_invite_link_asks_for_few_permissions(options: Settings, server: Server) -> None:
    link = await asyncio.to_thread(application.invite, options)

    assert dict(httpx.URL(link).params) == {
        "client_id": str(BOT), "scope": "bot applications.commands",
        "permissions": str(application.PERMISSIONS.value),
    }  # fmt: skip
    assert not application.PERMISSIONS.administrator


@pytest.mark.slow
async def test_it_runs_without_the_intent(options: Settings, server: Server) -> None:
    server.allow_content = False
    application.point_at(options)
    running = asyncio.create_task(run._serve(options))
    await server.until(lambda: server.identified)
    given = await asked(server, "what did Starmer say?")
    assert given.answer
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_secrets_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    options = Settings(discord_token=SecretStr(TOKEN))
    record = logging.LogRecord(
        "discord.http", logging.WARNING, "", 0, "%s /webhooks/1/abc-DEF_1/messages with %s",
        ("PATCH", TOKEN), None,
    )  # fmt: skip
    run._redact(options).filter(record)
    try:
        raise RuntimeError(f"https://discord.com/api/webhooks/1/abc-DEF_1 with {TOKEN}")
    except RuntimeError:
        failed = logging.LogRecord("x", logging.ERROR, "", 0, "no", (), sys.exc_info())
    run._redact(options).filter(failed)
    traceback = logging.Formatter().format(failed)

    assert "RuntimeError" in traceback
    assert TOKEN not in traceback
    assert "abc-DEF_1" not in traceback
    assert TOKEN not in record.getMessage()
    assert "abc-DEF_1" not in record.getMessage()
    assert TOKEN not in repr(options)


async def test_the_command_runs_reports_its_health_and_stops(
    options: Settings, server: Server
) -> None:
    port = free_port()
    settings = {"NEWSDESK_DISCORD_HEALTH_PORT": str(port), "NEWSDESK_LOG_LEVEL": "DEBUG"}
    async with serving_process(options, server, **settings) as process:
        given = await asked(server, "what did Starmer say?")
        alive = await health_at(port)
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 10)

    assert given.answer
    assert alive[0] == 200
    assert 0 <= alive[1]["heartbeat_age"] < 60
    assert process.returncode == 0
    said = (out + err).decode()
    assert TOKEN not in said
    assert given.token not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "signals",
    [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM, signal.SIGTERM, signal.SIGINT]],
    ids=["TERM", "INT", "both, again and again"],
)
async def test_on_a_signal_it_answers_or_apologises_to_all_who_wait(
    options: Settings, server: Server, signals: list[signal.Signals]
) -> None:
    question = [option("question", "what did Starmer say?")]
    async with serving_process(options, server) as process:
        given = [
            await server.command("ask", question, user=user, guild=guild, channel=channel)
            for user in range(3000, 3050)
            for guild, channel in ((GUILD, CHANNEL), (OTHER, ELSEWHERE))
        ]
        for one in given:
            await one.until(lambda one: one.acknowledged)
        began = time.monotonic()
        for number in signals:
            process.send_signal(number)
            await asyncio.sleep(0.3)
        _, err = await asyncio.wait_for(process.communicate(), 15)

    assert time.monotonic() - began < 10
    assert process.returncode == 0
    assert b"Traceback" not in err, err.decode()
    said = [one.answer["content"] if one.answer else None for one in given]
    assert all(text and ("unacceptable" in text or "being restarted" in text) for text in said)


# Health


@pytest.mark.parametrize(("age", "status"), [(health.STALE - 1, 200), (health.STALE + 1, 503)])
async def test_it_is_healthy_while_heartbeats_are_acknowledged(age: float, status: int) -> None:
    port = free_port()
    async with health.endpoint(lambda: age, port):
        assert await health_at(port) == (status, {"heartbeat_age": age})

    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{port}/health")


async def test_a_port_in_use_is_named() -> None:
    port = free_port()
    async with health.endpoint(lambda: 0.0, port):
        with pytest.raises(SettingsError, match=f"The health port {port} is taken"):
            async with health.endpoint(lambda: 0.0, port):
                pass
        assert (await health_at(port))[0] == 200


async def test_doctor_reports_on_the_bot(options: Settings, server: Server) -> None:
    from bot.discord.doctor import findings

    before = await asyncio.to_thread(findings, options)
    async with bot(options, server) as client:
        client.context.store.note("alive", str(round(time.time())))
    server.allow_content = False
    after = await asyncio.to_thread(findings, options)
    wrong = options.model_copy(update={"discord_token": SecretStr("wrong.token.really")})
    refused = await asyncio.to_thread(findings, wrong)

    assert [one.looked_at for one in before] == [
        "Discord token", "Discord intents", "Discord connection",
    ]  # fmt: skip
    assert "has not run yet" in before[2].wrong
    assert not before[1].note
    assert not after[2].wrong
    assert "intent is off" in after[1].note
    assert "rejects" in refused[0].wrong


@pytest.mark.slow
async def test_the_bot_answers_from_what_watch_brings_in(options: Settings, server: Server) -> None:
    """With three processes: a publisher, `newsdesk watch` and `newsdesk discord`."""
    publishers = Publishers()
    site = publishers.site("localhost")
    site.publish("/other", Story("The fair of Orn", "The fair of Orn opened on Friday, to rain."))
    reachable = {"NEWSDESK_HOSTS": "localhost"}
    async with serving_process(options, server, **reachable):
        adding = await started(options, "add", site.feed, command="feeds", **reachable)
        await asyncio.wait_for(adding.communicate(), 60)
        watch = await started(options, command="watch", **reachable)
        try:
            await served("who opened the fair of Orn?", "The fair of Orn opened", server)
            bridge = Story("The bridge of Halvik", f"{BRIDGE}\nIt is to open again in spring.")
            site.publish("/bridge", bridge)
            await served("why was the bridge of Halvik closed?", "cables had rusted", server)
        finally:
            watch.send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(watch.communicate(), 15)
    publishers.stop()

    assert watch.returncode == 0
    assert out.decode().count("added 1, changed 0, withdrawn 0") == 2, out + err
    assert b"Traceback" not in err


async def served(question: str, words: str, server: Server, seconds: float = 120) -> None:
    """Ask until the answer contains the words."""
    end = time.monotonic() + seconds
    for user in range(5000, 6000):
        given = await asked(server, question, user=user)
        if given.answer and words in plain(given.answer["content"]):
            return
        assert time.monotonic() < end, "the bot never learnt of it"
        await asyncio.sleep(2)
