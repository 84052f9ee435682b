"""The bot, connected to the Discord on loopback, and what people do with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.discord import application
from bot.discord.client import Client
from bot.settings import Settings
from tests.loopback.discord_server import (
    MANAGE_GUILD,
    OWNER,
    TOKEN,
    Given,
    Json,
    Server,
    components,
    option,
)

GUILD, OTHER, CHANNEL, SECOND, ELSEWHERE = 11, 12, 111, 112, 121
ROLE = 77
HERE: dict[str, Any] = {"guild": GUILD, "channel": CHANNEL}
THERE: dict[str, Any] = {"guild": OTHER, "channel": ELSEWHERE}


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
            client.context.close()


async def asked(server: Server, question: str, *more: Json, **who: Any) -> Given:
    """Ask the question with /ask, and wait for the answer."""
    given = await server.command("ask", [option("question", question), *more], **(HERE | who))
    return await given.until(lambda one: one.answer or (one.deleted and one.followups))


def plain(text: str) -> str:
    """The text without the bold that we add."""
    return text.replace("**", "")


def number(message: Json) -> str:
    """The number of the answer that a message shows."""
    return first_id(message, "rate").split(":")[2]


def first_id(message: Json, part: str) -> str:
    return next(id for id in components(message) if part in id)


async def check(server: Server, said: str, **who: Any) -> Given:
    """Check somebody's message with the message menu, and wait for the verdict."""
    message = server._made(CHANNEL, {"content": said}, OWNER)
    data = {
        "id": "1", "name": "Check against the articles", "type": 3,
        "target_id": message["id"], "resolved": {"messages": {message["id"]: message}},
    }  # fmt: skip
    given = await server.interact(2, data, **(HERE | who))
    return await given.until(lambda one: one.answer)


def added(server: Server, name: str, text: str) -> tuple[list[Json], Json]:
    """Options and resolved data of an attached file."""
    id = str(server.id())
    server.files[id] = text.encode()
    attachment = {
        "id": id, "filename": name, "size": len(text), "content_type": "text/plain",
        "url": f"http://127.0.0.1:{server.port}/files/{id}", "proxy_url": "",
    }  # fmt: skip
    return [{"name": "file", "type": 11, "value": id}], {"attachments": {id: attachment}}


async def add(server: Server, name: str, text: str, **who: Any) -> Given:
    options, resolved = added(server, name, text)
    given = await server.command(
        "articles add", options, resolved=resolved, **({"permissions": MANAGE_GUILD} | who)
    )
    # The last message of progress, which is shown if indexing takes seconds.
    return await given.until(lambda one: one.answer and not one.answer["content"].endswith(" …"))


COUNCIL = "Port Alder's council voted nine to six for the ferry terminal on Monday."
BRIDGE = "The bridge of Halvik was closed on Monday because its cables had rusted, the mayor said."
