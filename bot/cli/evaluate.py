"""The command that measures how often questions are answered correctly."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import complain, leave, progress, stoppable
from bot.cli.desk import open_desk
from bot.cli.options import Library
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from retrieval.evaluation import Case, Outcome


def evaluate(
    questions: Annotated[
        Path,
        typer.Argument(
            help="JSON lines with `question`, `answer` (null if the articles don't say), and "
            "optionally `article_urls`."
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(help="Write an HTML page with figures and wrong answers."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Save the run as JSON, for a later --compare.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Show a run that --save wrote beside this one.")
    ] = None,
    library: Library = None,
) -> None:
    """Measure how well questions with known answers are answered or declined."""
    from rich.console import Console

    from bot.text import report as reports
    from retrieval import evaluation

    cases = evaluation.read_cases(questions)
    before = evaluation.load(compare) if compare else None
    _check_folders(report, save)
    compared = compare.name if compare else ""
    now, threshold, stopped = _run(cases, library)
    console = Console(highlight=False)
    console.print(reports.table(now, before, compared))
    if before is not None:
        console.print(reports.flips_text(now, before), soft_wrap=True)
    if save:
        evaluation.save(now, save)
    if report:
        page = reports.page(
            now, name=questions.name, threshold=threshold, before=before, compared=compared
        )
        report.write_text(page, encoding="utf-8")
    failed = not stopped and len(now) < len(cases)
    leave(stopped, failed=failed, then=f"the figures cover {len(now)} questions")


def _run(cases: "Sequence[Case]", library: str | None) -> "tuple[list[Outcome], float, bool]":
    """The outcomes, the threshold in use, and whether Ctrl-C stopped the run."""
    from retrieval import evaluation

    outcomes = []
    with open_desk(library) as desk, progress("questions") as advance, stoppable() as stop:
        desk.ask("Who?")  # loads the models, so that the time for that counts for no question
        for number, case in enumerate(cases, 1):
            try:
                outcomes.append(evaluation.evaluate(desk, case))
            except SettingsError as exc:
                complain(f"not asked: {case.question[:60]!r}: {exc}")
            advance(number, len(cases))
            if stop():
                return outcomes, desk.threshold, True
        return outcomes, desk.threshold, False


def _check_folders(*files: Path | None) -> None:
    """Raise SettingsError if the folder of a file is missing, before hours of work are lost."""
    for file in filter(None, files):
        if not file.absolute().parent.is_dir():
            raise SettingsError(f"There is no folder for {file}.")
