"""Paging: the buttons that lead from one page of a list to another."""

import re
from typing import Any, Self

import discord

from bot.discord.context import Interaction


class Page(discord.ui.DynamicItem[discord.ui.Button[Any]], template="newsdesk:none"):
    """A button that shows another page of a list in place of the one before.

    Each list has a subclass, with the template of its ids and a `show` of its own.
    """

    def __init__(self, name: str, page: int, label: str, row: int | None = None) -> None:
        """`name` is the list's name in ids."""
        custom_id = f"newsdesk:{name}:{page}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, row=row))
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        label = getattr(item, "label", None) or "Page"
        # Numbers in an id before that of the page are the subclass's own.
        return cls(*map(int, match.groups()), label)  # type: ignore[call-arg, arg-type]

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page."""
        await interaction.response.defer()
        await self.show(interaction)

    async def show(self, interaction: Interaction) -> None:
        """Show the page."""
        raise NotImplementedError
