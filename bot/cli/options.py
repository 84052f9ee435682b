"""The options that several commands share."""

from datetime import date
from typing import Annotated

import typer

_DAYS = "DATE"


def _day(text: str, *, last: bool = False) -> date | None:
    from retrieval.errors import SettingsError
    from retrieval.questions.period import day

    try:
        return day(text, last=last)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


def _first_day(text: str) -> date | None:
    return _day(text)


def _last_day(text: str) -> date | None:
    return _day(text, last=True)


Library = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Use this library instead of the default one."),
]
Source = Annotated[
    str | None, typer.Option(metavar="PUBLISHER", help="Only articles by this publisher.")
]
Since = Annotated[
    date | None,
    typer.Option(
        parser=_first_day, metavar=_DAYS, help='Only articles from this day on, as "last week".'
    ),
]
Until = Annotated[
    date | None,
    typer.Option(parser=_last_day, metavar=_DAYS, help="Only articles up to this day."),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="PROVIDER:MODEL",
        help="Use this language model instead of the configured one; none: quotes only.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
