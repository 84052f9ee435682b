"""The Newsdesk that a command works with, as the settings describe it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bot.cli.console import complain, log_to_stderr

if TYPE_CHECKING:
    from retrieval.articles.article import Article
    from retrieval.newsdesk import Newsdesk

NO_MODEL = "none"  # what NEWSDESK_MODEL says for no language model


@contextmanager
def open_desk(
    library: str | None, *, create: bool = False, model: str | None = NO_MODEL
) -> Iterator["Newsdesk"]:
    """A Newsdesk for this library, or for the default one; closed at the end.

    `model` is a language model to use instead of the configured one; None means the configured one.
    By default there is none, so only commands that answer questions need its package and its key.
    """
    from bot import settings

    chosen = settings.load()
    if model is not None:
        chosen = settings.with_model(chosen, model)
    log_to_stderr(chosen.log_level)
    for name in settings.unknown():
        complain(f"there is no setting called {name}; .env.example lists all settings")
    with closing(settings.make_desk(chosen, library or chosen.library, create=create)) as desk:
        yield desk


def article_finder(desk: "Newsdesk") -> "Callable[[str, str], Article | None]":
    """A function that returns an article by its library and id, None if it was withdrawn."""

    def find(library: str, id: str) -> "Article | None":
        found = desk.library(library)
        return found.article(id) if found else None

    return find
