"""How fast the bot on Discord answers many questions at once.

    python -m benchmarks.discord [--data FOLDER] [--questions N]

FOLDER is a data folder with a library (`data` by default). N members (50 by default) ask a question
each, at the same time. The bot is a process of its own, connected to a Discord on loopback. While
it answers, somebody adds 100 articles, and every half second somebody opens the list of articles.
Printed are the seconds until Discord has each acknowledgement and each answer, and the delay of the
bot's event loop, measured every 10 ms.
"""

import argparse
import asyncio
import json
import multiprocessing
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.loopback.discord_server import MANAGE_GUILD, MEMBER, TOKEN, Given, Server, option

_GUILD, _CHANNEL = 11, 111
_STEP = 0.01
_PAUSE = 0.5
_QUESTIONS = (
    "what did Starmer say?", "who leads the Russian delegation?", "when will the court decide?",
    "how many people were there?", "what did the president announce about the economy?",
)  # fmt: skip


def main() -> None:
    """Start the bot, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.discord", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--questions", type=int, default=50)
    given = parser.parse_args()
    asyncio.run(_measure(given.data.absolute(), given.questions))


async def _measure(data: Path, count: int) -> None:
    server = Server()
    server.guild(_GUILD, _CHANNEL)
    await server.start()
    late: Any = multiprocessing.get_context("spawn").Queue()
    bot = multiprocessing.get_context("spawn").Process(
        target=_bot, args=(data, server.api, server.gateway, late)
    )
    bot.start()
    await server.until(lambda: server.identified, 60)
    who = {"guild": _GUILD, "channel": _CHANNEL}
    warm = await server.command("ask", [option("question", "who?")], user=MEMBER, **who)
    await warm.until(lambda one: one.answer, 60)
    given = [
        await server.command(
            "ask", [option("question", _QUESTIONS[n % len(_QUESTIONS)])], user=9000 + n, **who
        )
        for n in range(count)
    ]
    burst = asyncio.gather(*(_answered(one) for one in given))
    fed = asyncio.create_task(_answered(await _fed(server, who)))
    meanwhile, listing = list[Given](), list[asyncio.Task[float]]()
    while not burst.done():
        await asyncio.sleep(_PAUSE)
        meanwhile.append(await server.command("articles list", permissions=MANAGE_GUILD, **who))
        listing.append(asyncio.create_task(_answered(meanwhile[-1])))
    answered = await burst
    listed = await asyncio.gather(*listing)
    await fed
    assert bot.pid is not None
    bot.terminate()
    lags = await asyncio.to_thread(late.get, True, 20)
    bot.join()
    await server.stop()
    _print("acknowledged after", [(one.acknowledged or 0) - one.sent for one in given])
    _print("answered after", answered)
    _print("list acknowledged after", [(one.acknowledged or 0) - one.sent for one in meanwhile])
    _print("list shown after", listed)
    _print("delay of the event loop", lags)


async def _fed(server: Server, who: dict[str, Any]) -> Given:
    """Adds a file of 100 articles, as somebody who manages the server."""
    sentence = "The council of Port Alder met again, and its members spoke about item {}. "
    lines = [json.dumps({"title": f"Article {n}", "text": sentence.format(n) * 20})
             for n in range(100)]  # fmt: skip
    server.files["1"] = "\n".join(lines).encode()
    url = f"http://127.0.0.1:{server.port}/files/1"
    file = {"id": "1", "filename": "news.jsonl", "size": 1, "url": url, "proxy_url": url}
    return await server.command(
        "articles add", [{"name": "file", "type": 11, "value": "1"}],
        resolved={"attachments": {"1": file}}, permissions=MANAGE_GUILD, **who,
    )  # fmt: skip


async def _answered(given: Given) -> float:
    """Seconds until Discord has the answer."""
    await given.until(lambda one: one.answer or one.followups, 300)
    return time.perf_counter() - given.sent


def _print(what: str, seconds: list[float]) -> None:
    p50, p99 = np.quantile(seconds, [0.5, 0.99])
    print(f"{what:24} p50 {p50:6.3f} s   p99 {p99:6.3f} s   at most {max(seconds):6.3f} s")


def _bot(data: Path, api: str, gateway: str, late: Any) -> None:
    """Run the bot until it is terminated, and report the delays of its event loop."""
    from pydantic import SecretStr

    from bot.discord.application import point_at
    from bot.discord.client import Client
    from bot.settings import Settings

    options = Settings(
        data=data, discord_token=SecretStr(TOKEN), discord_api=api, discord_gateway=gateway
    )
    point_at(options)

    async def serve() -> list[float]:
        client, lags = Client(options, read_all=False), list[float]()

        async def probe() -> None:
            while True:
                before = time.perf_counter()
                await asyncio.sleep(_STEP)
                lags.append(time.perf_counter() - before - _STEP)

        loop = asyncio.get_running_loop()
        stopping: list[asyncio.Task[None]] = []
        loop.add_signal_handler(
            signal.SIGTERM, lambda: stopping.append(asyncio.create_task(client.stop()))
        )
        async with client:
            probing = asyncio.create_task(probe())
            await client.start(TOKEN)
            probing.cancel()
        return lags

    late.put(asyncio.run(serve()))


if __name__ == "__main__":
    main()
