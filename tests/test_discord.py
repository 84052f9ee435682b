import asyncio
import json
import logging
import os
import random
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from pydantic import SecretStr

from bot.discord import application, feeding, serving
from bot.discord import client as clients
from bot.discord.client import Client
from bot.discord.commands import day
from bot.discord.replies import InteractionReply
from bot.settings import Settings
from retrieval.desk import Newsdesk
from retrieval.errors import SettingsError
from tests.discord_server import (
    AUTOCOMPLETE,
    BOT,
    DEFERRED,
    DEFERRED_UPDATE,
    DIRECT,
    MANAGE_GUILD,
    MANAGE_MESSAGES,
    MEMBER,
    MODERATOR,
    OWNER,
    TOKEN,
    Given,
    Json,
    Server,
    components,
    option,
)

pytestmark = pytest.mark.anyio

GUILD, OTHER, CHANNEL, SECOND, ELSEWHERE = 11, 12, 111, 112, 121
ROLE = 77
HERE: dict[str, Any] = {"guild": GUILD, "channel": CHANNEL}
THERE: dict[str, Any] = {"guild": OTHER, "channel": ELSEWHERE}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    server.guild(GUILD, CHANNEL, SECOND, roles=(ROLE,))
    server.guild(OTHER, ELSEWHERE)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def options(seeded: Newsdesk, tmp_path: Path, models: Path, server: Server) -> Settings:
    """Settings of a bot of its own, with the seeds in its shared library."""
    folder = tmp_path / "bot"
    folder.mkdir()
    shutil.copytree(seeded.index.library.folder, folder / "shared")
    (folder / ".models").symlink_to(models)
    return Settings(
        data=folder,
        discord_token=SecretStr(TOKEN),
        discord_api=server.api,
        discord_gateway=server.gateway,
    )


@asynccontextmanager
async def bot(options: Settings, server: Server, **how: Any) -> AsyncIterator[Client]:
    """The bot, connected."""
    application.point_at(options)
    client = Client(options, **({"read_all": True} | how))
    connected = len(server.identified)
    async with client:
        running = asyncio.create_task(client.start(TOKEN))
        try:
            await server.until(lambda: len(server.identified) > connected or running.done())
            if running.done():
                running.result()
            yield client
        finally:
            await client.stop()
            await asyncio.gather(running, return_exceptions=True)
            client.desks.close()
            client.store.close()


async def asked(server: Server, question: str, *more: Json, **who: Any) -> Given:
    """The question put with /ask, once it is answered."""
    given = await server.command("ask", [option("question", question), *more], **(HERE | who))
    return await given.until(lambda one: one.answer or (one.deleted and one.followups))


def plain(text: str) -> str:
    """The text without our own bold."""
    return text.replace("**", "")


def first_id(message: Json, part: str) -> str:
    return next(id for id in components(message) if part in id)


# Asking


async def test_an_answer_is_quoted_cited_and_dated(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")

    assert given.callback == {"type": DEFERRED}
    answer = given.answer
    assert answer is not None
    quotes, sources = answer["content"].split("\n\n", 1)
    assert "completely unacceptable" in plain(quotes)
    assert quotes.endswith("[1]")
    assert sources.startswith("[1] **Ukraine and Russia agree")
    assert "Reuters" in sources
    assert "<t:1747396800:D>" in sources  # 16 May 2025
    assert answer["allowed_mentions"]["parse"] == []


async def test_an_answer_that_is_not_there_offers_the_nearest_passages(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "who won the 2022 World Cup?")
        assert given.answer is not None
        assert "The articles don't say." in given.answer["content"]

        nearest = await server.click(given.answer, first_id(given.answer, "nearest"), **HERE)
        await nearest.until(lambda one: one.followups)

    assert nearest.ephemeral
    assert nearest.followups[0]["content"].startswith("[1] ")


async def test_a_private_answer_is_private_until_it_is_shared(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?", option("private", True))
        assert given.ephemeral
        assert given.answer is not None
        shared = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await shared.until(lambda one: one.followups)

    assert not shared.followups[0]["flags"] & 64
    assert "completely unacceptable" in plain(shared.followups[0]["content"])
    assert not any("share" in id for id in components(shared.followups[0]))


async def test_a_source_opens_its_passage_for_the_one_who_chose_it(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        menu = first_id(given.answer, "sources")
        opened = await server.click(given.answer, menu, values=["1"], user=MODERATOR, **HERE)
        await opened.until(lambda one: one.followups)

    assert opened.callback is not None
    assert opened.callback["type"] == DEFERRED
    assert opened.ephemeral
    (embed,) = opened.followups[0]["embeds"]
    assert "__British Prime Minister Keir Starmer" in plain(embed["description"])
    assert embed["footer"]["text"] == "Reuters · 2025-05-16"


@pytest.mark.slow
async def test_components_work_after_a_restart(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")
    assert given.answer is not None
    ids = components(given.answer)
    async with bot(options, server):
        for id in ids:
            values = ["1"] if "sources" in id else None
            used = await server.click(given.answer, id, values=values, user=MEMBER, **HERE)
            await used.until(lambda one: one.followups or one.deleted)
            assert used.callback is not None
            assert used.callback["type"] in (DEFERRED, DEFERRED_UPDATE)
    assert len(ids) == 4


@pytest.mark.slow
async def test_opinions_are_kept_with_the_question(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        for id in [one for one in components(given.answer) if "rate" in one]:
            rated = await server.click(given.answer, id, **HERE)
            await rated.until(lambda one: one.followups)
            assert rated.ephemeral
        (kept,) = client.store.feedback()

    assert (kept.question, kept.found, kept.good) == ("what did Starmer say?", True, False)


@pytest.mark.slow
async def test_only_the_asker_and_moderators_delete(options: Settings, server: Server) -> None:
    async with bot(options, server):
        for user, permissions, deleted in (
            (MODERATOR, 0, False),
            (MODERATOR, MANAGE_MESSAGES, True),
            (MEMBER, 0, True),
        ):
            given = await asked(server, "what did Starmer say?")
            assert given.answer is not None
            used = await server.click(
                given.answer, first_id(given.answer, "delete"),
                user=user, permissions=permissions, **HERE,
            )  # fmt: skip
            await used.until(lambda one: one.followups or one.deleted)
            assert used.deleted == deleted


async def test_filters_and_autocomplete(options: Settings, server: Server) -> None:
    async with bot(options, server):
        typed = await server.command(
            "ask", [option("question", "x"), option("source", "reu", focused=True)],
            kind=AUTOCOMPLETE, **HERE,
        )  # fmt: skip
        await typed.until(lambda one: one.callback)
        assert typed.callback is not None
        choices = [one["value"] for one in typed.callback["data"]["choices"]]
        assert choices == ["Reuters"]

        old = await asked(server, "what did Starmer say?", option("since", "last week"))
        assert old.answer is not None
        assert "don't say" in old.answer["content"]
        wrong = await asked(server, "what did Starmer say?", option("since", "gibberish"))
        assert wrong.followups[0]["flags"] & 64
        nobody = await asked(server, "what did Starmer say?", option("source", "*Nobody*"))
        assert nobody.deleted
        assert "\\*Nobody\\*" in nobody.followups[0]["content"]


def test_days_in_words() -> None:
    from datetime import date

    today = date(2026, 11, 25)
    assert day("last week", today) == date(2026, 11, 18)
    assert day("2025-05-16", today) == date(2025, 5, 16)
    assert day("16 May 2025", today) == date(2025, 5, 16)
    assert day("  ", today) is None
    with pytest.raises(SettingsError):
        day("gibberish", today)


# Messages


async def test_a_mention_is_answered_with_a_reply(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        message = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == message["id"]
    assert "completely unacceptable" in plain(reply["content"])
    assert reply["allowed_mentions"]["parse"] == []
    assert any(one.path == f"channels/{CHANNEL}/typing" for one in server.requests)


async def test_a_mention_without_a_question_says_how(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}>", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert "/ask" in server.replies(CHANNEL)[0]["content"]


@pytest.mark.slow
async def test_other_peoples_talk_is_none_of_its_business(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        await server.say("what did Starmer say?", **HERE)
        mine = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        await asyncio.sleep(0.3)

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == mine["id"]


async def test_a_reply_to_an_answer_is_a_follow_up(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        (first,) = server.replies(CHANNEL)
        await server.say("and von der Leyen?", reply_to=first, mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(CHANNEL)) == 2)

    second = server.replies(CHANNEL)[1]
    assert "von der Leyen" in second["content"]
    assert "Understood: what did von der Leyen say?" in second["content"]


async def test_a_direct_message_is_answered(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        await server.say("what did Starmer say?", guild=None, channel=DIRECT)
        await server.until(lambda: server.replies(DIRECT))

    assert "completely unacceptable" in plain(server.replies(DIRECT)[0]["content"])


async def test_in_its_own_thread_every_message_is_a_follow_up(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await server.until(lambda: server.replies(thread))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: len(server.replies(thread)) == 2)

    assert "von der Leyen" in server.replies(thread)[1]["content"]


@pytest.mark.slow
async def test_a_thread_opens_below_an_answer_to_ask(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        thread = int(given.answer["id"])
        await server.until(lambda: any(one.path.endswith("/threads") for one in server.requests))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: server.replies(thread))

    assert "Understood: what did von der Leyen say?" in server.replies(thread)[0]["content"]


# Checking a message


async def check(server: Server, said: str, **who: Any) -> Given:
    """Use the message menu on somebody's message, once the verdict is there."""
    message = server._made(CHANNEL, {"content": said}, OWNER)
    data = {
        "id": "1", "name": "Check against the articles", "type": 3,
        "target_id": message["id"], "resolved": {"messages": {message["id"]: message}},
    }  # fmt: skip
    given = await server.interact(2, data, **(HERE | who))
    return await given.until(lambda one: one.answer)


COUNCIL = "Port Alder's council voted nine to six for the ferry terminal on Monday."


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
async def test_a_message_without_a_statement_is_not_judged(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await check(server, "Is that so? 😀")
    assert given.answer is not None
    assert "no statement" in given.answer["content"]


# Feeding


def added(server: Server, name: str, text: str) -> tuple[list[Json], Json]:
    """Options and resolved data of an attached file."""
    server.files["42"] = text.encode()
    attachment = {
        "id": "42", "filename": name, "size": len(text), "content_type": "text/plain",
        "url": f"http://127.0.0.1:{server.port}/files/42", "proxy_url": "",
    }  # fmt: skip
    return [{"name": "file", "type": 11, "value": "42"}], {"attachments": {"42": attachment}}


async def add(server: Server, name: str, text: str, **who: Any) -> Given:
    options, resolved = added(server, name, text)
    given = await server.command(
        "articles add", options, resolved=resolved, **({"permissions": MANAGE_GUILD} | who)
    )
    return await given.until(lambda one: one.answer)


BRIDGE = "The bridge of Halvik was closed on Monday because its cables had rusted, the mayor said."


async def test_a_servers_articles_are_its_own(options: Settings, server: Server) -> None:
    async with bot(options, server):
        fed = await add(server, "bridge.txt", BRIDGE, **HERE)
        here = await asked(server, "why was the bridge of Halvik closed?")
        there = await asked(server, "why was the bridge of Halvik closed?", **THERE)
        await server.say("why was the bridge of Halvik closed?", guild=None, channel=DIRECT)
        await server.until(lambda: server.replies(DIRECT))
        assert here.answer is not None
        stolen = await server.click(
            here.answer, first_id(here.answer, "sources"), values=["1"], **THERE
        )
        await stolen.until(lambda one: one.followups)
        shared = await asked(server, "what did Starmer say?")

    assert fed.answer is not None
    assert fed.answer["content"] == "Added 1, changed 0, unchanged 0."
    assert "cables had rusted" in here.answer["content"]
    for other in (there.answer, server.replies(DIRECT)[0], stolen.followups[0]):
        assert other is not None
        assert "rusted" not in json.dumps(other)
    assert shared.answer is not None
    assert "unacceptable" in plain(shared.answer["content"])


async def everything_seen(server: Server, answers: dict[int, Given], who: dict[str, Any]) -> str:
    """All that a server's manager gets out of their own answer, the others', and the commands."""
    for guild, given in answers.items():
        if guild != who["guild"] and given.answer:
            await refused(server, given.answer, who)
    listed = await server.command("articles list", **who)
    await listed.until(lambda one: one.answer)
    typed = await server.command(
        "articles remove", [option("article", "vik", focused=True)], kind=AUTOCOMPLETE, **who
    )
    await typed.until(lambda one: one.callback)
    return json.dumps([answers[who["guild"]].answer, listed.answer, typed.callback])


async def refused(server: Server, message: Json, who: dict[str, Any]) -> None:
    for id in components(message):
        used = await server.click(message, id, values=["1"] if "sources" in id else None, **who)
        await used.until(lambda one: one.followups)
        assert "I no longer know this answer" in used.followups[0]["content"]


@pytest.mark.slow
async def test_nothing_of_one_server_is_ever_shown_in_another(
    options: Settings, server: Server
) -> None:
    """Generated servers with articles of their own; each asks for every other's secrets."""
    draw = random.Random(9)
    guilds = [31, 32, 33]
    secret = {guild: f"Zephyr{guild}" for guild in guilds}
    for guild in guilds:
        server.guild(guild, guild * 10, guild * 10 + 1)
    async with bot(options, server):
        for guild in guilds:
            text = f"The harbour master of Vik named the password {secret[guild]} on Monday."
            who = {"guild": guild, "channel": guild * 10}
            await add(server, f"{draw.choice('abc')}.txt", text, **who)
        places = [(guild, guild * 10 + draw.randint(0, 1)) for guild in guilds] + [(GUILD, CHANNEL)]
        answers = {}
        for guild, channel in places:
            who = {"guild": guild, "channel": channel, "user": draw.choice([MEMBER, OWNER])}
            answers[guild] = await asked(
                server, "which password did the harbour master of Vik name?", **who
            )
        await server.say("which password did the harbour master of Vik name?",
                         guild=None, channel=DIRECT)  # fmt: skip
        await server.until(lambda: server.replies(DIRECT))
        for guild, channel in places:
            who = {"guild": guild, "channel": channel, "permissions": MANAGE_GUILD}
            seen = await everything_seen(server, answers, who)
            for other in guilds:
                assert (secret[other] in seen) == (guild == other)

    assert not any(name in json.dumps(server.replies(DIRECT)) for name in secret.values())


@pytest.mark.slow
async def test_feeding_is_for_those_who_may(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        refused = await add(server, "bridge.txt", BRIDGE, permissions=0, **HERE)
        client.store.set(GUILD, type(client.store.settings(GUILD))(feeders=frozenset({ROLE})))
        allowed = await add(server, "bridge.txt", BRIDGE, permissions=0, roles=(ROLE,), **HERE)

    assert refused.answer is not None
    assert "Only members who" in refused.answer["content"]
    assert allowed.answer is not None
    assert "Added 1" in allowed.answer["content"]


@pytest.mark.slow
async def test_articles_are_changed_listed_removed_and_rebuilt(
    options: Settings, server: Server
) -> None:
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await add(server, "bridge.txt", BRIDGE, **HERE)
        changed = await add(server, "bridge.txt", BRIDGE.replace("Monday", "Friday"), **HERE)
        many = "\n".join(
            json.dumps({"text": f"Article number {n} of the file.", "title": f"Title {n}"})
            for n in range(25)
        )
        await add(server, "many.jsonl", many + "\nnot json", **HERE)
        listed = await server.command("articles list", **who)
        await listed.until(lambda one: one.answer)
        assert listed.answer is not None
        older = await server.click(listed.answer, first_id(listed.answer, "list:1"), **who)
        await older.until(lambda one: "list:2" in json.dumps(one.original))
        typed = await server.command(
            "articles remove", [option("article", "halvik", focused=True)],
            kind=AUTOCOMPLETE, **who,
        )  # fmt: skip
        await typed.until(lambda one: one.callback)
        assert typed.callback is not None
        (choice,) = typed.callback["data"]["choices"]
        gone = await server.command("articles remove", [option("article", choice["value"])], **who)
        await gone.until(lambda one: one.answer)
        rebuilt = await server.command("articles reindex", **who)
        await rebuilt.until(lambda one: one.answer and "Rebuilt" in one.answer["content"])
        answer = await asked(server, "why was the bridge of Halvik closed?")

    assert changed.answer is not None
    assert "changed 1" in changed.answer["content"]
    assert listed.answer["content"].count("\n") == 9
    assert gone.answer is not None
    assert "Withdrawn: The bridge of Halvik" in gone.answer["content"]
    assert answer.answer is not None
    assert "rusted" not in answer.answer["content"]


@pytest.mark.slow
async def test_what_takes_longer_than_discord_waits_is_told_in_a_direct_message(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InteractionReply, "late", True)
    content, resolved = added(server, "bridge.txt", BRIDGE)
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await server.command("articles add", content, resolved=resolved, **who)
        await server.until(lambda: server.replies(DIRECT))

    assert "Added 1" in server.replies(DIRECT)[0]["content"]


@pytest.mark.slow
async def test_progress_that_can_not_be_shown_stops_nothing(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "_EVERY", 0.01)
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await add(server, "bridge.txt", BRIDGE, **HERE)
        server.fail("@original", 403)
        rebuilt = await server.command("articles reindex", **who)
        await rebuilt.until(lambda one: one.answer and "Rebuilt" in one.answer["content"])

    assert not server.failing


async def test_a_bad_file_is_named_without_its_place(options: Settings, server: Server) -> None:
    async with bot(options, server):
        bad = await add(server, "../../etc/passwd.txt", "\0\1\2", **HERE)
        unknown = await add(server, "film.mp4", "x", **HERE)

    assert bad.answer is not None
    assert "Not read" in bad.answer["content"]
    assert str(options.data) not in bad.answer["content"]
    assert unknown.answer is not None
    assert "film\\.mp4" in unknown.answer["content"]


async def test_a_link_is_fetched_only_from_public_hosts(options: Settings, server: Server) -> None:
    server.files["page"] = b"<html><body><article><p>" + BRIDGE.encode() + b"</p></article></body>"
    link = f"http://127.0.0.1:{server.port}/files/page"
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        given = await server.command("articles add", [option("link", link)], **who)
        await given.until(lambda one: one.answer and "Not read" in one.answer["content"])

    assert given.answer is not None
    assert "not on the public internet" in given.answer["content"]


# Settings


@pytest.mark.slow
async def test_settings_limit_where_and_who(options: Settings, server: Server) -> None:
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
async def test_too_many_questions_are_put_off(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(per_person=2))
        for _ in range(2):
            given = await asked(server, "what did Starmer say?")
            assert given.answer
        late = await asked(server, "what did Starmer say?")
        other = await asked(server, "what did Starmer say?", user=OWNER)

    assert late.deleted
    assert "try again in" in late.followups[0]["content"]
    assert other.answer


# Behaving


@pytest.mark.slow
async def test_commands_are_registered_when_they_change(options: Settings, server: Server) -> None:
    for _ in range(2):
        async with bot(options, server):
            pass
    puts = [one for one in server.requests if one.method == "PUT"]
    assert len(puts) == 1
    names = {one["name"] for one in server.commands}
    assert names == {"ask", "articles", "newsdesk", "Check against the articles"}


@pytest.mark.slow
async def test_the_gateway_of_the_settings_is_used_and_may_be_slow(
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
async def test_it_comes_back_from_a_gateway_that_falls_silent(
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
        server.fail("@original", 429, {"message": "slow", "retry_after": 0.2, "global": False},
                    **{"Retry-After": "0.2", "X-RateLimit-Reset-After": "0.2"})  # fmt: skip
        server.fail("@original", 500)
        given = await asked(server, "what did Starmer say?")
    assert given.answer


async def test_an_error_has_an_id_and_no_details(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def broken(*args: object) -> None:
        raise RuntimeError("details nobody should see")

    async with bot(options, server):
        monkeypatch.setattr(Newsdesk, "ask", broken)
        given = await asked(server, "what did Starmer say?")
    assert given.answer is not None
    assert "Something went wrong" in given.answer["content"]
    assert "details" not in given.answer["content"]
    id = given.answer["content"].split()[-1].rstrip(".")
    assert f"error {id}" in caplog.text
    assert "details nobody should see" in caplog.text


async def test_beyond_the_queue_it_says_busy(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.pool._most = 0
        given = await asked(server, "what did Starmer say?")
    assert given.deleted
    assert "I am busy. Please try again in" in given.followups[0]["content"]


async def test_what_is_in_flight_ends_with_an_answer_or_an_apology(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    gate = threading.Event()
    monkeypatch.setattr(clients, "GRACE", 0.5)
    monkeypatch.setattr(Newsdesk, "ask", lambda *args: gate.wait(30))
    async with bot(options, server) as client:
        given = await server.command("ask", [option("question", "slow?")], **HERE)
        await given.until(lambda one: one.acknowledged)
        await client.stop()
        gate.set()
    assert given.answer is not None
    assert "ask again" in given.answer["content"]


async def test_what_comes_while_it_stops_gets_an_apology(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.stopping = True
        given = await asked(server, "what did Starmer say?")
        client.stopping = False
    assert given.answer is not None
    assert "ask again" in given.answer["content"]


@pytest.mark.slow
async def test_a_long_refusal_fits_a_message(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what?", option("source", "*" * 3000))
    assert given.deleted
    assert len(given.followups[0]["content"]) <= 2000


async def test_a_reconnect_is_no_silence(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        await server.until(lambda: client.shards)
        client.heartbeat_age()
        client._started -= 86_400
        await server.drop()
        for _ in range(50):
            assert client.heartbeat_age() < 60
            await asyncio.sleep(0.02)


async def test_a_gateway_out_of_reach_ends_it(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_PATIENCE", 0.2)
    monkeypatch.setattr(clients, "_LOOK", 0.2)
    away = options.model_copy(update={"discord_gateway": "ws://127.0.0.1:1/"})
    application.point_at(away)

    said = await asyncio.wait_for(serving._serve(away), 20)

    assert said is not None
    assert "has not answered" in said


@pytest.mark.slow
async def test_another_process_reindexes_and_the_next_answer_knows(
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
        client.store.close()
        kept = (options.data / "discord.sqlite").read_bytes()
    assert b"rusted" not in kept


# Starting


@pytest.mark.parametrize("token", [None, "wrong.token.really"])
async def test_a_missing_or_refused_token_is_one_clear_sentence(
    options: Settings, server: Server, token: str | None
) -> None:
    given = options.model_copy(update={"discord_token": SecretStr(token) if token else None})
    application.point_at(given)
    try:
        said = await serving._serve(given)
    except SettingsError as exc:
        said = str(exc)
    assert said is not None
    assert "token" in said
    assert "wrong.token" not in said


async def test_the_link_that_invites_asks_for_the_least(options: Settings, server: Server) -> None:
    link = await asyncio.to_thread(application.invite, options)

    assert dict(httpx.URL(link).params) == {
        "client_id": str(BOT), "scope": "bot applications.commands",
        "permissions": str(application.PERMISSIONS.value),
    }  # fmt: skip
    assert not application.PERMISSIONS.administrator


@pytest.mark.slow
async def test_without_the_intent_it_serves_all_the_same(options: Settings, server: Server) -> None:
    server.allow_content = False
    application.point_at(options)
    running = asyncio.create_task(serving._serve(options))
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
    serving._redact(options).filter(record)
    try:
        raise RuntimeError(f"https://discord.com/api/webhooks/1/abc-DEF_1 with {TOKEN}")
    except RuntimeError:
        failed = logging.LogRecord("x", logging.ERROR, "", 0, "no", (), sys.exc_info())
    serving._redact(options).filter(failed)
    traceback = logging.Formatter().format(failed)

    assert "RuntimeError" in traceback
    assert TOKEN not in traceback
    assert "abc-DEF_1" not in traceback
    assert TOKEN not in record.getMessage()
    assert "abc-DEF_1" not in record.getMessage()
    assert TOKEN not in repr(options)


async def test_the_command_serves_tells_its_health_and_stops(
    options: Settings, server: Server
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "NEWSDESK_DATA": str(options.data),
        "NEWSDESK_DISCORD_TOKEN": TOKEN,
        "NEWSDESK_DISCORD_API": server.api,
        "NEWSDESK_DISCORD_GATEWAY": server.gateway,
        "NEWSDESK_DISCORD_HEALTH_PORT": str(port),
        "NEWSDESK_LOG_LEVEL": "DEBUG",
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "discord",
        cwd=Path(__file__).parent.parent, env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        await server.until(lambda: server.identified, 60)
        given = await asked(server, "what did Starmer say?")
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/health") as health,
        ):
            alive = health.status, await health.json()
        running.send_signal(signal.SIGTERM)
        said, _ = await asyncio.wait_for(running.communicate(), 10)
    finally:
        if running.returncode is None:
            running.kill()

    assert given.answer
    assert alive[0] == 200
    assert 0 <= alive[1]["heartbeat_age"] < 60
    assert running.returncode == 0
    assert TOKEN not in said.decode()
    assert given.token not in said.decode()


async def test_doctor_tells_of_the_bot(options: Settings, server: Server) -> None:
    from bot.discord.doctor import findings

    before = await asyncio.to_thread(findings, options)
    async with bot(options, server) as client:
        client.store.note("alive", str(round(time.time())))
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
    assert "refuses" in refused[0].wrong
