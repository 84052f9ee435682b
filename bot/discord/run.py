"""`newsdesk discord`: run the bot until it is stopped or can't go on."""

import asyncio
import logging
import os
import re
import signal
import threading
from contextlib import suppress

import discord
from aiohttp import ClientError

from bot.discord.application import REFUSED, point_at, quiet, token
from bot.discord.client import GRACE, Client
from bot.discord.health import endpoint
from bot.discord.poller import polling
from bot.settings import Settings
from retrieval.errors import SettingsError

log = logging.getLogger(__name__)

_AUTHENTICATION_FAILED = 4004  # a close code of the gateway: the token was reset


def run(options: Settings) -> None:
    """Run until stopped. Raises SettingsError with the reason if the bot can't go on."""
    logging.getLogger("discord").setLevel(max(logging.WARNING, logging.getLogger().level))
    for handler in logging.getLogger().handlers:
        handler.addFilter(_redact(options))
    point_at(options)
    quiet()
    failed = asyncio.run(_serve(options))
    logging.shutdown()
    if failed:
        raise SettingsError(failed)


async def _serve(options: Settings) -> str | None:
    """Run the bot; returns why it could not go on, or None if it was told to stop."""
    secret = token(options)
    for read_all in (True, False):
        client = await asyncio.to_thread(Client, options, read_all=read_all)
        try:
            with polling(options, client.context.libraries):
                await _until_stopped(client, secret)
        except discord.PrivilegedIntentsRequired:
            log.warning(
                "the message content intent is off: only mentions and replies are heard in threads"
            )
            continue
        except discord.LoginFailure:
            return REFUSED
        except (discord.GatewayNotFound, discord.HTTPException, ClientError, OSError) as exc:
            return f"Discord can't be reached ({type(exc).__name__}). Is the network up?"
        except discord.ConnectionClosed as exc:
            if exc.code == _AUTHENTICATION_FAILED:
                return REFUSED
            return f"Discord closed the connection for good (code {exc.code})."
        finally:
            await asyncio.to_thread(client.context.close)
        return client.failed
    return "Discord refuses the intents that every bot may have."


async def _until_stopped(client: Client, token: str) -> None:
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        stopping.append(asyncio.create_task(client.stop()))
        # A thread at work must not keep the process alive, while the event loop runs or after it.
        last = threading.Timer(GRACE + 3.0, os._exit, [0])
        last.daemon = True
        last.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        async with (
            client,
            endpoint(client.heartbeat_age, client.context.options.discord_health_port),
        ):
            await _until_gone(client, token)
        for task in stopping:
            await task
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _until_gone(client: Client, token: str) -> None:
    """Run until the client ends or sets `gone`.

    While the gateway can't be reached, discord.py retries for ever, and `close` does not end that.
    """
    serving = asyncio.create_task(client.start(token))
    gone = asyncio.create_task(client.gone.wait())
    await asyncio.wait([serving, gone], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        gone.cancel()
        serving.result()
        return
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


def _redact(options: Settings) -> logging.Filter:
    """A filter that keeps the bot's token and the tokens of interactions out of the log."""
    secret = options.discord_token.get_secret_value() if options.discord_token else ""
    pattern = re.compile(
        r"(?<=/webhooks/)(\d+)/[\w-]+|(?<=/interactions/)(\d+)/[\w-]+"
        + (f"|{re.escape(secret)}" if secret else "")
    )

    def cleaned(text: str) -> str:
        return pattern.sub(lambda found: f"{found[1] or found[2] or ''}/…", text)

    class Redacting(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            record.msg, record.args = cleaned(record.getMessage()), ()
            if record.exc_info:  # formatters take the traceback from exc_text if that is set
                record.exc_text = cleaned(logging.Formatter().formatException(record.exc_info))
            return True

    return Redacting()
