"""Folders: what is in them is read once, and again after every change."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch

_PAUSE = 10.0  # seconds until folders that can't be watched are tried again


def follow(
    folders: Sequence[Path],
    stop: threading.Event,
    read: Callable[[], bool],
    say: Callable[[str], None],
) -> None:
    """Call `read` at the start and after each change under the folders, until `stop` is set.

    `read` returns whether it could read them; where not, it is called again soon. `say` is called
    with a line where the folders can't be watched, as when one of them is missing.
    """
    while not stop.is_set():
        try:
            _follow_these(folders, stop, read)
        except Exception as exc:  # noqa: BLE001 - a folder may go at any moment
            say(f"the folders can't be followed just now: {exc}")
            stop.wait(_PAUSE)


def _follow_these(folders: Sequence[Path], stop: threading.Event, read: Callable[[], bool]) -> None:
    """The same, until one of the folders is replaced by another folder of its name."""
    unread, before = True, _identities(folders)
    for changes in watch(
        *folders,
        stop_event=stop,
        raise_interrupt=False,
        yield_on_timeout=True,
        rust_timeout=500,
    ):
        # The first thing it yields shows that it watches: from then on no change is missed.
        if unread or changes:
            unread = not read()
        if _identities(folders) != before:
            return


def _identities(paths: Sequence[Path]) -> list[tuple[int, int]]:
    """What tells a folder from another one that has taken its place."""
    return [(found.st_dev, found.st_ino) for found in (path.stat() for path in paths)]
