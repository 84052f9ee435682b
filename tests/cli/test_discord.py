import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.discord.store import Store
from tests.cli.command import REPOSITORY, newsdesk
from tests.conftest import SEEDS
from tests.discord.test_store import GIVEN
from tests.loopback.discord_server import TOKEN


def test_feedback_is_printed_as_the_documentation_describes(data: Path) -> None:
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
def test_without_a_bot_a_message_says_so_and_no_file_is_created(
    tmp_path: Path, arguments: list[str]
) -> None:
    data = tmp_path / "nowhere"
    settings = {"NEWSDESK_DISCORD_TOKEN": TOKEN, "NEWSDESK_DISCORD_API": "http://127.0.0.1:1/"}

    read = newsdesk(*arguments, data=data, **settings)

    assert read.stderr.count("\n") == 1
    assert read.stderr.startswith("newsdesk: ")
    assert (read.stdout, read.returncode) == ("", 1)
    assert not data.exists()


def test_quotes_of_withdrawn_articles_are_listed(data: Path) -> None:
    newsdesk("index", str(SEEDS / "court-case.md"), data=data)
    with closing(Store(data)) as store:
        record = store.keep(GIVEN)

    listed = newsdesk("answers", "changed", data=data)
    (line,) = newsdesk("answers", "changed", "--json", data=data).stdout.splitlines()

    (article,) = {place.article for place in GIVEN.places}
    assert listed.stdout == (
        f"{record.at}\t{record.id}\t{article}\tand Starmer?\t(the article was withdrawn)\n"
    )
    assert (listed.stderr, listed.returncode) == ("", 0)
    assert json.loads(line) == {
        "at": record.at, "answer": record.id, "question": "and Starmer?",
        "article_id": article, "quote": None, "withdrawn": True,
    }  # fmt: skip
