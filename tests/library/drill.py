"""The work of one writer in a process of its own, which can be killed at any moment.

The parent forks its children from a server that has imported everything. So a child does only the
work, and a random moment of its life is a random moment of the work.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

from retrieval.articles import passages
from retrieval.library.index import Index
from retrieval.models.embedder import BUNDLED, Embedder
from tests.conftest import made, state, sync

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["chromadb", "onnxruntime", "tokenizers", "tests.library.drill"])

SECRET = "zyxwabc"
_SAID = "“The harbour takes {0} boats,” mayor Vera Holm said. "
_TEXT = "The harbour of Port Alder was dredged again on {0}, and {0} boats came. "

OLD = [made(str(n), _SAID.format(n) + _TEXT.format(n) * 30, title=f"Day {n}") for n in range(12)]
OLD.append(
    made(
        "secret",
        f"“The {SECRET} decree holds,” minister {SECRET.title()} Holm said. "
        + f"The {SECRET} decree was signed. " * 40,
    )
)
NEW = [
    *OLD[:4],  # unchanged
    *[
        made(str(n), _SAID.format(n * 100) + _TEXT.format(n * 100) * (n * 3), title=f"Day {n}")
        for n in range(4, 9)
    ],  # changed
    *[made(f"new-{n}", _TEXT.format(n + 50) * 20) for n in range(6)],  # added
]  # the rest is withdrawn, including the secret

Work = Callable[[Index], None]


def index_old(index: Index) -> None:
    """Index the old articles into an empty library."""
    sync(index, OLD)


def index_unread(index: Index) -> None:
    """Index the old articles into an empty library, as a version without statements did."""
    index_old(index)
    with index.writing(), index.library.transaction():
        index.statements.invalidate(index.library.ids())
        index.library.rows("DELETE FROM statements")


def index_outdated(index: Index) -> None:
    """Into an empty library, as a version did that split texts otherwise and knew no statements."""
    with mock.patch.multiple(passages, SIZE=300, OVERLAP=0):
        index_unread(index)
    with index.library.transaction():
        index.library.rows("DELETE FROM about WHERE name = 'passages'")


def update_to_new(index: Index) -> None:
    """Sync unchanged, changed, added and withdrawn articles at once."""
    sync(index, NEW)


def remove_secret(index: Index) -> None:
    """Remove one of the old articles."""
    with index.writing():
        index.remove([one.id for one in OLD if SECRET in one.text and index.library.digest(one.id)])


def rebuild(index: Index) -> None:
    """Rebuild both projections."""
    with index.writing():
        for _ in index.reindex():
            pass


def look(index: Index) -> None:
    """Do nothing but open the library, as a reader does."""


def _serve(folder: Path, models: Path, works: list[Work], pipe: Connection) -> None:
    index = Index(folder, Embedder(BUNDLED, models), create=True)
    pipe.send("ready")
    for work in works:
        work(index)
        pipe.send("done")
        pipe.send(state(index))
    index.close()


def run(folder: Path, models: Path, *works: Work) -> list[Any]:
    """The state after each piece of work, done one after the other in one process."""
    child, ours = _start(folder, models, *works)
    states = []
    for _ in works:
        assert ours.recv() == "done"
        states.append(ours.recv())
    child.join()
    return states


def seconds(folder: Path, models: Path, work: Work) -> float:
    """The seconds that the work takes."""
    child, ours = _start(folder, models, work)
    began = time.perf_counter()
    assert ours.recv() == "done"
    taken = time.perf_counter() - began
    ours.recv()
    child.join()
    return taken


def kill(folder: Path, models: Path, work: Work, *, after: float) -> bool:
    """Kill the work `after` this many seconds; returns whether it was still running."""
    child, ours = _start(folder, models, work)
    done = ours.poll(after)
    if done:
        ours.recv(), ours.recv()
    else:
        os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    assert child.exitcode == (0 if done else -signal.SIGKILL), (
        f"it died by itself: {child.exitcode}"
    )
    return not done


def _start(folder: Path, models: Path, *works: Work) -> tuple[BaseProcess, Connection]:
    ours, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(folder, models, list(works), theirs))
    child.start()
    theirs.close()
    assert ours.recv() == "ready"
    return child, ours
