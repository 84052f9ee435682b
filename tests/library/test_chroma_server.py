import gc
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.errors import LibraryError
from retrieval.newsdesk import Newsdesk
from tests.conftest import SEEDS, state
from tests.test_newsdesk import STARMER

pytestmark = [
    pytest.mark.slow,
    # see `opened`
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a real Chroma server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "chroma", "run", "--host", "127.0.0.1"]
    running = subprocess.Popen(
        [*command, "--port", str(port), "--path", tmp_path / "server"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait()


@pytest.fixture
def opened(server: str) -> Iterator[Callable[..., Newsdesk]]:
    """A function that opens desks on the server; they are closed at the end."""
    desks: list[Newsdesk] = []

    def open_desk(data: Path, *, url: str | None = server) -> Newsdesk:
        desks.append(Newsdesk(data, create=True, chroma_url=url))
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()
    gc.collect()  # the garbage collector closes the connections of Chroma's client


def test_vectors_in_a_server_give_the_same_answers_as_in_files(
    data: Path, opened: Callable[..., Newsdesk]
) -> None:
    desk = opened(data)
    [*desk.sync([SEEDS])]
    assert not list((data / "shared").glob("vectors-*"))
    assert desk.ask("what did Starmer say?").text == f"{STARMER} [1]"

    other = opened(data)
    other.remove([other.ask("what did Starmer say?").citations[0].hit.article])

    assert not desk.ask("what did Starmer say?").found
    assert [*desk.reindex()][-1] == (8, 8)
    seen = state(desk.index)
    assert seen["sqlite"] == seen["chroma"] == seen["tantivy"]


def test_two_installations_on_one_server_share_no_data(
    tmp_path: Path,
    data: Path,
    models: Path,
    opened: Callable[..., Newsdesk],
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / ".models").symlink_to(models)
    here, there = opened(data), opened(second)
    [*here.sync([SEEDS / "istanbul-talks.md"])]
    [*there.sync([SEEDS / "court-case.md"])]

    assert {hit.article.source for hit in here.ask("what did Reyes say?").hits} == {"Reuters"}
    assert there.ask("what did Reyes say?").found
    assert "rebuilding" not in caplog.text


def test_vectors_move_to_a_server_and_back(
    data: Path, opened: Callable[..., Newsdesk], server: str
) -> None:
    [*opened(data, url=None).sync([SEEDS])]

    for url in (server, None, server):
        assert opened(data, url=url).ask("what did Starmer say?").found


def test_a_missing_server_is_a_clear_error(data: Path, opened: Callable[..., Newsdesk]) -> None:
    with pytest.raises(LibraryError, match="Chroma server"):
        [*opened(data, url="http://127.0.0.1:9").sync([SEEDS])]
