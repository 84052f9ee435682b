"""Commands for feeds, and for what follows them."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import AsJson, Library, complain, desk_of
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from retrieval.newsdesk import Newsdesk
    from retrieval.watching.queue import FetchQueue

feeds = typer.Typer(help="Feeds that are followed.", no_args_is_help=True)


@feeds.command("add")
def add_feed(
    urls: Annotated[list[str], typer.Argument(help="Addresses of RSS or Atom feeds.")],
    library: Library = None,
) -> None:
    """Follow feeds: `newsdesk watch` polls them from then on."""
    with _queue(library) as (queue, name):
        for url in urls:
            typer.echo(f"followed from now on: {queue.subscriptions.add(name, url)}")


@feeds.command("list")
def list_feeds(library: Library = None, as_json: AsJson = False) -> None:
    """List the feeds: last success, next poll, articles, failures and the last error."""
    from bot.text.answer import feed_json, feed_text, json_line

    with _queue(library) as (queue, name):
        for subscription in queue.subscriptions.all(name):
            typer.echo(json_line(feed_json(subscription)) if as_json else feed_text(subscription))
        if waiting := queue.pages.count_waiting(name):
            complain(f"{waiting} pages are still to be fetched: newsdesk watch")


@feeds.command("remove")
def remove_feed(
    url: Annotated[str, typer.Argument(help="The feed's address.")], library: Library = None
) -> None:
    """Follow a feed no longer; the articles that came from it stay."""
    with _queue(library) as (queue, name):
        subscription = queue.subscriptions.find(name, url)
        queue.subscriptions.remove(subscription)
        typer.echo(f"followed no longer: {subscription.url}")


@feeds.command("pause")
def pause_feed(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    resume: Annotated[bool, typer.Option("--resume", help="Poll it again.")] = False,
    library: Library = None,
) -> None:
    """Poll a feed no more for the time being."""
    with _queue(library) as (queue, name):
        subscription = queue.subscriptions.find(name, url)
        queue.subscriptions.pause(subscription, paused=not resume)
        typer.echo(f"{'polled again' if resume else 'paused'}: {subscription.url}")


@feeds.command("failed")
def failed_pages(
    retry: Annotated[bool, typer.Option("--retry", help="Try all of them again.")] = False,
    library: Library = None,
) -> None:
    """List the pages that could not be fetched and were given up, with the reason."""
    with _queue(library) as (queue, name):
        for page in queue.pages.given_up(name):
            typer.echo(f"{page.url}\t{page.attempts}\t{page.error}")
        if retry:
            typer.echo(f"{queue.pages.retry(name)} pages are tried again")


@contextmanager
def _queue(library: str | None) -> Iterator["tuple[FetchQueue, str]"]:
    """What is to be fetched, and the name of the library that is meant."""
    from bot import settings
    from retrieval.newsdesk import check_name
    from retrieval.watching.queue import FetchQueue

    chosen = settings.load()
    name = library or chosen.library
    check_name(name)
    with closing(FetchQueue(chosen.data)) as queue:
        yield queue, name


def watch(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files to be followed.")
    ] = None,
    library: Library = None,
) -> None:
    """Poll the feeds of all libraries, follow folders, and index what is new, until stopped."""
    from bot import settings
    from retrieval.sources.http import agent_of
    from retrieval.watching.queue import FetchQueue
    from retrieval.watching.watcher import Watcher

    for path in paths or []:
        if not path.exists():
            raise SettingsError(f"There is no {path}.")
    chosen, stop = settings.load(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with desk_of(library, create=True) as desk, closing(FetchQueue(chosen.data)) as queue:

        @contextmanager
        def opened(name: str) -> "Iterator[Newsdesk]":
            if name == desk.index.library.name:
                yield desk
                return
            models = desk.models
            with closing(settings.desk(chosen, name, create=True, models=models)) as other:
                yield other

        typer.echo(f"watching {len(queue.subscriptions.all())} feeds and {len(paths or [])} paths")
        Watcher(
            queue, opened, partial(settings.hosts, chosen), agent=agent_of(chosen.contact),
            folders=paths or [], library=desk.index.library.name, say=_say,
        ).run(stop)  # fmt: skip


def _say(line: str) -> None:
    typer.echo(f"{datetime.now():%H:%M:%S} {line}")
