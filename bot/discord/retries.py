"""What a broken connection kept from Discord is sent again; discord.py does so on few systems."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientConnectionError
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

BROKEN = (ClientConnectionError, OSError)  # what is raised where a connection breaks
_WAITS = (0.1, 0.3, 0.9)  # seconds; an acknowledgement must leave within three


class PatientAdapter(AsyncWebhookAdapter):
    """Sends callbacks, answers and followups, if need be again."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """What Discord answers."""
        send = super().request
        return await again(lambda: send(*args, **kwargs))


def be_patient(http: Any) -> None:
    """Send again what this client, in this task and those begun in it, can't get through."""
    async_context.set(PatientAdapter())  # type: ignore[no-untyped-call]
    request = http.request
    http.request = lambda *args, **kwargs: again(lambda: request(*args, **kwargs))


async def again(send: Callable[[], Awaitable[Any]]) -> Any:
    """What `send` returns, tried again when the connection breaks. Raises as it does at last."""
    for wait in _WAITS:
        try:
            return await send()
        except BROKEN:
            await asyncio.sleep(wait)
    return await send()
