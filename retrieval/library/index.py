"""Index: makes a library hold what it should, one writer at a time, readers never disturbed."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.articles.article import Article
from retrieval.articles.passages import split
from retrieval.attribution.tagger import Tagger
from retrieval.errors import Hint, LibraryError, ReadError
from retrieval.library.batches import BATCH, BatchWriter, Staged
from retrieval.library.keywords import KeywordIndex
from retrieval.library.library import Library
from retrieval.library.projections import Projections
from retrieval.library.statements import StatementIndex
from retrieval.library.upgrade import Upgrade
from retrieval.library.vectors import Vectors
from retrieval.models.embedder import Embedder


@dataclass(slots=True)
class SyncReport:
    """What a sync did, in articles; `failed` names what could not be read.

    `repeated` came more than once. `refreshed` were there before, and what an older version of
    Newsdesk stored of them was made anew.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    repeated: int = 0
    failed: list[ReadError] = field(default_factory=list)
    refreshed: int = 0

    def __add__(self, other: "SyncReport") -> "SyncReport":
        """What two syncs did together."""
        return SyncReport(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(SyncReport))
        )

    @property
    def done(self) -> int:
        """Articles gone through, whatever became of them."""
        came = self.added + self.changed + self.unchanged + self.repeated + len(self.failed)
        return came + self.refreshed


class Index:
    """One library with its two projections; safe to use from several threads and processes."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        create: bool = False,
        chroma_url: str | None = None,
        tagger: Tagger | None = None,
    ) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        self.library = Library(folder, create=create)
        self.statements = StatementIndex(self.library)
        self.embedder = embedder
        # `_turn` is for the threads of this process, `_writer` for processes. A run may begin in
        # one thread and end in another.
        self._turn = threading.Lock()
        self._writer = FileLock(folder / "write.lock", poll_interval=0.05, thread_local=False)
        self.projections = Projections(
            self.library, chroma_url=chroma_url, writer_lives=self._writer_lives
        )
        self.batches = BatchWriter(
            self.library, self.statements, self.projections, embedder, tagger or Tagger()
        )
        self._upgrade = Upgrade(self.library, self.statements, self.batches)

    def close(self) -> None:
        """Close all files."""
        self.projections.close()
        self.library.close()

    # Reading

    @contextmanager
    def reading(self) -> Iterator[tuple[Vectors, KeywordIndex]]:
        """Both projections as the library stands now; nobody changes them meanwhile.

        Raises LibraryError when the index was made by another embedding model, or when another
        process keeps it busy for minutes.
        """
        # Loads the model's card, maybe for seconds, before the projections are locked.
        self.batches.identity()
        with self.projections.held():
            self.check_embedder()
            yield self.projections.current()

    def check_embedder(self) -> None:
        """Raise LibraryError unless the vectors are the configured embedding model's."""
        made_by, configured = self.library.fact("embedder"), self.batches.identity()
        if made_by is not None and made_by != configured:
            raise LibraryError(
                f"The index was made by another embedding model ({made_by}) than the one "
                f"configured ({configured}). Configure that one again, or rebuild the index.",
                hint=Hint.REINDEX,
            )

    # Writing

    @contextmanager
    def writing(self, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """The turn of the one writer; calls `waiting` once when another writer has it now."""
        if not self._turn.acquire(blocking=False):
            waiting()
            self._turn.acquire()
        try:
            try:
                self._writer.acquire(timeout=0)
            except Timeout:
                waiting()
                self._writer.acquire()
            yield
        finally:
            self._writer.release()
            self._turn.release()

    def _writer_lives(self) -> bool:
        if not self._turn.acquire(blocking=False):
            return True
        try:
            self._writer.acquire(timeout=0)
            self._writer.release()
        except Timeout:
            return True
        finally:
            self._turn.release()
        return False

    def sync(
        self,
        articles: Iterable[Article | ReadError],
        *,
        gone: Callable[[set[str], list[ReadError]], Iterable[str]] = lambda seen, failed: (),
        most_refreshed: int | None = None,
    ) -> Generator[SyncReport, None, None]:
        """Make the library hold these articles; yields the report so far after each step.

        New articles are added, changed ones replaced, unchanged ones not touched. An article
        that comes twice is taken once, as it came first. At the end, `gone` is called with the
        ids that came and the failures, and gives the ids of articles to withdraw. Then what an
        older version of Newsdesk stored is made anew, for at most `most_refreshed` articles, None
        for all. Run it inside `writing`. Whoever stops iterating stops it between two batches.
        """
        self._begin()
        self.check_embedder()
        report, seen = SyncReport(), dict[str, int]()
        batch: list[Staged] = []
        try:
            for article in articles:
                if isinstance(article, ReadError):
                    report.failed.append(article)
                elif staged := self._look_at(article, seen, report):
                    batch.append(staged)
                if sum(len(staged.passages) for staged in batch) >= BATCH:
                    self._add(batch, report)
                    batch = []
                yield report
            self._add(batch, report)
            withdrawn = [id for id in gone(set(seen), report.failed) if self.library.digest(id)]
            self.batches.write([], withdrawn)
            report.withdrawn = len(withdrawn)
            for number in self._upgrade.passages(most_refreshed):
                report.refreshed += number
                yield report
        except GeneratorExit:
            self.batches.forget_withdrawn()
            raise
        self.batches.forget_withdrawn()
        for number in self._upgrade.statements(most_refreshed):
            report.refreshed += number
            yield report
        yield report

    def remove(self, ids: Iterable[str]) -> None:
        """Withdraw articles: no search finds them, no file holds their text, no feed brings them.

        Inside `writing`.
        """
        self._begin()
        self.batches.write([], ids, keep_out=True)
        self.batches.forget_withdrawn()

    def reindex(self) -> Generator[tuple[int, int], None, None]:
        """Rebuild both projections from SQLite, after mending what is wrong or outdated there.

        Yields (passages done, passages in all). Inside `writing`. With another embedding model,
        everything is embedded again; an interrupted run goes on where it stopped, and until then
        no question is answered.
        """
        done, total, identity = 0, self.library.count_passages(), self.batches.identity()
        with self.projections.held(), self.library.transaction():
            self.library.publish()
            stale = [id for id in self.library.ids() if self._is_stale(id)]
            if stale:
                self.library.set_fact("embedder", f"{identity}, not finished")
        yield done, total
        for id in stale:
            if article := self.library.article(id):
                passages = split(article)
                vectors = self.embedder.many_passages([passage.text for passage in passages])
                with self.library.transaction():
                    self.library.embeddings.replace(id, passages, vectors, embedder=identity)
                done += len(passages)
                yield done, total
        self._upgrade.passages_are_current()
        with self.library.transaction():
            self.statements.invalidate(self.statements.damaged())
        for _ in self._upgrade.statements(None):
            yield done, total
        with self.projections.held():
            self.projections.rebuild(embedder=identity)
        yield total, total

    def _is_stale(self, id: str) -> bool:
        """Whether another model made the article's vectors, or `split` makes other passages."""
        article = self.library.article(id)
        return article is not None and (
            self.library.embeddings.model_of(id) != self.batches.identity()
            or self.library.passage_ids_of(id) != [passage.id for passage in split(article)]
        )

    def _begin(self) -> None:
        """Finish what a writer that died has left."""
        if self.library.fact("embedder") is None:
            self.library.set_fact("embedder", self.batches.identity())
        self._upgrade.start()
        with self.projections.held():
            if self.library.fact("writing"):
                self.projections.current()
            self.projections.sweep()
        self.batches.forget_withdrawn()

    def _look_at(self, article: Article, seen: dict[str, int], report: SyncReport) -> Staged | None:
        """The article with its passages if it is new or changed; otherwise it is only counted."""
        if article.id in seen:
            if seen[article.id] == hash(article.text):
                report.repeated += 1
            else:
                place = article.url or article.title
                report.failed.append(ReadError("another text with this address came first", place))
            return None
        seen[article.id] = hash(article.text)
        before = self.library.digest(article.id)
        if before != article.digest:
            return Staged(article, split(article), is_new=before is None)
        self.library.move(article)
        report.unchanged += 1
        return None

    def _add(self, batch: list[Staged], report: SyncReport) -> None:
        self.batches.write(batch)
        new = sum(staged.is_new for staged in batch)
        report.added += new
        report.changed += len(batch) - new
