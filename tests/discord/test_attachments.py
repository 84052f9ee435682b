import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.discord.attachments import saved
from retrieval.errors import SettingsError

pytestmark = pytest.mark.anyio

CONTENT = b"The bridge of Halvik was closed."


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a file is served, and a redirect to it."""

    async def file(request: web.Request) -> web.Response:
        return web.Response(body=CONTENT)

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound("/file")

    app = web.Application()
    app.router.add_get("/file", file)
    app.router.add_get("/elsewhere", elsewhere)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def save(folder: Path, url: str, name: str = "bridge.txt", size: int = 100) -> Path:
    data: Any = {"id": 1, "filename": name, "size": size, "url": url, "proxy_url": url}
    file = discord.Attachment(data=data, state=SimpleNamespace(http=None))  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session:
        return await asyncio.to_thread(saved, file, folder, session, loop)


async def test_a_file_is_saved_in_the_folder_under_its_name(tmp_path: Path, address: str) -> None:
    path = await save(tmp_path, f"{address}/file", size=len(CONTENT))
    outside = await save(tmp_path, f"{address}/file", "../../.passwd")

    assert path == tmp_path / "bridge.txt"
    assert path.read_bytes() == CONTENT
    assert outside.parent == tmp_path


async def test_a_pasted_text_is_named_after_its_content(tmp_path: Path, address: str) -> None:
    path = await save(tmp_path, f"{address}/file", "message.txt")

    assert path.name.startswith("message-")
    assert path.suffix == ".txt"


@pytest.mark.parametrize(
    ("path", "size"),
    [
        pytest.param("/file", len(CONTENT) - 1, id="more bytes than announced"),
        pytest.param("/elsewhere", 100, id="a redirect"),
        pytest.param("/gone", 100, id="not there"),
    ],
)
async def test_only_what_discord_announced_is_saved(
    tmp_path: Path, address: str, path: str, size: int
) -> None:
    with pytest.raises(SettingsError, match="Please send it again"):
        await save(tmp_path, address + path, size=size)

    assert (tmp_path / "bridge.txt").read_bytes() == b""


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "http://127.0.0.1:1/x"])
async def test_other_addresses_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="Please send it again"):
        await save(tmp_path, url)
