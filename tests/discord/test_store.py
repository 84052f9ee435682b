import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.discord import store as stores
from bot.discord.store import AnswerRecord, GuildSettings, QuotePlace, Store
from retrieval.errors import LibraryError

PLACE = QuotePlace("shared", "a" * 16, 0, 90, 10, 40, "d" * 16, 12, 20)


GIVEN = AnswerRecord(
    guild=11, channel=111, asker=2002, question="what did Starmer say?", asked="and Starmer?",
    private=False, found=True, places=(PLACE,), source="Reuters", since=date(2025, 5, 1),
)  # fmt: skip


def test_an_answer_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        kept = store.keep(GIVEN)
    with closing(Store(tmp_path)) as store:
        assert store.answer(kept.id) == kept
    assert replace(kept, id=0, at="") == GIVEN


def test_a_file_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / stores.FILE)) as old:
        old.executescript(stores._FORMATS[0])
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "INSERT INTO answers VALUES (1, 11, 111, 5, 2002, 'q', 'q', NULL, 0, 1, '2999', '[]')"
        )
        old.commit()
    with closing(Store(tmp_path)) as store:
        given = store.answer(1)
    assert given is not None
    assert (given.question, given.checks, given.since) == ("q", False, None)


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / stores.FILE)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="newer version"):
        Store(tmp_path)


def test_deleted_and_old_answers_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(tmp_path)) as store:
        deleted, other = store.keep(GIVEN), store.keep(replace(GIVEN, guild=12))
        store.rate(deleted.id, 1, good=True)
        store.delete(deleted.id)
        assert not store.feedback()
        store.leave(12)
        assert store.answer(other.id) is None

        monkeypatch.setattr(stores, "_now", lambda: "2020-01-01T00:00:00+00:00")
        old = store.keep(GIVEN)
        monkeypatch.undo()
        new, check = store.keep(GIVEN), store.keep(replace(GIVEN, checks=True))
        store.prune()
        assert store.answer(old.id) is None
        assert store.answer(new.id)
        assert store.answer(check.id)
        monkeypatch.setattr(stores, "_MONTH", stores._MONTH * -1)
        store.prune()
        assert store.answer(new.id)
        assert store.answer(check.id) is None


def test_a_private_answer_is_shared_once(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        id = store.keep(GIVEN).id
        assert store.share(id)
        assert not store.share(id)
        store.unshare(id)
        assert store.share(id)


def test_settings_are_restored_and_the_rest_are_defaults(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        assert store.settings(11) == GuildSettings()
        chosen = GuildSettings(channels=frozenset({1, 2}), threads=True, per_person=3)
        store.set(11, chosen)
        assert store.settings(11) == chosen
        assert store.settings(12) == GuildSettings()


def test_the_trace_of_an_answer_is_deleted_with_its_articles(tmp_path: Path) -> None:
    with closing(stores.Store(tmp_path)) as store:
        kept = [
            store.keep(replace(GIVEN, trace=json.dumps({"candidates": [{"article_id": id}]})))
            for id in ("aaaa", "bbbb")
        ]
        store.forget_traces(["aaaa"])
        ways = [found.trace for one in kept if (found := store.answer(one.id))]

    assert ways[0] == ""
    assert "bbbb" in ways[1]
