import asyncio
import json
from contextlib import closing
from typing import Any

import pytest

from bot.discord import articles
from bot.discord.libraries import own_library
from bot.discord.poller import watching
from bot.discord.replies import InteractionReply
from bot.discord.store import GuildSettings
from bot.settings import Settings
from retrieval.watching import schedule
from retrieval.watching.queue import FetchQueue
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
    added,
    asked,
    bot,
    first_id,
    plain,
)
from tests.loopback.discord_server import (
    AUTOCOMPLETE,
    BOT,
    DIRECT,
    EPHEMERAL,
    MANAGE_GUILD,
    MEMBER,
    OWNER,
    Given,
    Json,
    Server,
    option,
)
from tests.loopback.names import Names
from tests.loopback.publisher import Publishers, Story

pytestmark = pytest.mark.anyio

# Feeding


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


@pytest.mark.parametrize("command", ["list", "reindex", "remove"])
async def test_who_may_not_feed_is_told_once(
    options: Settings, server: Server, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    words = [option("article", "x")] if command == "remove" else []
    async with bot(options, server):
        given = await server.command(f"articles {command}", words, **HERE)
        await given.until(lambda one: one.answer)
    # Once the bot has stopped, nothing more can come.
    assert given.answer is not None
    assert "Only members who" in given.answer["content"]
    assert given.followups == []
    assert "Traceback" not in caplog.text


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
async def test_who_takes_no_direct_messages_is_told_in_the_channel_what_is_not_private(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(InteractionReply, "late", True)
    server.refusing = {MEMBER}
    async with bot(options, server):
        await server.command("articles list", **(HERE | {"permissions": MANAGE_GUILD}))
        await server.until(lambda: "could not be said" in caplog.text)
        await server.command("ask", [option("question", "what did Starmer say?")], **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert server.replies(DIRECT) == []
    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_whatever_an_article_is_called_its_passage_opens(
    options: Settings, server: Server
) -> None:
    odd = {"text": f"{BRIDGE} {'*_`' * 900}. {BRIDGE}", "title": "*[" * 250, "source": "_" * 500,
           "url": "https://news.example/" + "x" * 3000}  # fmt: skip
    async with bot(options, server):
        await add(server, "odd.jsonl", json.dumps(odd), **HERE)
        given = await asked(server, "why was the bridge of Halvik closed?")
        assert given.answer is not None
        menu = first_id(given.answer, "sources")
        opened = await server.click(given.answer, menu, values=["1"], **HERE)
        await opened.until(lambda one: one.followups)

    (embed,) = opened.followups[0]["embeds"]
    assert "rusted" in plain(embed["description"])


@pytest.mark.slow
async def test_progress_that_can_not_be_shown_stops_nothing(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_EVERY", 0.01)
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await add(server, "bridge.txt", BRIDGE, **HERE)
        server.fail("@original", 403)
        rebuilt = await server.command("articles reindex", **who)
        await rebuilt.until(lambda one: one.answer and "Rebuilt" in one.answer["content"])

    assert not server.failing


@pytest.mark.slow
async def test_progress_is_shown_while_articles_are_read(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_EVERY", 0.01)
    monkeypatch.setattr("retrieval.library.index._BATCH", 10)
    many = "\n".join(json.dumps({"text": f"{n}. {BRIDGE}", "title": str(n)}) for n in range(40))
    async with bot(options, server):
        await add(server, "bridge.txt", BRIDGE, **HERE)
        content, resolved = added(server, "many.jsonl", many)
        fed = await server.command(
            "articles add", content, resolved=resolved, **(HERE | {"permissions": MANAGE_GUILD})
        )
        await fed.until(lambda one: one.answer and "Added" in one.answer["content"])

    said = [
        one.body["content"] for one in server.requests
        if one.method == "PATCH" and fed.token in one.path
    ]  # fmt: skip
    assert said[-1] == "Added 40, changed 0, unchanged 0."
    read = [int(text.split()[0]) for text in said if text.endswith(" articles read …")]
    assert read
    assert read == sorted(set(read))
    assert 0 < read[-1] <= 40


@pytest.mark.slow
async def test_who_must_wait_for_another_feeder_is_told_so(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_EVERY", 0.01)
    content, resolved = added(server, "bridge.txt", BRIDGE)
    who = {"resolved": resolved, "permissions": MANAGE_GUILD}
    async with bot(options, server) as client:
        async with client.turn(GUILD):
            waiting = await server.command("articles add", content, **(HERE | who))
            await waiting.until(lambda one: one.answer)
            assert waiting.answer is not None
            assert waiting.answer["content"] == "Waiting until other articles are read …"
            elsewhere = await add(server, "bridge.txt", BRIDGE, **THERE)
        await waiting.until(lambda one: one.answer and "Added 1" in one.answer["content"])

    assert elsewhere.answer is not None
    assert "Added 1" in elsewhere.answer["content"]


@pytest.mark.slow
async def test_two_pastes_are_two_articles_and_a_file_is_replaced_by_its_name(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        said = [
            (await add(server, name, f"{BRIDGE} {text}", **HERE)).answer
            for name, text in (
                ("message.txt", "One."), ("message.txt", "Two."), ("message.txt", "One."),
                ("bridge.txt", "One."), ("bridge.txt", "Two."),
            )
        ]  # fmt: skip

    assert [one and one["content"] for one in said] == [
        "Added 1, changed 0, unchanged 0.",
        "Added 1, changed 0, unchanged 0.",
        "Added 0, changed 0, unchanged 1.",
        "Added 1, changed 0, unchanged 0.",
        "Added 0, changed 1, unchanged 0.",
    ]
    assert not (options.data / ".incoming" / f"guild-{GUILD}").exists()


@pytest.mark.slow
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


async def changed(server: Server, *given: Json, channel: int | None = None) -> str:
    """The settings, after a manager changed them, as they are shown."""
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
    """What the one who asked was told, alone, in place of an answer."""
    assert given.deleted
    assert given.followups[0]["flags"] & EPHEMERAL
    return str(given.followups[0]["content"])


DEFAULTS = """\
Answers in: all channels
May ask: everyone
May feed articles: members with Manage Server
Opens threads: no
Questions a minute: 6 for each member, 60 for the server"""


async def test_each_setting_is_shown_and_can_be_taken_back(
    options: Settings, server: Server
) -> None:
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
        assert (await client.settings_of(GUILD)).channels == {CHANNEL}
        assert await client.settings_of(OTHER) == GuildSettings()

        back = option("per_person", 6), option("per_server", 60), option("threads", False)
        given = role("ask_role"), role("feed_role"), *back
        assert await changed(server, *given, channel=CHANNEL) == DEFAULTS
        assert await client.settings_of(GUILD) == GuildSettings()


@pytest.mark.slow
async def test_only_those_with_a_role_ask(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await changed(server, role("ask_role"))
        without = await asked(server, "what did Starmer say?")
        having = await asked(server, "what did Starmer say?", roles=(ROLE,))
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        elsewhere = await asked(server, "what did Starmer say?", **THERE)

    assert "Only some roles may ask" in refusal(without)
    assert having.answer
    assert "Only some roles may ask" in server.replies(CHANNEL)[0]["content"]
    assert elsewhere.answer


@pytest.mark.slow
async def test_those_with_a_role_feed(options: Settings, server: Server) -> None:
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
async def test_a_servers_limit_is_for_all_its_members(options: Settings, server: Server) -> None:
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


# Feeds


@pytest.mark.slow
async def test_a_server_follows_its_feeds(
    options: Settings, server: Server, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "EVERY", 0.3)
    publishers = Publishers()
    site = publishers.site("news.example")
    site.publish("/bridge", Story("The bridge of Halvik", f"{BRIDGE}\nIt opens in spring."))
    who = HERE | {"permissions": MANAGE_GUILD}
    watched = options.model_copy(update={"watch": True})
    async with bot(watched, server) as client:
        with watching(watched, client.desks):
            await told(server, "feeds add", option("url", site.feed), who=who)
            again = await told(server, "feeds add", option("url", site.feed), who=who)
            none = await told(server, "feeds add", option("url", "ftp://x"), who=who)
            for _ in range(100):
                here = await asked(server, "why was the bridge of Halvik closed?", user=OWNER)
                if here.answer and "rusted" in here.answer["content"]:
                    break
                client.limits = type(client.limits)()
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
    assert "no address of a feed" in none
    assert "**News**" in listed
    assert "1 articles" in listed
    assert "Followed no longer" in gone
    assert empty == "This server follows no feeds."
    assert "Only members who" in refused


@pytest.mark.slow
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
async def test_the_feeds_of_a_server_that_the_bot_left_rest_until_it_returns(
    options: Settings, server: Server
) -> None:
    def paused() -> list[bool]:
        return [one.paused for one in queue.subscriptions.all()]

    with closing(FetchQueue(options.data)) as queue:
        queue.subscriptions.add(own_library(GUILD), "https://news.example/feed")
        queue.subscriptions.add(own_library(OTHER), "https://news.example/feed")
        async with bot(options, server) as client:
            await server.until(client.is_ready)  # until then, every server is an old one
            await server.dispatch("GUILD_DELETE", {"id": str(GUILD)})
            await server.until(lambda: True in paused())
            left = paused()
            # Discord says of a server that the bot is new on nothing of being available.
            new = {
                name: said for name, said in server.guilds[GUILD].items() if name != "unavailable"
            }
            await server.dispatch("GUILD_CREATE", new)
            await server.until(lambda: True not in paused())

    assert sorted(left) == [False, True]


async def told(server: Server, name: str, *given: Json, who: dict[str, Any]) -> str:
    """What a command answers."""
    used = await server.command(name, [*given], **who)
    await used.until(lambda one: one.answer or one.followups)
    answer = used.answer or used.followups[0]
    return str(answer["content"])
