"""Draws an answer on Discord from the payload that the bot sends.

    python -m benchmarks.picture [--data FOLDER] [--out docs/answer.png] [QUESTION]

FOLDER is a data folder with a library (`data` by default). The bot answers on a Discord on
loopback. A headless Chromium, which must be installed, draws its message and the passage that its
menu opens, in Discord's style.
"""

import argparse
import asyncio
import html
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.discord.application import point_at
from bot.discord.client import Client
from bot.settings import Settings
from tests.loopback.discord_server import TOKEN, Server, components, option

_GUILD, _CHANNEL = 11, 111
_STYLE = """
body { margin: 0; padding: 24px; width: 760px; background: #313338; color: #dbdee1;
  font: 16px/1.375 "gg sans", "Noto Sans", "DejaVu Sans", sans-serif; }
.who { color: #f2f3f5; font-weight: 600; } .tag { background: #5865f2; color: #fff; font-size: 11px;
  padding: 1px 5px; border-radius: 4px; } .at { color: #949ba4; font-size: 12px; font-weight: 400; }
.message { display: flex; gap: 16px; margin-bottom: 18px; } .face { flex: none; width: 40px;
  height: 40px; border-radius: 50%; background: #5865f2; color: #fff; text-align: center;
  font-size: 20px; line-height: 40px; } blockquote { border-left: 4px solid #4e5058; margin: 2px 0;
  padding-left: 12px; } a { color: #00a8fc; text-decoration: none; } small { color: #949ba4; }
time { background: #3f4248; border-radius: 3px; padding: 0 2px; }
.menu { background: #1e1f22; border-radius: 6px; padding: 9px 12px; margin: 8px 0; width: 400px;
  color: #949ba4; display: flex; justify-content: space-between; }
button { background: #4e5058; color: #fff; border: 0; border-radius: 6px; padding: 7px 14px;
  font: 14px sans-serif; margin-right: 8px; } button.danger { background: #da373c; }
.embed { background: #2b2d31; border-left: 4px solid #5865f2; border-radius: 4px; padding: 12px;
  margin-top: 6px; } .embed h4 { margin: 0 0 6px; color: #f2f3f5; } .only { color: #949ba4;
  font-size: 12px; margin-top: 4px; }
"""


def main() -> None:
    """Ask, draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picture", description=__doc__)
    parser.add_argument("question", nargs="?", default="what did Starmer say?")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("docs/answer.png"))
    given = parser.parse_args()
    answer, passage = asyncio.run(_asked(given.data.absolute(), given.question))
    page = (
        f"<meta charset=utf-8><style>{_STYLE}</style>"
        + _message(_text(answer["content"]) + _components(answer), given.question)
        + _message(_embed(passage["embeds"][0]) + "<div class=only>Only you can see this</div>", "")
    )
    _draw(page, given.out)


async def _asked(data: Path, question: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message with the answer, and the one with the passage that its menu opens first."""
    server = Server()
    server.guild(_GUILD, _CHANNEL)
    await server.start()
    options = Settings(
        data=data,
        discord_token=SecretStr(TOKEN),
        discord_api=server.api,
        discord_gateway=server.gateway,
    )
    point_at(options)
    who = {"guild": _GUILD, "channel": _CHANNEL}
    client = Client(options, read_all=False)
    async with client:
        running = asyncio.create_task(client.start(TOKEN))
        await server.until(lambda: server.identified, 60)
        given = await server.command("ask", [option("question", question)], **who)
        await given.until(lambda one: one.answer, 60)
        assert given.answer is not None
        menu = next(id for id in components(given.answer) if "sources" in id)
        opened = await server.click(given.answer, menu, values=["1"], **who)
        await opened.until(lambda one: one.followups)
        await client.stop()
        await asyncio.gather(running, return_exceptions=True)
    await server.stop()
    return given.answer, opened.followups[0]


def _message(inner: str, question: str) -> str:
    used = (
        f"<div class=at>a member used <b>/ask</b> {html.escape(question)}</div>" if question else ""
    )
    head = "<span class=who>Newsdesk</span> <span class=tag>APP</span> <span class=at>Today</span>"
    return (
        f"<div class=message><div class=face>N</div><div>{used}{head}<div>{inner}</div></div></div>"
    )


def _text(markup: str) -> str:
    """The Markdown that the bot writes, as HTML."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return f"\0{len(kept) - 1}\0"

    text = re.sub(r"\\([^0-9A-Za-z\s])", lambda found: keep(html.escape(found[1])), markup)
    text = re.sub(r"<t:(\d+):D>", lambda found: keep(_day(int(found[1]))), text)
    text = re.sub(r"\]\(<([^>]*)>\)", lambda found: "]" + keep(found[1]), text)
    text = html.escape(text)
    text = re.sub(r"\[([^\[\]]*)\]\0(\d+)\0", r"<a>\1</a>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text, flags=re.S)
    text = re.sub(r"__(.+?)__", r"<u>\1</u>", text, flags=re.S)
    text = re.sub(r"^-# (.*)$", r"<small>\1</small>", text, flags=re.M)
    text = re.sub(r"^&gt; (.*)\n", r"<blockquote>\1</blockquote>", text, flags=re.M)
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], text).replace("\n", "<br>")


def _day(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"<time>{at.day} {at:%B %Y}</time>"


def _components(message: dict[str, Any]) -> str:
    rows = []
    for row in message["components"]:
        shown = ""
        for one in row["components"]:
            if one["type"] == 3:
                shown += f"<div class=menu>{html.escape(one['placeholder'])}<span>⌄</span></div>"
            else:
                label = one.get("label") or one["emoji"]["name"]
                kind = ' class="danger"' if one["style"] == 4 else ""
                shown += f"<button{kind}>{html.escape(label)}</button>"
        rows.append(f"<div>{shown}</div>")
    return "".join(rows)


def _embed(embed: dict[str, Any]) -> str:
    return (
        f"<div class=embed><h4>{_text(embed['title'])}</h4>{_text(embed['description'])}"
        f"<div class=only>{html.escape(embed['footer']['text'])}</div></div>"
    )


def _draw(page: str, out: Path) -> None:
    browser = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--window-size=808,900", f"--screenshot={out.absolute()}", file.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    print(f"drawn: {out}")


if __name__ == "__main__":
    main()
