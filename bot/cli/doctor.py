"""The command that checks the installation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import leave, say_waiting
from bot.cli.desk import open_desk
from bot.cli.options import Library
from bot.text.hints import TERMINAL
from retrieval.errors import NewsdeskError

if TYPE_CHECKING:
    from bot.settings import Settings
    from retrieval.library.check import Finding


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild the index if something is wrong with it.")
    ] = False,
    library: Library = None,
) -> None:
    """Check the settings, the models and the library; change nothing without --repair."""
    from bot import settings

    with open_desk(library) as desk:
        findings = list(desk.check())
        if repair and any(finding.wrong for finding in findings):
            for _ in desk.reindex(waiting=say_waiting):
                pass
            typer.echo("rebuilt the index")
            findings = list(desk.check())
        chosen = settings.load()
        typer.echo("language: Newsdesk reads and answers English only")
        wrong = bool(settings.unknown())
        for finding in [*findings, *_model_findings(chosen), *_discord_findings(chosen)]:
            state = finding.wrong or f"in order {finding.note}".strip()
            hint = f" {TERMINAL[finding.hint]}" if finding.hint else ""
            typer.echo(f"{finding.looked_at}: {state}{hint}")
            wrong = wrong or bool(finding.wrong)
    leave(failed=wrong)


def _model_findings(chosen: "Settings") -> "Iterator[Finding]":
    """Whether the language model answers; nothing if none is configured."""
    from bot import settings
    from retrieval.library.check import Finding

    looked_at = "language model"
    try:
        model = settings.language_model(chosen)
        if model is not None:
            seconds = model.check()
            yield Finding(looked_at, note=f"({model.name} answers after {seconds:.1f} s)")
    except NewsdeskError as exc:
        yield Finding(looked_at, str(exc), hint=exc.hint)


def _discord_findings(chosen: "Settings") -> "list[Finding]":
    """What is wrong with the bot on Discord; nothing if no token is configured."""
    if chosen.discord_token is None:
        return []
    from bot.discord.doctor import findings

    return findings(chosen)
