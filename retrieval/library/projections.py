"""Projections: the vectors and the words of a library, brought up to SQLite whatever happens.

Chroma is for one process at a time (see vectors.py), so both are touched only while `held`: by a
reader for one search, by the writer for one batch. The lock goes when its holder dies. The writer
sets `writing` in SQLite before it touches them and unsets it in the transaction that publishes. So
whoever holds the lock and finds `writing` set knows that a writer died there: Chroma's files are
then not to be trusted, and both are built anew from SQLite, which keeps the vectors too.
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
_WAIT = 600.0  # seconds that a search waits for a batch or a rebuild before it gives up


class Projections:
    """Both projections of one library, each build of them in a folder of its own."""

    def __init__(
        self, library: Library, *, chroma_url: str | None, writer_lives: Callable[[], bool]
    ) -> None:
        """Opens nothing yet. `writer_lives` tells whether some process is writing now."""
        self._library = library
        self._folder = library.folder
        self._chroma_url = chroma_url
        self._writer_lives = writer_lives
        self._mutex = threading.RLock()
        self._lock = FileLock(self._folder / "projections.lock", poll_interval=0.01)
        self._opened: tuple[int, Vectors, KeywordIndex] | None = None

    def close(self) -> None:
        """Let go of all files."""
        with self._mutex:
            if self._opened is not None:
                self._opened[1].close()
                self._opened[2].close()
            self._opened = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else, in this process or another, touches the projections meanwhile."""
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
        """Both as SQLite stands now: opened anew if another process changed them. While `held`."""
        if self._library.about("writing"):
            log.warning("A newsdesk process died while it wrote: rebuilding the index from SQLite.")
            self.rebuild()
        if self._opened is None or self._opened[0] != self._library.generation:
            self._open()
        assert self._opened is not None
        return self._opened[1], self._opened[2]

    def published(self) -> None:
        """What is open is up to the generation just published. While `held`."""
        assert self._opened is not None
        self._opened = (self._library.generation, *self._opened[1:])

    @contextmanager
    def as_they_are(self) -> Iterator[tuple[Vectors, KeywordIndex]]:
        """Both, nothing mended, for looking at only. While `held`.

        Raises LibraryError when one is missing or can't be opened, or when a writer died in them.
        """
        if self._library.about("writing"):
            raise LibraryError(
                "A process died while it wrote. The next question or `newsdesk index` rebuilds "
                "the index from SQLite."
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
        """Build both from SQLite and forget what is withdrawn. While `held`.

        `embedder` is noted as what made the vectors, where it is another than before.
        """
        with self._library.transaction():
            self._library.publish()
        self.close()
        vectors = self._vectors(self._build("vectors") + 1)
        words = self._words(self._build("words") + 1)
        for projection in (vectors, words):
            projection.drop()  # what a build that died has left
            projection.open()
        for passages in self._library.embedded("ready", _CHUNK):
            vectors.upsert(passages)
            words.replace(passages)
        self._switch(vectors, words, embedder=embedder)

    def forget(self) -> None:
        """Overwrite what is withdrawn: its rows in SQLite, its words, which Tantivy keeps. `held`.

        Tantivy drops a deleted passage's words only when it merges segments, which can't be asked
        of it; building its index anew takes a second for 15,000 passages.
        """
        vectors, _ = self.current()
        if not self._library.count("withdrawn"):  # a rebuild has seen to it
            return
        words = self._words(self._build("words") + 1)
        words.drop()
        words.open()
        for passages in self._library.embedded("ready", _CHUNK):
            words.replace(passages)
        self._switch(vectors, words)

    def sweep(self) -> None:
        """Delete earlier and unfinished builds that a process which died has left. While `held`."""
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
                "Of %d passages, the index has %d vectors and the words of %d: rebuilding it.",
                expected, *found,
            )  # fmt: skip
            self.rebuild()
        elif self._library.count("withdrawn") and not self._writer_lives():
            self.forget()

    def _switch(
        self, vectors: Vectors, words: KeywordIndex, *, embedder: str | None = None
    ) -> None:
        """Make these two what everybody uses, and delete those that they replace."""
        before: list[Vectors | KeywordIndex] = [self._vectors(), self._words()]
        now: list[Vectors | KeywordIndex] = [vectors, words]
        with self._library.transaction():
            for projection in now:
                kind, _, build = projection.folder.name.partition("-")
                self._library.note(kind, int(build))
            if embedder:
                self._library.note("embedder", embedder)
            self._library.note("writing", 0)
            self._library.forget()
            self._library.publish()
        for old, new in zip(before, now, strict=True):
            if old.folder != new.folder:
                old.drop()
        self._opened = (self._library.generation, vectors, words)

    def _build(self, kind: str) -> int:
        return int(self._library.about(kind) or 1)

    def _vectors(self, build: int | None = None) -> Vectors:
        folder = self._folder / f"vectors-{build or self._build('vectors')}"
        name = f"newsdesk-{self._library.about('identity')}"
        return Vectors(folder, url=self._chroma_url, name=name)

    def _words(self, build: int | None = None) -> KeywordIndex:
        return KeywordIndex(self._folder / f"words-{build or self._build('words')}")
