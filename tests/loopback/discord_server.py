"""A Discord on loopback: the part of the gateway and REST protocol that a bot uses.

Written from Discord's developer documentation. It records every request, delivers the events of
people that a test plays, and can refuse, limit, fail, fall silent and drop connections. It refuses
what Discord refuses; `breaches` lists the bot's own faults.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback import discord_limits
from tests.loopback.discord_limits import Wrong

BOT, OWNER, MEMBER, MODERATOR = 1000, 2001, 2002, 2003
DIRECT = 900  # the channel of direct messages
APPLICATION = BOT
TOKEN = "loopback.token.of-a-bot"  # not a real one
EPHEMERAL = 64
MANAGE_GUILD, MANAGE_MESSAGES = 1 << 5, 1 << 13
BROKEN = 0  # instead of a status: the connection is closed
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
CALLBACKS = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
}
PING_INTENT = 1 << 15  # message content
MAY = {
    "view": 1 << 10, "send": 1 << 11, "history": 1 << 16,
    "create threads": 1 << 35, "send in threads": 1 << 38,
}  # fmt: skip

Json = dict[str, Any]


class Refused(Exception):
    """Answers a request with an error; with `wrong` it is an "Invalid Form Body"."""

    def __init__(self, status: int, code: int, message: str, wrong: list[Wrong] | None = None):
        named = [f"{one.place}: {one.message}" for one in wrong or []]
        super().__init__(" ".join([message, *named]))
        self.status = status
        self.body: Json = {"message": message, "code": code}
        if wrong:
            self.body["errors"] = discord_limits.form(wrong)


@dataclass
class Request:
    """A REST request as it was received."""

    method: str
    path: str
    body: Any
    at: float


@dataclass
class Given:
    """An interaction sent to the bot, and the bot's reaction to it."""

    id: int
    token: str
    sent: float
    kind: int = COMMAND
    ephemeral: bool | None = None
    acknowledged: float | None = None
    callback: Json | None = None
    original: Json | None = None
    followups: list[Json] = field(default_factory=list)
    deleted: bool = False
    place: int = 0  # the server where it is used, or the user in direct messages
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, done: Callable[["Given"], Any], seconds: float = 20) -> "Given":
        """Wait until the condition holds for this interaction."""
        end = time.monotonic() + seconds
        while not done(self):
            self.changed.clear()
            left = end - time.monotonic()
            assert left > 0, f"nothing came of it: {self}"
            try:
                await asyncio.wait_for(self.changed.wait(), min(left, 0.5))
            except TimeoutError:
                continue
        return self

    @property
    def answer(self) -> Json | None:
        """The message with the answer, once it has replaced "thinking"."""
        return self.original if self.original and self.original.get("content") else None


class Server:
    """The server; `guilds` are the servers that the bot is in."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.given: dict[str, Given] = {}
        self.messages: dict[int, Json] = {}
        self.guilds: dict[int, Json] = {}
        self.threads: dict[int, int] = {}  # and the channels they are in
        self.may: dict[int, set[str]] = {}  # the permissions of MAY that the bot has, by channel
        self.recipient = MEMBER  # the person in DIRECT: the last who wrote or was written to
        self.directs: dict[int, int] = {}  # channels of direct messages other than DIRECT, by user
        self.refusing: set[int] = set()  # people who refuse direct messages
        self.breaches: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.identified: list[Json] = []
        self.resumed: list[Json] = []
        self.heartbeats = 0
        self.commands: list[Json] = []
        self.files: dict[str, bytes] = {}
        self.token = TOKEN
        self.callback_seconds = 3.0
        self.token_seconds = 900.0  # how long the token of an interaction is valid
        self.allow_content = True
        self.silent = False
        self.named_gateway: str | None = None  # that the API reports, instead of the real one
        self.shards = 1
        self.slow = 0.0  # seconds before the gateway sends HELLO, and before READY
        self.heartbeat_seconds = 41.25
        self.failing: list[tuple[str, int, Json, dict[str, str]]] = []  # path part, status, …
        self._sequence = 0
        self._next = 5000
        self._session: list[Json] = []
        self._sessions: set[str] = set()  # sessions that can be resumed
        self.changed = asyncio.Event()

    # Start and stop

    async def start(self) -> None:
        """Listen on a free port on loopback."""
        app = web.Application(client_max_size=50_000_000)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close everything."""
        for socket in self.sockets:
            await socket.close()
        await self._runner.cleanup()

    @property
    def api(self) -> str:
        """The address of the REST API."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway(self) -> str:
        """The address of the gateway."""
        return f"ws://127.0.0.1:{self.port}/gateway/"

    def id(self) -> int:
        """A new snowflake with the current time."""
        self._next += 1
        return (int(time.time() * 1000) - 1420070400000 << 22) + self._next

    async def until(self, done: Callable[[], Any], seconds: float = 20) -> None:
        """Wait until the condition holds."""
        end = time.monotonic() + seconds
        while not done():
            self.changed.clear()
            left = end - time.monotonic()
            assert left > 0, "it never became so"
            try:
                await asyncio.wait_for(self.changed.wait(), min(left, 0.5))
            except TimeoutError:
                continue

    # REST

    def fail(self, part: str, status: int, body: Json | None = None, **headers: str) -> None:
        """Answer the next request whose path contains `part` with this status."""
        self.failing.append((part, status, body or {"message": "no", "code": 0}, headers))

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body = await self._body(request)
        self.requests.append(Request(request.method, path, body, time.perf_counter()))
        self.changed.set()
        for one in self.failing:
            if one[0] in path:
                self.failing.remove(one)
                if one[1] == BROKEN:
                    assert request.transport is not None
                    request.transport.abort()
                return _json(one[2], status=one[1], headers=one[3])
        known = request.headers.get("Authorization") == f"Bot {self.token}"
        if not known and not path.startswith(("interactions/", "webhooks/")):
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        try:
            found = self._route(request.method, path, body)
        except Refused as exc:
            if exc.status == 400:
                self.breaches.append(f"{request.method} {path}: {exc}")
            return _json(exc.body, status=exc.status)
        return web.Response(status=204) if found is None else _json(found)

    async def _body(self, request: web.Request) -> Any:
        if request.content_type.startswith("multipart/"):
            form = await request.post()
            return json.loads(str(form["payload_json"]))
        text = await request.text()
        return json.loads(text) if text else None

    def _route(self, method: str, path: str, body: Any) -> Any:
        match path.split("/"):
            case ["users", "@me"]:
                return self.user(BOT, bot=True)
            case ["users", "@me", "channels"]:
                self.recipient = int(body["recipient_id"])
                direct = self.directs.get(self.recipient, DIRECT)
                return {"id": str(direct), "type": 1, "recipients": [self.user(self.recipient)]}
            case ["oauth2" | "applications", *_, "@me"]:
                return self._application()
            case ["gateway", "bot"]:
                starts = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
                url = self.named_gateway or self.gateway
                return {"url": url, "shards": self.shards, "session_start_limit": starts}
            case ["applications", _, "commands"]:
                return self._registered(body)
            case ["interactions" | "webhooks" as way, _, token, *rest]:
                return self._interaction(method, self.given.get(token), [way, *rest], body)
            case ["channels", channel, *rest]:
                return self._channel(method, int(channel), rest, body)
        raise Refused(404, 0, "404: Not Found")

    def _registered(self, body: list[Json]) -> list[Json]:
        _form(discord_limits.commands(body))
        self.commands = body
        return [one | {"id": str(self.id())} for one in body]

    def _interaction(self, method: str, given: Given | None, rest: list[str], body: Json) -> Any:
        if rest == ["interactions", "callback"]:
            return self._callback(given, body)
        if given is None or time.perf_counter() - given.sent > self.token_seconds:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if given.callback is None or given.callback["type"] == CHOICES:
            raise Refused(404, 10015, "Unknown Webhook")
        match rest:
            case ["webhooks"]:
                return self._followup(given, body)
            case ["webhooks", "messages", "@original"]:
                return self._original(method, given, body)
            case ["webhooks", "messages", id]:
                return self._changed(method, self._known(int(id)), body)
        raise Refused(404, 0, "404: Not Found")

    def _channel(self, method: str, channel: int, rest: list[str], body: Json) -> Any:
        send = "send in threads" if channel in self.threads else "send"
        match [method, *rest]:
            case ["POST", "messages"]:
                return self._sent(channel, send, body)
            case [_, "messages", id]:
                self._need(channel, *(["history"] if method == "GET" else []))
                message = self._known(int(id))
                if method != "GET" and message["author"]["id"] != str(BOT):
                    raise Refused(403, 50013, "Missing Permissions")
                return self._changed(method, message, body)
            case ["POST", "messages", id, "threads"]:
                _form(discord_limits.thread(body))
                self._need(channel, "create threads")
                return self._thread(channel, int(self._known(int(id))["id"]), body)
            case ["POST", "typing"]:
                return self._need(channel, send)
        raise Refused(404, 0, "404: Not Found")

    def _need(self, channel: int, *wanted: str) -> None:
        """Refuse the request if the bot lacks this permission."""
        if channel in (DIRECT, *self.directs.values()):
            return
        may = self.may.get(self.threads.get(channel, channel))
        if may is None:
            raise Refused(404, 10003, "Unknown Channel")
        if "view" not in may:
            raise Refused(403, 50001, "Missing Access")
        if not may.issuperset(wanted):
            raise Refused(403, 50013, "Missing Permissions")

    def _known(self, message: int) -> Json:
        if message not in self.messages:
            raise Refused(404, 10008, "Unknown Message")
        return self.messages[message]

    def _check(self, body: Json, before: Json | None = None, under: str = "") -> None:
        """Refuse a message, or an edit of one, as Discord does."""
        _form(discord_limits.message(body), under)
        if not discord_limits.shows((before or {}) | body):
            raise Refused(400, 50006, "Cannot send an empty message")
        if body.get("content") and (body.get("allowed_mentions") or {}).get("parse") != []:
            self.breaches.append(f"This may mention people: {body['content'][:80]!r}")

    def _application(self) -> Json:
        return {
            "id": str(APPLICATION), "name": "Newsdesk", "description": "", "icon": None,
            "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64,
            "owner": self.user(OWNER), "team": None,
            "flags": (1 << 19) if self.allow_content else 0,
        }  # fmt: skip

    def _callback(self, given: Given | None, body: Json) -> Json:
        if given is None:
            raise Refused(404, 10062, "Unknown interaction")
        kind, data = body["type"], body.get("data") or {}
        self._check_callback(given, kind, data)
        given.callback, given.acknowledged = body, time.perf_counter()
        flags = data.get("flags", 0)
        if given.ephemeral is None:
            given.ephemeral = bool(flags & EPHEMERAL)
        message = None
        if kind in (MESSAGE, DEFERRED):
            given.original = self._made(0, data, BOT, flags=flags)
            message = given.original["id"]
            self.messages[int(message)] = given.original
        elif kind == UPDATE and given.original:
            given.original |= data
        given.changed.set()
        about = {"id": str(given.id), "type": given.kind, "response_message_id": message}
        return {"interaction": about}

    def _check_callback(self, given: Given, kind: int, data: Json) -> None:
        if given.callback:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if time.perf_counter() - given.sent > self.callback_seconds:
            raise Refused(404, 10062, "Unknown interaction")
        if kind not in CALLBACKS[given.kind]:
            _form([Wrong("type", "BASE_TYPE_CHOICES", f"{kind} is no answer to this.")])
        if kind in (MESSAGE, UPDATE):
            self._check(data, given.original if kind == UPDATE else None, "data.")
        if kind == CHOICES:
            _form(discord_limits.choices(data), "data.")

    def _original(self, method: str, given: Given, body: Json) -> Any:
        if given.original is None:
            raise Refused(404, 10008, "Unknown Message")
        original = self._changed(method, given.original, body)
        if method == "DELETE":
            given.deleted, given.original = True, None
        if method != "GET":
            given.changed.set()
        return original

    def _changed(self, method: str, message: Json, body: Json) -> Json | None:
        """Read, edit or delete a message."""
        if method == "DELETE":
            self.messages.pop(int(message["id"]), None)
            self.changed.set()
            return None
        if method == "PATCH":
            self._check(body, message)
            message |= body | {"edited_timestamp": _now()}
            self.changed.set()
        return message

    def _followup(self, given: Given, body: Json) -> Json:
        """Add a follow-up; the first one after a deferral replaces it, as on Discord."""
        self._check(body)
        thinking = given.callback and given.callback["type"] == DEFERRED and given.original
        if thinking and not given.original.get("content") and not given.original["embeds"]:
            given.original |= body
            made = given.original
        else:
            made = self._made(0, body, BOT, flags=body.get("flags", 0))
        self.messages[int(made["id"])] = made
        given.followups.append(made)
        given.changed.set()
        return made

    def _sent(self, channel: int, send: str, body: Json) -> Json:
        self._check(body)
        self._need(channel, send)
        if channel == DIRECT and self.recipient in self.refusing:
            raise Refused(403, 50007, "Cannot send messages to this user")
        if reference := body.get("message_reference"):
            if "history" not in self.may.get(self.threads.get(channel, channel), MAY):
                told = "Cannot reply without permission to read message history"
                raise Refused(403, 160002, told)
            gone = int(reference["message_id"]) not in self.messages
            if gone and reference.get("fail_if_not_exists", True):
                _form([Wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")])
        return self._message(channel, body)

    def _message(self, channel: int, body: Json) -> Json:
        made = self._made(channel, body, BOT)
        self.messages[int(made["id"])] = made
        self.changed.set()
        return made

    def _made(self, channel: int, body: Json, author: int, *, flags: int = 0) -> Json:
        return {
            "id": str(self.id()), "channel_id": str(channel), "type": 0,
            "author": self.user(author, bot=author == BOT), "content": body.get("content", ""),
            "timestamp": _now(), "edited_timestamp": None, "tts": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": body.get("embeds") or [], "pinned": False,
            "components": body.get("components") or [], "flags": flags,
            "allowed_mentions": body.get("allowed_mentions"),
        } | {name: body[name] for name in ("message_reference",) if name in body}  # fmt: skip

    def _thread(self, channel: int, message: int, body: Json) -> Json:
        thread = self.thread(channel, message, body["name"])
        self.changed.set()
        return thread

    def thread(self, channel: int, id: int, name: str, owner: int = BOT) -> Json:
        """The payload of a thread."""
        self.threads[id] = channel
        guild = next(id for id, one in self.guilds.items()
                     if str(channel) in {c["id"] for c in one["channels"]})  # fmt: skip
        return {
            "id": str(id), "guild_id": str(guild), "parent_id": str(channel), "type": 11,
            "owner_id": str(owner), "name": name, "last_message_id": None, "message_count": 0,
            "member_count": 1, "rate_limit_per_user": 0,
            "thread_metadata": {"archived": False, "auto_archive_duration": 1440,
                                "archive_timestamp": _now(), "locked": False},
        }  # fmt: skip

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])

    # The gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        self.sockets.append(socket)
        interval = int(self.heartbeat_seconds * 1000)
        await asyncio.sleep(self.slow)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": interval}, "t": None})
        async for message in socket:
            if message.type != WSMsgType.TEXT or self.silent:
                continue
            await self._received(socket, json.loads(message.data))
        return socket

    async def _received(self, socket: web.WebSocketResponse, packet: Json) -> None:
        operation, content = packet["op"], packet["d"]
        if operation == 1:
            self.heartbeats += 1
            await socket.send_json({"op": 11, "d": None, "t": None})
        elif operation == 2:
            await self._identify(socket, content)
        elif operation == 6:
            await self._resume(socket, content)
        self.changed.set()

    async def _identify(self, socket: web.WebSocketResponse, content: Json) -> None:
        if content["token"] != self.token:
            await socket.close(code=4004)
            return
        if content["intents"] & PING_INTENT and not self.allow_content:
            await socket.close(code=4014)
            return
        self.identified.append(content)
        session = f"s{len(self.identified)}"
        self._sessions.add(session)
        await asyncio.sleep(self.slow)
        ready = {
            "v": 10, "user": self.user(BOT, bot=True), "session_id": session,
            "resume_gateway_url": self.gateway, "shard": content.get("shard", [0, 1]),
            "guilds": [{"id": str(id), "unavailable": True} for id in self.guilds],
            "application": {"id": str(APPLICATION), "flags": self._application()["flags"]},
        }  # fmt: skip
        await self._send(socket, "READY", ready)
        for guild in self.guilds.values():
            for channel in guild["channels"]:
                denied = sum(MAY.values()) - self._permissions(int(channel["id"]))
                channel["permission_overwrites"] = [
                    {"id": str(BOT), "type": 1, "allow": "0", "deny": str(denied)}
                ]
            await self._send(socket, "GUILD_CREATE", guild)

    async def _resume(self, socket: web.WebSocketResponse, content: Json) -> None:
        if content["token"] != self.token:
            await socket.close(code=4004)
            return
        if content["session_id"] not in self._sessions:
            await socket.send_json({"op": 9, "d": False, "t": None})
            return
        self.resumed.append(content)
        for missed in self._session:
            if missed["s"] > content["seq"]:
                await socket.send_json(missed)
        await self._send(socket, "RESUMED", {})

    def _permissions(self, channel: int) -> int:
        may = self.may.get(self.threads.get(channel, channel), MAY)
        return sum(MAY[one] for one in may)

    async def _send(self, socket: web.WebSocketResponse, event: str, content: Json) -> None:
        self._sequence += 1
        packet = {"op": 0, "s": self._sequence, "t": event, "d": content}
        self._session.append(packet)
        await socket.send_json(packet)

    async def dispatch(self, event: str, content: Json) -> None:
        """Send an event to the bot; it is kept for a resume if the connection is lost."""
        for socket in reversed(self.sockets):
            if not socket.closed:
                with suppress(ConnectionError):
                    await self._send(socket, event, content)
                    return
        if not self._session or self._session[-1]["d"] is not content:
            self._sequence += 1
            self._session.append({"op": 0, "s": self._sequence, "t": event, "d": content})

    async def reconnect(self) -> None:
        """Ask the bot to reconnect and resume (op 7)."""
        await self._everywhere({"op": 7, "d": None, "t": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell the bot that its session is invalid (op 9); a resumable one is kept."""
        if not resumable:
            self._sessions.clear()
        await self._everywhere({"op": 9, "d": resumable, "t": None})

    async def _everywhere(self, packet: Json) -> None:
        for socket in self.sockets:
            if not socket.closed:
                with suppress(ConnectionError):
                    await socket.send_json(packet)

    async def drop(self) -> None:
        """Drop all connections, as a network failure does."""
        for socket in self.sockets:
            transport = socket._req.transport if socket._req else None
            if transport and not socket.closed:
                transport.abort()
        await asyncio.sleep(0)

    # What people do

    def guild(self, id: int, *channels: int, roles: tuple[int, ...] = ()) -> None:
        """Add the bot to a server with these text channels and roles."""
        self.may |= {channel: set(MAY) for channel in channels}
        made = [{"id": str(id), "name": "@everyone", "permissions": "1071698660929"}]
        made += [{"id": str(role), "name": f"role {role}", "permissions": "0"} for role in roles]
        self.guilds[id] = {
            "id": str(id), "name": f"server {id}", "owner_id": str(OWNER), "unavailable": False,
            "roles": [one | {"color": 0, "hoist": False, "position": 0, "managed": False,
                             "mentionable": False, "flags": 0,
                             "colors": {"primary_color": 0, "secondary_color": None,
                                        "tertiary_color": None}} for one in made],
            "channels": [{"id": str(channel), "type": 0, "name": f"channel-{channel}",
                          "position": 0, "permission_overwrites": []} for channel in channels],
            "members": [self.member(BOT)], "member_count": 3, "emojis": [], "stickers": [],
            "features": [], "threads": [], "voice_states": [], "presences": [],
            "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
            "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 1,
            "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0,
            "preferred_locale": "en-US", "large": False, "joined_at": _now(),
        }  # fmt: skip

    def user(self, id: int, *, bot: bool = False) -> Json:
        """The payload of a user."""
        return {"id": str(id), "username": f"user{id}", "discriminator": "0", "avatar": None,
                "global_name": None, "bot": bot, "public_flags": 0, "flags": 0}  # fmt: skip

    def member(self, id: int, *, permissions: int = 0, roles: tuple[int, ...] = ()) -> Json:
        """The payload of a member."""
        return {"user": self.user(id, bot=id == BOT), "roles": [str(role) for role in roles],
                "joined_at": _now(), "deaf": False, "mute": False, "flags": 0,
                "permissions": str(permissions)}  # fmt: skip

    async def interact(
        self,
        kind: int,
        data: Json,
        *,
        guild: int | None,
        channel: int,
        user: int = MEMBER,
        permissions: int = 0,
        roles: tuple[int, ...] = (),
        message: Json | None = None,
    ) -> Given:
        """Play somebody who uses a command or a component."""
        id = self.id()
        given = Given(id, f"interaction-token-{id}", time.perf_counter(), kind, place=guild or user)
        if message is not None:
            given.original = message
        self.given[given.token] = given
        payload: Json = {
            "id": str(id), "application_id": str(APPLICATION), "type": kind, "data": data,
            "token": given.token, "version": 1, "channel_id": str(channel),
            "channel": {"id": str(channel), "type": 0 if guild else 1, "name": "a channel",
                        "position": 0, "permission_overwrites": [], "last_message_id": None,
                        "recipients": [self.user(user)]},
            "app_permissions": str(self._permissions(channel)), "locale": "en-US",
            "entitlements": [], "authorizing_integration_owners": {}, "context": 0 if guild else 1,
            "attachment_size_limit": 10_000_000,
        }  # fmt: skip
        if guild:
            member = self.member(user, permissions=permissions, roles=roles)
            payload |= {"guild_id": str(guild), "member": member,
                        "guild": {"id": str(guild), "locale": "en-US", "features": []}}  # fmt: skip
        else:
            self.recipient = user
            payload["user"] = self.user(user)
        if message is not None:
            payload["message"] = message | {"channel_id": str(channel)}
        await self.dispatch("INTERACTION_CREATE", payload)
        return given

    async def command(self, name: str, options: list[Json] | None = None, **who: Any) -> Given:
        """Play somebody who uses a slash command: `name`, or `group sub`."""
        group, _, sub = name.partition(" ")
        inner = options or []
        if sub:
            inner = [{"name": sub, "type": 1, "options": options or []}]
        kind = who.pop("kind", COMMAND)
        resolved = who.pop("resolved", {})
        data = {"id": "1", "name": group, "type": 1, "options": inner, "resolved": resolved}
        return await self.interact(kind, data, **who)

    async def click(
        self, message: Json, custom_id: str, *, values: list[str] | None = None, **who: Any
    ) -> Given:
        """Play somebody who uses a button or a menu of a message."""
        kind = 2 if values is None else 3
        data: Json = {"custom_id": custom_id, "component_type": kind}
        if values is not None:
            data["values"] = values
        return await self.interact(COMPONENT, data, message=message, **who)

    async def say(
        self,
        content: str,
        *,
        guild: int | None,
        channel: int,
        user: int = MEMBER,
        mentions: tuple[int, ...] = (),
        reply_to: Json | None = None,
        reference: int = 0,
        permissions: int = 0,
        roles: tuple[int, ...] = (),
    ) -> Json:
        """Play somebody who writes; without the intent the bot sees only its mentions."""
        made = self._made(channel, {"content": content}, user)
        made["mentions"] = [self.user(id, bot=id == BOT) for id in mentions]
        if reply_to:
            made["type"] = 0 if reference else 19
            made["message_reference"] = {
                "type": reference, "message_id": reply_to["id"], "channel_id": str(channel),
            }  # fmt: skip
            made["referenced_message"] = reply_to
        if guild:
            made["guild_id"] = str(guild)
            made["member"] = self.member(user, roles=roles)
            intents = self.identified[-1]["intents"] if self.identified else 0
            if not intents & PING_INTENT and BOT not in mentions:
                made["content"] = ""
        else:
            self.recipient = user
        self.messages[int(made["id"])] = made
        await self.dispatch("MESSAGE_CREATE", made)
        return made

    def replies(self, channel: int) -> list[Json]:
        """The messages that the bot sent to a channel."""
        return [
            one for one in self.messages.values()
            if one["channel_id"] == str(channel) and one["author"]["id"] == str(BOT)
        ]  # fmt: skip


def _form(wrong: list[Wrong], under: str = "") -> None:
    if wrong:
        placed = [one._replace(place=under + one.place) for one in wrong]
        raise Refused(400, 50035, "Invalid Form Body", placed)


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer; Discord sends its type without a charset, and clients compare it literally."""
    given = {"Content-Type": "application/json"} | (headers or {})
    return web.Response(body=json.dumps(content).encode(), status=status, headers=given)


def option(name: str, value: Any, *, focused: bool = False) -> Json:
    """The payload of an option of a slash command."""
    kind = {bool: 5, int: 4}.get(type(value), 3)
    return {"name": name, "type": kind, "value": value} | ({"focused": True} if focused else {})


def components(message: Json) -> dict[str, Json]:
    """The components of a message by their ids."""
    return {
        one["custom_id"]: one
        for row in message.get("components") or []
        for one in row["components"]
        if "custom_id" in one
    }


def _now() -> str:
    return datetime.now(UTC).isoformat()
