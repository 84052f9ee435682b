"""Commands that run the bot on Discord, and that show what it remembers of its answers."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import log_to_stderr
from bot.cli.desk import NO_MODEL, article_finder
from bot.cli.options import AsJson
from retrieval.errors import LibraryError, SettingsError

if TYPE_CHECKING:
    from bot.discord.store import AnswerRecord, Store
    from bot.settings import Settings

answers = typer.Typer(help="Inspect the answers given on Discord.", no_args_is_help=True)


def discord(
    invite: Annotated[
        bool, typer.Option("--invite", help="Print the link that adds the bot to a server.")
    ] = False,
) -> None:
    """Run the Discord bot until it is stopped."""
    from bot import settings
    from bot.discord import application
    from bot.discord import run as serving

    chosen = settings.load()
    log_to_stderr(chosen.log_level)
    if invite:
        typer.echo(application.invite(chosen))
        return
    serving.run(chosen)


def feedback(as_json: AsJson = False) -> None:
    """Print how members rated the answers on Discord, oldest first."""
    from bot import settings
    from bot.discord.records import feedback_json, feedback_line
    from bot.text.json import json_line

    with _store(settings.load()) as store:
        for one in store.feedback():
            typer.echo(json_line(feedback_json(one)) if as_json else feedback_line(one))


@answers.command()
def changed(as_json: AsJson = False) -> None:
    """List quotes that the newest version of their article no longer has."""
    from bot import settings
    from bot.discord.libraries import Libraries
    from bot.discord.recall import changes
    from bot.discord.records import changed_json, changed_line
    from bot.text.json import json_line

    chosen = settings.with_model(settings.load(), NO_MODEL)
    with _store(chosen) as store, closing(Libraries(chosen)) as libraries:
        for record in store.answers():
            for change in changes(libraries, record):
                typer.echo(json_line(changed_json(change)) if as_json else changed_line(change))


@answers.command("show")
def show_answer(
    number: Annotated[int, typer.Argument(help="The answer's number.")], as_json: AsJson = False
) -> None:
    """Print how an answer given on Discord was found and proved."""
    from bot import settings
    from bot.text.json import json_line

    chosen = settings.with_model(settings.load(), NO_MODEL)
    with _store(chosen) as store:
        record = store.answer(number)
    if record is None:
        raise SettingsError(f"There is no answer with the number {number}.")
    if not record.trace:
        raise SettingsError(f"How answer {number} was found is no longer kept.")
    if as_json:
        about = {"answer": record.id, "asked": record.asked, "at": record.at}
        typer.echo(json_line(about | json.loads(record.trace)))
    else:
        typer.echo(_trace_of(record, chosen))


def _trace_of(record: "AnswerRecord", chosen: "Settings") -> str:
    """The time of the answer, what was asked, and the trace."""
    from bot.discord.libraries import Libraries
    from bot.text.notes import one_line
    from bot.text.trace import trace_text

    with closing(Libraries(chosen)) as libraries, libraries.desk(record.guild) as desk:
        trace = trace_text(json.loads(record.trace), article_finder(desk))
    return f"{record.at}  {one_line(record.asked)}\n{trace}"


def forget_traces(articles: Iterable[str]) -> None:
    """Delete the traces of answers that considered these articles (ids), if a bot has run."""
    from bot import settings

    with suppress(LibraryError), _store(settings.load()) as store:
        store.forget_traces(articles)


@contextmanager
def _store(chosen: "Settings") -> Iterator["Store"]:
    """What the bot on Discord remembers. Raises LibraryError if none has run."""
    from bot.discord.store import FILE, Store

    if not (chosen.data / FILE).exists():
        raise LibraryError(f"No bot has run with the data folder {chosen.data} yet.")
    with closing(Store(chosen.data)) as store:
        yield store
