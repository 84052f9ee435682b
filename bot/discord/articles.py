"""Articles into a server's own library, out of it, and the list of them."""

import asyncio
import hashlib
import logging
import re
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import discord
from discord import app_commands

from bot.discord.ask import roles
from bot.discord.libraries import own_library
from bot.discord.pool import Busy
from bot.discord.replies import InteractionReply, Refused, in_flight
from bot.discord.store import GuildSettings
from bot.discord.text.answer import MESSAGE, OPTION, OPTIONS, cut, escape, when
from retrieval.articles.article import Article
from retrieval.errors import LibraryError, ReadError, SettingsError
from retrieval.library.index import SyncReport

if TYPE_CHECKING:
    from bot.discord.client import Client

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]  # the client is ours; discord.py lets no item say so
T = TypeVar("T")

_PAGE = 10  # articles of a list that are shown at a time
_TITLE = 70  # characters of each; ten, all escaped, fit a message
_EVERY = 2.0  # seconds between two edits of a progress message
_NAMED = 5  # failures that are named one by one
_SILENCE = 30.0  # seconds that Discord may be silent while it hands out a file
_INCOMING = ".incoming"
_PASTE = (
    "message.txt"  # what Discord calls every long text that was pasted: no name of a file's own
)
_NONE = "This server has no articles of its own."
_NO_MORE = "There are no more articles."
_NOT_ALLOWED = (
    "Only members who may manage the server, and roles that they name with "
    "`/newsdesk settings`, feed articles."
)


async def may_feed(interaction: Interaction) -> bool:
    """Whether the member may feed this server's library."""
    if interaction.guild_id is None:
        return False
    settings: GuildSettings = await interaction.client.settings_of(interaction.guild_id)
    return bool(interaction.permissions.manage_guild or settings.feeders & roles(interaction.user))


async def fed_by(interaction: Interaction) -> int:
    """The server that the member may feed. Raises Refused where they may not."""
    if interaction.guild_id is None or not await may_feed(interaction):
        raise Refused(_NOT_ALLOWED)
    return interaction.guild_id


async def add(interaction: Interaction, link: str | None, file: discord.Attachment | None) -> None:
    """Read what was given into the server's own library; says what came of it."""
    client: Client = interaction.client
    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        if (link is None) == (file is None):
            raise SettingsError("Give a link or a file, one of the two.")

        def work(report: Callable[[str], None]) -> SyncReport:
            if link is not None:
                return _add_link(client, guild, link, report)
            assert file is not None, "one of the two"
            return _add_file(client, guild, file, report)

        await reply.send(report_text(await _with_progress(client, guild, reply, work)))


def _add_file(
    client: "Client", guild: int, file: discord.Attachment, report: Callable[[str], None]
) -> SyncReport:
    # The folder is the server's and the name the file's, so that a file sent again is the same
    # article, changed.
    folder = client.options.data.absolute() / _INCOMING / own_library(guild)
    report("Reading the file …")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path = _fetched(file, folder)
        with client.desks.own(guild, create=True) as desk:
            return _last(desk.sync([path]), lambda at: report(f"{at.done:,} articles read …"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetched(file: discord.Attachment, folder: Path) -> Path:
    """Where the attached file lies now, under its own name."""
    path = folder / _safe_name(file.filename)
    if urlsplit(file.url).scheme not in ("http", "https"):
        raise SettingsError("Discord gave no address for the file. Please send it again.")
    request = Request(file.url, headers={"User-Agent": "Newsdesk"})
    try:
        with urlopen(request, timeout=_SILENCE) as content, path.open("wb") as out:
            shutil.copyfileobj(content, out)
    except OSError as exc:
        raise SettingsError("Discord did not hand out the file. Please send it again.") from exc
    if path.name != _PASTE:
        return path
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    return path.rename(path.with_stem(f"{path.stem}-{digest}"))


def _add_link(client: "Client", guild: int, link: str, report: Callable[[str], None]) -> SyncReport:
    report("Fetching …")
    with client.desks.own(guild, create=True) as desk:
        return _last(desk.add_links([link]), lambda at: None)


async def _with_progress(
    client: "Client",
    guild: int,
    reply: InteractionReply,
    work: Callable[[Callable[[str], None]], T],
) -> T:
    """What `work` returns; what it reports meanwhile is shown, an edit every few seconds."""
    said = ["Waiting until other articles are read …"]

    async def run() -> T:
        async with client.turn(guild):
            return await client.feeding.run(lambda: work(said.append))

    running = asyncio.create_task(run())
    shown = ""
    try:
        while not running.done():
            await asyncio.wait([running], timeout=_EVERY)
            if said[-1] != shown and not running.done() and not reply.late:
                shown = said[-1]
                with suppress(discord.HTTPException):  # the next one, or the end, will be told
                    await reply.send(shown)
        return await running
    finally:
        running.cancel()


def _last(run: Generator[SyncReport, None, None], each: Callable[[SyncReport], None]) -> SyncReport:
    report = SyncReport()
    with closing(run):
        for report in run:
            each(report)
    return report


def report_text(report: SyncReport) -> str:
    """What came of feeding, failures by name."""
    text = f"Added {report.added}, changed {report.changed}, unchanged {report.unchanged}."
    for error in report.failed[:_NAMED]:
        text += f"\nNot read: {escape(cut(_public(error), 300))}"
    left = len(report.failed) - _NAMED
    return cut(text + (f"\n… and {left} more not read." if left > 0 else ""), MESSAGE)


def _public(error: ReadError) -> str:
    """The reason, with the file's name but never its place on the bot's machine."""
    place = error.place if "://" in error.place else error.place.rpartition("/")[2]
    return f"{place}: {error.reason}" if place else error.reason


def _safe_name(filename: str) -> str:
    """The file's name without anything that could lead out of a folder."""
    return re.sub(r"[^\w.-]", "_", filename)[-100:].lstrip(".") or "unnamed"


async def remove(interaction: Interaction, wanted: str) -> None:
    """Withdraw an article of the server's own library by id, start of an id, or title."""
    client = interaction.client

    def work(guild: int) -> Article:
        if not client.desks.has_own(guild):
            raise SettingsError(_NONE)
        with client.desks.own(guild) as desk:
            article: Article
            titled = [
                one for one in desk.articles(titled=wanted.strip()) if one.title == wanted.strip()
            ]
            try:
                article = titled[0] if len(titled) == 1 else desk.article(wanted)
            except LibraryError as exc:
                raise SettingsError(
                    "This server has no such article, or several: give its id, from /articles list."
                ) from exc
            desk.remove([article])
        client.store.forget_ways([article.id])
        return article

    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        gone = await _with_progress(client, guild, reply, lambda report: work(guild))
        await reply.send(f"Withdrawn: {escape(cut(gone.title, 200))}")


async def titles(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Own articles whose title has the words typed, for those who may feed."""
    client, guild = interaction.client, interaction.guild_id
    if guild is None or not await may_feed(interaction):
        return []
    try:
        found = await client.looks.run(lambda: _titled(client, guild, current.strip()))
    except Busy:
        return []
    except LibraryError as exc:
        log.error("%s", exc)
        return []
    return [
        app_commands.Choice(name=cut(" ".join(one.title.split()) or one.id, OPTION), value=one.id)
        for one in found
    ]


def _titled(client: "Client", guild: int, wanted: str) -> list[Article]:
    if not client.desks.has_own(guild):
        return []
    with client.desks.own(guild) as desk:
        found = [*desk.articles(titled=wanted, most=OPTIONS)]
        if found or not re.fullmatch("[0-9a-fA-F]{4,16}", wanted):
            return found
        with suppress(LibraryError):
            found = [desk.article(wanted)]
        return found


async def reindex(interaction: Interaction) -> None:
    """Rebuild the index of the server's own library."""
    client = interaction.client

    def work(guild: int, report: Callable[[str], None]) -> int:
        if not client.desks.has_own(guild):
            raise SettingsError(_NONE)
        total = 0
        with client.desks.own(guild) as desk, closing(desk.reindex()) as run:
            for done, total in run:
                report(f"{done:,} of {total:,} passages rebuilt …")
        return total

    reply = InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        guild = await fed_by(interaction)
        rebuilt = await _with_progress(client, guild, reply, lambda report: work(guild, report))
        await reply.send(f"Rebuilt {rebuilt:,} passages.")


# The list, page by page


async def show_list(interaction: Interaction) -> None:
    """The first page."""
    await _show(interaction, 0)


async def _show(interaction: Interaction, number: int) -> None:
    reply = InteractionReply(interaction, private=True)
    async with in_flight(interaction.client, reply):
        guild = await fed_by(interaction)
        await reply.send(*await _page(interaction.client, guild, number))


async def _page(client: "Client", guild: int, number: int) -> tuple[str, discord.ui.View]:
    rows = await client.looks.run(lambda: _rows(client, guild, number))
    view = discord.ui.View(timeout=None)
    if number > 0:
        view.add_item(Page(number - 1, "Newer"))
    if len(rows) > _PAGE:
        view.add_item(Page(number + 1, "Older"))
    return list_text(rows[:_PAGE]) or (_NO_MORE if number else _NONE), view


def list_text(rows: Sequence[Article]) -> str:
    """A line for each article: the start of its id, title, date."""
    lines = [
        f"`{one.id[:8]}` {escape(cut(' '.join(one.title.split()), _TITLE))} · {when(one)}"
        for one in rows
    ]
    return "\n".join(lines)


def _rows(client: "Client", guild: int, number: int) -> list[Article]:
    """The articles of a page, and one more where there are more."""
    if not client.desks.has_own(guild):
        return []
    with client.desks.own(guild) as desk:
        return [*desk.articles(first=number * _PAGE, most=_PAGE + 1)]


class Page(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"newsdesk:list:(?P<page>\d{1,6})"
):
    """Another page of the list; pages of other lists are subclasses with their own `show`."""

    listed = "list"

    def __init__(self, page: int, label: str) -> None:
        custom_id = f"newsdesk:{self.listed}:{page}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it came back."""
        return cls(int(match["page"]), getattr(item, "label", None) or "Page")

    async def callback(self, interaction: Interaction) -> Any:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        await self.show(interaction)

    async def show(self, interaction: Interaction) -> None:
        """Show the page."""
        await _show(interaction, self.page)
