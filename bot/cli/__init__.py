"""The command line: `newsdesk index`, `ask`, `chat` and the other commands.

Modules that take long to import are imported inside the commands that need them.
"""

import os
import sys

import typer

from bot.cli import articles, ask, discord, doctor, evaluate, feeds, quotes
from bot.cli.console import complain
from bot.text.hints import with_hint
from retrieval.errors import NewsdeskError

app = typer.Typer(
    name="newsdesk",
    help="Answers questions from news articles, and proves every word of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    articles.index, feeds.watch,
    ask.ask, ask.chat, quotes.quotes, quotes.who,
    articles.articles, articles.show, articles.remove,
    discord.discord, discord.feedback,
    doctor.doctor, articles.reindex,
):  # fmt: skip
    app.command()(command)
app.command("eval")(evaluate.evaluate)
app.add_typer(feeds.feeds, name="feeds")
app.add_typer(discord.answers, name="answers")


def main() -> None:
    """Run the command; after an error, print a sentence on standard error and exit with code 1."""
    try:
        app()
    except NewsdeskError as exc:
        complain(with_hint(exc))
        sys.exit(1)
    except BrokenPipeError:  # the program that reads our output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        where = f"{exc.filename}: " if exc.filename else ""
        complain(f"{where}{exc.strerror or exc}")
        sys.exit(1)
