"""The options that several commands share."""

from datetime import date, datetime
from typing import Annotated

import typer

_DAY = "YYYY-MM-DD"

Library = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Use this library instead of the default one."),
]
Source = Annotated[
    str | None, typer.Option(metavar="PUBLISHER", help="Only articles by this publisher.")
]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar=_DAY, help="Only articles from this day on."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar=_DAY, help="Only articles up to this day."),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="PROVIDER:MODEL",
        help="Use this language model instead of the configured one; none: quotes only.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def day(moment: datetime | None) -> date | None:
    """The day that `--since` or `--until` names."""
    return moment.date() if moment else None
