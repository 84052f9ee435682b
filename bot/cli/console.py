"""What all commands share on a terminal: options, complaints, progress, Ctrl-C, and the desk."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from retrieval.newsdesk import Newsdesk

Library = Annotated[str | None, typer.Option(help="Library to use, instead of the configured one.")]
Source = Annotated[str | None, typer.Option(help="Only articles by this publisher.")]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only articles from this day on.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only articles up to this day.")
]
Model = Annotated[
    str | None,
    typer.Option(help="Language model in place of the configured one, as provider:model; or none."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

NO_MODEL = "none"  # as in bot.settings, which takes long to import
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


@contextmanager
def desk_of(
    library: str | None, *, create: bool = False, model: str | None = NO_MODEL
) -> Iterator["Newsdesk"]:
    """The desk of a library, as the settings have it, closed at the end.

    `model` is a language model in place of the settings', None for theirs. Only who answers needs
    one; what else there is to do is done without its package and its key.
    """
    from bot import settings

    chosen = settings.load()
    if model is not None:
        chosen = settings.with_model(chosen, model)
    log_to_stderr(chosen.log_level)
    for name in settings.unknown():
        complain(f"there is no setting called {name}; see .env.example for those there are")
    desk = settings.desk(chosen, library or chosen.library, create=create)
    with closing(desk):
        yield desk


def log_to_stderr(level: str) -> None:
    """Log from this level on; the libraries that read articles are heard only when they fail."""
    logging.basicConfig(level=level, format="newsdesk: %(message)s", stream=sys.stderr)
    for chatty in (
        "pypdf",
        "trafilatura",
        "htmldate",
        "sentence_transformers",
        "chromadb",
        "filelock",
    ):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error, and what sets it: how many are done, and of how many or None."""
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
    """Whether Ctrl-C was pressed; pressed again it kills, as ever."""
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


def waiting() -> None:
    """Say that another process is writing."""
    complain("another newsdesk process is writing to this library; waiting for it")


def complain(sentence: str) -> None:
    """Say it on standard error."""
    typer.echo(f"newsdesk: {sentence}", err=True)


def leave(
    stopped: bool = False,
    *,
    failed: bool = False,
    then: str = "the same command goes on where it stopped",
) -> None:
    """End with the exit code that says what became of it; 0 if all went well."""
    if stopped:
        complain(f"interrupted; {then}")
        raise typer.Exit(_INTERRUPTED)
    if failed:
        raise typer.Exit(1)


def day(at: datetime | None) -> date | None:
    """The day of a moment."""
    return at.date() if at else None
