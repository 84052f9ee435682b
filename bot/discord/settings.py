"""/newsdesk settings: how the bot behaves on a server."""

import asyncio
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.discord.context import Interaction, context_of
from bot.discord.replies import InteractionReply, Refused, in_flight
from bot.discord.store import GuildSettings
from bot.discord.text.markdown import MESSAGE, cut

newsdesk = app_commands.Group(
    name="newsdesk",
    description="How Newsdesk behaves on this server",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)


@newsdesk.command(name="settings")
@app_commands.describe(
    channel="A channel to answer in; name it again to remove it (none named: all channels)",
    ask_role="A role that may ask; name it again to remove it (none named: everyone)",
    feed_role="A role that may feed articles; name it again to remove it",
    threads="Whether an answer opens a thread for follow-up questions",
    per_person="Questions per minute for each member",
    per_server="Questions per minute for the whole server",
)
async def settings(
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
    """Show the settings; change those that you name."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    context, reply = context_of(interaction), InteractionReply(interaction, private=True)
    async with in_flight(context, reply):
        if not interaction.permissions.manage_guild or interaction.guild_id is None:
            raise Refused("Only members who may manage the server can change its settings.")
        before = await context.settings_of(interaction.guild_id)
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
            await asyncio.to_thread(context.store.set, interaction.guild_id, changed)
        await reply.send(settings_text(changed))


def _existing(settings: GuildSettings, guild: discord.Guild | None) -> GuildSettings:
    """The settings without channels and roles that no longer exist."""
    if guild is None or guild.unavailable:
        return settings
    roles = {role.id for role in guild.roles}
    return replace(
        settings,
        channels=settings.channels & {channel.id for channel in guild.channels},
        askers=settings.askers & roles,
        feeders=settings.feeders & roles,
    )


def _toggled(ids: frozenset[int], chosen: Any) -> frozenset[int]:
    """The ids with that of the chosen channel or role, or without it if it was there."""
    return ids ^ {chosen.id} if chosen else ids


def settings_text(settings: GuildSettings) -> str:
    """The settings, one on each line."""
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
