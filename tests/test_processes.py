import random
import shutil
import threading
import time
from pathlib import Path

import pytest

from retrieval.desk import Newsdesk
from retrieval.index import Index
from retrieval.models import BUNDLED, Embedder
from tests import drill
from tests.conftest import made, state, sync
from tests.test_index import leftovers

CASES = {
    "indexing": (drill.look, drill.index_old),
    "updating": (drill.index_old, drill.update_to_new),
    "removing": (drill.index_old, drill.remove_secret),
    "rebuilding": (drill.index_old, drill.rebuild),
}


def survive(case: str, rounds: int, tmp_path: Path, models: Path, seed: int) -> int:
    """Kill the case's work at random moments; how many of the rounds were killed in the middle."""
    before, work = CASES[case]
    start = tmp_path / "start"
    start.mkdir()
    drill.run(start, models, before)
    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    began = time.perf_counter()
    (expected,) = drill.run(whole, models, work)
    length = time.perf_counter() - began

    rng, killed = random.Random(seed), 0
    for number in range(rounds):
        folder = tmp_path / f"round-{number}"
        shutil.copytree(start, folder)
        killed += drill.kill(folder, models, work, after=rng.uniform(0, length))
        if rng.random() < 0.3:  # and once more, maybe while it mends
            drill.kill(folder, models, work, after=rng.uniform(0, length / 2))

        mended, finished = drill.run(folder, models, drill.look, work)

        assert mended["sqlite"] == mended["chroma"] == mended["tantivy"], (case, number)
        assert mended["unfinished"] == 0, (case, number)
        assert finished == expected, (case, number)
        if case in ("updating", "removing"):
            assert leftovers(folder, [drill.SECRET]) == [], (case, number)
        shutil.rmtree(folder)
    return killed


@pytest.mark.parametrize("case", CASES)
def test_a_killed_writer_leaves_nothing_wrong(case: str, tmp_path: Path, models: Path) -> None:
    assert survive(case, 3, tmp_path, models, seed=7) > 0


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_writers_killed_at_60_moments_each_leave_nothing_wrong(
    case: str, tmp_path: Path, models: Path
) -> None:
    assert survive(case, 60, tmp_path, models, seed=1) > 30


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


def test_two_writers_at_once_both_work_one_after_the_other(tmp_path: Path, models: Path) -> None:
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


def test_readers_and_a_writer_at_once_get_only_whole_answers(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "library"
    drill.run(folder, models, drill.index_old)
    reader = Index(folder, Embedder(BUNDLED, models))
    whole = [{one.id: one.digest for one in articles} for articles in (drill.OLD, drill.NEW)]
    done = threading.Event()

    def write() -> None:
        for work in (drill.update_to_new, drill.index_old, drill.update_to_new):
            drill.run(folder, models, work)
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
