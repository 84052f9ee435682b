"""Articles into a server's own library, out of it, and the list of them."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, closing, suppress
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands

from bot.discord.asking import roles
from bot.discord.desks import own_library
from bot.discord.messages import MESSAGE, OPTION, OPTIONS, cut, escape, when
from bot.discord.replies import InteractionReply, Refused, in_flight
from bot.discord.store import GuildSettings
from retrieval.articles import Article
from retrieval.errors import LibraryError, ReadError, SettingsError
from retrieval.index import Report
from retrieval.sources.files import MAX_BYTES

if TYPE_CHECKING:
    from bot.discord.client import Client

Interaction = discord.Interaction[Any]  # the client is ours; discord.py lets no item say so

_PAGE = 10  # articles of a list that are shown at a time
_EVERY = 2.0  # seconds between two edits of a progress message
_NAMED = 5  # failures that are named one by one
_INCOMING = ".incoming"
_NONE = "This server has no articles of its own."
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


@asynccontextmanager
async def _feeder(interaction: Interaction) -> AsyncIterator[tuple[int, InteractionReply]]:
    """The server that the member may feed, and where to say what came of it."""
    reply = InteractionReply(interaction, private=True)
    async with in_flight(interaction.client, reply):
        if interaction.guild_id is None or not await may_feed(interaction):
            raise Refused(_NOT_ALLOWED)
        yield interaction.guild_id, reply


async def add(interaction: Interaction, link: str | None, file: discord.Attachment | None) -> None:
    """Read what was given into the server's own library; says what came of it."""
    async with _feeder(interaction) as (guild, reply), interaction.client.turn(guild):
        if (link is None) == (file is None):
            raise SettingsError("Give a link or a file, one of the two.")
        if link is not None:
            await _add_link(interaction.client, guild, link, reply)
        elif file is not None:
            await _add_file(interaction.client, guild, file, reply)


async def _add_file(
    client: "Client", guild: int, file: discord.Attachment, reply: InteractionReply
) -> None:
    if file.size > MAX_BYTES:
        raise SettingsError(f"The file is over {MAX_BYTES // 1_000_000} MB.")
    # The folder is the server's and the name the file's, so that a file sent again is the same
    # article, changed.
    folder = client.options.data.absolute() / _INCOMING / own_library(guild)
    path = folder / _safe_name(file.filename)
    try:
        content = await file.read()
    except discord.HTTPException as exc:
        raise SettingsError("Discord did not hand out the file. Please send it again.") from exc

    def work(report: Callable[[str], None]) -> Report:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        try:
            with client.desks.desk(guild, create=True) as desk:
                return _last(desk.sync([path]), lambda at: report(f"{at.done:,} articles read …"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    await reply.send(report_text(await _with_progress(client, reply, work)))


async def _add_link(client: "Client", guild: int, link: str, reply: InteractionReply) -> None:
    def work(report: Callable[[str], None]) -> Report:
        report("Fetching …")
        with client.desks.desk(guild, create=True) as desk:
            return _last(desk.add_links([link]), lambda at: None)

    await reply.send(report_text(await _with_progress(client, reply, work)))


async def _with_progress(
    client: "Client", reply: InteractionReply, work: Callable[[Callable[[str], None]], Any]
) -> Any:
    """What `work` returns; what it reports meanwhile is shown, an edit every few seconds."""
    said: list[str] = []
    running = asyncio.create_task(client.feeding.run(lambda: work(said.append)))
    shown = ""
    while not running.done():
        await asyncio.wait([running], timeout=_EVERY)
        if said and said[-1] != shown and not running.done() and not reply.late:
            shown = said[-1]
            with suppress(discord.HTTPException):  # the next one, or the end, will be told
                await reply.send(shown)
    return await running


def _last(run: Generator[Report, None, None], each: Callable[[Report], None]) -> Report:
    report = Report()
    with closing(run):
        for report in run:
            each(report)
    return report


def report_text(report: Report) -> str:
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
        with client.desks.desk(guild) as desk:
            article: Article
            titled = [one for one in desk.articles() if one.title.strip() == wanted.strip()]
            try:
                article = titled[0] if len(titled) == 1 else desk.article(wanted)
            except LibraryError as exc:
                raise SettingsError("This server has no such article, or several.") from exc
            desk.remove([article])
            return article

    async with _feeder(interaction) as (guild, reply), client.turn(guild):
        gone = await client.feeding.run(lambda: work(guild))
        await reply.send(f"Withdrawn: {escape(cut(gone.title, 200))}")


async def titles(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Own articles whose title has the words typed, for those who may feed."""
    guild = interaction.guild_id
    if guild is None or not await may_feed(interaction):
        return []
    found = await asyncio.to_thread(_titled, interaction.client, guild, current.casefold().strip())
    return [
        app_commands.Choice(name=cut(" ".join(one.title.split()) or one.id, OPTION), value=one.id)
        for one in found
    ]


def _titled(client: "Client", guild: int, wanted: str) -> list[Article]:
    found: list[Article] = []
    if not client.desks.has_own(guild):
        return found
    with client.desks.desk(guild) as desk:
        for article in desk.articles():
            if wanted in article.title.casefold() or article.id.startswith(wanted):
                found.append(article)
            if len(found) == OPTIONS:
                break
    return found


async def reindex(interaction: Interaction) -> None:
    """Rebuild the index of the server's own library."""
    client = interaction.client

    def work(guild: int, report: Callable[[str], None]) -> int:
        if not client.desks.has_own(guild):
            raise SettingsError(_NONE)
        total = 0
        with client.desks.desk(guild) as desk, closing(desk.reindex()) as run:
            for done, total in run:
                report(f"{done:,} of {total:,} passages rebuilt …")
        return total

    async with _feeder(interaction) as (guild, reply), client.turn(guild):
        rebuilt = await _with_progress(client, reply, lambda report: work(guild, report))
        await reply.send(f"Rebuilt {rebuilt:,} passages.")


# The list, page by page


async def show_list(interaction: Interaction) -> None:
    """The first page."""
    async with _feeder(interaction) as (_, reply):
        await reply.send(*await _page(interaction, 0))


async def _page(interaction: Interaction, number: int) -> tuple[str, discord.ui.View]:
    guild = interaction.guild_id
    assert guild is not None, "only servers have lists"
    rows, more = await asyncio.to_thread(_rows, interaction.client, guild, number)
    view = discord.ui.View(timeout=None)
    if number > 0:
        view.add_item(Page(number - 1, "Newer"))
    if more:
        view.add_item(Page(number + 1, "Older"))
    lines = [f"`{one.id[:8]}` {escape(cut(' '.join(one.title.split()), 100))} · {when(one)}"
             for one in rows]  # fmt: skip
    return cut("\n".join(lines), MESSAGE) or _NONE, view


def _rows(client: "Client", guild: int, number: int) -> tuple[list[Article], bool]:
    if not client.desks.has_own(guild):
        return [], False
    with client.desks.desk(guild) as desk:
        rows: list[Article] = []
        for place, article in enumerate(desk.articles()):
            if place >= (number + 1) * _PAGE:
                return rows, True
            if place >= number * _PAGE:
                rows.append(article)
    return rows, False


class Page(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"newsdesk:list:(?P<page>\d{1,6})"
):
    """Another page of the list."""

    def __init__(self, page: int, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"newsdesk:list:{page}"))
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
        async with _feeder(interaction) as (_, reply):
            await reply.send(*await _page(interaction, self.page))
