"""The feeds that a server's own library follows."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.discord import articles
from bot.discord.articles import Interaction, fed_by, may_feed
from bot.discord.libraries import own_library
from bot.discord.pool import Busy
from bot.discord.replies import InteractionReply, in_flight
from bot.discord.text.answer import MESSAGE, OPTION, OPTIONS, cut, escape
from bot.settings import OF_SERVERS
from retrieval.errors import SettingsError
from retrieval.watching.queue import FetchQueue
from retrieval.watching.subscriptions import Subscription

if TYPE_CHECKING:
    from bot.discord.client import Client

_MOST = 50  # feeds of a server
_PAGE = 8  # feeds of a list that are shown at a time; so many, all escaped, fit a message
_NONE = "This server follows no feeds."
_NO_MORE = "There are no more feeds."
_UNWATCHED = "\n-# They are polled once the bot's operator has switched that on."


async def add(interaction: Interaction, url: str) -> None:
    """Follow a feed from now on."""
    client: Client = interaction.client

    def work(guild: int) -> str:
        with closing(FetchQueue(client.options.data)) as queue:
            if len(queue.subscriptions.all(own_library(guild))) >= _MOST:
                raise SettingsError(f"This server follows {_MOST} feeds already.")
            return queue.subscriptions.add(own_library(guild), url)

    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        kept = await client.looks.run(lambda: work(guild))
        note = "" if client.options.watch else _UNWATCHED
        await reply.send(f"Followed from now on: {escape(cut(kept, 300))}{note}")


async def show(interaction: Interaction) -> None:
    """List the feeds, and how they are doing; the first page of them."""
    await _show(interaction, 0)


async def _show(interaction: Interaction, number: int) -> None:
    client: Client = interaction.client
    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        subscriptions = await client.looks.run(lambda: _subscriptions(client, guild))
        view = discord.ui.View(timeout=None)
        if number > 0:
            view.add_item(Page(number - 1, "Back"))
        if len(subscriptions) > (number + 1) * _PAGE:
            view.add_item(Page(number + 1, "More"))
        shown = subscriptions[number * _PAGE : (number + 1) * _PAGE]
        await reply.send(list_text(shown) or (_NO_MORE if number else _NONE), view)


async def remove(interaction: Interaction, url: str) -> None:
    """Follow a feed no longer; its articles stay."""
    client: Client = interaction.client

    def work(guild: int) -> Subscription:
        with closing(FetchQueue(client.options.data)) as queue:
            known = {one.url: one for one in queue.subscriptions.all(own_library(guild))}
            subscription = known.get(url) or queue.subscriptions.find(own_library(guild), url)
            queue.subscriptions.remove(subscription)
            return subscription

    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        gone = await client.looks.run(lambda: work(guild))
        await reply.send(f"Followed no longer: {escape(cut(gone.url, 300))}. Its articles stay.")


async def addresses(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The feeds whose address or title has what was typed, for those who may feed."""
    client, guild = interaction.client, interaction.guild_id
    if guild is None or not await may_feed(interaction):
        return []
    try:
        subscriptions = await client.looks.run(lambda: _subscriptions(client, guild))
    except Busy:
        return []
    wanted = current.casefold().strip()
    return [
        app_commands.Choice(name=cut(one.title or one.url, OPTION), value=one.url)
        for one in subscriptions
        if wanted in f"{one.url} {one.title}".casefold() and len(one.url) <= OPTION
    ][:OPTIONS]


def list_text(subscriptions: list[Subscription]) -> str:
    """Two lines a feed: its title and address, and how it is doing."""
    lines = []
    for one in subscriptions:
        lines.append(f"**{escape(cut(one.title or 'untitled', 40))}** {escape(cut(one.url, 60))}")
        state = "paused" if one.paused else f"next poll <t:{round(one.due)}:R>"
        success = f"<t:{round(one.success)}:R>" if one.success else "never"
        failed = f"failed {one.failures} times since: {escape(cut(one.error, 40))}"
        failures = f" · {failed}" if one.failures else ""
        lines.append(f"-# last read {success} · {state} · {one.articles} articles{failures}")
    return cut("\n".join(lines), MESSAGE)


class Page(articles.Page, template=r"newsdesk:feeds:(?P<page>\d{1,6})"):
    """Another page of the list of feeds."""

    listed = "feeds"

    async def show(self, interaction: Interaction) -> None:
        """Show the page."""
        await _show(interaction, self.page)


def rest(data: Path, guild: int, *, resting: bool) -> None:
    """Poll a server's feeds no more while the bot isn't on it, or again."""
    with closing(FetchQueue(data)) as queue:
        queue.subscriptions.suspend(own_library(guild), suspended=resting)


def rest_where_gone(data: Path, guilds: set[int]) -> None:
    """The same for all servers on which the bot no longer is; `guilds` are those where it is."""
    with closing(FetchQueue(data)) as queue:
        for library in {one.library for one in queue.subscriptions.all()}:
            server = library.removeprefix(OF_SERVERS)
            if library != server and server.isdecimal():
                queue.subscriptions.suspend(library, suspended=int(server) not in guilds)


def _subscriptions(client: "Client", guild: int) -> list[Subscription]:
    with closing(FetchQueue(client.options.data)) as queue:
        return queue.subscriptions.all(own_library(guild))
