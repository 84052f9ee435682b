"""Commands that answer questions."""

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.batch import accept_any_bytes, answer_file
from bot.cli.console import complain, leave
from bot.cli.desk import article_finder, open_desk
from bot.cli.options import AsJson, Library, Model, Since, Source, Until, day
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from retrieval.answers.answer import Answer
    from retrieval.newsdesk import Newsdesk
    from retrieval.questions.followup import Turn
    from retrieval.questions.question import Question

READ = 24  # as in retrieval.questions.question, which takes long to import


def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            help="Answer the questions of this file in JSON. Each line is a question, or a JSON "
            "object with a `question`; - is standard input.",
        ),
    ] = None,
    k: Annotated[
        int, typer.Option("-k", min=1, max=1000, help="How many passages to read.")
    ] = READ,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    model: Model = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print on standard error how the answer was found."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question with sentences quoted from the articles."""
    from retrieval.questions.question import Question

    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch FILE")
    if batch is not None and explain:
        raise typer.BadParameter("--explain works for one question, not with --batch")
    asked = Question(question or "", source, day(since), day(until), k)
    failed = False
    with open_desk(library, model=model) as desk:
        if batch is not None:
            failed = answer_file(desk, batch, asked)
        else:
            answer = _answer(desk, asked)
            _print_answer(answer, as_json=as_json)
            if explain:
                _print_trace(desk, answer)
    leave(failed=failed)


def chat(
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    model: Model = None,
) -> None:
    """Answer questions and follow-up questions until Ctrl-D."""
    accept_any_bytes(sys.stdin)
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() line editing and history
    turns: list[Turn] = []
    with open_desk(library, model=model) as desk:
        while True:
            try:
                text = input("> " if sys.stdin.isatty() else "")
            except EOFError:
                typer.echo()
                return
            if text.strip():
                _take_turn(desk, turns, text, source, since, until)


def _take_turn(
    desk: "Newsdesk",
    turns: "list[Turn]",
    text: str,
    source: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Answer what was typed, understood in the light of the turns so far, and add a turn."""
    from bot.text.notes import understood_as
    from retrieval.questions.followup import MAX_TURNS, Turn
    from retrieval.questions.question import Question

    try:
        understood = desk.understood(text, turns).question
        answer = _answer(desk, Question(understood, source, day(since), day(until)))
    except SettingsError as exc:
        complain(str(exc))
        return
    if understood != text:
        typer.echo(f"{understood_as(understood)}\n")
    _print_answer(answer, as_json=False)
    typer.echo()
    turns.append(Turn(understood, " ".join(one.quote for one in answer.citations)))
    del turns[:-MAX_TURNS]


def _answer(desk: "Newsdesk", asked: "Question") -> "Answer":
    """The answer; until it is complete, a terminal shows the sentences proved so far."""
    from rich.console import Console
    from rich.live import Live

    from bot.text.answer import sentences_text

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        return desk.ask(asked)
    # The live view erases itself at the end, because then the whole answer is printed.
    with Live(console=console, transient=True) as live:
        for answer in desk.stream(asked):
            live.update(sentences_text(answer))
    return answer


def _print_answer(answer: "Answer", *, as_json: bool) -> None:
    from rich.console import Console

    from bot.text.answer import answer_text
    from bot.text.json import answer_json, json_line

    if as_json:
        typer.echo(json_line(answer_json(answer)))
        return
    console = Console(highlight=False)
    styled = console.color_system is not None and not console.no_color
    console.print(answer_text(answer, marks=("", "") if styled else ("»", "«")), soft_wrap=True)


def _print_trace(desk: "Newsdesk", answer: "Answer") -> None:
    from bot.text.trace import trace, trace_text

    typer.echo("\n" + trace_text(trace(answer), article_finder(desk)), err=True)
