"""Requests that are sent again after a broken connection; discord.py does so on few systems."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientConnectionError
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

BROKEN = (ClientConnectionError, OSError)  # what is raised when a connection breaks
_WAITS = (0.1, 0.3, 0.9)  # seconds; an acknowledgement must leave within three


class RetryingAdapter(AsyncWebhookAdapter):
    """Sends callbacks, answers and followups, again if necessary."""

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
    """What `send` returns, retried when the connection breaks; the last error is raised."""
    for wait in _WAITS:
        try:
            return await send()
        except BROKEN:
            await asyncio.sleep(wait)
    return await send()
