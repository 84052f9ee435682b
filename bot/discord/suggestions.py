"""Suggestions: what Discord offers while somebody types an option of a command."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from discord import app_commands

from bot.discord.context import Interaction
from bot.discord.pool import Busy
from bot.discord.replies import Refused
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

Choices = list[app_commands.Choice[str]]
Suggest = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]


def suggestions(suggest: Suggest) -> Suggest:
    """`suggest`, but without suggestions if it raises Refused, Busy or LibraryError.

    Discord can't show a reason there.
    """

    async def found(interaction: Interaction, current: str) -> Choices:
        try:
            return await suggest(interaction, current)
        except (Refused, Busy):
            return []
        except LibraryError as exc:
            log.error("%s", exc)
            return []

    return found
