"""The fake Discord refuses what Discord refuses, so that tests with it are realistic."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from tests.loopback import discord_limits as limits
from tests.loopback.discord_server import (
    AUTOCOMPLETE,
    BOT,
    CHOICES,
    COMPONENT,
    DEFERRED,
    DIRECT,
    MAY,
    MEMBER,
    MESSAGE,
    TOKEN,
    Given,
    Json,
    Server,
)

pytestmark = pytest.mark.anyio

GUILD, CHANNEL = 11, 111
QUIET = {"allowed_mentions": {"parse": []}}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    server.guild(GUILD, CHANNEL)
    await server.start()
    yield server
    await server.stop()


async def put(server: Server, method: str, path: str, body: Any = None) -> tuple[int, Json]:
    """Send a request; the status and the body of the answer."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session,
        session.request(method, f"{server.api}/{path}", json=body) as answer,
    ):
        return answer.status, await answer.json() if answer.status != 204 else {}


async def said(server: Server, content: str = "words", channel: int = CHANNEL, **more: Any) -> Any:
    body = {"content": content} | QUIET | more
    return await put(server, "POST", f"channels/{channel}/messages", body)


async def used(server: Server, kind: int = 2) -> tuple[Given, str, str]:
    """Use a command; the interaction, and the paths of its callback and its webhook."""
    given = await server.interact(kind, {}, guild=GUILD, channel=CHANNEL)
    path = f"{given.id}/{given.token}/callback"
    return given, f"interactions/{path}", f"webhooks/{BOT}/{given.token}"


def button(custom_id: str = "one", **more: Any) -> Json:
    return {"type": 2, "style": 2, "label": "Go", "custom_id": custom_id} | more


def menu(*options: Json, **more: Any) -> Json:
    return {"type": 3, "custom_id": "menu", "options": list(options)} | more


def rows(*rows: list[Json]) -> Json:
    return {"components": [{"type": 1, "components": row} for row in rows]}


def embed(**parts: Any) -> Json:
    return {"embeds": [parts]}


CHOICE = {"label": "a", "value": "a"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"content": "x" * 2001}, "content"),
        (embed(title="x" * 257), "embeds.0.title"),
        (embed(description="x" * 4097), "embeds.0.description"),
        (embed(footer={"text": "x" * 2049}), "embeds.0.footer.text"),
        (embed(url="ftp://news.example/"), "embeds.0.url"),
        (embed(url="https://"), "embeds.0.url"),
        (embed(url="https://news.example/a b"), "embeds.0.url"),
        (embed(url="https://[news.example/"), "embeds.0.url"),
        (embed(url="https://news.example:port/"), "embeds.0.url"),
        (embed(url="https://news.example/" + "x" * 2048), "embeds.0.url"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds"),
        (rows(*[[button(str(n))] for n in range(6)]), "components"),
        (rows([]), "components.0.components"),
        (rows([button(str(n)) for n in range(6)]), "components.0.components"),
        (rows([menu(CHOICE), button()]), "components.0"),
        (rows([button()], [button()]), "components.1.components.0.custom_id"),
        (rows([button("")]), "components.0.components.0.custom_id"),
        (rows([button("x" * 101)]), "components.0.components.0.custom_id"),
        (rows([button(label="x" * 81)]), "components.0.components.0.label"),
        (rows([button(label="")]), "components.0.components.0.label"),
        (rows([menu()]), "components.0.components.0.options"),
        (rows([menu(*[{"label": "a", "value": str(n)} for n in range(26)])]),
         "components.0.components.0.options"),
        (rows([menu(CHOICE, placeholder="x" * 151)]), "components.0.components.0.placeholder"),
        (rows([menu(CHOICE | {"label": ""})]), "components.0.components.0.options.0.label"),
        (rows([menu(CHOICE | {"label": "x" * 101})]), "components.0.components.0.options.0.label"),
        (rows([menu(CHOICE | {"value": "x" * 101})]), "components.0.components.0.options.0.value"),
        (rows([menu(CHOICE, CHOICE)]), "components.0.components.0.options.1.value"),
        (rows([menu(CHOICE | {"description": "x" * 101})]),
         "components.0.components.0.options.0.description"),
    ],
)  # fmt: skip
def test_a_value_over_a_limit_is_named(body: Json, place: str) -> None:
    assert place in [one.place for one in limits.message(body)]


def test_a_value_just_within_the_limits_is_accepted() -> None:
    longest = {"title": "x" * 256, "description": "x" * 3696, "footer": {"text": "x" * 2048},
               "url": "https://münchen.example:8080/?q=1#:~:text=a,b"}  # fmt: skip
    options = [{"label": "x" * 100, "value": f"{n:0100}", "description": "x" * 100}
               for n in range(25)]  # fmt: skip
    buttons = [button(f"{n:0100}", label="x" * 80) for n in range(5)]
    body = {"content": "😀" * 2000, "embeds": [longest]}
    body |= rows([menu(*options, placeholder="x" * 150)], buttons)
    assert limits.message(body) == []
    assert limits.choices({"choices": [{"name": "x" * 100, "value": "x" * 100}] * 25}) == []


@pytest.mark.parametrize(
    ("wrong", "body", "place"),
    [
        (limits.thread, {"name": ""}, "name"),
        (limits.thread, {"name": "x" * 101}, "name"),
        (limits.choices, {"choices": [{"name": "x", "value": 1}] * 26}, "choices"),
        (limits.choices, {"choices": [{"name": "", "value": 1}]}, "choices.0.name"),
        (limits.choices, {"choices": [{"name": "x", "value": "x" * 101}]}, "choices.0.value"),
        (limits.commands, [{"name": "ask", "description": ""}], "0.description"),
        (limits.commands, [{"name": "Ask it", "description": "x"}], "0.name"),
        (limits.commands, [{"name": "x" * 33, "type": 3}], "0.name"),
        (limits.commands, [{"name": "a", "description": "x",
                            "options": [{"name": "b", "description": "x" * 101}]}],
         "0.options.0.description"),
    ],
)  # fmt: skip
def test_limits_of_threads_choices_and_commands_are_checked_too(
    wrong: Callable[[Any], list[limits.Wrong]], body: Any, place: str
) -> None:
    assert place in [one.place for one in wrong(body)]


async def test_a_wrong_message_is_refused_wherever_it_is_sent(server: Server) -> None:
    long = {"content": "x" * 2001} | QUIET
    _, callback, webhook = await used(server)

    status, refused = await put(server, "POST", callback, {"type": MESSAGE, "data": long})
    assert (status, refused["code"], refused["message"]) == (400, 50035, "Invalid Form Body")
    assert refused["errors"]["data"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"
    await put(server, "POST", callback, {"type": DEFERRED})
    _, sent = await said(server)
    for method, path in (
        ("PATCH", f"{webhook}/messages/@original"),
        ("POST", webhook),
        ("POST", f"channels/{CHANNEL}/messages"),
        ("PATCH", f"channels/{CHANNEL}/messages/{sent['id']}"),
    ):
        status, refused = await put(server, method, path, long)
        assert (status, refused["code"]) == (400, 50035)
        assert "content" in refused["errors"]

    assert len(server.breaches) == 5
    assert all("content: Must be 2000 or fewer in length." in one for one in server.breaches)


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": "", "embeds": []}])
async def test_an_empty_message_is_refused(server: Server, body: Json) -> None:
    status, refused = await put(server, "POST", f"channels/{CHANNEL}/messages", body)

    assert (status, refused["code"]) == (400, 50006)
    assert server.breaches


@pytest.mark.parametrize("mentions", [{}, {"allowed_mentions": {"parse": ["users"]}}])
async def test_allowed_mentions_are_recorded(server: Server, mentions: Json) -> None:
    path = f"channels/{CHANNEL}/messages"
    status, _ = await put(server, "POST", path, {"content": "@everyone"} | mentions)

    assert status == 200
    assert server.breaches == ["This may mention people: '@everyone'"]


async def test_an_interaction_is_answered_once_and_in_time(server: Server) -> None:
    _, callback, _ = await used(server)
    answer = {"type": MESSAGE, "data": {"content": "x"} | QUIET}
    assert (await put(server, "POST", callback, answer))[0] == 200
    status, refused = await put(server, "POST", callback, answer)
    assert (status, refused["code"]) == (400, 40060)

    server.callback_seconds = 0.0
    late, callback, _ = await used(server)
    status, refused = await put(server, "POST", callback, {"type": DEFERRED})
    assert (status, refused["code"]) == (404, 10062)
    assert late.callback is None


async def test_a_webhook_exists_from_the_callback_until_it_expires(server: Server) -> None:
    _, callback, webhook = await used(server)
    words = {"content": "x"} | QUIET
    for method, path in (("POST", webhook), ("PATCH", f"{webhook}/messages/@original")):
        status, refused = await put(server, method, path, words)
        assert (status, refused["code"]) == (404, 10015)

    await put(server, "POST", callback, {"type": DEFERRED, "data": {"flags": 64}})
    assert (await put(server, "PATCH", f"{webhook}/messages/@original", words))[0] == 200
    server.token_seconds = 0.0
    status, refused = await put(server, "POST", webhook, words)
    assert (status, refused["code"]) == (401, 50027)
    assert server.breaches == []


async def test_an_autocompletion_is_not_a_message(server: Server) -> None:
    _, callback, webhook = await used(server, AUTOCOMPLETE)
    assert (await put(server, "POST", callback, {"type": DEFERRED}))[0] == 400
    many = {"choices": [{"name": "a", "value": "a"}] * 26}
    assert (await put(server, "POST", callback, {"type": CHOICES, "data": many}))[0] == 400
    status, _ = await put(server, "POST", callback, {"type": CHOICES, "data": {"choices": []}})
    assert status == 200
    status, refused = await put(server, "GET", f"{webhook}/messages/@original")
    assert (status, refused["code"]) == (404, 10015)


async def test_a_followup_can_be_edited_and_deleted(server: Server) -> None:
    _, callback, webhook = await used(server, COMPONENT)
    await put(server, "POST", callback, {"type": 6})
    _, made = await put(server, "POST", webhook, {"content": "x"} | QUIET)
    path = f"{webhook}/messages/{made['id']}"
    _, edited = await put(server, "PATCH", path, {"content": "y"} | QUIET)
    assert edited["content"] == "y"
    assert (await put(server, "DELETE", path))[0] == 204
    assert (await put(server, "GET", path))[1]["code"] == 10008


@pytest.mark.parametrize(
    ("missing", "path", "body", "code"),
    [
        ("view", "messages", {"content": "x"}, 50001),
        ("send", "messages", {"content": "x"}, 50013),
        ("send", "typing", None, 50013),
        ("history", "messages", {"content": "x", "message_reference": {"message_id": "1"}}, 160002),
        ("create threads", "messages/1/threads", {"name": "x"}, 50013),
    ],
)
async def test_what_the_bot_may_not_do_is_refused(
    server: Server, missing: str, path: str, body: Json | None, code: int
) -> None:
    server.may[CHANNEL] = set(MAY) - {missing}

    full = body | QUIET if body else None
    status, refused = await put(server, "POST", f"channels/{CHANNEL}/{path}", full)

    assert (status, refused["code"]) == (403, code)
    assert server.breaches == []


async def test_threads_need_a_permission_of_their_own(server: Server) -> None:
    asked = await server.say("a question", guild=GUILD, channel=CHANNEL)
    path = f"channels/{CHANNEL}/messages/{asked['id']}/threads"
    _, thread = await put(server, "POST", path, {"name": "a thread"})

    server.may[CHANNEL] = {"view", "send in threads"}
    assert (await said(server, channel=int(thread["id"])))[0] == 200
    assert (await said(server))[1]["code"] == 50013
    server.may[CHANNEL] = {"view", "send"}
    assert (await said(server, channel=int(thread["id"])))[1]["code"] == 50013


async def test_people_can_refuse_direct_messages(server: Server) -> None:
    server.refusing = {MEMBER}
    await put(server, "POST", "users/@me/channels", {"recipient_id": str(MEMBER)})
    status, refused = await said(server, channel=DIRECT)
    assert (status, refused["code"]) == (403, 50007)
    server.refusing.clear()
    assert (await said(server, channel=DIRECT))[0] == 200


async def test_the_bot_deletes_its_own_messages_only(server: Server) -> None:
    theirs = await server.say("words", guild=GUILD, channel=CHANNEL)
    _, mine = await said(server)
    path = f"channels/{CHANNEL}/messages"

    assert (await put(server, "DELETE", f"{path}/{theirs['id']}"))[1]["code"] == 50013
    assert (await put(server, "DELETE", f"{path}/{mine['id']}"))[0] == 204
    assert (await put(server, "DELETE", f"{path}/{mine['id']}"))[1]["code"] == 10008
    assert server.replies(CHANNEL) == []


async def test_a_reply_to_a_deleted_message_is_refused_unless_allowed(server: Server) -> None:
    gone = {"message_id": "1", "channel_id": str(CHANNEL)}
    assert (await said(server, message_reference=gone))[0] == 400
    gone["fail_if_not_exists"] = False  # type: ignore[assignment]
    assert (await said(server, message_reference=gone))[0] == 200


async def test_a_session_is_resumed_with_its_id_and_the_token(server: Server) -> None:
    async with aiohttp.ClientSession() as session:

        async def connected() -> aiohttp.ClientWebSocketResponse:
            socket = await session.ws_connect(server.gateway)
            assert (await socket.receive_json())["op"] == 10
            return socket

        async def resumed(session_id: str, token: str = TOKEN) -> aiohttp.ClientWebSocketResponse:
            socket = await connected()
            content = {"session_id": session_id, "token": token, "seq": 1000}
            await socket.send_json({"op": 6, "d": content})
            return socket

        first = await connected()
        await first.send_json({"op": 2, "d": {"token": TOKEN, "intents": 0}})
        id = (await first.receive_json())["d"]["session_id"]
        assert (await first.receive_json())["t"] == "GUILD_CREATE"
        await server.reconnect()
        assert (await first.receive_json())["op"] == 7
        assert (await (await resumed(id)).receive_json())["t"] == "RESUMED"
        await server.invalidate(resumable=True)
        assert (await first.receive_json())["d"] is True
        assert (await (await resumed("another")).receive_json())["op"] == 9
        await server.invalidate()
        assert (await first.receive_json())["d"] is False
        assert (await (await resumed(id)).receive_json())["d"] is False
        closed = await resumed(id, "another.token")
        await closed.receive()
        assert closed.close_code == 4004
