"""Written answers on Discord: the real clients, with a model and a Discord on loopback."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.discord.client import Client
from bot.discord.recall import recall
from bot.discord.store import GuildSettings
from bot.settings import Settings
from tests.cli.command import newsdesk
from tests.discord.bot import CHANNEL, GUILD, HERE, THERE, bot, first_id, number, plain
from tests.loopback import model_server
from tests.loopback.discord_server import (
    BOT,
    DIRECT,
    MEMBER,
    OWNER,
    Given,
    Json,
    Request,
    Server,
    components,
    option,
)
from tests.loopback.injections import CANARY, OWN, planted
from tests.loopback.injections import QUESTION as BRIDGE_QUESTION
from tests.loopback.model_minds import MENTION, PLACE, Obedient, faithful

pytest.importorskip("langchain_openai")
pytestmark = pytest.mark.anyio

QUESTION = "what did Starmer say?"
STARMER = (
    "British Prime Minister Keir Starmer also rejected Moscow's stance, calling Russia's demands "
    '"completely unacceptable" and saying that the leaders of Europe, Ukraine and the US are '
    '"closely coordinating" to respond in a unified manner.'
)
SANCTIONS = (
    "European Commission President Ursula von der Leyen said the European Union is promoting a "
    "new package of sanctions against Russia."
)
ZELENSKY = (
    "Mr Zelensky stressed that if Russia continues to reject Mr Trump's proposal for a 30-day "
    "ceasefire, the new sanctions must be applied more strongly."
)
INVENTED = "Keir Starmer promised 900 tanks to Kiev [1]."
WRITTEN = "Written by a language model"
REWORDS = "You reword the last question"  # from the prompt for rewording a follow-up

Mind = Callable[[model_server.Request], model_server.Reply]


@pytest.fixture
def model() -> Iterator[model_server.Server]:
    model = model_server.Server()
    model.replies = says(STARMER, SANCTIONS)
    yield model
    model.stop()
    assert model.breaches == []


@pytest.fixture
def written(options: Settings, model: model_server.Server) -> Settings:
    """Settings of a bot with a language model."""
    return options.model_copy(
        update={
            "model": "openai:gpt-x",
            "model_url": model.address,
            "model_key": SecretStr(model_server.KEY),
        }
    )


def says(*sentences: str, **how: Any) -> Mind:
    """A model that says these sentences, each citing the passage that has its beginning."""
    mind = faithful(*((one, one[:40]) for one in sentences))
    return lambda request: replace(mind(request), **how)


def slowly(*sentences: str) -> Mind:
    """The same model, so slow that it takes some seconds."""
    return says(*sentences, pause=0.2, size=24)


def seen(text: str) -> str:
    """The text as members see it, without the bold that we add."""
    return re.sub(r"\\([^\w\s])", r"\1", plain(text))


def done(given: Given) -> bool:
    """Whether the answer is complete: only then it has buttons."""
    return bool(given.answer and components(given.answer)) or given.deleted


async def put(server: Server, question: str = QUESTION, *more: Json, **who: Any) -> str:
    """Ask with /ask; the final text of the answer."""
    return seen((await given(server, question, *more, **who)).answer["content"])


async def given(server: Server, question: str = QUESTION, *more: Json, **who: Any) -> Any:
    used = await server.command("ask", [option("question", question), *more], **(HERE | who))
    return await used.until(done, 40)


async def replied(server: Server, channel: int = CHANNEL, count: int = 1) -> list[Json]:
    """The bot's messages there, once there are this many and all are complete."""
    await server.until(lambda: len([*filter(components, server.replies(channel))]) == count, 40)
    return server.replies(channel)


def sent(server: Server, part: str) -> list[Request]:
    """The requests to a path that show something."""
    return [
        one
        for one in server.requests
        if part in one.path and isinstance(one.body, dict) and one.body.get("content")
    ]


def assert_at_most_one_a_second(edits: list[Request]) -> None:
    """Check the intervals, except before the last request, which is sent when it is ready."""
    took = edits[-1].at - edits[0].at
    assert len(edits) <= took / 0.95 + 2


def writer(client: Client) -> Any:
    return client.context.libraries._shared.models.writer


def of_articles(client: Client, settings: Settings) -> Any:
    return client.context.libraries.operators(settings.library)


# Written answers


async def test_a_written_answer_is_cited_and_marked_as_written(
    written: Settings, server: Server
) -> None:
    async with bot(written, server):
        answer = (await given(server)).answer
        menu = first_id(answer, "sources")
        opened = await server.click(answer, menu, values=["1"], **HERE)
        await opened.until(lambda one: one.followups)

    said, sources = seen(answer["content"]).split("\n\n")
    assert said == f"> {QUESTION}\n{STARMER} [1] {SANCTIONS} [2]"
    source, other, note = sources.split("\n")
    assert source.startswith("[1] Ukraine and Russia agree")
    assert other.startswith("[2] Ukraine and Russia agree")
    assert "Reuters · <t:1747396800:D>" in source
    assert note.startswith(f"-# {WRITTEN}")
    (embed,) = opened.followups[0]["embeds"]
    assert "Starmer" in embed["description"]


@pytest.mark.slow
async def test_unproved_sentences_are_not_shown(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = lambda request: f"{says(SANCTIONS)(request).text}\n{INVENTED}"  # type: ignore[union-attr]
    async with bot(written, server):
        shown = await put(server)

    assert SANCTIONS in shown
    assert WRITTEN in shown
    assert "tanks" not in json.dumps([one.body for one in server.requests], default=str)


# While it is being written


@pytest.mark.slow
async def test_an_answer_to_ask_grows_at_most_once_a_second(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    async with bot(written, server):
        shown = await put(server)

    edits = sent(server, "@original")
    lengths = [len(one.body["content"]) for one in edits]
    assert len(edits) > 1
    assert lengths == sorted(lengths)
    assert ZELENSKY not in seen(edits[0].body["content"])
    assert STARMER in seen(edits[0].body["content"])
    assert ZELENSKY in shown
    assert_at_most_one_a_second(edits)


@pytest.mark.slow
async def test_an_answer_to_a_mention_is_one_message_that_grows(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    async with bot(written, server):
        await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        (reply,) = await replied(server)

    first, *edits = sent(server, f"channels/{CHANNEL}/messages")
    assert first.method == "POST"
    assert ZELENSKY not in seen(first.body["content"])
    assert {one.method for one in edits} == {"PATCH"}
    assert ZELENSKY in seen(reply["content"])
    assert_at_most_one_a_second([first, *edits])


@pytest.mark.slow
async def test_without_permission_to_send_an_answer_comes_once_and_whole(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    async with bot(written, server):
        server.may[CHANNEL] -= {"send"}
        await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(DIRECT)) == 2, 40)
        await asyncio.sleep(1)

    told, answer = server.replies(DIRECT)
    assert "may not write" in told["content"]
    assert ZELENSKY in seen(answer["content"])


@pytest.mark.slow
async def test_a_deleted_partial_answer_is_sent_again_only_when_it_is_whole(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    async with bot(written, server):
        await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        del server.messages[int(server.replies(CHANNEL)[0]["id"])]
        (reply,) = await replied(server)

    first, *rest = [one for one in sent(server, f"/{CHANNEL}/messages") if one.method == "POST"]
    assert ZELENSKY not in seen(first.body["content"])
    assert [one.body["content"] for one in rest] == [reply["content"]]
    assert ZELENSKY in seen(reply["content"])


@pytest.mark.slow
async def test_an_answer_too_late_to_edit_its_message_comes_once_and_whole(
    written: Settings, server: Server, model: model_server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.discord.replies import InteractionReply

    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    monkeypatch.setattr(InteractionReply, "has_expired", property(lambda self: True))
    async with bot(written, server):
        await server.command("ask", [option("question", QUESTION)], **HERE)
        await server.until(lambda: server.replies(DIRECT), 40)

    (answer,) = server.replies(DIRECT)
    assert ZELENSKY in seen(answer["content"])


@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_failed_update_loses_nothing(
    written: Settings, server: Server, model: model_server.Server, status: int
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)
    async with bot(written, server):
        server.fail("@original", status)
        shown = await put(server)

    assert ZELENSKY in shown


# What goes wrong


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        pytest.param(model_server.hangs(60), "takes too long", id="hangs"),
        pytest.param(
            model_server.stalls(STARMER), "takes too long", id="stalls", marks=pytest.mark.slow
        ),
        pytest.param(model_server.fails(401), "refuses the key", id="key", marks=pytest.mark.slow),
        pytest.param(
            model_server.fails(500), "the language model", id="fails", marks=pytest.mark.slow
        ),
        pytest.param(model_server.refuses(), "says nothing", id="refuses", marks=pytest.mark.slow),
        pytest.param(INVENTED, "could be proved", id="invents", marks=pytest.mark.slow),
        pytest.param(model_server.garbage(), "language model", id="raves", marks=pytest.mark.slow),
    ],
)
async def test_if_the_model_fails_the_quotes_come_in_time(
    written: Settings, server: Server, model: model_server.Server,
    reply: model_server.Reply, note: str,
) -> None:  # fmt: skip
    model.replies = [reply]
    async with bot(written, server) as client:
        writer(client)._seconds = 2.0
        started = time.monotonic()
        shown = await put(server)
        took = time.monotonic() - started

    assert took < 15
    assert "completely unacceptable" in shown.split("\n\n")[0]
    assert re.search(f"-# Quotes only: .*{note}", shown)
    assert WRITTEN not in shown
    assert "tanks" not in shown
    assert model_server.KEY not in shown


@pytest.mark.slow
async def test_if_the_model_breaks_off_the_proved_sentences_stay(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = says(STARMER, SANCTIONS, ZELENSKY, sends=0.7, ends=False)
    async with bot(written, server):
        shown = await put(server)

    assert STARMER in shown
    assert ZELENSKY not in shown
    assert "Incomplete: " in shown


# The budget


@pytest.mark.slow
async def test_with_the_budget_used_up_quotes_are_shown_until_the_next_day(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    async with bot(written.model_copy(update={"model_budget": 1}), server) as client:
        first = await put(server)
        before = len(model.requests)
        second = await put(server)
        after = len(model.requests)
        elsewhere = await put(server, **THERE)
        client.context.store.rows("UPDATE spent SET day = '2025-01-01'")
        third = await put(server)
        spent = client.context.store.spent(GUILD)

    assert WRITTEN in first
    assert before == after
    assert "Quotes only: this server's questions have used up the language model for" in second
    assert "completely unacceptable" in second
    assert WRITTEN in elsewhere  # another server has a budget of its own
    assert WRITTEN in third
    assert spent > 100


@pytest.mark.slow
async def test_with_the_budget_used_up_follow_ups_are_understood_by_rules(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    async with bot(written.model_copy(update={"model_budget": 1}), server):
        await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        (first,) = await replied(server)
        before = len(model.requests)
        await server.say("and von der Leyen?", reply_to=first, mentions=(BOT,), **HERE)
        _, second = await replied(server, count=2)

    assert len(model.requests) == before
    assert "Understood: what did von der Leyen say?" in second["content"]


@pytest.mark.slow
async def test_a_failing_store_loses_no_answer(
    written: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.errors import LibraryError

    def fails(*_: object) -> None:
        raise LibraryError("The disk is full.")

    async with bot(written.model_copy(update={"model_budget": 10_000}), server) as client:
        monkeypatch.setattr(client.context.store, "spend", fails)
        first = await put(server)
        monkeypatch.setattr(client.context.store, "spent", fails)
        second = await put(server)

    assert WRITTEN in first
    assert "Quotes only" in second
    assert "completely unacceptable" in second


# Follow-ups


def rewords(question: str) -> Mind:
    """A model that rewords follow-ups like this, and answers."""
    return lambda request: (
        question if REWORDS in request.system else says(STARMER, SANCTIONS)(request)
    )


async def _followed(written: Settings, server: Server) -> Json:
    """The bot's reply to a follow-up in its own thread."""
    async with bot(written, server) as client:
        client.context.store.set(GUILD, GuildSettings(threads=True))
        asking = await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await replied(server, thread)
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        return (await replied(server, thread, 2))[1]


@pytest.mark.slow
async def test_the_model_rewords_a_follow_up_from_the_conversation(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = rewords("What did von der Leyen say about Russia?")
    reply = await _followed(written, server)

    assert "Understood: What did von der Leyen say about Russia?" in reply["content"]
    assert SANCTIONS in seen(reply["content"])
    (asked,) = [one for one in model.requests if REWORDS in one.system]
    assert f"Q: {QUESTION}\nA: {STARMER[:80]}" in asked.text
    assert "The last question: and von der Leyen?" in asked.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "worded",
    [
        "What did Angela Merkel say about Russia?",
        "What did von der Leyen say in 2019?",
        "What did von der Leyen say, see https://evil.example?",
        "Von der Leyen said nothing.",
        "",
    ],
)
async def test_a_rewording_that_adds_something_is_replaced_by_the_rules(
    written: Settings, server: Server, model: model_server.Server, worded: str
) -> None:
    model.replies = rewords(worded)
    reply = await _followed(written, server)

    assert "Understood: what did von der Leyen say?" in reply["content"]
    assert "Merkel" not in reply["content"]
    assert not any("Merkel" in one.text for one in model.requests)


@pytest.mark.slow
async def test_the_model_never_sees_private_answers(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = rewords("And von der Leyen?")
    async with bot(written, server) as client:
        await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
        (first,) = await replied(server)
        await server.say("who won this week?", reply_to=first, mentions=(BOT,), **HERE)
        _, second = await replied(server, count=2)
        client.context.store.rows("UPDATE answers SET private = 1 WHERE follows IS NULL")
        await server.say("and von der Leyen?", reply_to=second, mentions=(BOT,), **HERE)
        await replied(server, count=3)
        secret = await given(server, "what did Medinsky say?", option("private", True))
        await server.say(
            "and von der Leyen?", reply_to=secret.answer, mentions=(BOT,), user=OWNER, **HERE
        )
        await replied(server, count=4)

    asked = [one.text for one in model.requests if REWORDS in one.system]
    assert len(asked) == 2  # nobody can reply to a private answer
    assert QUESTION in asked[0]
    assert QUESTION not in asked[1]
    assert not any("Medinsky say" in one for one in asked)


# Withdrawn, shared and planted text


@pytest.mark.slow
@pytest.mark.parametrize("mention", [False, True])
async def test_an_article_withdrawn_during_the_answer_leaves_nothing(
    written: Settings, server: Server, model: model_server.Server, mention: bool
) -> None:
    model.replies = slowly(STARMER, SANCTIONS, ZELENSKY)

    def withdrawn() -> None:
        with of_articles(client, written) as desk:
            desk.remove([one for one in desk.articles() if one.source == "Reuters"])

    async with bot(written, server) as client:
        if mention:
            await server.say(f"<@{BOT}> {QUESTION}", mentions=(BOT,), **HERE)
            await server.until(lambda: server.replies(CHANNEL))
            assert "Starmer" in server.replies(CHANNEL)[0]["content"]
            await asyncio.to_thread(withdrawn)
            ((shown),) = await replied(server)
        else:
            used = await server.command("ask", [option("question", QUESTION)], **HERE)
            await used.until(lambda one: one.answer)
            await asyncio.to_thread(withdrawn)
            shown = (await used.until(done, 40)).answer or {}
        (way,) = client.context.store.rows("SELECT way FROM answers")[0]

    said = seen(shown["content"]).replace(f"> {QUESTION}", "")
    assert not re.search("Starmer|Leyen|Zelensky|Istanbul|unacceptable", said)
    assert "The articles don't say." in said
    assert "coordinating" not in way


@pytest.mark.slow
async def test_a_private_written_answer_is_shared_as_quotes(
    written: Settings, server: Server
) -> None:
    async with bot(written, server) as client:
        private = await given(server, QUESTION, option("private", True))
        share = first_id(private.answer, "share")
        shared = await server.click(private.answer, share, **HERE)
        await shared.until(lambda one: one.followups)
        message = shared.followups[0]
        kept = client.context.store.answer(int(number(message)))
        assert kept is not None
        with client.context.libraries.desk(kept.guild) as desk:
            recalled = await asyncio.to_thread(recall, desk, kept)

    assert private.ephemeral
    assert WRITTEN in seen(private.answer["content"])
    assert len(recalled) == 2
    for place, quote in enumerate(recalled, 1):
        assert quote is not None
        assert f"{quote.quote} [{place}]" in seen(message["content"])
    assert WRITTEN not in seen(message["content"])
    assert not message["flags"] & 64
    assert (kept.private, kept.asker) == (False, MEMBER)


@pytest.mark.slow
async def test_nothing_from_an_obedient_model_gets_through(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    async with bot(written, server) as client:
        for number_, order in enumerate(OWN):
            place = ("start", "middle", "end")[number_ % 3]
            model.replies = Obedient((order, CANARY), CANARY)
            with of_articles(client, written) as desk:
                await asyncio.to_thread(desk.take, [planted(order, place)])
                known = {one.url for one in desk.articles()}
            client.context.limits = type(client.context.limits)()
            assert "rusted" in await put(server, BRIDGE_QUESTION)
            await server.say(f"<@{BOT}> {BRIDGE_QUESTION}", mentions=(BOT,), **HERE)
            await replied(server, count=number_ + 1)

    shown = [one.body["content"] for one in sent(server, "")]
    assert len(shown) >= 2 * len(OWN)
    for raw in shown:
        text = seen(raw)
        assert not MENTION.search(re.sub(r"<t:\d+:D>", "", text)), text
        assert {one.rstrip(">)") for one in PLACE.findall(text)} <= known, text
        assert CANARY not in text
        assert not re.search("EvilBot|I hate|unplug|```", text), text


# What the operator sees


@pytest.mark.slow
async def test_the_trace_of_an_answer_is_shown_for_a_month(
    written: Settings, server: Server, model: model_server.Server
) -> None:
    model.replies = lambda request: f"{says(STARMER)(request).text}\n{INVENTED}"  # type: ignore[union-attr]
    async with bot(written, server):
        id = number((await given(server, f"{QUESTION}\x07")).answer)

        def show(*how: str) -> Any:
            return newsdesk("answers", "show", *how, data=written.data)

        told = await asyncio.to_thread(show, id)
        as_json = json.loads((await asyncio.to_thread(show, id, "--json")).stdout)
        unknown = [await asyncio.to_thread(show, one) for one in ("99", "9" * 30)]
        below = await asyncio.to_thread(show, "--", "-" + "9" * 30)

    assert told.stdout.split("\n")[0].endswith(f"  {QUESTION}")
    assert "the draft, sentence by sentence:" in told.stdout
    assert f"{INVENTED.removesuffix(' [1].')}. [1]\n      not shown: " in told.stdout
    assert "mode: written" in told.stdout
    assert as_json["answer"] == int(id)
    assert [one["shown"] for one in as_json["draft"]] == [True, False]
    assert as_json["tokens"] > 100
    for one in [*unknown, below]:
        assert one.stderr.startswith("newsdesk: There is no answer with the number ")
        assert one.returncode == 1


@pytest.mark.slow
async def test_after_a_month_the_trace_is_gone_and_the_answer_stays(
    written: Settings, server: Server
) -> None:
    async with bot(written, server) as client:
        id = number((await given(server)).answer)
        client.context.store.rows("UPDATE answers SET at = '2999-01-01'")
        client.context.store.prune()
        kept = client.context.store.answer(int(id))
        days = "strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-31 days')"
        client.context.store.rows(f"UPDATE answers SET at = {days}")
        client.context.store.rows("UPDATE spent SET day = '2025-01-01'")
        client.context.store.prune()
        pruned = client.context.store.answer(int(id))
        spent = client.context.store.rows("SELECT * FROM spent")

    shown = newsdesk("answers", "show", id, data=written.data)
    assert kept is not None
    assert pruned is not None
    assert "draft" in kept.trace
    assert pruned.trace == ""
    assert spent == []
    assert shown.stderr == f"newsdesk: How answer {id} was found is no longer kept.\n"
