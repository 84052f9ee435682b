"""Index: makes SQLite, Chroma and Tantivy agree with what should be there, whatever happens.

Two locks, both released by the system when their holder dies. `write.lock` is held by one
writer for its whole run. `projections.lock` is held for a moment at a time by whoever touches
Chroma: by readers for one search, by the writer for one batch.

A batch is staged in SQLite, `writing` is set, both projections are brought up to it, and it is
published with `writing` unset. So whoever holds `projections.lock` and finds `writing` set
knows that a writer died there: Chroma's files are then not to be trusted, and both projections
are built anew from SQLite, which holds the vectors too.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from retrieval.articles import Article
from retrieval.errors import LibraryError, ReadError
from retrieval.library import Library
from retrieval.models import Embedder, Vector
from retrieval.passages import Passage, split
from retrieval.vectors import Vectors
from retrieval.words import Words

log = logging.getLogger(__name__)

_BATCH = 256  # passages; the work that is lost when a writer dies
_CHUNK = 5000  # passages at a time when a projection is filled
_WAIT = 600.0  # seconds that a search waits for a batch or a rebuild before it gives up


@dataclass(slots=True)
class Report:
    """What a sync did, in articles; `failed` names what could not be read."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    repeated: int = 0
    failed: list[ReadError] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Articles gone through, whatever became of them."""
        return self.added + self.changed + self.unchanged + self.repeated + len(self.failed)


@dataclass(slots=True)
class _Staged:
    article: Article
    passages: list[Passage]
    is_new: bool


class Index:
    """One library with its two projections; safe to use from several threads and processes."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        create: bool = False,
        chroma_url: str | None = None,
    ) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        self.library = Library(folder, create=create)
        self.embedder = embedder
        self._folder = folder
        self._chroma_url = chroma_url
        self._mutex = threading.RLock()
        self._projections = FileLock(folder / "projections.lock", poll_interval=0.01)
        self._writer = FileLock(folder / "write.lock", poll_interval=0.05)
        self._opened: tuple[int, Vectors, Words] | None = None

    def close(self) -> None:
        """Let go of all files."""
        with self._mutex:
            self._shut()
            self.library.close()

    # Reading

    # Reading

    @contextmanager
    def reading(self) -> Iterator[tuple[Vectors, Words]]:
        """Both projections as the library stands now; nobody changes them meanwhile.

        Raises LibraryError when the index was made by another embedding model, or when
        somebody keeps it busy for minutes.
        """
        self.check_embedder()
        with self._held():
            yield self._current()

    @contextmanager
    def as_it_is(self) -> Iterator[tuple[Vectors, Words]]:
        """Both projections, nothing mended, for looking at only.

        Raises LibraryError when one is missing or can't be opened, or when a writer died in them.
        """
        with self._held():
            if self.library.about("writing"):
                raise LibraryError(
                    "A process died while it wrote. The next question or `newsdesk index` "
                    "rebuilds the index from SQLite."
                )
            self._shut()
            vectors, words = (
                self._vectors(self._build("vectors")),
                self._words(self._build("words")),
            )
            kept = [words.folder, *([] if self._chroma_url else [vectors.folder])]
            for folder in kept:
                if not folder.exists() and self.library.count_passages():
                    raise LibraryError(f"{folder} is missing.")
            try:
                vectors.open()
                words.open()
                yield vectors, words
            finally:
                vectors.close()
                words.close()

    def check_embedder(self) -> None:
        """Raises LibraryError unless the vectors are the configured embedding model's."""
        made_by = self.library.about("embedder")
        if made_by is not None and made_by != self._embedder_identity():
            raise LibraryError(
                f"The index was made by another embedding model ({made_by}) than the one "
                f"configured ({self._embedder_identity()}). Set that one again, or rebuild the "
                "index with: newsdesk reindex"
            )

    def _embedder_identity(self) -> str:
        card = self.embedder.card
        return f"{card.name} {card.fingerprint}"

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._mutex:
            try:
                self._projections.acquire(timeout=_WAIT)
            except Timeout as exc:
                raise LibraryError(
                    "Another process is rebuilding the index. Try again in a minute."
                ) from exc
            try:
                yield
            finally:
                self._projections.release()

    def _current(self) -> tuple[Vectors, Words]:
        """Both projections, opened anew when another process changed them, mended when one died."""
        if self.library.about("writing"):
            log.warning("A newsdesk process died while it wrote: rebuilding the index from SQLite.")
            self._rebuild()
        if self._opened is None or self._opened[0] != self.library.generation:
            self._open()
        assert self._opened is not None
        return self._opened[1], self._opened[2]

    def _open(self) -> None:
        self._shut()
        self._sweep()
        vectors, words = self._vectors(self._build("vectors")), self._words(self._build("words"))
        vectors.open()
        words.open()
        self._opened = (self.library.generation, vectors, words)
        expected, found = self.library.count_passages(), (vectors.count(), words.count())
        if found != (expected, expected):
            log.warning(
                "Of %d passages, the index has %d vectors and the words of %d: rebuilding it.",
                expected, *found,
            )  # fmt: skip
            self._rebuild()
        elif self.library.count("withdrawn") and self._no_writer_lives():
            self._purge()

    def _build(self, projection: str) -> int:
        return int(self.library.about(projection) or 1)

    def _vectors(self, build: int) -> Vectors:
        name = f"newsdesk-{self.library.about('identity')}"
        return Vectors(self._folder / f"vectors-{build}", url=self._chroma_url, name=name)

    def _words(self, build: int) -> Words:
        return Words(self._folder / f"words-{build}")

    def _shut(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened[2].close()
        self._opened = None

    def _sweep(self) -> None:
        """Delete what a process that died has left of earlier or unfinished builds."""
        for kind in ("vectors", "words"):
            for folder in self._folder.glob(f"{kind}-*"):
                if folder.name != f"{kind}-{self._build(kind)}":
                    shutil.rmtree(folder, ignore_errors=True)

    def _no_writer_lives(self) -> bool:
        try:
            self._writer.acquire(timeout=0)
        except Timeout:
            return False
        self._writer.release()
        return True

    # Writing

    @contextmanager
    def writing(self, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """The one writer's turn; calls `waiting` once when another process has it now."""
        try:
            self._writer.acquire(timeout=0)
        except Timeout:
            waiting()
            self._writer.acquire()
        try:
            yield
        finally:
            self._writer.release()

    def sync(
        self,
        articles: Iterable[Article | ReadError],
        *,
        gone: Callable[[set[str], list[ReadError]], Iterable[str]] = lambda seen, failed: (),
    ) -> Generator[Report, None, None]:
        """Make the library hold these articles; yields the report so far after each step.

        New articles are added, changed ones replaced, unchanged ones not touched. An article
        that comes twice is taken once, as it came first. `gone` is asked at the end, with the
        ids that came and the failures, which articles to withdraw. To be run inside
        `writing`; whoever stops iterating stops the run between two batches.
        """
        self._begin()
        report, seen = Report(), dict[str, str]()
        batch: list[_Staged] = []
        try:
            for article in articles:
                if isinstance(article, ReadError):
                    report.failed.append(article)
                elif article.id in seen:
                    _repeat(article, seen[article.id], report)
                else:
                    seen[article.id] = article.digest
                    before = self.library.digest(article.id)
                    if before == article.digest:
                        report.unchanged += 1
                    else:
                        batch.append(_Staged(article, split(article), is_new=before is None))
                if sum(len(staged.passages) for staged in batch) >= _BATCH:
                    self._add(batch, report)
                    batch = []
                yield report
            self._add(batch, report)
            withdrawn = [id for id in gone(set(seen), report.failed) if self.library.digest(id)]
            self._apply([], withdrawn)
            report.withdrawn = len(withdrawn)
        finally:
            self._purge()
        yield report

    def remove(self, ids: Iterable[str]) -> None:
        """Withdraw articles: no search finds them, no file holds their text. Inside `writing`."""
        self._begin()
        self._apply([], list(ids))
        self._purge()

    def reindex(self) -> Generator[tuple[int, int], None, None]:
        """Build both projections anew from SQLite, and there what isn't as it should be.

        Yields (passages done, passages in all). Inside `writing`. When the model is another,
        everything is embedded again; interrupted, that goes on where it stopped, and until it is
        done no question is answered.
        """
        total, done = self.library.count_passages(), 0
        identity = self._embedder_identity()
        yield done, total
        if self.library.about("embedder") != identity:
            with self._held(), self.library.transaction():
                self.library.publish()
                self.library.note("embedder", f"{identity}, not finished")
        for article in self.library.articles():
            passages = split(article)
            if self.library.embedder_of(article.id) != identity or self.library.passage_ids_of(
                article.id
            ) != [passage.id for passage in passages]:
                vectors = self.embedder.many_passages([passage.text for passage in passages])
                with self.library.transaction():
                    self.library.embed(article.id, passages, vectors, embedder=identity)
            done += len(passages)
            yield done, total
        with self._held():
            self._rebuild()
        yield done, done

    def _begin(self) -> None:
        """Own the index: its embedder settled, what a dead writer left finished."""
        if self.library.about("embedder") is None:
            with self.library.transaction():
                self.library.note("embedder", self._embedder_identity())
        self.check_embedder()
        with self._held():
            if self.library.about("writing"):
                self._current()
        self._purge()

    def _add(self, batch: list[_Staged], report: Report) -> None:
        self._apply(batch, [])
        new = sum(staged.is_new for staged in batch)
        report.added += new
        report.changed += len(batch) - new

    def _apply(self, batch: list[_Staged], withdrawn: list[str]) -> None:
        """One batch into SQLite and both projections; after a crash wholly or not at all."""
        if not batch and not withdrawn:
            return
        vectors = self._embedded([p for staged in batch for p in staged.passages])
        with self._held():
            dense, words = self._current()
            with self.library.transaction():
                self.library.note("writing", 1)
                for staged in batch:
                    count = len(staged.passages)
                    self.library.stage(
                        staged.article,
                        staged.passages,
                        vectors[:count],
                        embedder=self._embedder_identity(),
                    )
                    vectors = vectors[count:]
            leaving = self.library.leaving_passage_ids(withdrawn)
            for passages in self.library.embedded("pending", _CHUNK):
                dense.upsert(passages)
                words.replace(passages)
            dense.delete(leaving)
            words.replace([], leaving)
            with self.library.transaction():
                self.library.publish()
                self.library.withdraw(withdrawn)
                self.library.note("writing", 0)
            self._opened = (self.library.generation, dense, words)

    def _embedded(self, passages: list[Passage]) -> Vector:
        """One vector a passage; those that the library has already are not made again."""
        known = self.library.vectors(passage.id for passage in passages)
        new = [passage for passage in passages if passage.id not in known]
        if new:
            made = self.embedder.many_passages([passage.text for passage in new])
            known |= {passage.id: vector for passage, vector in zip(new, made, strict=True)}
        return np.array([known[passage.id] for passage in passages])

    def _purge(self) -> None:
        """Overwrite withdrawn text: its rows in SQLite, and its words, which Tantivy keeps."""
        if self.library.count("withdrawn"):
            with self._held():
                vectors, _ = self._current()
                words = self._words(self._build("words") + 1)
                self._fill(None, words)
                self._switch(vectors, words)

    def _rebuild(self) -> None:
        """Both projections from SQLite, into new folders that then take the old ones' place."""
        with self.library.transaction():
            self.library.publish()
        self._shut()
        vectors = self._vectors(self._build("vectors") + 1)
        words = self._words(self._build("words") + 1)
        self._fill(vectors, words)
        self._switch(vectors, words)

    def _fill(self, vectors: Vectors | None, words: Words) -> None:
        projections: list[Vectors | Words] = [words, *([vectors] if vectors else [])]
        for projection in projections:
            projection.drop()  # what a build that died has left
            projection.open()
        for passages in self.library.embedded("ready", _CHUNK):
            if vectors:
                vectors.upsert(passages)
            words.replace(passages)

    def _switch(self, vectors: Vectors, words: Words) -> None:
        """Make these two what readers use, forget what is withdrawn, delete the old ones."""
        old: list[Vectors | Words] = [
            self._vectors(self._build("vectors")),
            self._words(self._build("words")),
        ]
        new: list[Vectors | Words] = [vectors, words]
        with self.library.transaction():
            for projection in new:
                kind, _, build = projection.folder.name.partition("-")
                self.library.note(kind, int(build))
            self.library.note("embedder", self._embedder_identity())
            self.library.note("writing", 0)
            self.library.forget()
            self.library.publish()
        for before, now in zip(old, new, strict=True):
            if before.folder != now.folder:
                before.drop()
        self._opened = (self.library.generation, vectors, words)


def _repeat(article: Article, first_digest: str, report: Report) -> None:
    if article.digest == first_digest:
        report.repeated += 1
    else:
        place = article.path or article.url or article.title
        report.failed.append(ReadError("an article with its address was read before it", place))
