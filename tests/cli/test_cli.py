import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from discord.http import Route

from bot.cli import main
from bot.discord.store import Store
from retrieval.newsdesk import Newsdesk
from tests.conftest import SEEDS
from tests.discord.test_store import GIVEN
from tests.loopback.discord_server import TOKEN
from tests.test_newsdesk import STARMER

COMMAND = [sys.executable, "-m", "bot"]
REPOSITORY = SEEDS.parent


@dataclass
class Ended:
    """What a command printed and how it ended."""

    stdout: str
    stderr: str
    returncode: int


def newsdesk(*arguments: str, data: Path, given: str = "", **settings: str) -> Ended:
    """Run the command as the installed script does, in this process, which has the models."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (settings | {"NEWSDESK_DATA": str(data)}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["newsdesk", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(given))
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
    return Ended(out.getvalue(), err.getvalue(), code)


@pytest.fixture(scope="module")
def shared(seeded: Newsdesk) -> Path:
    """The data folder of a library that holds the seeds; for looking only."""
    return seeded.index.library.folder.parent


def test_index_says_what_it_did(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Article a.")
    (folder / "b.txt").write_text("Article b.")
    (folder / "c.pdf").write_bytes(b"%PDF no more")

    first = newsdesk("index", str(folder), data=data)
    assert first.stdout == "added 2, changed 0, unchanged 0, withdrawn 0, failed 1\n"
    assert (
        first.stderr == f"newsdesk: not read: {folder / 'c.pdf'}: it is damaged (PdfStreamError)\n"
    )
    assert first.returncode == 1

    (folder / "c.pdf").unlink()
    (folder / "a.txt").write_text("Article a, corrected.")
    (folder / "b.txt").unlink()
    second = newsdesk("index", "--prune", str(folder), data=data)
    assert second.stdout == "added 0, changed 1, unchanged 0, withdrawn 1, failed 0\n"
    assert (second.stderr, second.returncode) == ("", 0)


def test_ask_prints_quotes_and_sources(shared: Path) -> None:
    asked = newsdesk("ask", "what did Starmer say?", data=shared)

    answer, _, rest = asked.stdout.partition("\n\n")
    assert answer == STARMER + " [1]"
    assert rest.startswith(
        "[1] Ukraine and Russia agree on a prisoner exchange but no ceasefire in Istanbul · "
        "Reuters · 16 May 2025\n"
    )
    assert f"»{STARMER}«" in rest
    assert (asked.stderr, asked.returncode) == ("", 0)


def test_ask_declines_with_the_nearest_passages(shared: Path) -> None:
    asked = newsdesk("ask", "who won the 2022 World Cup?", data=shared)

    assert asked.stdout.startswith("The articles don't say.\n\nThe nearest passages:\n\n")
    assert asked.returncode == 0


def test_ask_json_is_one_object_that_the_documentation_describes(shared: Path) -> None:
    asked = newsdesk("ask", "--json", "what did Starmer say?", data=shared)

    (line,) = asked.stdout.splitlines()
    answer = json.loads(line)
    documented = (REPOSITORY / "docs" / "json.md").read_text()
    for keys in (answer, answer["citations"][0], answer["passages"][0]):
        assert all(f"`{key}`" in documented for key in keys)
    assert list(answer) == [
        "question", "found", "answer", "citations", "span", "probability", "passages", "mode",
        "note", "differing", "missing", "others", "since", "until", "seconds",
    ]  # fmt: skip
    assert list(answer["citations"][0]) == [
        "number", "article_id", "title", "source", "url", "published", "quote", "start", "end",
        "span", "said", "also",
    ]  # fmt: skip
    assert list(answer["passages"][0]) == ["article_id", "url", "start", "end", "text", "rank"]
    assert len(answer["passages"]) >= 10
    for place in [*answer["citations"], *answer["passages"]]:
        shown = newsdesk("show", "--json", place["article_id"], data=shared).stdout
        text = json.loads(shown)["text"]
        assert text[place["start"] : place["end"]] == place.get("quote", place.get("text"))


def test_batch_answers_line_by_line_and_passes_fields_through(shared: Path) -> None:
    lines = [
        "\ufeffwhat did Starmer say?",
        '{"id": 7, "question": "who won the 2022 World Cup?", "answer": "Argentina"}',
        "",
        '{"id": 8}',
        "{broken",
        "x" * 3000,
        '{"question": ' + "[" * 100_000,
        '{"question": "who?", "x": NaN}',
        '{"question": "who \\ud800 said it?"}',
    ]

    asked = newsdesk("ask", "--batch", "-", data=shared, given="\n".join(lines))

    first, second, *bad, odd = map(json.loads, asked.stdout.splitlines())
    assert bad[0] == {"id": 8, "line": 4, "error": "The line has no `question`."}
    assert (first["question"], first["found"]) == ("what did Starmer say?", True)
    assert (second["id"], second["found"]) == (7, False)
    assert [one["line"] for one in bad] == [4, 5, 6, 7, 8]
    assert len(asked.stderr.splitlines()) == 5
    assert odd["question"] == "who said it?"
    assert asked.returncode == 1


def test_chat_answers_until_the_end_of_input(shared: Path) -> None:
    talked = newsdesk(
        "chat", data=shared, given="what did Starmer say?\n\nwhat did von der Leyen say?\n"
    )

    assert talked.stdout.index("closely coordinating") < talked.stdout.index("von der Leyen said")
    assert (talked.stderr, talked.returncode) == ("", 0)


def test_articles_are_listed_shown_and_removed(data: Path) -> None:
    newsdesk("index", str(SEEDS / "council-vote.md"), str(SEEDS / "court-case.md"), data=data)

    listed = newsdesk("articles", data=data).stdout.splitlines()
    assert [line.split("\t")[1:3] for line in listed] == [
        ["2026-04-07", "Northshore Gazette (made up)"],
        ["2026-03-24", "The Alder Courier (made up)"],
    ]
    id = listed[0].split("\t")[0]
    shown = newsdesk("show", id[:8], data=data).stdout
    assert shown.startswith("Boat owners take Port Alder's ferry terminal to court\nNorthshore")
    assert shown.endswith("Tomas Brandt declined to comment.\n")

    removed = newsdesk("remove", id, "0000", data=data)
    assert (
        removed.stdout == f"withdrawn: {id} Boat owners take Port Alder's ferry terminal to court\n"
    )
    assert "No article has an id beginning with '0000'" in removed.stderr
    assert removed.returncode == 1
    assert len(newsdesk("articles", data=data).stdout.splitlines()) == 1


def test_earlier_versions_are_shown_with_what_changed(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    for text in ("The mayor said no.", "The mayor said yes."):
        file.write_text(f"---\ntitle: A vote\n---\n{text}")
        newsdesk("index", str(file), data=data)
    id = newsdesk("articles", data=data).stdout.split()[0]

    shown = newsdesk("show", id, "--versions", data=data).stdout
    (version,) = newsdesk("show", id, "--versions", "--json", data=data).stdout.splitlines()

    assert "The mayor said [-no-]{+yes+}." in shown
    assert "A vote" in shown
    assert json.loads(version)["text"] == "The mayor said no."
    assert json.loads(version)["number"] == 1


def test_doctor_finds_and_mends_what_is_wrong(data: Path) -> None:
    newsdesk("index", str(SEEDS), data=data)
    assert newsdesk("doctor", data=data).returncode == 0
    for path in (data / "shared" / "words-1").iterdir():
        path.unlink()

    found = newsdesk("doctor", data=data, NEWSDESK_TRESHOLD="1")
    assert "words in Tantivy: " in found.stdout
    assert "NEWSDESK_TRESHOLD" in found.stderr
    assert found.returncode == 1
    assert newsdesk("doctor", data=data).returncode == 1, "doctor mends nothing unless told"

    mended = newsdesk("doctor", "--repair", data=data)
    assert mended.returncode == 0, mended.stdout
    assert newsdesk("doctor", data=data).returncode == 0


def test_doctor_mends_passages_too(data: Path) -> None:
    newsdesk("index", str(SEEDS / "istanbul-talks.md"), data=data)
    with closing(sqlite3.connect(data / "shared" / "library.sqlite")) as library:
        library.execute("DELETE FROM passages WHERE start = 0")
        library.commit()

    assert "not slices" in newsdesk("doctor", data=data).stdout
    assert newsdesk("doctor", "--repair", data=data).returncode == 0
    assert newsdesk("doctor", data=data).returncode == 0


def test_feedback_is_printed_and_is_as_the_documentation_describes(data: Path) -> None:
    with closing(Store(data)) as store:
        first = store.keep(replace(GIVEN, question="what did\tStarmer say?"))
        second = store.keep(replace(GIVEN, question="who won?", found=False))
        store.rate(first.id, 1, good=True)
        store.rate(first.id, 2, good=False)
        store.rate(second.id, 1, good=True)
        store.rate(second.id, 1, good=False)

    read = newsdesk("feedback", data=data)
    lines = [line.split("\t") for line in read.stdout.splitlines()]
    assert sorted(line[1:] for line in lines) == [
        ["bad", "answered", "1", "what did Starmer say?"],
        ["bad", "declined", "2", "who won?"],
        ["good", "answered", "1", "what did Starmer say?"],
    ]
    assert all(datetime.fromisoformat(line[0]).tzinfo for line in lines)
    assert (read.stderr, read.returncode) == ("", 0)

    shown = [json.loads(line) for line in
             newsdesk("feedback", "--json", data=data).stdout.splitlines()]  # fmt: skip
    documented = (REPOSITORY / "docs" / "json.md").read_text()
    for one, line in zip(shown, lines, strict=True):
        assert list(one) == ["answer", "question", "found", "good", "at"]
        assert all(f"`{key}`" in documented for key in one)
        assert one["at"] == line[0]
        assert (one["good"], one["found"]) == (line[1] == "good", line[2] == "answered")


@pytest.mark.parametrize("arguments", [["feedback"], ["feedback", "--json"], ["doctor"]])
def test_where_no_bot_ran_it_is_said_and_nothing_is_made(
    tmp_path: Path, arguments: list[str]
) -> None:
    data = tmp_path / "nowhere"
    settings = {"NEWSDESK_DISCORD_TOKEN": TOKEN, "NEWSDESK_DISCORD_API": "http://127.0.0.1:1/"}

    read = newsdesk(*arguments, data=data, **settings)

    assert read.stderr.count("\n") == 1
    assert read.stderr.startswith("newsdesk: ")
    assert (read.stdout, read.returncode) == ("", 1)
    assert not data.exists()


@pytest.mark.slow
def test_doctor_looks_for_the_bot_and_makes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # the settings change it
    settings = {"NEWSDESK_DISCORD_TOKEN": TOKEN, "NEWSDESK_DISCORD_API": "http://127.0.0.1:1/"}
    newsdesk("index", str(SEEDS / "istanbul-talks.md"), data=data)
    before = sorted(data.iterdir())

    looked = newsdesk("doctor", data=data, **settings)

    assert looked.stdout.splitlines()[-2:] == [
        "Discord token: Discord can't be reached (ClientConnectorError).",
        "Discord connection: The bot has not run yet. Start it with: newsdesk discord",
    ]
    assert looked.returncode == 1
    assert sorted(data.iterdir()) == before


def test_a_data_folder_that_cannot_be_one_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    result = newsdesk("index", str(SEEDS), data=tmp_path / "file")

    assert "Not a directory" in result.stderr
    assert result.returncode == 1


def test_reindex_rebuilds(data: Path) -> None:
    newsdesk("index", str(SEEDS / "istanbul-talks.md"), data=data)

    assert newsdesk("reindex", data=data).stdout == "rebuilt 3 passages\n"
    assert newsdesk("ask", "what did Starmer say?", data=data).stdout.startswith(STARMER)


@pytest.mark.slow
def test_interrupted_indexing_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(12):
        text = f"Boat {number}. " + "Long words are quick to embed: " + ("w" * 150 + " ") * 250
        (folder / f"{number:02}.txt").write_text(text)
    environment = os.environ | {"NEWSDESK_DATA": str(data), "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.Popen(
        [*COMMAND, "index", str(folder)], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    library = data / "shared" / "words-1" / "meta.json"
    deadline = time.monotonic() + 60
    while not library.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    stdout, stderr = run.communicate(timeout=60)

    assert "interrupted; the same command goes on where it stopped" in stderr
    assert run.returncode == 130
    done = int(stdout.split("added ")[1].split(",")[0])
    assert 0 < done < 12
    again = newsdesk("index", str(folder), data=data)
    assert (
        again.stdout == f"added {12 - done}, changed 0, unchanged {done}, withdrawn 0, failed 0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["ask", "who?"], 1, "newsdesk index PATH", id="no library"),
        pytest.param(["ask"], 2, "--batch FILE", id="no question"),
        pytest.param(["ask", "who?", "--since", "lately"], 2, "lately", id="no date"),
        pytest.param(["ask", "who?", "--library", "../x"], 1, "library's name", id="a path"),
        pytest.param(["ask", "--batch", "none.txt"], 1, "none.txt", id="no file"),
        pytest.param(["articles"], 1, "newsdesk index PATH", id="nothing to list"),
        pytest.param(
            ["index", "none"], 1, "there is no such file or folder", id="nothing to index"
        ),
    ],
)
def test_bad_input_is_a_sentence_and_never_a_traceback(
    data: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    if "--batch" in arguments:
        newsdesk("index", str(SEEDS / "court-case.md"), data=data)

    result = newsdesk(*arguments, data=data)

    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == code


def test_articles_text_is_never_markup_or_a_control_sequence(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "[bold]Mayor Lindqvist[/bold] said that \x1b[31mred\x1b[0m is the colour of the harbour."
    )
    newsdesk("index", str(path), data=data)

    answer = newsdesk("ask", "what did Lindqvist say about the harbour?", data=data).stdout

    assert "[bold]Mayor Lindqvist[/bold] said that [31mred[0m is the colour" in answer
    assert "\x1b" not in answer


QUESTIONS = """
{"question": "how many prisoners will be exchanged?", "answer": "1,000"}
{"question": "who leads the Russian delegation?", "answer": "Nobody <script>alert(1)</script>"}
{"question": "who won the 2022 World Cup?", "answer": null}
"""


@pytest.mark.slow
def test_eval_prints_figures_and_writes_a_report(shared: Path, tmp_path: Path) -> None:
    file, page, run = (tmp_path / name for name in ("q.jsonl", "page.html", "run.json"))
    file.write_text(QUESTIONS)

    ended = newsdesk("eval", str(file), "--report", str(page), "--save", str(run), data=shared)

    assert (ended.returncode, ended.stderr) == (0, "")
    printed = dict(re.findall(r"^(\S.*?) {2,}(\S+)\s*$", ended.stdout, re.M))
    assert printed["questions"] == "3"
    assert printed["answer@1"] == "0.500"
    assert printed["unanswerable declined (recall)"] == "1.000"
    assert printed["quotes exact"] == "1.000"
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "Nobody &lt;script&gt;" in html
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import", html)
    assert "<polyline" in html
    assert "who leads the Russian delegation?" in html
    assert "how many prisoners will be exchanged?" not in html  # it was answered rightly

    changed = json.loads(run.read_text())
    changed["outcomes"][0]["in_text"] = False
    run.write_text(json.dumps(changed))
    second = newsdesk("eval", str(file), "--compare", str(run), data=shared)

    assert "now right  how many prisoners will be exchanged?" in second.stdout
    assert "now wrong" not in second.stdout
    assert "difference" in second.stdout


def test_eval_names_what_it_could_not_ask(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(QUESTIONS + json.dumps({"question": "why? " * 1000, "answer": None}) + "\n")

    ended = newsdesk("eval", str(file), data=shared)

    assert ended.returncode == 1
    assert "not asked: 'why? " in ended.stderr
    assert "questions" in ended.stdout

    file.write_text("nonsense")
    broken = newsdesk("eval", str(file), data=shared)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert f"{file}:1: the line is not valid JSON" in broken.stderr
