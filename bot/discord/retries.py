"""Requests that are sent again if the connection breaks; discord.py does so on few systems."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientConnectionError
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

BROKEN = (ClientConnectionError, OSError)  # what is raised when a connection breaks
_WAITS = (0.1, 0.3, 0.9)  # seconds; an acknowledgement must leave within three


class RetryingAdapter(AsyncWebhookAdapter):
    """Sends responses and followups to interactions, again if necessary."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Discord's response."""
        send = super().request
        return await again(lambda: send(*args, **kwargs))


def retry_requests(http: Any) -> None:
    """Make this client retry, in the current task and in those started from it."""
    async_context.set(RetryingAdapter())  # type: ignore[no-untyped-call]
    request = http.request
    http.request = lambda *args, **kwargs: again(lambda: request(*args, **kwargs))


async def again(send: Callable[[], Awaitable[Any]]) -> Any:
    """What `send` returns. If the connection breaks, try again; raise the last error."""
    for wait in _WAITS:
        try:
            return await send()
        except BROKEN:
            await asyncio.sleep(wait)
    return await send()
