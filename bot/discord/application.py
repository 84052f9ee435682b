"""The application on Discord: its address, its token, and the link that invites it."""

import asyncio
import logging

import discord
import yarl
from aiohttp import ClientError
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings import Settings
from retrieval.errors import SettingsError

REFUSED = "Discord refuses the token. Copy it anew from the developer portal."
# See channels, send, send in threads, open threads, and read what it is asked to reply to.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
)


def point_at(options: Settings) -> None:
    """Use the API and the gateway of the settings, where they name any."""
    if options.discord_api:
        Route.BASE = str(options.discord_api).rstrip("/")
    if options.discord_gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(str(options.discord_gateway))


def quiet() -> None:
    """Keep from the log that voice is not installed, of which discord.py warns at each start."""
    logging.getLogger("discord.client").setLevel(logging.ERROR)


def token(options: Settings) -> str:
    """The bot's token. Raises SettingsError where there is none."""
    if options.discord_token is None:
        raise SettingsError(
            "There is no token. Set NEWSDESK_DISCORD_TOKEN; the README says where it comes from."
        )
    given = options.discord_token.get_secret_value().strip()
    if not given.isascii() or not given.isprintable() or " " in given:
        raise SettingsError(REFUSED)
    return given


def application(options: Settings) -> discord.AppInfo:
    """What Discord says of the application that the token belongs to.

    Raises SettingsError without a token that Discord takes, and where it can't be reached.
    """
    point_at(options)
    quiet()
    return asyncio.run(_application(token(options)))


async def _application(token: str) -> discord.AppInfo:
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        try:
            await client.login(token)
            return await client.application_info()
        except discord.LoginFailure as exc:
            raise SettingsError(REFUSED) from exc
        except (discord.HTTPException, ClientError, OSError) as exc:
            raise SettingsError(f"Discord can't be reached ({type(exc).__name__}).") from exc


def invite(options: Settings) -> str:
    """The address by which a server's owner adds the bot, with the least permissions.

    Raises SettingsError, as `application` does.
    """
    return discord.utils.oauth_url(
        application(options).id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
