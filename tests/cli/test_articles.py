import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, REPOSITORY, newsdesk
from tests.conftest import SEEDS
from tests.test_newsdesk import STARMER


def test_index_reports_what_it_did(data: Path, tmp_path: Path) -> None:
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


def test_reindex_rebuilds(data: Path) -> None:
    newsdesk("index", str(SEEDS / "istanbul-talks.md"), data=data)

    assert newsdesk("reindex", data=data).stdout == "rebuilt 3 passages\n"
    assert newsdesk("ask", "what did Starmer say?", data=data).stdout.startswith(STARMER)


@pytest.mark.slow
def test_interrupted_indexing_continues_where_it_stopped(data: Path, tmp_path: Path) -> None:
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

    assert "interrupted; run the same command again to continue" in stderr
    assert run.returncode == 130
    done = int(stdout.split("added ")[1].split(",")[0])
    assert 0 < done < 12
    again = newsdesk("index", str(folder), data=data)
    assert (
        again.stdout == f"added {12 - done}, changed 0, unchanged {done}, withdrawn 0, failed 0\n"
    )
