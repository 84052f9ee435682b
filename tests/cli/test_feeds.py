import json
from pathlib import Path

from tests.cli.command import newsdesk

FEED = "https://news.example/feed"


def test_a_feed_is_added_listed_paused_and_removed(data: Path) -> None:
    added = newsdesk("feeds", "add", FEED, data=data)
    listed = newsdesk("feeds", "list", data=data)
    paused = newsdesk("feeds", "pause", FEED, data=data)
    (line,) = newsdesk("feeds", "list", "--json", data=data).stdout.splitlines()
    resumed = newsdesk("feeds", "pause", "--resume", FEED, data=data)
    removed = newsdesk("feeds", "remove", FEED, data=data)

    assert added.stdout == f"following: {FEED}\n"
    first, second = listed.stdout.splitlines()
    assert first == FEED
    assert second.startswith("    last success never, next poll ")
    assert second.endswith(", 0 articles")
    assert paused.stdout == f"paused: {FEED}\n"
    assert (json.loads(line)["paused"], json.loads(line)["next"]) == (True, None)
    assert resumed.stdout == f"resumed: {FEED}\n"
    assert removed.stdout == f"no longer following: {FEED}\n"
    assert newsdesk("feeds", "list", data=data).stdout == ""
    for one in (added, listed, paused, resumed, removed):
        assert (one.stderr, one.returncode) == ("", 0)


def test_pages_that_were_given_up_are_tried_again(data: Path) -> None:
    none = newsdesk("feeds", "failed", "--retry", data=data)

    assert (none.stdout, none.returncode) == ("to be tried again: 0 pages\n", 0)


def test_only_what_exists_can_be_followed(data: Path) -> None:
    watched = newsdesk("watch", "none", data=data)

    assert watched.stderr == "newsdesk: There is no file or folder none.\n"
    assert watched.returncode == 1
