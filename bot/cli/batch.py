"""`newsdesk ask --batch`: the questions of a file, answered as JSON lines."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.console import complain
from retrieval.errors import ReadError, SettingsError

if TYPE_CHECKING:
    from retrieval.newsdesk import Newsdesk
    from retrieval.questions.question import Question


def answer_file(desk: "Newsdesk", file: Path, asked: "Question") -> bool:
    """Print a line of JSON for each line of the file. Returns whether any line was wrong.

    `asked` is the question that each line fills with its text. The other fields of a line are
    printed with its answer. Raises ReadError if the file can't be read.
    """
    from bot.text.json import answer_json, json_line

    failed = False
    accept_any_bytes(sys.stdin)
    for number, line in _lines(file):
        fields: dict[str, Any] = {}
        try:
            fields = _fields(line)
            if not isinstance(fields.get("question"), str):
                raise SettingsError("The line has no `question`.")
            shown = answer_json(desk.ask(replace(asked, text=fields["question"])))
        except SettingsError as exc:
            complain(f"{file}:{number}: {exc}")
            shown = {"line": number, "error": str(exc)}
            failed = True
        typer.echo(json_line(fields | shown))
    return failed


def accept_any_bytes(stream: object) -> None:
    """Make the stream read bytes that are not UTF-8 as lone surrogates instead of failing."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="surrogateescape")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; "-" is standard input."""
    try:
        with (
            nullcontext(sys.stdin)
            if str(file) == "-"
            else file.open(encoding="utf-8-sig", errors="surrogateescape")
        ) as lines:
            for number, line in enumerate(lines, 1):
                if text := line.strip().removeprefix("\ufeff"):
                    yield number, text
    except OSError as exc:
        raise ReadError(f"it can't be read: {exc.strerror}", str(file)) from exc


def _fields(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {"question": line}
    try:
        return dict(json.loads(line, parse_constant=_refuse))
    except (ValueError, RecursionError) as exc:
        raise SettingsError("The line is not valid JSON.") from exc


def _refuse(constant: str) -> None:
    """Raise ValueError for NaN and Infinity, which json.loads would accept."""
    raise ValueError(f"{constant} is not JSON")
