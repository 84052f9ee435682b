"""Paging: the buttons that lead from one page of a list to another."""

from collections.abc import Callable

import discord

from bot.discord.components import Button


class Page(Button, template="newsdesk:none"):
    """A button that shows another page of a list in place of this one.

    Each list has a subclass, with the template of its ids and a `callback`.
    """

    def __init__(self, name: str, page: int, label: str, row: int | None = None) -> None:
        """`name` is the name of the list in the button's id."""
        custom_id = f"newsdesk:{name}:{page}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, row=row))
        self.page = page


def page_view(
    button: Callable[[int, str], Page], page: int, back: str, forward: str, *, more: bool
) -> discord.ui.View:
    """A button `back`, except on the first page, and a button `forward` if there is `more`."""
    view = discord.ui.View(timeout=None)
    if page > 0:
        view.add_item(button(page - 1, back))
    if more:
        view.add_item(button(page + 1, forward))
    return view
