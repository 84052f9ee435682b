"""Commands that show who said what."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import complain
from bot.cli.desk import open_desk
from bot.cli.options import AsJson, Library, Since, Source, Until, day

if TYPE_CHECKING:
    from retrieval.quotes.finder import StatementPage

_PAGE = 20  # statements on a page of the list


def quotes(
    speaker: Annotated[
        str, typer.Argument(help="A person's name, or what the articles call them.")
    ],
    about: Annotated[str, typer.Option(help="Only statements on this topic.")] = "",
    since: Since = None,
    until: Until = None,
    source: Source = None,
    library: Library = None,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Oldest first, one statement a line.")
    ] = False,
    page: Annotated[
        int | None,
        typer.Option(min=1, help="Page of the list. --timeline and --json print all by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print what somebody said, newest first."""
    from bot.text.json import json_line, statement_json
    from bot.text.notes import no_statements
    from bot.text.statements import timeline_line

    about = about.strip()
    number = page or 1
    with open_desk(library) as desk:
        found = desk.quotes(
            speaker, about=about, source=source, since=day(since), until=day(until),
            first=(number - 1) * _PAGE, most=_PAGE if page or not (timeline or as_json) else -1,
            oldest_first=timeline,
        )  # fmt: skip
        unread = desk.unread()
    if as_json:
        for one in found.statements:
            typer.echo(json_line(statement_json(one)))
    if not found.statements:
        typer.echo(no_statements(found, about), err=as_json)
    elif timeline and not as_json:
        for one in found.statements:
            typer.echo(timeline_line(one.report, with_name=len(found.speakers) > 1))
    elif not as_json:
        _print_page(found, about, number)
    _complain_of_unread(unread)


def _print_page(page: "StatementPage", about: str, number: int) -> None:
    """Print the people who may be meant, their statements, and how to get to the next page."""
    from bot.text.statements import page_heading, statement_text

    several = len(page.speakers) > 1
    entries = [statement_text(one, with_name=several) for one in page.statements]
    typer.echo("\n\n".join([page_heading(page, about), *entries]))
    if page.more:
        typer.echo(f"\nThere are more: --page {number + 1}")


def who(
    phrase: Annotated[str, typer.Argument(help="The words that were said.")],
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """Print who said these words."""
    from bot.text.json import json_line, statement_json
    from bot.text.notes import NOBODY_SAYS_THAT, NOT_EXACTLY
    from bot.text.statements import statement_text
    from retrieval.quotes.finder import has

    with open_desk(library) as desk:
        found = desk.who_said(phrase)
        unread = desk.unread()
    if as_json:
        for one in found:
            typer.echo(json_line(statement_json(one) | {"exact": has(one.report, phrase)}))
    if not found:
        typer.echo(NOBODY_SAYS_THAT, err=as_json)
    elif not as_json:
        if not any(has(one.report, phrase) for one in found):
            typer.echo(f"{NOT_EXACTLY}\n")
        named = (f"{one.report.statement.speaker}:\n{statement_text(one)}" for one in found)
        typer.echo("\n\n".join(named))
    _complain_of_unread(unread)


def _complain_of_unread(count: int) -> None:
    from bot.text.notes import unread

    if count:
        complain(f"{unread(count)}; newsdesk reindex does that")
