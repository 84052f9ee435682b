"""Slash commands and the message menu; each defers first, then works."""

import asyncio
import logging
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.discord import articles as feeding
from bot.discord import ask as asking
from bot.discord import check as checking
from bot.discord import feeds as following
from bot.discord import quotes as quoting
from bot.discord.ask import Asked
from bot.discord.pool import Busy
from bot.discord.replies import InteractionReply, Refused, in_flight
from bot.discord.store import GuildSettings
from bot.discord.text.answer import MESSAGE, OPTION, OPTIONS, cut
from retrieval.errors import LibraryError, SettingsError

if TYPE_CHECKING:
    from bot.discord.client import Client

Interaction = discord.Interaction["Client"]

log = logging.getLogger(__name__)

_MOMENTS = ("today", "yesterday", "last week", "last month", "last year")


def add_commands(tree: "app_commands.CommandTree[Client]") -> None:
    """Put all commands into the tree."""
    tree.add_command(ask)
    tree.add_command(quotes)
    tree.add_command(who)
    tree.add_command(check)
    tree.add_command(articles)
    tree.add_command(feeds)
    tree.add_command(newsdesk)


# Asking


@app_commands.command()
@app_commands.describe(
    question="What you want to know",
    source="Only articles by this publisher",
    since='Only articles from this day on: a date, or words such as "last week"',
    until="Only articles up to this day",
    private="Show the answer to you alone",
)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, 1000],
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    private: bool = False,
) -> None:
    """What do the articles say? Quoted word for word, with sources."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    client, reply = interaction.client, InteractionReply(interaction, private=private)
    async with in_flight(client, reply):
        await asking.may_ask(interaction)
        first = await asyncio.to_thread(day, since)
        last = await asyncio.to_thread(partial(day, until, last=True))
        asked = Asked(
            question,
            interaction.guild_id,
            interaction.channel_id or 0,
            interaction.user.id,
            private=private,
            repeated=True,
            source=source,
            since=first,
            until=last,
        )
        given = await asking.answer(client, asked, reply)
        if not private:
            await client.open_thread(interaction, given)


@ask.autocomplete("source")
async def _sources(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The publishers that exist in what this server may read."""
    client = interaction.client
    try:
        await asking.may_ask(interaction, counted=False)
        names = await client.looks.run(lambda: _known_sources(client, interaction.guild_id))
    except (Refused, Busy):
        return []
    except LibraryError as exc:
        log.error("%s", exc)
        return []
    wanted = current.casefold().strip()
    found = [name for name in names if wanted in name.casefold() and len(name) <= OPTION]
    return [app_commands.Choice(name=name, value=name) for name in found[:OPTIONS]]


def _known_sources(client: "Client", guild: int | None) -> list[str]:
    with client.desks.desk(guild) as desk:
        return desk.sources()


# Who said what


@app_commands.command()
@app_commands.describe(
    speaker="Whose statements",
    about="Only what is about this",
    since='Only articles from this day on: a date, or words such as "last week"',
    until="Only articles up to this day",
    private="Show them to you alone",
)
async def quotes(
    interaction: Interaction,
    speaker: app_commands.Range[str, 1, 100],
    about: app_commands.Range[str, 1, 200] | None = None,
    since: str | None = None,
    until: str | None = None,
    private: bool = False,
) -> None:
    """What does somebody say? Newest first, with sources."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    client, reply = interaction.client, InteractionReply(interaction, private=private)
    async with in_flight(client, reply):
        await asking.may_ask(interaction)
        first = await asyncio.to_thread(day, since)
        last = await asyncio.to_thread(partial(day, until, last=True))
        wanted = _wanted(interaction, speaker, private=private)
        wanted = replace(wanted, about=" ".join((about or "").split()), since=first, until=last)
        await quoting.quotes(client, wanted, reply)


@quotes.autocomplete("speaker")
async def _speakers(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Those who say something in what this server may read."""
    return await quoting.speakers(interaction, current)


@app_commands.command()
@app_commands.describe(said="Some words that somebody said", private="Show it to you alone")
async def who(
    interaction: Interaction, said: app_commands.Range[str, 1, 500], private: bool = False
) -> None:
    """Whose words are these? The speaker, the article, the passage."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    client, reply = interaction.client, InteractionReply(interaction, private=private)
    async with in_flight(client, reply):
        await asking.may_ask(interaction)
        await quoting.who(client, _wanted(interaction, "", private=private), said, reply)


def _wanted(interaction: Interaction, speaker: str, *, private: bool) -> quoting.Wanted:
    return quoting.Wanted(
        interaction.guild_id,
        interaction.channel_id or 0,
        interaction.user.id,
        private,
        " ".join(speaker.split()),
    )


@ask.autocomplete("since")
@ask.autocomplete("until")
@quotes.autocomplete("since")
@quotes.autocomplete("until")
async def _days(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Days in words; anything else may be typed."""
    wanted = current.casefold().strip()
    return [app_commands.Choice(name=one, value=one) for one in _MOMENTS if wanted in one]


def day(text: str | None, today: date | None = None, *, last: bool = False) -> date | None:
    """The day that a date or words mean; "last week" is seven days ago.

    Of a month or a year it is the first day, or the `last`. Raises SettingsError for what isn't
    understood.
    """
    if not text or not text.strip():
        return None
    today = today or date.today()
    wanted = " ".join(text.casefold().split())
    ago = {"today": 0, "yesterday": 1, "last week": 7, "last month": 30, "last year": 365}
    if wanted in ago:
        return today - timedelta(days=ago[wanted])
    try:
        return date.fromisoformat(wanted)
    except ValueError:
        pass
    from dateparser import parse

    if re.fullmatch(r"\d{4}", wanted):
        return date(int(wanted), 12, 31) if last else date(int(wanted), 1, 1)
    which = "last" if last else "first"
    settings = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": which}
    found: datetime | None = parse(text[:100], settings=settings)
    if found is None or wanted.isdecimal():
        raise SettingsError(f"I don't understand the date {text[:40]!r}. Try 2025-05-16.")
    return found.date()


# Checking somebody's message


@app_commands.context_menu(name="Check against the articles")
async def check(interaction: Interaction, message: discord.Message) -> None:
    """Say to the one who asks what the articles say on each statement of a message."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    client, reply = interaction.client, InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        await asking.may_ask(interaction)
        asked = Asked(
            message.content,
            interaction.guild_id,
            interaction.channel_id or 0,
            interaction.user.id,
            private=True,
        )
        await checking.check(client, asked, reply)


# Feeding


articles = app_commands.Group(
    name="articles",
    description="The articles of this server's own library",
    guild_only=True,
)


@articles.command(name="add")
@app_commands.describe(link="Address of an article", file="An article, or many as .jsonl")
async def _add(
    interaction: Interaction, link: str | None = None, file: discord.Attachment | None = None
) -> None:
    """Add an article: a link, or a file (.txt .md .html .pdf .docx .jsonl)."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await feeding.add(interaction, link, file)


@articles.command(name="list")
async def _list(interaction: Interaction) -> None:
    """List the articles, newest first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await feeding.show_list(interaction)


@articles.command(name="remove")
@app_commands.describe(article="Its title, or the start of its id")
async def _remove(interaction: Interaction, article: str) -> None:
    """Withdraw an article: no answer finds it, and none of its text is kept."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await feeding.remove(interaction, article)


@_remove.autocomplete("article")
async def _titles(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The server's own articles whose title has what was typed."""
    return await feeding.titles(interaction, current)


@articles.command(name="reindex")
async def _reindex(interaction: Interaction) -> None:
    """Rebuild the index of this server's articles."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await feeding.reindex(interaction)


feeds = app_commands.Group(
    name="feeds",
    description="The feeds that this server's own library follows",
    guild_only=True,
)


@feeds.command(name="add")
@app_commands.describe(url="The address of an RSS or Atom feed")
async def _follow(interaction: Interaction, url: str) -> None:
    """Follow a feed: its new articles come in by themselves."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await following.add(interaction, url)


@feeds.command(name="list")
async def _feeds(interaction: Interaction) -> None:
    """List the feeds, when they were read last, and what went wrong."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await following.show(interaction)


@feeds.command(name="remove")
@app_commands.describe(url="The feed's address")
async def _follow_no_longer(interaction: Interaction, url: str) -> None:
    """Follow a feed no longer; the articles that came from it stay."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await following.remove(interaction, url)


@_follow_no_longer.autocomplete("url")
async def _followed(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The feeds that are followed."""
    return await following.addresses(interaction, current)


# Settings


newsdesk = app_commands.Group(
    name="newsdesk",
    description="How Newsdesk behaves on this server",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)


@newsdesk.command(name="settings")
@app_commands.describe(
    channel="Answer in this channel; naming it again takes it off (none named: everywhere)",
    ask_role="Members with this role may ask; again takes it off (none named: everyone)",
    feed_role="Members with this role may feed articles; again takes it off",
    threads="Whether an answer opens a thread for follow-up questions",
    per_person="Questions a minute for each member",
    per_server="Questions a minute for the whole server",
)
async def _settings(
    interaction: Interaction,
    channel: discord.TextChannel
    | discord.VoiceChannel
    | discord.StageChannel
    | discord.ForumChannel
    | None = None,
    ask_role: discord.Role | None = None,
    feed_role: discord.Role | None = None,
    threads: bool | None = None,
    per_person: app_commands.Range[int, 1, 600] | None = None,
    per_server: app_commands.Range[int, 1, 6000] | None = None,
) -> None:
    """Show the settings, and change those given."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    client, reply = interaction.client, InteractionReply(interaction, private=True)
    async with in_flight(client, reply):
        if not interaction.permissions.manage_guild or interaction.guild_id is None:
            raise Refused("Only members who may manage the server can change its settings.")
        before = await client.settings_of(interaction.guild_id)
        now = _existing(before, interaction.guild)
        changed = replace(
            now,
            channels=_toggled(now.channels, channel),
            askers=_toggled(now.askers, ask_role),
            feeders=_toggled(now.feeders, feed_role),
            threads=now.threads if threads is None else threads,
            per_person=per_person or now.per_person,
            per_server=per_server or now.per_server,
        )
        if changed != before:
            await asyncio.to_thread(client.store.set, interaction.guild_id, changed)
        await reply.send(settings_text(changed))


def _existing(settings: GuildSettings, guild: discord.Guild | None) -> GuildSettings:
    """The settings without channels and roles that were deleted since."""
    if guild is None or guild.unavailable:
        return settings
    roles = {role.id for role in guild.roles}
    return replace(
        settings,
        channels=settings.channels & {channel.id for channel in guild.channels},
        askers=settings.askers & roles,
        feeders=settings.feeders & roles,
    )


def _toggled(ids: frozenset[int], one: Any) -> frozenset[int]:
    return ids ^ {one.id} if one else ids


def settings_text(settings: GuildSettings) -> str:
    """The settings as sentences."""
    channels = ", ".join(f"<#{id}>" for id in sorted(settings.channels)) or "all channels"
    askers = ", ".join(f"<@&{id}>" for id in sorted(settings.askers)) or "everyone"
    feeders = ", ".join(f"<@&{id}>" for id in sorted(settings.feeders))
    text = (
        f"Answers in: {channels}\n"
        f"May ask: {askers}\n"
        f"May feed articles: members with Manage Server{', ' + feeders if feeders else ''}\n"
        f"Opens threads: {'yes' if settings.threads else 'no'}\n"
        f"Questions a minute: {settings.per_person} for each member, "
        f"{settings.per_server} for the server"
    )
    return cut(text, MESSAGE)
