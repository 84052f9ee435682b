"""Vectors: Chroma as a projection of the library; no other module uses Chroma.

A persistent Chroma is for one process at a time: a client does not see what another
process wrote, opening one already writes to its files, and one that is opened while another
process writes can ruin them (seen with 1.5.9: an index file grew until the disk was full). So
every call here is made under a lock that the processes share (see projections.py).
"""

import ctypes
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from retrieval.errors import Hint, LibraryError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

    from retrieval.library.embeddings import Embedded
    from retrieval.models.embedder import Vector

# Neighbours looked at per query. Chroma's default of 100 finds 97 % of the exact first ten.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_search": 400,
    "ef_construction": 200,
}
_clients = count()
_M_PERTURB = -6


class Vectors:
    """One collection of vectors, one a passage, under the passage's id; no text, no metadata."""

    def __init__(self, folder: Path, *, url: str | None = None, name: str = "newsdesk") -> None:
        """Opens nothing yet. With `url` the collection `name` lives in the Chroma server there."""
        self.folder = folder
        self._url = url
        self._stem = f"{name}-vectors-"
        self._name = f"{name}-{folder.name}"
        self._client: Client | None = None
        self._collection: Collection | None = None

    def open(self) -> None:
        """Open the collection as it is now, creating it when there is none.

        Raises LibraryError when Chroma can't be opened or reached.
        """
        import chromadb  # late: it takes a second
        from chromadb.config import Settings

        self.close()
        settings = Settings(anonymized_telemetry=False)
        try:
            if self._url:
                at = urlsplit(self._url)
                port = at.port or (443 if at.scheme == "https" else 80)
                client = chromadb.HttpClient(
                    at.hostname or "", port, ssl=at.scheme == "https", settings=settings
                )
            else:
                _fill_memory_handed_out()
                # All clients of one path share one state in Chroma, which may be outdated. It
                # compares paths letter by letter, so that each spelling has a state of its own.
                alias = f"{self.folder}{'/.' * (next(_clients) % 64)}"
                client = chromadb.PersistentClient(alias, settings)
            self._client = cast("Client", client)
            self._collection = self._client.get_or_create_collection(
                self._name, embedding_function=None, configuration={"hnsw": _HNSW}
            )
        except Exception as exc:
            self.close()
            where = "the Chroma server" if self._url else self.folder
            raise LibraryError(
                f"The vectors in {where} can't be opened: {_first_line(exc)}. "
                "If they are damaged, rebuild the index.",
                hint=Hint.REINDEX,
            ) from exc

    def close(self) -> None:
        """Close Chroma; from then on every call but `open` fails."""
        if self._client is not None:
            self._client.close()
        self._client = self._collection = None

    def drop(self) -> None:
        """Delete the collection and all that it holds."""
        if self._url and self._client is None:
            self.open()
        if self._url and self._client is not None:
            self._client.delete_collection(self._name)
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop_others(self) -> None:
        """Delete what earlier builds have left in a Chroma server; files are swept elsewhere."""
        if self._url and self._client is not None:
            for collection in self._client.list_collections():
                if collection.name.startswith(self._stem) and collection.name != self._name:
                    self._client.delete_collection(collection.name)

    @property
    def _opened(self) -> "Collection":
        assert self._collection is not None, "open() comes first"
        return self._collection

    def count(self) -> int:
        """How many vectors there are."""
        return self._opened.count()

    def ids(self) -> set[str]:
        """The ids of all vectors."""
        return set(self._opened.get(include=[])["ids"])

    def upsert(self, passages: "Iterable[Embedded]") -> None:
        """Add the passages' vectors, replacing those with the same ids."""
        for some in self._batches(passages):
            self._opened.upsert(
                ids=[embedded.passage.id for embedded in some],
                embeddings=[embedded.vector for embedded in some],
            )

    def delete(self, ids: Iterable[str]) -> None:
        """Delete the vectors with these ids, where there are any."""
        for some in self._batches(ids):
            self._opened.delete(ids=some)

    def nearest(
        self, vector: "Vector", limit: int, within: list[str] | None = None
    ) -> list[tuple[str, float]]:
        """Up to `limit` (id, cosine similarity), nearest first; only ids in `within`, if given."""
        limit = min(limit, self.count() if within is None else len(within))
        if not limit:
            return []
        found = self._opened.query(
            query_embeddings=[vector.tolist()], n_results=limit, ids=within, include=["distances"]
        )
        distances = found["distances"] or [[]]
        return [
            (id, 1 - distance) for id, distance in zip(found["ids"][0], distances[0], strict=True)
        ]

    def _batches(self, things: Iterable[Any]) -> Iterator[list[Any]]:
        assert self._client is not None, "open() comes first"
        size = min(self._client.get_max_batch_size(), 5000)
        things = iter(things)
        while some := list(islice(things, size)):
            yield some


@cache
def _fill_memory_handed_out() -> None:
    """Have glibc overwrite memory when it hands it out (M_PERTURB of mallopt(3)).

    Chroma 1.5.9 writes uninitialised memory into its index files. What this process had there
    before, such as the text of an article withdrawn since, would be in the files.
    """
    with suppress(AttributeError, OSError):  # other C libraries don't have it
        ctypes.CDLL(None).mallopt(_M_PERTURB, 0x5A)


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).split("\n")[0][:200]
