"""Permissions: who may ask where and how often, and who may feed a server's library."""

import discord

from bot.discord.context import Context, Interaction, context_of
from bot.discord.replies import Refused
from bot.discord.store import GuildSettings

_NO_FEEDER = (
    "Only members who may manage the server, and roles that they name with "
    "`/newsdesk settings`, feed articles."
)


async def may_ask(interaction: Interaction, *, counted: bool = True) -> None:
    """Raises Refused if the person who uses a command or button may not ask here and now.

    `counted`: it is one of the questions that they may ask in a minute.
    """
    channels = {interaction.channel_id or 0}
    if isinstance(interaction.channel, discord.Thread):
        channels.add(interaction.channel.parent_id)
    context, guild, user = context_of(interaction), interaction.guild_id, interaction.user
    settings = await context.settings_of(guild)
    allowed(settings, guild, channels, roles(user))
    if counted:
        take(context, settings, guild, user.id)


async def may_write(context: Context, message: discord.Message) -> GuildSettings:
    """The settings of the server where a question was written; the question is counted.

    Raises Refused if its author may not ask there and now.
    """
    channels = {message.channel.id}
    if isinstance(message.channel, discord.Thread):
        channels.add(message.channel.parent_id)
    guild = message.guild.id if message.guild else None
    settings = await context.settings_of(guild)
    allowed(settings, guild, channels, roles(message.author))
    take(context, settings, guild, message.author.id)
    return settings


def allowed(
    settings: GuildSettings, guild: int | None, channels: set[int], roles: set[int]
) -> None:
    """Raises Refused unless somebody with these roles may ask in one of these channels."""
    if guild is None:
        return
    if settings.channels and not settings.channels & channels:
        named = ", ".join(f"<#{id}>" for id in sorted(settings.channels)[:10])
        raise Refused(f"I answer only in {named} on this server.")
    if settings.askers and not settings.askers & roles:
        raise Refused("Only some roles may ask on this server, and you have none of them.")


def take(context: Context, settings: GuildSettings, guild: int | None, member: int) -> None:
    """Count a question. Raises Refused if the member or the server has asked too many."""
    wanted: list[tuple[object, int]] = [(("person", guild, member), settings.per_person)]
    if guild is not None:
        wanted.append((("server", guild), settings.per_server))
    if seconds := context.limits.take(*wanted):
        raise Refused(f"That is enough for now. Please try again in {seconds} seconds.")


def roles(user: discord.User | discord.Member) -> set[int]:
    """The ids of a member's roles; none in a direct message."""
    return {role.id for role in user.roles} if isinstance(user, discord.Member) else set()


async def may_feed(interaction: Interaction) -> bool:
    """Whether the member may feed this server's library."""
    if interaction.guild_id is None:
        return False
    settings = await context_of(interaction).settings_of(interaction.guild_id)
    return bool(interaction.permissions.manage_guild or settings.feeders & roles(interaction.user))


async def guild_to_feed(interaction: Interaction) -> int:
    """The server whose library the member feeds. Raises Refused if they may not."""
    if interaction.guild_id is None or not await may_feed(interaction):
        raise Refused(_NO_FEEDER)
    return interaction.guild_id
