"""Commands that follow feeds and folders."""

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import complain
from bot.cli.desk import open_desk
from bot.cli.options import AsJson, Library
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from retrieval.newsdesk import Newsdesk
    from retrieval.watching.queue import FetchQueue

feeds = typer.Typer(help="Manage the feeds that are followed.", no_args_is_help=True)

Url = Annotated[str, typer.Argument(help="The feed's address.")]


@feeds.command("add")
def add_feed(
    urls: Annotated[list[str], typer.Argument(help="Addresses of RSS or Atom feeds.")],
    library: Library = None,
) -> None:
    """Follow feeds: newsdesk watch polls them from now on."""
    with _queue(library) as (queue, name):
        for url in urls:
            typer.echo(f"following: {queue.subscriptions.add(name, url)}")


@feeds.command("list")
def list_feeds(library: Library = None, as_json: AsJson = False) -> None:
    """List the feeds with their last and next poll, number of articles, and errors."""
    from bot.text.feeds import feed_text
    from bot.text.json import feed_json, json_line

    with _queue(library) as (queue, name):
        for feed in queue.subscriptions.all(name):
            typer.echo(json_line(feed_json(feed)) if as_json else feed_text(feed))
        if waiting := queue.pages.count_waiting(name):
            complain(f"waiting to be fetched by newsdesk watch: {waiting} pages")


@feeds.command("remove")
def remove_feed(url: Url, library: Library = None) -> None:
    """Stop following a feed; its articles stay in the library."""
    with _queue(library) as (queue, name):
        feed = queue.subscriptions.find(name, url)
        queue.subscriptions.remove(feed)
        typer.echo(f"no longer following: {feed.url}")


@feeds.command("pause")
def pause_feed(
    url: Url,
    resume: Annotated[bool, typer.Option("--resume", help="Poll a paused feed again.")] = False,
    library: Library = None,
) -> None:
    """Stop polling a feed until it is resumed."""
    with _queue(library) as (queue, name):
        feed = queue.subscriptions.find(name, url)
        queue.subscriptions.pause(feed, paused=not resume)
        typer.echo(f"{'resumed' if resume else 'paused'}: {feed.url}")


@feeds.command("failed")
def failed_pages(
    retry: Annotated[bool, typer.Option("--retry", help="Try all of them again.")] = False,
    library: Library = None,
) -> None:
    """List the pages that were given up after several attempts, with their last errors."""
    with _queue(library) as (queue, name):
        for page in queue.pages.given_up(name):
            typer.echo(f"{page.url}\t{page.attempts}\t{page.error}")
        if retry:
            typer.echo(f"to be tried again: {queue.pages.retry(name)} pages")


@contextmanager
def _queue(library: str | None) -> Iterator["tuple[FetchQueue, str]"]:
    """The queue of what is to be fetched, and the name of the library in question."""
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
        list[Path] | None, typer.Argument(help="Files and folders to follow too.")
    ] = None,
    library: Library = None,
) -> None:
    """Poll the feeds of all libraries and follow folders, until stopped.

    New and changed articles are indexed. Those from files and folders go into the library that
    --library names.
    """
    from bot import settings
    from retrieval.sources.http import agent_of
    from retrieval.watching.queue import FetchQueue
    from retrieval.watching.watcher import Watcher

    for path in paths or []:
        if not path.exists():
            raise SettingsError(f"There is no file or folder {path}.")
    chosen, stop = settings.load(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with open_desk(library, create=True) as desk, closing(FetchQueue(chosen.data)) as queue:
        watched = desk.index.library.name

        def opened(name: str) -> "AbstractContextManager[Newsdesk]":
            if name == watched:
                return nullcontext(desk)
            return closing(settings.make_desk(chosen, name, create=True, models=desk.models))

        typer.echo(f"watching {len(queue.subscriptions.all())} feeds and {len(paths or [])} paths")
        Watcher(
            queue, opened, partial(settings.hosts, chosen), agent=agent_of(chosen.contact),
            folders=paths or [], library=watched, say=_say,
        ).run(stop)  # fmt: skip


def _say(line: str) -> None:
    typer.echo(f"{datetime.now():%H:%M:%S} {line}")
