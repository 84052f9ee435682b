"""Projections: a library's vectors and keyword index, kept in step with SQLite whatever happens.

Chroma is for one process at a time (see vectors.py), so both are touched only while `held`: by a
reader for one search, by the writer for one batch. The lock ends when its holder dies. The writer
sets `writing` in SQLite before it touches them, and unsets it in the transaction that publishes. So
whoever holds the lock and finds `writing` set knows that a writer died: Chroma's files can't be
trusted then, and both are rebuilt from SQLite, which keeps the vectors too.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import LibraryError
from retrieval.library.keywords import KeywordIndex
from retrieval.library.library import Library
from retrieval.library.vectors import Vectors

log = logging.getLogger(__name__)

_CHUNK = 5000  # passages at a time when a projection is filled
_WAIT = 600.0  # seconds for which a search waits for a batch or a rebuild


class Projections:
    """Both projections of one library; each build of one has a folder of its own."""

    def __init__(
        self, library: Library, *, chroma_url: str | None, writer_lives: Callable[[], bool]
    ) -> None:
        """Opens nothing yet. `writer_lives` tells whether a process is writing now."""
        self._library = library
        self._folder = library.folder
        self._chroma_url = chroma_url
        self._writer_lives = writer_lives
        self._mutex = threading.RLock()
        self._lock = FileLock(self._folder / "projections.lock", poll_interval=0.01)
        self._opened: tuple[int, Vectors, KeywordIndex] | None = None

    def close(self) -> None:
        """Close all files."""
        with self._mutex:
            if self._opened is not None:
                self._opened[1].close()
                self._opened[2].close()
            self._opened = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else, in this process or another, touches the projections meanwhile.

        Raises LibraryError when another process holds them for minutes.
        """
        with self._mutex:
            try:
                self._lock.acquire(timeout=_WAIT)
            except Timeout as exc:
                raise LibraryError(
                    "Another process is rebuilding the index. Try again in a minute."
                ) from exc
            try:
                yield
            finally:
                self._lock.release()

    def current(self) -> tuple[Vectors, KeywordIndex]:
        """Both as SQLite stands now, reopened if another process changed them. While `held`."""
        if self._library.fact("writing"):
            log.warning("A writing process died: rebuilding the index from SQLite.")
            self.rebuild()
        if self._opened is None or self._opened[0] != self._library.generation:
            self._open()
        assert self._opened is not None
        return self._opened[1], self._opened[2]

    def published(self) -> None:
        """Record that what is open holds the generation just published. While `held`."""
        assert self._opened is not None
        self._opened = (self._library.generation, *self._opened[1:])

    @contextmanager
    def as_they_are(self) -> Iterator[tuple[Vectors, KeywordIndex]]:
        """Both, without repairing anything. While `held`.

        Raises LibraryError when one is missing or can't be opened, or when a writer died.
        """
        if self._library.fact("writing"):
            raise LibraryError(
                "A writing process died. The next question or indexing run will rebuild the index."
            )
        self.close()
        vectors, words = self._vectors(), self._words()
        for folder in (words.folder, *([] if self._chroma_url else [vectors.folder])):
            if not folder.exists() and self._library.count_passages():
                raise LibraryError(f"{folder} is missing.")
        try:
            vectors.open()
            words.open()
            yield vectors, words
        finally:
            vectors.close()
            words.close()

    def rebuild(self, *, embedder: str | None = None) -> None:
        """Rebuild both from SQLite, and delete what is withdrawn there. While `held`.

        `embedder` is recorded as what made the vectors, if given.
        """
        with self._library.transaction():
            self._library.publish()
        self.close()
        vectors = self._vectors(self._build("vectors") + 1)
        words = self._words(self._build("words") + 1)
        for projection in (vectors, words):
            projection.drop()  # a build that a crash left unfinished
            projection.open()
        for passages in self._library.embeddings.in_state("ready", _CHUNK):
            vectors.upsert(passages)
            words.replace(passages)
        self._switch(vectors, words, embedder=embedder)

    def forget(self) -> None:
        """Overwrite what is withdrawn, in SQLite and in Tantivy, which keeps words. While `held`.

        Tantivy drops a deleted passage's words only when it merges segments, which it can't be
        told to do; rebuilding its index takes a second for 15,000 passages.
        """
        vectors, _ = self.current()
        if not self._library.count("withdrawn"):  # a rebuild has done it
            return
        words = self._words(self._build("words") + 1)
        words.drop()
        words.open()
        for passages in self._library.embeddings.in_state("ready", _CHUNK):
            words.replace(passages)
        self._switch(vectors, words)

    def sweep(self) -> None:
        """Delete earlier and unfinished builds that a crash has left. While `held`."""
        for folder in self.strays():
            shutil.rmtree(folder, ignore_errors=True)

    def strays(self) -> list[Path]:
        """Folders of builds that are not the current ones."""
        current = {f"{kind}-{self._build(kind)}" for kind in ("vectors", "words")}
        folders = [*self._folder.glob("vectors-*"), *self._folder.glob("words-*")]
        return sorted(folder for folder in folders if folder.name not in current)

    def _open(self) -> None:
        self.close()
        self.sweep()
        vectors, words = self._vectors(), self._words()
        vectors.open()
        vectors.drop_others()
        words.open()
        self._opened = (self._library.generation, vectors, words)
        expected, found = self._library.count_passages(), (vectors.count(), words.count())
        if found != (expected, expected):
            log.warning(
                "Of %d passages, the index holds %d vectors and the words of %d: rebuilding it.",
                expected, *found,
            )  # fmt: skip
            self.rebuild()
        elif self._library.count("withdrawn") and not self._writer_lives():
            self.forget()

    def _switch(
        self, vectors: Vectors, words: KeywordIndex, *, embedder: str | None = None
    ) -> None:
        """Make these two the current builds, and delete those that they replace."""
        before: list[Vectors | KeywordIndex] = [self._vectors(), self._words()]
        now: list[Vectors | KeywordIndex] = [vectors, words]
        with self._library.transaction():
            for projection in now:
                kind, _, build = projection.folder.name.partition("-")
                self._library.set_fact(kind, int(build))
            if embedder:
                self._library.set_fact("embedder", embedder)
            self._library.set_fact("writing", 0)
            self._library.forget()
            self._library.publish()
        for old, new in zip(before, now, strict=True):
            if old.folder != new.folder:
                old.drop()
        self._opened = (self._library.generation, vectors, words)

    def _build(self, kind: str) -> int:
        return int(self._library.fact(kind) or 1)

    def _vectors(self, build: int | None = None) -> Vectors:
        folder = self._folder / f"vectors-{build or self._build('vectors')}"
        name = f"newsdesk-{self._library.fact('identity')}"
        return Vectors(folder, url=self._chroma_url, name=name)

    def _words(self, build: int | None = None) -> KeywordIndex:
        return KeywordIndex(self._folder / f"words-{build or self._build('words')}")
