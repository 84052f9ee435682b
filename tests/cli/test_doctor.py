import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from discord.http import Route

from tests.cli.command import newsdesk
from tests.conftest import SEEDS
from tests.loopback.discord_server import TOKEN


def test_doctor_finds_what_is_wrong_and_repairs_it(data: Path) -> None:
    newsdesk("index", str(SEEDS), data=data)
    assert newsdesk("doctor", data=data).returncode == 0
    for path in (data / "shared" / "words-1").iterdir():
        path.unlink()

    found = newsdesk("doctor", data=data, NEWSDESK_TRESHOLD="1")
    assert found.stdout.startswith("language: Newsdesk reads and answers English only\n")
    assert "words in Tantivy: " in found.stdout
    assert "NEWSDESK_TRESHOLD" in found.stderr
    assert found.returncode == 1
    assert newsdesk("doctor", data=data).returncode == 1, "doctor repairs nothing unless told"

    repaired = newsdesk("doctor", "--repair", data=data)
    assert repaired.returncode == 0, repaired.stdout
    assert newsdesk("doctor", data=data).returncode == 0


def test_doctor_repairs_passages_too(data: Path) -> None:
    newsdesk("index", str(SEEDS / "istanbul-talks.md"), data=data)
    with closing(sqlite3.connect(data / "shared" / "library.sqlite")) as library:
        library.execute("DELETE FROM passages WHERE start = 0")
        library.commit()

    assert "not slices" in newsdesk("doctor", data=data).stdout
    assert newsdesk("doctor", "--repair", data=data).returncode == 0
    assert newsdesk("doctor", data=data).returncode == 0


@pytest.mark.slow
def test_doctor_looks_for_the_bot_and_creates_no_files(
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
