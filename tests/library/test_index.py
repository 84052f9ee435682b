import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.articles.article import Article, article
from retrieval.english.words import stems
from retrieval.errors import Hint, LibraryError, ReadError
from retrieval.library import library, schema
from retrieval.library.check import check
from retrieval.library.filter import Filter
from retrieval.library.index import Index, SyncReport
from retrieval.library.keywords import KeywordIndex
from retrieval.library.library import FILE
from retrieval.models.embedder import Embedder
from tests.conftest import made, state, sync


def opened(folder: Path, embedder: Embedder) -> Index:
    return Index(folder, embedder, create=True)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def leftovers(folder: Path, words: list[str]) -> list[str]:
    """The files under the folder that hold one of the words, in any case, and folders of builds.

    Tantivy stores words in a form that can't be found in the bytes, so its index is searched.
    """
    found = [
        f"{path}: {word}"
        for path in folder.rglob("*")
        if path.is_file()
        for word in words
        if word.lower().encode() in path.read_bytes().lower()
    ]
    for build in folder.rglob("words-*"):
        index = KeywordIndex(build)
        index.open()
        found += [f"{build}: {stem}" for word in words for stem in index.known(stems(word))]
        index.close()  # or its watcher might write into a folder that is deleted meanwhile
    assert len([*folder.rglob("words-*")]) == len([*folder.rglob("vectors-*")]) == 1
    return found


LONG = "The harbour of Port Alder was dredged again. " * 60

libraries = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["First text.", "Other text.", LONG])),
    max_size=5,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: [made(name, text) for name, text in pairs])

some = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


@some
@given(old=libraries, new=libraries)
def test_sync_old_then_new_equals_sync_new(
    old: list[Article],
    new: list[Article],
    embedder: Embedder,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    twice = opened(tmp_path_factory.mktemp("twice"), embedder)
    sync(twice, old)
    sync(twice, new)
    once = opened(tmp_path_factory.mktemp("once"), embedder)
    sync(once, new)

    assert state(twice) == state(once)
    assert state(once)["sqlite"] == state(once)["chroma"] == state(once)["tantivy"]


@some
@given(articles=libraries)
def test_syncing_twice_changes_nothing_and_writes_nothing(
    articles: list[Article], embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("library")
    sync(opened(folder, embedder), articles)
    before = contents(folder)

    report = sync(opened(folder, embedder), articles)

    assert report == SyncReport(unchanged=len(articles))
    assert contents(folder) == before


def test_an_unchanged_article_is_not_embedded(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(tmp_path, embedder)
    sync(index, [made("a", "Text of a."), made("b", "Text of b.")])
    embedded: list[str] = []
    many = Embedder.many_passages
    monkeypatch.setattr(
        Embedder, "many_passages", lambda self, texts: embedded.extend(texts) or many(self, texts)
    )

    report = sync(index, [made("a", "Text of a."), made("b", "New text of b.")])

    assert report == SyncReport(changed=1, unchanged=1)
    assert embedded == ["New text of b."]


def test_two_articles_that_swap_their_texts_are_both_right(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)
    sync(index, [made("a", "Apples are red."), made("b", "Bananas are yellow.")])

    sync(index, [made("a", "Bananas are yellow."), made("b", "Apples are red.")])

    with index.reading() as (vectors, words):
        ids = [id for id, _ in words.search("bananas", 5)]
        near, _ = vectors.nearest(embedder.question("bananas"), 1)[0]
        (found,) = index.library.passages(ids).values()
        assert found[1].url == "https://news.example/a"
        assert near == ids[0]


def test_changed_fields_reach_the_index(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)
    sync(
        index, [made("a", "Same text.", title="Old heading", source="One", published="2025-01-01")]
    )

    report = sync(index, [made("a", "Same text.", title="New bananas", source="Two")])

    assert report == SyncReport(changed=1)
    assert index.library.sources() == ["Two"]
    with index.reading() as (_, words):
        assert words.search("bananas", 5)
        assert not words.search("heading", 5)


def test_an_article_given_twice_is_indexed_once(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)

    report = sync(index, [made("a", "First."), made("a", "First."), made("a", "Not the same.")])

    assert isinstance(report, SyncReport)
    assert (report.added, report.repeated, len(report.failed)) == (1, 1, 1)
    assert [one.text for one in index.library.articles()] == ["First."]


def test_an_article_in_two_files_is_indexed_once(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)
    here, there = (made("a", "Text.", path=f"/news/{name}.md") for name in "xy")

    assert sync(index, [here, there]) == SyncReport(added=1, repeated=1)
    assert sync(index, [there]) == SyncReport(unchanged=1)
    assert index.library.paths() == [(here.id, "/news/y.md")]


def test_the_same_text_from_two_publishers_is_indexed_once(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)

    report = sync(index, [article("Wire story.", source=source) for source in ("One", "Two")])

    assert report == SyncReport(added=1, repeated=1)


def test_leftovers_of_a_dead_writer_are_removed(tmp_path: Path, embedder: Embedder) -> None:
    sync(opened(tmp_path, embedder), [made("a", "The zyxwabc decree.")])
    shutil.copytree(tmp_path / "words-1", tmp_path / "words-7")
    index = opened(tmp_path, embedder)
    assert [finding.looked_at for finding in check(index) if finding.wrong] == ["unfinished work"]

    sync(index, [made("a", "The zyxwabc decree.")])

    assert not (tmp_path / "words-7").exists()
    assert not [finding for finding in check(index) if finding.wrong]


def test_a_run_may_continue_in_another_thread(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)

    def run() -> Iterator[object]:
        with index.writing():
            yield from index.sync([made("a", "Text of a."), made("b", "Text of b.")])

    steps = run()
    next(steps)
    thread = threading.Thread(target=lambda: [*steps])
    thread.start()
    thread.join()

    assert sync(index, [made("a", "Text of a.")]) == SyncReport(unchanged=1, withdrawn=1)


def test_removing_needs_no_model(tmp_path: Path, embedder: Embedder) -> None:
    sync(opened(tmp_path, embedder), [made("a", "Text of a."), made("b", "Text of b.")])
    index = Index(tmp_path, Embedder("no-such/model", tmp_path / "none"))

    with index.writing():
        index.remove([made("a", "x").id])

    assert [one.url for one in index.library.articles()] == ["https://news.example/b"]


def test_unreadable_articles_are_reported_and_the_others_indexed(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)
    bad = ReadError("it is empty", "b.txt")

    with index.writing():
        report = [*index.sync([made("a", "Text."), bad, made("c", "More text.")])][-1]

    assert report == SyncReport(added=2, failed=[bad])


def test_stopping_between_batches_keeps_what_was_done(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)
    articles = [made(str(n), f"{n}. " + ("w" * 150 + " ") * 650) for n in range(4)]

    with index.writing():
        run = index.sync(articles)
        while not next(run).added:
            pass
        run.close()
    stopped = index.library.count()
    report = sync(index, articles)

    assert 0 < stopped < 4
    assert isinstance(report, SyncReport)
    assert (report.added, report.unchanged) == (4 - stopped, stopped)


def test_the_words_of_a_removed_article_are_in_no_file(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)
    secret = "The zyxwabc decree of Quibblethorp was signed by Ottilie Grauwacke. "
    articles = [made(str(n), f"{LONG} Number {n}.") for n in range(10)]
    sync(index, [*articles, made("secret", secret * 50, title="Quibblethorp signs")])
    words = ["zyxwabc", "quibblethorp", "grauwacke", "decree"]
    held = leftovers(tmp_path, words)
    assert len([one for one in held if "words-" in one]) == len(words)
    assert len([one for one in held if "library.sqlite" in one]) == len(words)

    with index.writing():
        index.remove([made("secret", "any text").id])

    assert leftovers(tmp_path, words) == []
    with index.reading() as (vectors, found):
        assert not found.search("zyxwabc", 5)
        assert vectors.count() == found.count() == index.library.count_passages()


def test_a_replaced_text_stays_as_a_version_until_the_article_is_removed(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)
    first, second = "The zyxwabc decree. " * 200, "The decree of Quibblethorp."
    for text in (first, second, "Corrected."):
        sync(index, [made("a", text), made("b", LONG)])
    id = made("a", "x").id
    sync(index, [made("a", "Corrected.", source="Courier"), made("b", LONG)])

    assert [one.article.text for one in index.library.versions(id)] == [first.strip(), second]
    assert [one.number for one in index.library.versions(id)] == [1, 2]
    assert {place for place in leftovers(tmp_path, ["zyxwabc"])} == {
        place for place in leftovers(tmp_path, ["zyxwabc"]) if "library.sqlite" in place
    }
    with index.reading() as (_, words):
        assert not words.search("zyxwabc", 5)

    with index.writing():
        index.remove([id])

    assert leftovers(tmp_path, ["zyxwabc", "quibblethorp"]) == []
    assert index.library.versions(id) == []


@pytest.mark.slow
def test_only_the_last_versions_of_a_page_are_kept(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_MAX_VERSIONS", 3)
    index = opened(tmp_path, embedder)
    for number in range(6):
        sync(index, [made("a", f"State {number}.")])

    kept = index.library.versions(made("a", "x").id)
    assert [(one.number, one.article.text) for one in kept] == [
        (3, "State 2."), (4, "State 3."), (5, "State 4."),
    ]  # fmt: skip


def test_a_library_of_the_first_format_is_brought_up_to_date(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)
    sync(index, [made("a", "One."), made("b", LONG)])
    index.close()
    now, first = tmp_path / FILE, tmp_path / "first.sqlite"
    with closing(sqlite3.connect(first)) as old:
        old.executescript(schema.FORMATS[0])
        old.execute("ATTACH ? AS now", [str(now)])
        for table in ("articles", "passages", "about"):
            columns = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"INSERT INTO {table} SELECT {columns} FROM now.{table}")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    first.replace(now)

    index = opened(tmp_path, embedder)
    sync(index, [made("a", "Two."), made("b", LONG)])

    assert [one.article.text for one in index.library.versions(made("a", "x").id)] == ["One."]
    with index.reading() as (_, words):
        assert words.search("two", 5)


def test_filters_select_by_publisher_and_day(tmp_path: Path, embedder: Embedder) -> None:
    index = opened(tmp_path, embedder)
    sync(
        index,
        [
            made("a", "One.", source="Courier", published="2025-05-01"),
            made("b", "Two.", source="Courier", published="2025-05-31T23:59:00Z"),
            made("c", "Three.", source="Gazette"),
        ],
    )

    def urls(**limits: object) -> set[str]:
        return {str(one.url)[-1] for one in index.library.articles(Filter(**limits))}  # type: ignore[arg-type]

    assert urls() == {"a", "b", "c"}
    assert urls(sources=("Courier",)) == {"a", "b"}
    assert urls(since=date(2025, 5, 2)) == {"b"}
    assert urls(until=date(2025, 5, 31)) == {"a", "b"}
    assert urls(sources=("Gazette",), since=date(2000, 1, 1)) == set()


@pytest.mark.slow
def test_an_index_made_by_another_model_is_refused_until_rebuilt(
    tmp_path: Path, embedder: Embedder, other_model: Path, models: Path
) -> None:
    folder = tmp_path / "library"
    sync(opened(folder, embedder), [made("a", "Apples are red."), made("b", LONG)])
    other = opened(folder, Embedder(str(other_model), models))

    with pytest.raises(LibraryError, match="another embedding model") as refused, other.reading():
        pass
    assert refused.value.hint is Hint.REINDEX
    with pytest.raises(LibraryError, match="another embedding model"):
        sync(other, [made("c", "More.")])

    with other.writing():
        steps = other.reindex()
        next(steps)
        next(steps)
        steps.close()  # interrupted: the vectors of two models must not be mixed
    for index in (opened(folder, embedder), other):
        with pytest.raises(LibraryError, match="not finished") as refused, index.reading():
            pass
        assert refused.value.hint is Hint.REINDEX

    with other.writing():
        total = other.library.count_passages()
        assert [*other.reindex()][-1] == (total, total)
    with other.reading() as (vectors, _):
        near, _ = vectors.nearest(other.embedder.question("Apples are red."), 1)[0]
        assert near.startswith(made("a", "x").id)
    with pytest.raises(LibraryError), opened(folder, embedder).reading():
        pass


def test_lost_projections_are_rebuilt_by_the_next_question(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = opened(tmp_path, embedder)
    sync(index, [made("a", "Apples are red."), made("b", LONG)])
    before = state(index)
    index.close()
    for folder in tmp_path.glob("*-1"):
        shutil.rmtree(folder)

    again = opened(tmp_path, embedder)
    complaints = [finding.wrong for finding in check(again) if finding.wrong]

    assert len(complaints) == 1
    assert "missing" in complaints[0]
    assert state(again) == before
    assert not [finding for finding in check(again) if finding.wrong]


def test_a_damaged_library_is_a_clear_error(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / FILE).write_bytes(b"no database, but long enough to look like one" * 100)

    with pytest.raises(LibraryError, match="damaged"):
        opened(tmp_path, embedder)


def test_the_error_for_a_missing_library_says_how_to_make_one(
    tmp_path: Path, embedder: Embedder
) -> None:
    with pytest.raises(LibraryError, match="no library in") as missing:
        Index(tmp_path / "none", embedder)
    assert missing.value.hint is Hint.INDEX
    assert not (tmp_path / "none").exists()
