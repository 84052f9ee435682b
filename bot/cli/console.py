"""What every command prints besides its result: errors, progress, and how it ended."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

_INTERRUPTED = 130  # 128 + SIGINT, as shells count
_CHATTY = ("pypdf", "trafilatura", "htmldate", "sentence_transformers", "chromadb", "filelock")


def log_to_stderr(level: str) -> None:
    """Log from this level on; libraries that log much are heard only when they fail."""
    logging.basicConfig(level=level, format="newsdesk: %(message)s", stream=sys.stderr)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def complain(sentence: str) -> None:
    """Print a sentence on standard error."""
    typer.echo(f"newsdesk: {sentence}", err=True)


def say_waiting() -> None:
    """Say that another process is writing."""
    complain("another newsdesk process is writing to this library; waiting for it")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on standard error, when that is a terminal.

    Yields the function that moves it: how many are done, and of how many (None: unknown).
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int | None) -> None:
            count = f"{done:,} {what}" if total is None else f"{done:,} of {total:,} {what}"
            bar.update(task, description=count, completed=done, total=total)

        yield advance


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C only ask to stop; a second one stops at once.

    Yields the function that says whether Ctrl-C was pressed.
    """
    pressed: list[int] = []

    def stop(number: int, frame: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)
        complain("stopping after this batch; press Ctrl-C again to stop at once")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def leave(
    stopped: bool = False,
    *,
    failed: bool = False,
    then: str = "run the same command again to continue",
) -> None:
    """End the command: exit code 130 if it was stopped, 1 if something failed, else 0."""
    if stopped:
        complain(f"interrupted; {then}")
        raise typer.Exit(_INTERRUPTED)
    if failed:
        raise typer.Exit(1)
