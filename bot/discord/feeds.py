"""/feeds: the feeds that a server follows for its own library."""

from contextlib import closing
from pathlib import Path
from typing import Any

from discord import app_commands

from bot.discord.context import Context, Interaction, context_of
from bot.discord.libraries import own_library
from bot.discord.paging import Page, page_view
from bot.discord.permissions import guild_to_feed
from bot.discord.replies import InteractionReply, in_flight
from bot.discord.suggestions import suggestions
from bot.discord.text.markdown import MESSAGE, OPTION, OPTIONS, cut, escape
from bot.settings import OF_SERVERS
from retrieval.errors import SettingsError
from retrieval.watching.queue import FetchQueue
from retrieval.watching.subscriptions import Subscription

_MOST = 50  # feeds that a server may follow
_PAGE = 8  # feeds on a page; that many fit a message even if all is escaped
_NONE = "This server follows no feeds."
_NO_MORE = "There are no more feeds."
_NOT_POLLED = "\n-# They are polled once the bot's operator has switched that on."

feeds = app_commands.Group(
    name="feeds",
    description="The feeds that this server follows",
    guild_only=True,
)


@feeds.command(name="add")
@app_commands.describe(url="The address of an RSS or Atom feed")
async def add(interaction: Interaction, url: str) -> None:
    """Follow a feed: its new articles are added automatically."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        kept = await context.lookups.run(lambda: _followed(context, guild, url))
        note = "" if context.options.watch else _NOT_POLLED
        await reply.send(f"Now following: {escape(cut(kept, 300))}{note}")


def _followed(context: Context, guild: int, url: str) -> str:
    """Follow the feed; returns its canonical address."""
    with closing(FetchQueue(context.options.data)) as queue:
        if len(queue.subscriptions.all(own_library(guild))) >= _MOST:
            raise SettingsError(f"This server follows {_MOST} feeds already.")
        return queue.subscriptions.add(own_library(guild), url)


@feeds.command(name="list")
async def list_(interaction: Interaction) -> None:
    """List the feeds, when each was last read, and what went wrong."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await _show_page(interaction, 0)


async def _show_page(interaction: Interaction, number: int) -> None:
    """Show a page of the list."""
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        followed = await context.lookups.run(lambda: _subscriptions(context, guild))
        more = len(followed) > (number + 1) * _PAGE
        view = page_view(FeedPage, number, "Back", "More", more=more)
        shown = followed[number * _PAGE : (number + 1) * _PAGE]
        await reply.send(list_text(shown) or (_NO_MORE if number else _NONE), view)


def list_text(followed: list[Subscription]) -> str:
    """Two lines for each feed: its title and address, and how it is doing."""
    lines = []
    for one in followed:
        lines.append(f"**{escape(cut(one.title or 'untitled', 40))}** {escape(cut(one.url, 60))}")
        state = "paused" if one.paused else f"next poll <t:{round(one.due)}:R>"
        success = f"<t:{round(one.success)}:R>" if one.success else "never"
        failed = f"failed {one.failures} times since: {escape(cut(one.error, 40))}"
        failures = f" · {failed}" if one.failures else ""
        lines.append(f"-# last read {success} · {state} · {one.articles} articles{failures}")
    return cut("\n".join(lines), MESSAGE)


class FeedPage(Page, template=r"newsdesk:feeds:(?P<page>\d{1,6})"):
    """A button to another page of the list of feeds."""

    def __init__(self, page: int, label: str = "") -> None:
        super().__init__("feeds", page, label)

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page."""
        await interaction.response.defer()
        await _show_page(interaction, self.page)


@feeds.command(name="remove")
@app_commands.describe(url="The feed's address")
async def remove(interaction: Interaction, url: str) -> None:
    """Stop following a feed; its articles stay."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        gone = await context.lookups.run(lambda: _removed(context, guild, url))
        await reply.send(f"No longer following: {escape(cut(gone.url, 300))}. Its articles stay.")


def _removed(context: Context, guild: int, url: str) -> Subscription:
    """Stop following the feed; returns it."""
    with closing(FetchQueue(context.options.data)) as queue:
        known = {one.url: one for one in queue.subscriptions.all(own_library(guild))}
        gone = known.get(url) or queue.subscriptions.find(own_library(guild), url)
        queue.subscriptions.remove(gone)
        return gone


@remove.autocomplete("url")
@suggestions
async def _addresses(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The feeds whose address or title contains what was typed, for those who may feed."""
    context, guild = context_of(interaction), await guild_to_feed(interaction)
    followed = await context.lookups.run(lambda: _subscriptions(context, guild))
    wanted = current.casefold().strip()
    return [
        app_commands.Choice(name=cut(one.title or one.url, OPTION), value=one.url)
        for one in followed
        if wanted in f"{one.url} {one.title}".casefold() and len(one.url) <= OPTION
    ][:OPTIONS]


def _subscriptions(context: Context, guild: int) -> list[Subscription]:
    with closing(FetchQueue(context.options.data)) as queue:
        return queue.subscriptions.all(own_library(guild))


def suspend(data: Path, guild: int, *, suspended: bool) -> None:
    """Stop polling a server's feeds, because the bot has left it; or start again."""
    with closing(FetchQueue(data)) as queue:
        queue.subscriptions.suspend(own_library(guild), suspended=suspended)


def suspend_where_gone(data: Path, guilds: set[int]) -> None:
    """Poll the feeds of the servers that the bot is on (`guilds`), and of no other server."""
    with closing(FetchQueue(data)) as queue:
        for library in {one.library for one in queue.subscriptions.all()}:
            server = library.removeprefix(OF_SERVERS)
            if library != server and server.isdecimal():
                queue.subscriptions.suspend(library, suspended=int(server) not in guilds)
