import random
import shutil
import threading
from pathlib import Path

import pytest

from retrieval.articles.passages import split
from retrieval.library.index import Index
from retrieval.models.embedder import BUNDLED, Embedder
from retrieval.newsdesk import Newsdesk
from tests.conftest import made, state, sync
from tests.library import drill
from tests.library.test_index import leftovers

CASES = {
    "indexing": (drill.look, drill.index_old),
    "catching up": (drill.index_unread, drill.index_old),
    "upgrading": (drill.index_outdated, drill.index_old),
    "updating": (drill.index_old, drill.update_to_new),
    "removing": (drill.index_old, drill.remove_secret),
    "rebuilding": (drill.index_old, drill.rebuild),
}


def assert_survives(case: str, kills: int, tmp_path: Path, models: Path, seed: int) -> None:
    """Kill the work `kills` times at random moments, and check that it makes no difference."""
    before, work = CASES[case]
    start = tmp_path / "start"
    start.mkdir()
    drill.run(start, models, before)
    for name in ("whole", "timed"):
        shutil.copytree(start, tmp_path / name)
    (expected,) = drill.run(tmp_path / "whole", models, work)
    length = drill.seconds(tmp_path / "timed", models, work)

    rng, killed = random.Random(seed), 0
    for number in range(kills * 4):
        folder = tmp_path / f"round-{number}"
        shutil.copytree(start, folder)
        killed += drill.kill(folder, models, work, after=rng.uniform(0, length))
        if rng.random() < 0.3:  # and once more, maybe during the repair
            drill.kill(folder, models, work, after=rng.uniform(0, length / 2))

        looked = [drill.look] if rng.random() < 0.5 else []
        *mended, finished = drill.run(folder, models, *looked, work)

        for seen in mended:
            assert seen["sqlite"] == seen["chroma"] == seen["tantivy"], (case, number)
            assert seen["unfinished"] == 0, (case, number)
            assert {one for one, *_ in seen["statements"]} <= {one for one, _ in seen["articles"]}
        assert finished == expected, (case, number)
        secrets = leftovers(folder, [drill.SECRET])
        assert not secrets or case in ("indexing", "catching up", "upgrading", "rebuilding"), number
        shutil.rmtree(folder)
        if killed == kills:
            return
    raise AssertionError(f"{case} was killed {killed} times only")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_killed_writer_leaves_nothing_broken(case: str, tmp_path: Path, models: Path) -> None:
    assert_survives(case, 8, tmp_path, models, seed=7)


@pytest.mark.kills
@pytest.mark.parametrize("case", CASES)
def test_writers_killed_at_55_moments_each_leave_nothing_broken(
    case: str, tmp_path: Path, models: Path
) -> None:
    assert_survives(case, 55, tmp_path, models, seed=1)


@pytest.mark.slow
def test_an_open_reader_finds_what_another_process_indexed(data: Path, models: Path) -> None:
    folder = data / "shared"
    sync(Index(folder, Embedder(BUNDLED, models), create=True), [made("x", "Nothing of note.")])
    desk = Newsdesk(data)
    assert not desk.ask("Where was the harbour dredged?").found

    drill.run(folder, models, drill.index_old)

    answer = desk.ask("Where was the harbour dredged?")
    assert answer.found
    assert "Port Alder" in answer.text

    drill.run(folder, models, drill.update_to_new)
    assert {hit.article.digest for hit in desk.ask("Which boats came?").hits} <= {
        one.digest for one in drill.NEW
    }


@pytest.mark.slow
def test_two_readers_in_one_process_both_find_what_another_indexed(
    tmp_path: Path, models: Path
) -> None:
    folder = tmp_path / "library"
    drill.run(folder, models, drill.index_old)
    readers = [Index(folder, Embedder(BUNDLED, models)) for _ in range(2)]
    assert [state(reader) for reader in readers] == [state(readers[0])] * 2

    drill.run(folder, models, drill.update_to_new)

    new = drill.NEW[-1]
    for reader in readers:
        vector = reader.embedder.passages([split(new)[0].text])[0]
        with reader.reading() as (vectors, _):
            (nearest, similarity), *_ = vectors.nearest(vector, 1)
        assert nearest == split(new)[0].id
        assert similarity > 0.999


@pytest.mark.slow
def test_two_writers_take_turns(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "library"
    results: list[object] = []
    works = [_add_left, _add_right]
    threads = [
        threading.Thread(target=lambda work=work: results.append(drill.run(folder, models, work)))
        for work in works
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 2
    (after,) = drill.run(folder, models, drill.look)
    assert after["sqlite"] == after["chroma"] == after["tantivy"]
    assert len(after["articles"]) == 12


def _add_left(index: Index) -> None:
    _add(index, "left")


def _add_right(index: Index) -> None:
    _add(index, "right")


def _add(index: Index, side: str) -> None:
    with index.writing():
        [*index.sync([made(f"{side}-{n}", f"Boats came from the {side}. " * 40) for n in range(6)])]


@pytest.mark.slow
def test_readers_beside_a_writer_get_only_consistent_answers(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "library"
    drill.run(folder, models, drill.index_old)
    reader = Index(folder, Embedder(BUNDLED, models))
    whole = [{one.id: one.digest for one in articles} for articles in (drill.OLD, drill.NEW)]
    done = threading.Event()

    def write() -> None:
        try:
            for work in (drill.update_to_new, drill.index_old, drill.update_to_new):
                drill.run(folder, models, work)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not done.is_set():
        with reader.reading() as (vectors, words):
            ids = vectors.ids()
            assert ids == words.ids() == set(reader.library.passage_ids())
            for one in reader.library.articles():
                assert one.digest in [version.get(one.id) for version in whole]
        looks += 1
    writer.join()
    assert looks > 3
    assert state(reader)["unfinished"] == 0
