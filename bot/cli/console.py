"""What commands print beside their results: errors and progress; and their exit codes."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

_INTERRUPTED = 130  # 128 + SIGINT, the exit code that shells expect
_NOISY = ("pypdf", "trafilatura", "htmldate", "sentence_transformers", "chromadb", "filelock")


def log_to_stderr(level: str) -> None:
    """Log from this level on; from noisy libraries, only critical errors."""
    logging.basicConfig(level=level, format="newsdesk: %(message)s", stream=sys.stderr)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def complain(sentence: str) -> None:
    """Print a sentence on standard error."""
    typer.echo(f"newsdesk: {sentence}", err=True)


def say_waiting() -> None:
    """Tell the user that the command waits for another process."""
    complain("another newsdesk process is writing to this library; waiting for it")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on standard error, when that is a terminal.

    Yields a function that moves it; its arguments are how many are done, and of how many (None if
    unknown).
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
    """Let the first Ctrl-C ask the command to stop, and a second one end it at once.

    Yields a function that returns whether Ctrl-C was pressed.
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
