"""What the release before has stored opens, answers, and is brought up to date without loss."""

import random
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from retrieval.articles import passages
from retrieval.articles.article import article
from retrieval.errors import Hint
from retrieval.library import statements
from retrieval.library.check import check
from retrieval.library.database import Database
from retrieval.library.index import Index, SyncReport
from retrieval.library.library import Library
from retrieval.newsdesk import Newsdesk
from tests.conftest import SEEDS, state

ARTICLES = 13
RUMOUR = article("x", url="https://alder-courier.example/rumour").id


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of Newsdesk that splits texts otherwise and finds other statements."""
    monkeypatch.setattr(passages, "VERSION", "newer")
    monkeypatch.setattr(passages, "SIZE", 400)
    monkeypatch.setattr(statements, "VERSION", "newer")


@pytest.fixture
def old(old_data: Path) -> Iterator[Newsdesk]:
    """A desk over the shared library of the old data."""
    with closing(Newsdesk(old_data)) as desk:
        yield desk


def index_seeds(desk: Newsdesk) -> SyncReport:
    """Index those seeds that have an address; the others are known by their path, which differs."""
    paths = [path for path in SEEDS.iterdir() if "\nurl: " in path.read_text(encoding="utf-8")]
    return [*desk.sync(paths)][-1]


def kept(library: Library) -> dict[str, object]:
    """What no upgrade may change."""
    ids = library.ids()
    return {
        "articles": {id: library.digest(id) for id in ids},
        "versions": {
            id: [(one.number, one.replaced, one.article) for one in library.versions(id)]
            for id in ids
        },
        "copies": {id: [one.id for one in library.copies(id)] for id in ids},
        "kept out": library.keeps_out(RUMOUR),
    }


def stored_versions(index: Index) -> list[str]:
    """The versions that found the statements stored."""
    return [one for (one,) in index.library.rows("SELECT DISTINCT tagger FROM articles")]


def assert_is_current(index: Index) -> None:
    """Everything is as this version would have made it, and nothing is wrong."""
    assert stored_versions(index) == [statements.VERSION]
    for one in index.library.articles():
        now = [passage.id for passage in passages.split(one)]
        assert index.library.passage_ids_of(one.id) == now
    assert [one for one in check(index) if one.wrong or one.note] == []
    seen = state(index)
    assert seen["sqlite"] == seen["chroma"] == seen["tantivy"]
    assert seen["unfinished"] == 0


def test_old_data_answers_before_it_is_brought_up_to_date(old: Newsdesk, old_data: Path) -> None:
    assert "I was wrong about the eelgrass" in old.ask("What did Brandt say of the eelgrass?").text
    said = [words for one in old.quotes("Brandt").statements for words in one.report.words]
    assert any("First the grass, then the gravel" in words for words in said)
    with closing(Newsdesk(old_data, library="guild-11", beside=old)) as own:
        assert "140 members" in own.ask("How many members has the sailing club?").text
    library = old.index.library
    assert library.count() == ARTICLES
    (tide,) = (one.id for one in library.articles() if one.title == "Tide")
    assert [one.number for one in library.versions(tide)] == [1, 2]
    assert library.keeps_out(RUMOUR)


def test_indexing_brings_old_data_up_to_date(old: Newsdesk) -> None:
    before, stored = kept(old.index.library), stored_versions(old.index)

    report = index_seeds(old)

    assert report.refreshed == ARTICLES or stored == [statements.VERSION]
    assert (report.unchanged, report.added, report.changed, report.failed) == (8, 0, 0, [])
    assert kept(old.index.library) == before
    assert_is_current(old.index)
    assert index_seeds(old) == SyncReport(unchanged=8)


def test_indexing_brings_passages_and_statements_to_a_newer_version(
    old: Newsdesk, newer: None
) -> None:
    before = kept(old.index.library)
    findings = [one for one in check(old.index) if one.wrong or one.note]
    assert [(one.looked_at, one.wrong, one.hint) for one in findings] == [
        ("passages in SQLite", "", Hint.UPDATE),
        ("statements in SQLite", "", Hint.UPDATE),
    ]

    report = index_seeds(old)

    assert report == SyncReport(unchanged=8, refreshed=ARTICLES)
    assert kept(old.index.library) == before
    assert_is_current(old.index)
    assert index_seeds(old) == SyncReport(unchanged=8)
    assert "I was wrong about the eelgrass" in old.ask("What did Brandt say of the eelgrass?").text


def test_reindexing_brings_old_data_to_a_newer_version_too(old: Newsdesk, newer: None) -> None:
    before = kept(old.index.library)
    for _ in old.reindex():
        pass

    assert kept(old.index.library) == before
    assert_is_current(old.index)


def test_feeds_bring_old_data_to_a_newer_version_bit_by_bit(old: Newsdesk, newer: None) -> None:
    before, runs = kept(old.index.library), 8
    for _ in range(runs):
        with old.index.writing():
            report = [*old.index.sync([], most_refreshed=4)][-1]
        assert report.refreshed <= 8, "the passages of four, the statements of four"

    assert report.refreshed == 0
    assert kept(old.index.library) == before
    assert_is_current(old.index)


def test_an_upgrade_that_is_killed_ends_as_one_that_was_not(
    old_data: Path, newer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, limit = 0, 10**9

    def counted(self: Database, sql: str, values: Iterable[Any] = ()) -> Any:
        nonlocal writes
        writes += not sql.startswith(("SELECT", "PRAGMA"))
        if writes >= limit:
            raise Killed
        return run(self, sql, values)

    start = old_data.parent / "start"
    shutil.copytree(old_data, start, symlinks=True)
    run = Database.rows
    monkeypatch.setattr(Database, "rows", counted)
    with closing(Newsdesk(old_data)) as whole:
        before = kept(whole.index.library)
        index_seeds(whole)
        expected = state(whole.index)

    moments = random.Random(3).sample(range(1, writes), 3)
    for moment in moments:
        folder = old_data.parent / f"killed-{moment}"
        shutil.copytree(start, folder, symlinks=True)
        writes, limit = 0, moment
        with pytest.raises(Killed), closing(Newsdesk(folder)) as killed:
            index_seeds(killed)
        limit = 10**9
        with closing(Newsdesk(folder)) as again:
            index_seeds(again)
            assert state(again.index) == expected, moment
            assert kept(again.index.library) == before, moment
            assert_is_current(again.index)


def test_speakers_are_stored_anew_with_their_statements(old: Newsdesk, newer: None) -> None:
    library = old.index.library
    names = old.index.statements.speakers()
    library.rows("UPDATE speakers SET speaker_key = 'outdated', called = ''")

    index_seeds(old)

    assert sorted(old.index.statements.speakers(), key=str) == sorted(names, key=str)
    assert old.quotes("Brandt").statements
