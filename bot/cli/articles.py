"""Commands that put articles into a library, show them, and take them out."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import complain, leave, progress, say_waiting, stoppable
from bot.cli.desk import open_desk
from bot.cli.discord import forget_traces
from bot.cli.options import AsJson, Library, Since, Source, Until, day
from bot.text.hints import with_hint
from retrieval.errors import NewsdeskError

if TYPE_CHECKING:
    from retrieval.library.index import SyncReport


def index(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, and links (http, https).")],
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Also withdraw articles whose file is gone from these folders."
        ),
    ] = False,
    library: Library = None,
) -> None:
    """Add articles from files, folders and links, and update those that have changed."""
    links = [path for path in paths if path.lower().startswith(("http://", "https://"))]
    files = [Path(path) for path in paths if path not in links]
    with (
        open_desk(library, create=True) as desk,
        progress("articles") as advance,
        stoppable() as stop,
    ):
        runs = [desk.sync(files, prune=prune, waiting=say_waiting)] if files else []
        runs += [desk.add_links(links, waiting=say_waiting)] if links else []
        reports, stopped = [], False
        for run in runs:
            if not stopped:
                report, stopped = _index(run, advance, stop)
                reports.append(report)
    report = sum(reports[1:], reports[0])
    if report.repeated:
        typer.echo(f"came more than once: {report.repeated}; each was added once")
    typer.echo(
        f"added {report.added}, changed {report.changed}, unchanged {report.unchanged}, "
        f"withdrawn {report.withdrawn}, failed {len(report.failed)}"
    )
    leave(stopped, failed=bool(report.failed))


def _index(
    run: "Generator[SyncReport, None, None]",
    advance: Callable[[int, int | None], None],
    stop: Callable[[], bool],
) -> "tuple[SyncReport, bool]":
    """The last report of the run, and whether Ctrl-C stopped it."""
    from retrieval.library.index import SyncReport

    report, printed = SyncReport(), 0
    with closing(run):
        for report in run:
            advance(report.done, None)
            for error in report.failed[printed:]:
                complain(f"not read: {error}")
            printed = len(report.failed)
            if stop():
                return report, True
    return report, False


def articles(
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first."""
    from bot.text.article import article_line
    from bot.text.json import article_json, json_line

    with open_desk(library) as desk:
        for one in desk.articles(source=source, since=day(since), until=day(until)):
            typer.echo(
                json_line(article_json(one, with_text=False)) if as_json else article_line(one)
            )


def show(
    id: Annotated[str, typer.Argument(help="The article's id, or the beginning of it.")],
    versions: Annotated[
        bool, typer.Option("--versions", help="Print earlier versions, and what changed.")
    ] = False,
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """Print an article."""
    from rich.console import Console

    from bot.text.article import article_text, versions_text
    from bot.text.json import article_json, json_line, version_json

    with open_desk(library) as desk:
        article = desk.article(id)
        earlier = desk.versions(article.id) if versions else []
    if versions and as_json:
        for one in earlier:
            typer.echo(json_line(version_json(one)))
    elif versions:
        Console(highlight=False).print(versions_text(article, earlier), soft_wrap=True)
    elif as_json:
        typer.echo(json_line(article_json(article, with_text=True)))
    else:
        typer.echo(article_text(article))


def remove(
    ids: Annotated[list[str], typer.Argument(help="The articles' ids, or the beginnings of them.")],
    library: Library = None,
) -> None:
    """Withdraw articles: they are no longer found, and their text is deleted."""
    found = {}
    failed = False
    with open_desk(library) as desk:
        for id in ids:
            try:
                article = desk.article(id)
                found[article.id] = article
            except NewsdeskError as exc:
                complain(with_hint(exc))
                failed = True
        desk.remove(found.values(), waiting=say_waiting)
    forget_traces(found)
    for article in found.values():
        typer.echo(f"withdrawn: {article.id} {article.title}")
    leave(failed=failed)


def reindex(library: Library = None) -> None:
    """Rebuild the index from the stored articles, for example for another embedding model."""
    stopped, total = False, 0
    with (
        open_desk(library) as desk,
        progress("passages") as advance,
        stoppable() as stop,
        closing(desk.reindex(waiting=say_waiting)) as run,
    ):
        for done, total in run:
            advance(done, total)
            if stopped := stop():
                break
    if not stopped:
        typer.echo(f"rebuilt {total} passages")
    leave(stopped)
