"""The command line: newsdesk index, ask, chat and their kin."""

import io
import json
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import feeds, quotes
from bot.cli.console import (
    NO_MODEL,
    AsJson,
    Library,
    Model,
    Since,
    Source,
    Until,
    complain,
    day,
    desk_of,
    leave,
    log_to_stderr,
    progress,
    stoppable,
    waiting,
)
from bot.text.hints import TERMINAL, with_hint
from retrieval.errors import LibraryError, NewsdeskError, ReadError, SettingsError

if TYPE_CHECKING:
    from bot.discord.store import Store
    from bot.settings import Settings
    from retrieval.answers.answer import Answer
    from retrieval.articles.article import Article
    from retrieval.library.check import Finding
    from retrieval.library.index import SyncReport
    from retrieval.newsdesk import Newsdesk, Question

app = typer.Typer(
    name="newsdesk",
    help="Answers questions from news articles, and proves every word of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(feeds.feeds, name="feeds")
answers = typer.Typer(help="What was answered on Discord.", no_args_is_help=True)
app.add_typer(answers, name="answers")

READ = 24  # as in retrieval.newsdesk, which takes long to import


def main() -> None:
    """Run the command; an error is a sentence on standard error and exit code 1."""
    try:
        app()
    except NewsdeskError as exc:
        complain(with_hint(exc))
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        where = f"{exc.filename}: " if exc.filename else ""
        complain(f"{where}{exc.strerror or exc}")
        sys.exit(1)


@app.command()
def index(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, and links (http, https).")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Withdraw articles whose file is gone from there.")
    ] = False,
    library: Library = None,
) -> None:
    """Make the library hold the articles in files and folders and at links."""
    links = [path for path in paths if path.lower().startswith(("http://", "https://"))]
    files = [Path(path) for path in paths if path not in links]
    with (
        desk_of(library, create=True) as desk,
        progress("articles") as advance,
        stoppable() as stop,
    ):
        runs = [desk.sync(files, prune=prune, waiting=waiting)] if files else []
        runs += [desk.add_links(links, waiting=waiting)] if links else []
        reports, stopped = [], False
        for run in runs:
            if not stopped:
                report, stopped = _index(run, advance, stop)
                reports.append(report)
    report = sum(reports[1:], reports[0])
    if report.repeated:
        typer.echo(f"{report.repeated} came more than once and were taken once")
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
    """The last report, and whether it was stopped before its end."""
    from retrieval.library.index import SyncReport

    report, named = SyncReport(), 0
    with closing(run):
        for report in run:
            advance(report.done, None)
            for error in report.failed[named:]:
                complain(f"not read: {error}")
            named = len(report.failed)
            if stop():
                return report, True
    return report, False


@app.command()
def articles(
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first."""
    from bot.text.answer import article_json, article_line, json_line

    with desk_of(library) as desk:
        for article in desk.articles(source=source, since=day(since), until=day(until)):
            line = (
                json_line(article_json(article, text=False)) if as_json else article_line(article)
            )
            typer.echo(line)


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="The article's id, or the start of it.")],
    versions: Annotated[
        bool, typer.Option("--versions", help="Print its earlier versions, and what changed.")
    ] = False,
    library: Library = None,
    as_json: AsJson = False,
) -> None:
    """Print an article."""
    from rich.console import Console

    from bot.text.answer import article_json, article_text, json_line, version_json, versions_text

    with desk_of(library) as desk:
        article = desk.article(id)
        earlier = desk.versions(article.id) if versions else []
    if not versions:
        line = json_line(article_json(article, text=True)) if as_json else article_text(article)
        typer.echo(line)
    elif as_json:
        for one in earlier:
            typer.echo(json_line(version_json(one)))
    else:
        Console(highlight=False).print(versions_text(article, earlier), soft_wrap=True)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="The articles' ids, or the starts of them.")],
    library: Library = None,
) -> None:
    """Withdraw articles: no search finds them, and no file holds their text."""
    from bot import settings

    found = {}
    failed = False
    with desk_of(library) as desk:
        for id in ids:
            try:
                article = desk.article(id)
                found[article.id] = article
            except NewsdeskError as exc:
                complain(with_hint(exc))
                failed = True
        desk.remove(found.values(), waiting=waiting)
    with suppress(LibraryError), _store(settings.load()) as store:  # where no bot ran, none knows
        store.forget_ways(found)
    for article in found.values():
        typer.echo(f"withdrawn: {article.id} {article.title}")
    leave(failed=failed)


@app.command()
def reindex(library: Library = None) -> None:
    """Rebuild the index from the stored articles, e.g. for another embedding model."""
    stopped, total = False, 0
    with (
        desk_of(library) as desk,
        progress("passages") as advance,
        stoppable() as stop,
        closing(desk.reindex(waiting=waiting)) as run,
    ):
        for done, total in run:
            advance(done, total)
            if stopped := stop():
                break
    if not stopped:
        typer.echo(f"rebuilt {total} passages")
    leave(stopped)


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what is wrong.")] = False,
    library: Library = None,
) -> None:
    """Check that settings, models and the three stores are in order; mend nothing unless told."""
    from bot import settings

    with desk_of(library) as desk:
        wrong = bool(settings.unknown())
        findings = list(desk.check())
        if repair and any(finding.wrong for finding in findings):
            for _ in desk.reindex(waiting=waiting):
                pass
            typer.echo("rebuilt the index")
            findings = list(desk.check())
        for finding in [*findings, *_model_findings(), *_discord_findings()]:
            state = finding.wrong or f"in order {finding.note}".strip()
            hint = f" {TERMINAL[finding.hint]}" if finding.hint else ""
            typer.echo(f"{finding.looked_at}: {state}{hint}")
            wrong = wrong or bool(finding.wrong)
    leave(failed=wrong)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            help="File of questions, one a line, or JSON lines with a `question`; - is standard "
            "input."
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to read.")] = READ,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    model: Model = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print also how the answer was found and proved.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question with quoted, cited sentences."""
    from retrieval.newsdesk import Question

    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch FILE")
    if batch is not None and explain:
        raise typer.BadParameter("--explain is for one question, not for --batch")
    asked = Question(question or "", source, day(since), day(until), k)
    with desk_of(library, model=model) as desk:
        if batch is not None:
            failed = _ask_each(desk, batch, asked)
        else:
            failed = False
            answer = _asked(desk, asked)
            _print_answer(answer, as_json=as_json)
            if explain:
                _print_way(desk, answer)
    leave(failed=failed)


def _asked(desk: "Newsdesk", asked: "Question") -> "Answer":
    """The answer; on a terminal its sentences are shown as they are proved."""
    from rich.console import Console
    from rich.live import Live

    from bot.text.answer import said_text

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        return desk.ask(asked)
    with Live(console=console, transient=True) as live:  # what doesn't fit can't be wiped out again
        for answer in desk.stream(asked):
            live.update(said_text(answer))
    return answer


def _print_way(desk: "Newsdesk", answer: "Answer") -> None:
    from bot.text.trace import trace, trace_text

    def article(library: str, id: str) -> "Article | None":
        found = desk.library(library)
        return found.article(id) if found else None

    typer.echo("\n" + trace_text(trace(answer), article), err=True)


@app.command(name="eval")
def evaluate(
    questions: Annotated[
        Path,
        typer.Argument(
            help="JSON lines with `question`, `answer` (null: the articles don't say) and, "
            "optionally, `article_urls`."
        ),
    ],
    report: Annotated[
        Path | None, typer.Option(help="Write a page of HTML with every wrong answer.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the run as JSON, to compare.")] = None,
    compare: Annotated[
        Path | None, typer.Option(help="A run that --save wrote, to show beside this one.")
    ] = None,
    library: Library = None,
) -> None:
    """Measure how well questions with known answers are answered and declined."""
    from rich.console import Console

    from bot.text import report as reports
    from retrieval import evaluation

    cases = evaluation.read_cases(questions)
    before = evaluation.load(compare) if compare else None
    _check_folders(report, save)
    named, now, failed, stopped = compare.name if compare else "", [], 0, False
    with desk_of(library) as desk, progress("questions") as advance, stoppable() as stop:
        desk.ask("Who?")  # the first question loads the models, which is no question's time
        for number, case in enumerate(cases, 1):
            try:
                now.append(evaluation.evaluate(desk, case))
            except SettingsError as exc:
                complain(f"not asked: {case.question[:60]!r}: {exc}")
                failed += 1
            advance(number, len(cases))
            if stopped := stop():
                break
        threshold = desk.threshold
    console = Console(highlight=False)
    console.print(reports.table(now, before, named))
    if before is not None:
        console.print(reports.flips_text(now, before), soft_wrap=True)
    if save:
        evaluation.save(now, save)
    if report:
        page = reports.page(
            now, name=questions.name, threshold=threshold, before=before, compared=named
        )
        report.write_text(page, encoding="utf-8")
    leave(stopped, failed=bool(failed), then=f"the figures are of {len(now)} questions")


def _check_folders(*files: Path | None) -> None:
    """Before long work, whose result would be lost."""
    for file in filter(None, files):
        if not file.absolute().parent.is_dir():
            raise SettingsError(f"There is no folder for {file}.")


@app.command()
def discord(
    invite: Annotated[
        bool, typer.Option("--invite", help="Print the link that adds the bot to a server.")
    ] = False,
) -> None:
    """Serve answers on Discord until stopped."""
    from bot import settings
    from bot.discord import application
    from bot.discord import run as serving

    chosen = settings.load()
    log_to_stderr(chosen.log_level)
    if invite:
        typer.echo(application.invite(chosen))
        return
    serving.run(chosen)


@app.command()
def feedback(as_json: AsJson = False) -> None:
    """Print what members thought of the answers on Discord, oldest first."""
    from bot import settings
    from bot.text.answer import feedback_json, feedback_line, json_line

    with _store(settings.load()) as store:
        for one in store.feedback():
            typer.echo(json_line(feedback_json(one)) if as_json else feedback_line(one))


@answers.command()
def changed(as_json: AsJson = False) -> None:
    """List quotes of given answers that the newest version of their article no longer has."""
    from bot import settings
    from bot.discord.libraries import Desks
    from bot.text.answer import changed_json, changed_line, json_line

    chosen = settings.with_model(settings.load(), NO_MODEL)
    with _store(chosen) as store, closing(Desks(chosen)) as desks:
        for given in store.answers():
            for one in desks.changes(given):
                shown = json_line(changed_json(one)) if as_json else changed_line(one)
                typer.echo(shown)


@answers.command(name="show")
def show_answer(
    number: Annotated[int, typer.Argument(help="The answer's number.")], as_json: AsJson = False
) -> None:
    """Print how an answer given on Discord was found and proved."""
    from bot import settings
    from bot.discord.libraries import Desks
    from bot.text.answer import json_line
    from bot.text.trace import trace_text
    from retrieval.articles.article import normalise

    chosen = settings.with_model(settings.load(), NO_MODEL)
    with _store(chosen) as store, closing(Desks(chosen)) as desks:
        given = store.answer(number)
        if given is None:
            raise SettingsError(f"There is no answer with the number {number}.")
        if not given.way:
            raise SettingsError(f"How answer {number} was found is no longer kept.")
        told = json.loads(given.way)
        if as_json:
            typer.echo(json_line({"answer": given.id, "asked": given.asked, "at": given.at} | told))
            return
        with desks.desk(given.guild) as desk:

            def article(library: str, id: str) -> "Article | None":
                found = desk.library(library)
                return found.article(id) if found else None

            typer.echo(f"{given.at}  {' '.join(normalise(given.asked).split())}")
            typer.echo(trace_text(told, article))


@contextmanager
def _store(chosen: "Settings") -> Iterator["Store"]:
    """What the bot on Discord remembers. Raises LibraryError where none has run."""
    from bot.discord.store import FILE, Store

    if not (chosen.data / FILE).exists():
        raise LibraryError(f"No bot has run with the data folder {chosen.data} yet.")
    with closing(Store(chosen.data)) as store:
        yield store


app.command()(feeds.watch)
app.command()(quotes.quotes)
app.command()(quotes.who)


@app.command()
def chat(
    source: Source = None,
    since: Since = None,
    until: Until = None,
    library: Library = None,
    model: Model = None,
) -> None:
    """Ask one question after another, each after the talk before it; Ctrl-D ends it."""
    from retrieval.newsdesk import Question
    from retrieval.questions.followup import MAX_TURNS, Turn

    _accept_any_bytes(sys.stdin)
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() line editing and history
    turns: list[Turn] = []
    with desk_of(library, model=model) as desk:
        while True:
            try:
                text = input("> " if sys.stdin.isatty() else "")
            except EOFError:
                typer.echo()
                return
            if not text.strip():
                continue
            try:
                understood = desk.understood(text, turns).question
                answer = _asked(desk, Question(understood, source, day(since), day(until)))
            except SettingsError as exc:
                complain(str(exc))
                continue
            if understood != text:
                typer.echo(f"Understood: {understood}\n")
            _print_answer(answer, as_json=False)
            typer.echo()
            turns = [*turns, Turn(understood, " ".join(one.quote for one in answer.citations))]
            turns = turns[-MAX_TURNS:]


def _model_findings() -> "list[Finding]":
    """Whether the language model answers; nothing where there is none."""
    from bot import settings
    from retrieval.library.check import Finding

    looked_at = "language model"
    try:
        model = settings.language_model(settings.load())
        if model is None:
            return []
        seconds = model.check()
    except NewsdeskError as exc:
        return [Finding(looked_at, with_hint(exc))]
    return [Finding(looked_at, note=f"({model.name} answers after {seconds:.1f} s)")]


def _discord_findings() -> "list[Finding]":
    """What there is to say of the bot on Discord; nothing where there is no token."""
    from bot import settings

    chosen = settings.load()
    if chosen.discord_token is None:
        return []
    from bot.discord.doctor import findings

    return findings(chosen)


def _ask_each(desk: "Newsdesk", file: Path, asked: "Question") -> bool:
    """Answer each line of the file on a line of its own; whether any could not be."""
    from dataclasses import replace

    from bot.text.answer import answer_json, json_line

    failed = False
    _accept_any_bytes(sys.stdin)
    for number, line in _question_lines(file):
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


def _question_lines(file: Path) -> Iterator[tuple[int, str]]:
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


def _accept_any_bytes(stream: object) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="surrogateescape")


def _fields(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {"question": line}
    try:
        return dict(json.loads(line, parse_constant=_refuse))
    except (ValueError, RecursionError) as exc:
        raise SettingsError("The line is not valid JSON.") from exc


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _print_answer(answer: "Answer", *, as_json: bool) -> None:
    from rich.console import Console

    from bot.text.answer import answer_json, answer_text, json_line

    if as_json:
        typer.echo(json_line(answer_json(answer)))
        return
    console = Console(highlight=False)
    styled = console.color_system is not None and not console.no_color
    console.print(answer_text(answer, marks=("", "") if styled else ("»", "«")), soft_wrap=True)
