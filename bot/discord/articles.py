"""/articles: add articles to a server's own library, list them, remove them, rebuild the index."""

import asyncio
import re
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.discord.attachments import saved
from bot.discord.context import Context, Interaction, context_of
from bot.discord.libraries import own_library
from bot.discord.paging import Page, page_view
from bot.discord.permissions import guild_to_feed
from bot.discord.replies import InteractionReply, in_flight
from bot.discord.suggestions import suggestions
from bot.discord.text.citation import timestamp
from bot.discord.text.markdown import MESSAGE, OPTION, OPTIONS, cut, escape
from retrieval.articles.article import Article
from retrieval.errors import LibraryError, ReadError, SettingsError
from retrieval.library.index import SyncReport

T = TypeVar("T")
Report = Callable[[str], None]  # is called with a line about the progress of work

_PAGE = 10  # articles on a page
_TITLE = 70  # characters of each title; ten titles fit a message even if all is escaped
_EVERY = 2.0  # seconds between edits of a progress message
_NAMED = 5  # failures that are named
_INCOMING = ".incoming"
_NONE = "This server has no articles of its own."
_NO_MORE = "There are no more articles."

articles = app_commands.Group(
    name="articles",
    description="The articles in this server's own library",
    guild_only=True,
)


@articles.command(name="add")
@app_commands.describe(
    link="The address of an article", file="A file with an article, or a .jsonl file with many"
)
async def add(
    interaction: Interaction, link: str | None = None, file: discord.Attachment | None = None
) -> None:
    """Add an article from a link or a file (.txt .md .html .pdf .docx .jsonl)."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        if (link is None) == (file is None):
            raise SettingsError("Give either a link or a file.")
        loop = asyncio.get_running_loop()

        def work(report: Report) -> SyncReport:
            if link is not None:
                return _add_link(context, guild, link, report)
            assert file is not None, "one of the two"
            return _add_file(context, guild, file, loop, report)

        await reply.send(report_text(await _with_progress(context, guild, reply, work)))


def _add_link(context: Context, guild: int, link: str, report: Report) -> SyncReport:
    report("Fetching …")
    with context.libraries.own(guild, create=True) as desk:
        return _last(desk.add_links([link]), lambda at: None)


def _add_file(
    context: Context,
    guild: int,
    file: discord.Attachment,
    loop: asyncio.AbstractEventLoop,
    report: Report,
) -> SyncReport:
    # A file's path identifies its articles, so the same file sent again updates them. This thread
    # waits for the download, so there are never more files than workers.
    folder = context.options.data.absolute() / _INCOMING / own_library(guild)
    report("Reading the file …")
    assert context.session is not None, "commands are used after the bot has connected"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path = saved(file, folder, context.session, loop)
        with context.libraries.own(guild, create=True) as desk:
            return _last(desk.sync([path]), lambda at: report(f"{at.done:,} articles read …"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _with_progress(
    context: Context, guild: int, reply: InteractionReply, work: Callable[[Report], T]
) -> T:
    """What `work` returns; meanwhile, what it reports is shown, at most every `_EVERY` seconds."""
    reported = ["Waiting until other articles are read …"]

    async def run() -> T:
        async with context.library_lock(guild):
            return await context.feeding.run(lambda: work(reported.append))

    running = asyncio.create_task(run())
    shown = ""
    try:
        while not running.done():
            await asyncio.wait([running], timeout=_EVERY)
            if reported[-1] != shown and not running.done() and not reply.has_expired:
                shown = reported[-1]
                with suppress(discord.HTTPException):  # the next report, or the result, is shown
                    await reply.send(shown)
        return await running
    finally:
        running.cancel()


def _last(run: Generator[SyncReport, None, None], each: Callable[[SyncReport], None]) -> SyncReport:
    """The last report of the run; `each` is called with every report."""
    report = SyncReport()
    with closing(run):
        for report in run:
            each(report)
    return report


def report_text(report: SyncReport) -> str:
    """How many articles were added and changed, and the first failures by name."""
    text = f"Added {report.added}, changed {report.changed}, unchanged {report.unchanged}."
    for error in report.failed[:_NAMED]:
        text += f"\nNot read: {escape(cut(_public(error), 300))}"
    left = len(report.failed) - _NAMED
    return cut(text + (f"\n… and {left} more not read." if left > 0 else ""), MESSAGE)


def _public(error: ReadError) -> str:
    """The reason, with the file's name but without its folder on the bot's machine."""
    place = error.place if "://" in error.place else error.place.rpartition("/")[2]
    return f"{place}: {error.reason}" if place else error.reason


@articles.command(name="list")
async def list_(interaction: Interaction) -> None:
    """List the articles, newest first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await _show_page(interaction, 0)


async def _show_page(interaction: Interaction, number: int) -> None:
    """Show a page of the list."""
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        rows = await context.lookups.run(lambda: _rows(context, guild, number))
        view = page_view(ArticlePage, number, "Newer", "Older", more=len(rows) > _PAGE)
        await reply.send(list_text(rows[:_PAGE]) or (_NO_MORE if number else _NONE), view)


def _rows(context: Context, guild: int, number: int) -> list[Article]:
    """The articles of a page, and one more if there is another page."""
    if not context.libraries.has_own(guild):
        return []
    with context.libraries.own(guild) as desk:
        return [*desk.articles(first=number * _PAGE, most=_PAGE + 1)]


def list_text(rows: Sequence[Article]) -> str:
    """A line for each article: the start of its id, title, date."""
    lines = [
        f"`{one.id[:8]}` {escape(cut(' '.join(one.title.split()), _TITLE))} · {timestamp(one)}"
        for one in rows
    ]
    return "\n".join(lines)


class ArticlePage(Page, template=r"newsdesk:list:(?P<page>\d{1,6})"):
    """A button to another page of the list of articles."""

    def __init__(self, page: int, label: str = "") -> None:
        super().__init__("list", page, label)

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page."""
        await interaction.response.defer()
        await _show_page(interaction, self.page)


@articles.command(name="remove")
@app_commands.describe(article="Its title, or the start of its id")
async def remove(interaction: Interaction, article: str) -> None:
    """Remove an article: answers no longer use it, and none of its text is kept."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        gone = await _with_progress(
            context, guild, reply, lambda report: _removed(context, guild, article)
        )
        await reply.send(f"Withdrawn: {escape(cut(gone.title, 200))}")


def _removed(context: Context, guild: int, wanted: str) -> Article:
    """The article that was removed; `wanted` is its id, the start of its id, or its title."""
    if not context.libraries.has_own(guild):
        raise SettingsError(_NONE)
    with context.libraries.own(guild) as desk:
        title = wanted.strip()
        titled = [one for one in desk.articles(titled=title) if one.title == title]
        try:
            article = titled[0] if len(titled) == 1 else desk.article(wanted)
        except LibraryError as exc:
            raise SettingsError(
                "This server has no such article, or several: give its id, from /articles list."
            ) from exc
        desk.remove([article])
    context.store.forget_traces([article.id])
    return article


@remove.autocomplete("article")
@suggestions
async def _titles(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The server's own articles whose title contains what was typed, for those who may feed."""
    context, guild = context_of(interaction), await guild_to_feed(interaction)
    found = await context.lookups.run(lambda: _titled(context, guild, current.strip()))
    return [
        app_commands.Choice(name=cut(" ".join(one.title.split()) or one.id, OPTION), value=one.id)
        for one in found
    ]


def _titled(context: Context, guild: int, wanted: str) -> list[Article]:
    if not context.libraries.has_own(guild):
        return []
    with context.libraries.own(guild) as desk:
        found = [*desk.articles(titled=wanted, most=OPTIONS)]
        if found or not re.fullmatch("[0-9a-fA-F]{4,16}", wanted):
            return found
        with suppress(LibraryError):
            found = [desk.article(wanted)]
        return found


@articles.command(name="reindex")
async def reindex(interaction: Interaction) -> None:
    """Rebuild the search index of this server's articles."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        guild = await guild_to_feed(interaction)
        rebuilt = await _with_progress(
            context, guild, reply, lambda report: _reindexed(context, guild, report)
        )
        await reply.send(f"Rebuilt {rebuilt:,} passages.")


def _reindexed(context: Context, guild: int, report: Report) -> int:
    """The number of passages that were rebuilt."""
    if not context.libraries.has_own(guild):
        raise SettingsError(_NONE)
    total = 0
    with context.libraries.own(guild) as desk, closing(desk.reindex()) as run:
        for done, total in run:
            report(f"{done:,} of {total:,} passages rebuilt …")
    return total
