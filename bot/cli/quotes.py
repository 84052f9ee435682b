"""Commands for who said what."""

from typing import Annotated

import typer

from bot.cli.console import AsJson, Library, Since, Source, Until, complain, day, desk_of

_PAGE = 20  # statements of a list; a timeline and JSON have all where no page is asked for


def quotes(
    speaker: Annotated[str, typer.Argument(help="Who: a name, or what the articles call them.")],
    about: Annotated[str, typer.Option(help="Only what is about this.")] = "",
    since: Since = None,
    until: Until = None,
    source: Source = None,
    library: Library = None,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Oldest first, a line each.")
    ] = False,
    page: Annotated[int | None, typer.Option(min=1, help="Which page of the list.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what somebody says, newest first."""
    from bot.text.answer import json_line
    from bot.text.statements import heading, nothing, timeline_line, told_json, told_text

    about = about.strip()
    most = _PAGE if page or not (timeline or as_json) else -1
    number = page or 1
    with desk_of(library) as desk:
        found = desk.quotes(
            speaker, about=about, source=source, since=day(since), until=day(until),
            first=(number - 1) * _PAGE, most=most, oldest_first=timeline,
        )  # fmt: skip
        unread = desk.unread()
    if as_json:
        for one in found.told:
            typer.echo(json_line(told_json(one)))
    several = len(found.speakers) > 1
    if not found.told:
        typer.echo(nothing(found, about), err=as_json)
    elif timeline and not as_json:
        for one in found.told:
            typer.echo(timeline_line(one.said, with_name=several))
    elif not as_json:
        entries = [told_text(one, with_name=several) for one in found.told]
        typer.echo("\n\n".join([heading(found, about), *entries]))
        if found.more:
            typer.echo(f"\nThere are more: --page {number + 1}")
    _say_unread(unread)


def who(
    phrase: Annotated[str, typer.Argument(help="What was said.")],
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """Print whose words these are."""
    from bot.text.answer import json_line
    from bot.text.statements import NOBODY, NOT_JUST_THAT, told_json, told_text
    from retrieval.quotes.finder import has

    with desk_of(library) as desk:
        found = desk.who_said(phrase)
        unread = desk.unread()
    if as_json:
        for one in found:
            typer.echo(json_line(told_json(one) | {"exact": has(one.said, phrase)}))
    if not found:
        typer.echo(NOBODY, err=as_json)
    elif not as_json:
        if not any(has(one.said, phrase) for one in found):
            typer.echo(f"{NOT_JUST_THAT}\n")
        typer.echo("\n\n".join(f"{one.said.statement.speaker}:\n{told_text(one)}" for one in found))
    _say_unread(unread)


def _say_unread(unread: int) -> None:
    if unread:
        complain(f"statements were not looked for in {unread} articles yet: newsdesk reindex")
