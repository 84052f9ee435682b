import logging
from typing import Any

import pytest
from discord.app_commands import Choice

from bot.discord.pool import Busy
from bot.discord.replies import Refused
from bot.discord.suggestions import suggestions
from retrieval.errors import LibraryError

pytestmark = pytest.mark.anyio
INTERACTION: Any = None


async def test_suggestions_are_passed_on() -> None:
    async def typed(interaction: object, current: str) -> list[Choice[str]]:
        return [Choice(name=current, value=current)]

    assert await suggestions(typed)(INTERACTION, "Reu") == [Choice(name="Reu", value="Reu")]


@pytest.mark.parametrize(
    ("error", "logged"),
    [(Refused("no"), []), (Busy(3), []), (LibraryError("damaged"), ["damaged"])],
    ids=["refused", "busy", "damaged"],
)
async def test_without_permission_or_library_nothing_is_suggested(
    error: Exception, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(interaction: object, current: str) -> list[Choice[str]]:
        raise error

    with caplog.at_level(logging.INFO):
        assert await suggestions(broken)(INTERACTION, "Reu") == []

    assert [record.getMessage() for record in caplog.records] == logged
