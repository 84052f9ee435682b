"""Permissions: who may ask where and how often, and who may feed a server's library."""

import discord

from bot.discord.context import Context, Interaction, context_of
from bot.discord.replies import Refused
from bot.discord.store import GuildSettings

_NO_FEEDER = (
    "Only members who may manage the server, and roles that they choose with "
    "`/newsdesk settings`, may feed articles."
)


async def may_ask(interaction: Interaction, *, counted: bool = True) -> None:
    """Raise Refused if the person who uses a command or button may not ask here and now.

    `counted`: it counts towards the questions that they may ask in a minute.
    """
    context, guild, channel = context_of(interaction), interaction.guild_id, interaction.channel
    settings = await context.settings_of(guild)
    _check_place(settings, guild, interaction.channel_id or 0, channel, interaction.user)
    if counted:
        _count(context, settings, guild, interaction.user.id)


async def may_write(context: Context, message: discord.Message) -> GuildSettings:
    """Count a question written as a message, and return the server's settings.

    Raises Refused if its author may not ask there and then.
    """
    guild = message.guild.id if message.guild else None
    settings = await context.settings_of(guild)
    _check_place(settings, guild, message.channel.id, message.channel, message.author)
    _count(context, settings, guild, message.author.id)
    return settings


def _check_place(
    settings: GuildSettings,
    guild: int | None,
    channel_id: int,
    channel: object,
    user: discord.User | discord.Member,
) -> None:
    """Raise Refused if the user may not ask in the channel, or in the channel of the thread."""
    if guild is None:
        return
    parent = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    channels = {channel_id, parent}
    if settings.channels and not settings.channels & channels:
        named = ", ".join(f"<#{id}>" for id in sorted(settings.channels)[:10])
        raise Refused(f"I answer only in {named} on this server.")
    if settings.askers and not settings.askers & _roles(user):
        raise Refused("Only certain roles may ask on this server, and you have none of them.")


def _count(context: Context, settings: GuildSettings, guild: int | None, member: int) -> None:
    """Count a question. Raises Refused if the member or the server has asked too many."""
    wanted: list[tuple[object, int]] = [(("person", guild, member), settings.per_person)]
    if guild is not None:
        wanted.append((("server", guild), settings.per_server))
    if seconds := context.limits.take(*wanted):
        raise Refused(f"That is enough for now. Please try again in {seconds} seconds.")


def _roles(user: discord.User | discord.Member) -> set[int]:
    """The ids of a member's roles; none in a direct message."""
    return {role.id for role in user.roles} if isinstance(user, discord.Member) else set()


async def guild_to_feed(interaction: Interaction) -> int:
    """The server whose library the member feeds. Raises Refused if they may not."""
    guild = interaction.guild_id
    feeders = (await context_of(interaction).settings_of(guild)).feeders
    may_feed = interaction.permissions.manage_guild or feeders & _roles(interaction.user)
    if guild is None or not may_feed:
        raise Refused(_NO_FEEDER)
    return guild
