"""The application on Discord: where Discord is, the bot's token, and the invitation link."""

import asyncio
import logging

import discord
import yarl
from aiohttp import ClientError
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings import Settings
from retrieval.errors import SettingsError

REFUSED = "Discord rejects the token. Copy it again from the developer portal."
# See channels, send, send in threads, open threads, and read the messages that replies refer to.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
)


def point_at(options: Settings) -> None:
    """Use the API and the gateway that the settings name, if any."""
    if options.discord_api:
        Route.BASE = str(options.discord_api).rstrip("/")
    if options.discord_gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(str(options.discord_gateway))


def quiet() -> None:
    """Keep discord.py's warning about missing voice support out of the log."""
    logging.getLogger("discord.client").setLevel(logging.ERROR)


def token(options: Settings) -> str:
    """The bot's token. Raises SettingsError if there is none."""
    if options.discord_token is None:
        raise SettingsError(
            "There is no token. Set NEWSDESK_DISCORD_TOKEN; the README says where it comes from."
        )
    secret = options.discord_token.get_secret_value().strip()
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise SettingsError(REFUSED)
    return secret


def application(options: Settings) -> discord.AppInfo:
    """The application that the token belongs to, as Discord describes it.

    Raises SettingsError if there is no valid token, or if Discord can't be reached.
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
    """The link that adds the bot to a server, with as few permissions as possible.

    Raises SettingsError, as `application` does.
    """
    return discord.utils.oauth_url(
        application(options).id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
