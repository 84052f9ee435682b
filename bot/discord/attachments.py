"""Attachments: files that members attach to a command, saved to disk."""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import aiohttp
import discord

from retrieval.errors import SettingsError

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=30)  # seconds
_CHUNK = 1 << 20  # bytes held in memory
_PASTE = "message.txt"  # the name that Discord gives to every long text that is pasted
_NO_ADDRESS = "Discord gave no address for the file. Please send it again."
_FAILED = "The file could not be downloaded from Discord. Please send it again."


def saved(
    file: discord.Attachment,
    folder: Path,
    session: aiohttp.ClientSession,
    loop: asyncio.AbstractEventLoop,
) -> Path:
    """Save the file in the folder, under a safe form of its name; returns its path.

    Blocks while `loop`, the session's event loop, downloads it. Raises SettingsError.
    """
    if urlsplit(file.url).scheme not in ("http", "https"):
        raise SettingsError(_NO_ADDRESS)
    path = folder / _safe_name(file.filename)
    with path.open("wb") as out:
        asyncio.run_coroutine_threadsafe(_download(file, out, session), loop).result()
    if path.name != _PASTE:
        return path
    # A pasted text has no name of its own, so it gets one from its content.
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    return path.rename(path.with_stem(f"{path.stem}-{digest}"))


async def _download(
    file: discord.Attachment, out: BinaryIO, session: aiohttp.ClientSession
) -> None:
    """Write the file's content to `out`. Raises SettingsError if it is longer than announced."""
    size = 0
    try:
        # A redirect could lead to another host, so it is not followed.
        async with session.get(file.url, timeout=_TIMEOUT, allow_redirects=False) as response:
            if response.status != 200:
                raise SettingsError(_FAILED)
            async for chunk in response.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > file.size:
                    raise SettingsError(_FAILED)
                await asyncio.to_thread(out.write, chunk)
    except (aiohttp.ClientError, TimeoutError, OSError) as exc:
        raise SettingsError(_FAILED) from exc


def _safe_name(filename: str) -> str:
    """The file's name without characters that could lead out of its folder."""
    return re.sub(r"[^\w.-]", "_", filename)[-100:].lstrip(".") or "unnamed"
