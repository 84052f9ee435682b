import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from retrieval.newsdesk import Newsdesk
from tests.discord.bot import CHANNEL, ELSEWHERE, GUILD, OTHER, ROLE, SECOND
from tests.loopback.discord_server import TOKEN, Server


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
    assert server.breaches == []


@pytest.fixture
def options(seeded: Newsdesk, tmp_path: Path, models: Path, server: Server) -> Settings:
    """Settings of a bot with the sample articles in its shared library."""
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
