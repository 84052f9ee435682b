"""Health: a small web page on loopback that tells a supervisor whether the bot is alive."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from retrieval.errors import SettingsError

STALE = 120.0  # seconds since the last acknowledged heartbeat; one is due every 41


@asynccontextmanager
async def endpoint(age: Callable[[], float], port: int | None) -> AsyncIterator[None]:
    """Serve http://127.0.0.1:`port`/health inside the block; do nothing without a port.

    `age` returns the seconds since the last acknowledged heartbeat. The body is JSON and has them;
    the status is 503 if they are too many, otherwise 200. Raises SettingsError if the port is not
    free.
    """
    if port is None:
        yield
        return

    async def health(request: web.Request) -> web.Response:
        seconds = age()
        status = 200 if seconds < STALE else 503
        return web.json_response({"heartbeat_age": round(seconds, 1)}, status=status)

    app = web.Application()
    app.router.add_get("/health", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as exc:
            raise SettingsError(f"The health port {port} is taken.") from exc
        yield
    finally:
        await runner.cleanup()
