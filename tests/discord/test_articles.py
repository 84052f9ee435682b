import json

import pytest

from bot.discord import articles
from bot.discord.replies import InteractionReply
from bot.settings import Settings
from tests.discord.bot import (
    BRIDGE,
    CHANNEL,
    GUILD,
    HERE,
    ROLE,
    THERE,
    add,
    added,
    asked,
    bot,
    first_id,
    plain,
)
from tests.loopback.discord_server import AUTOCOMPLETE, DIRECT, MANAGE_GUILD, MEMBER, Server, option

pytestmark = pytest.mark.anyio


async def test_the_articles_of_a_server_are_its_own(options: Settings, server: Server) -> None:
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
async def test_only_those_with_the_permission_can_add_articles(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        refused = await add(server, "bridge.txt", BRIDGE, permissions=0, **HERE)
        client.context.store.set(
            GUILD, type(client.context.store.settings(GUILD))(feeders=frozenset({ROLE}))
        )
        allowed = await add(server, "bridge.txt", BRIDGE, permissions=0, roles=(ROLE,), **HERE)

    assert refused.answer is not None
    assert "Only members who" in refused.answer["content"]
    assert allowed.answer is not None
    assert "Added 1" in allowed.answer["content"]


@pytest.mark.parametrize("command", ["list", "reindex", "remove"])
async def test_somebody_without_the_permission_is_told_once(
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


async def test_an_article_is_offered_by_its_title_and_removed(
    options: Settings, server: Server
) -> None:
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await add(server, "bridge.txt", BRIDGE, **HERE)
        typed = await server.command(
            "articles remove", [option("article", "halvik", focused=True)],
            kind=AUTOCOMPLETE, **who,
        )  # fmt: skip
        await typed.until(lambda one: one.callback)
        assert typed.callback is not None
        (choice,) = typed.callback["data"]["choices"]
        gone = await server.command("articles remove", [option("article", choice["value"])], **who)
        await gone.until(lambda one: one.answer and "Withdrawn" in one.answer["content"])
        listed = await server.command("articles list", **who)
        await listed.until(lambda one: one.answer)

    assert gone.answer is not None
    assert gone.answer["content"].startswith("Withdrawn: The bridge of Halvik")
    assert listed.answer is not None
    assert listed.answer["content"] == "This server has no articles of its own."


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
async def test_the_result_of_a_long_command_comes_in_a_direct_message(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InteractionReply, "has_expired", True)
    content, resolved = added(server, "bridge.txt", BRIDGE)
    who = HERE | {"permissions": MANAGE_GUILD}
    async with bot(options, server):
        await server.command("articles add", content, resolved=resolved, **who)
        await server.until(lambda: server.replies(DIRECT))

    assert "Added 1" in server.replies(DIRECT)[0]["content"]


@pytest.mark.slow
async def test_without_direct_messages_the_channel_gets_what_is_not_private(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(InteractionReply, "has_expired", True)
    server.refusing = {MEMBER}
    async with bot(options, server):
        await server.command("articles list", **(HERE | {"permissions": MANAGE_GUILD}))
        await server.until(lambda: "could not be sent" in caplog.text)
        await server.command("ask", [option("question", "what did Starmer say?")], **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert server.replies(DIRECT) == []
    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_a_passage_opens_whatever_the_title_of_its_article(
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
async def test_a_failure_to_show_progress_stops_nothing(
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
    monkeypatch.setattr("retrieval.library.index.BATCH", 10)
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
async def test_somebody_who_has_to_wait_for_another_addition_is_told(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_EVERY", 0.01)
    content, resolved = added(server, "bridge.txt", BRIDGE)
    who = {"resolved": resolved, "permissions": MANAGE_GUILD}
    async with bot(options, server) as client:
        async with client.context.library_lock(GUILD):
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
async def test_a_bad_file_is_named_without_its_path(options: Settings, server: Server) -> None:
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
