"""Index: makes a library hold what it should, one writer at a time, readers never disturbed.

A batch is staged in SQLite, both projections are brought up to it, and it is published, so that a
process may die at any moment: the batch has then happened wholly or not at all.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from retrieval.articles import duplicates
from retrieval.articles.article import Article
from retrieval.articles.passages import Passage, split
from retrieval.attribution.statements import Statement, statements
from retrieval.attribution.tagger import Tagger
from retrieval.errors import LibraryError, ReadError
from retrieval.library.keywords import KeywordIndex
from retrieval.library.library import Library
from retrieval.library.projections import Projections
from retrieval.library.statements import StatementIndex
from retrieval.library.vectors import Vectors
from retrieval.models.embedder import Embedder, Vector

_BATCH = 256  # passages; the work that is lost when a writer dies
_READ = 16  # articles in which statements are looked for at a time; the same of that work
_READERS = 4  # of which so many side by side


@dataclass(slots=True)
class SyncReport:
    """What a sync did, in articles; `failed` names what could not be read.

    `read_again` are those that were there before, in which statements were looked for.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    repeated: int = 0
    failed: list[ReadError] = field(default_factory=list)
    read_again: int = 0

    def __add__(self, other: "SyncReport") -> "SyncReport":
        """What two syncs did together."""
        return SyncReport(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(SyncReport))
        )

    @property
    def done(self) -> int:
        """Articles gone through, whatever became of them."""
        came = self.added + self.changed + self.unchanged + self.repeated + len(self.failed)
        return came + self.read_again


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
        tagger: Tagger | None = None,
    ) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        self.library = Library(folder, create=create)
        self.register = StatementIndex(self.library)
        self.embedder = embedder
        self.tagger = tagger or Tagger()
        # The turn is this process's, the lock is between processes. A run may begin in one
        # thread and end in another.
        self._turn = threading.Lock()
        self._writer = FileLock(folder / "write.lock", poll_interval=0.05, thread_local=False)
        self.projections = Projections(
            self.library, chroma_url=chroma_url, writer_lives=self._writer_lives
        )

    def close(self) -> None:
        """Let go of all files."""
        self.projections.close()
        self.library.close()

    # Reading

    @contextmanager
    def reading(self) -> Iterator[tuple[Vectors, KeywordIndex]]:
        """Both projections as the library stands now; nobody changes them meanwhile.

        Raises LibraryError when the index was made by another embedding model, or when
        somebody keeps it busy for minutes.
        """
        self._identity()  # loads the model's card, maybe for seconds, before anybody is held up
        with self.projections.held():
            self.check_embedder()
            yield self.projections.current()

    def check_embedder(self) -> None:
        """Raise LibraryError unless the vectors are the configured embedding model's."""
        made_by = self.library.about("embedder")
        if made_by is not None and made_by != self._identity():
            raise LibraryError(
                f"The index was made by another embedding model ({made_by}) than the one "
                f"configured ({self._identity()}). Set that one again, or rebuild the index with: "
                "newsdesk reindex"
            )

    def _identity(self) -> str:
        card = self.embedder.card
        return f"{card.name} {card.fingerprint}"

    # Writing

    @contextmanager
    def writing(self, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """The one writer's turn; calls `waiting` once when somebody else has it now."""
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
        most_again: int | None = None,
    ) -> Generator[SyncReport, None, None]:
        """Make the library hold these articles; yields the report so far after each step.

        New articles are added, changed ones replaced, unchanged ones not touched. An article
        that comes twice is taken once, as it came first. `gone` is asked at the end, with the
        ids that came and the failures, which articles to withdraw. Then statements are looked for
        in articles of before where that wasn't done yet, in `most_again` at most, None for all.
        To be run inside `writing`; whoever stops iterating stops the run between two batches.
        """
        self._begin()
        self.check_embedder()
        report, seen = SyncReport(), dict[str, int]()
        batch: list[_Staged] = []
        try:
            for article in articles:
                if isinstance(article, ReadError):
                    report.failed.append(article)
                elif staged := self._look_at(article, seen, report):
                    batch.append(staged)
                if sum(len(staged.passages) for staged in batch) >= _BATCH:
                    self._add(batch, report)
                    batch = []
                yield report
            self._add(batch, report)
            withdrawn = [id for id in gone(set(seen), report.failed) if self.library.digest(id)]
            self._apply([], withdrawn)
            report.withdrawn = len(withdrawn)
        except GeneratorExit:
            self._forget()
            raise
        self._forget()
        for number in self._read_again(most_again):
            report.read_again += number
            yield report
        yield report

    def remove(self, ids: Iterable[str]) -> None:
        """Withdraw articles: no search finds them, no file holds their text, no feed brings them.

        Inside `writing`.
        """
        self._begin()
        self._apply([], list(ids), for_good=True)
        self._forget()

    def reindex(self) -> Generator[tuple[int, int], None, None]:
        """Build both projections anew from SQLite, and there what isn't as it should be.

        Yields (passages done, passages in all). Inside `writing`. When the model is another,
        everything is embedded again; interrupted, that goes on where it stopped, and until it is
        done no question is answered.
        """
        done, total, identity = 0, self.library.count_passages(), self._identity()
        with self.projections.held(), self.library.transaction():
            self.library.publish()
            stale = [id for id in self.library.ids() if self._is_stale(id)]
            if stale:
                self.library.note("embedder", f"{identity}, not finished")
        yield done, total
        for id in stale:
            if article := self.library.article(id):
                passages = split(article)
                vectors = self.embedder.many_passages([passage.text for passage in passages])
                with self.library.transaction():
                    self.library.embed(id, passages, vectors, embedder=identity)
                done += len(passages)
                yield done, total
        with self.library.transaction():
            self.register.doubt(self.register.torn())
        for _ in self._read_again(None):
            yield done, total
        with self.projections.held():
            self.projections.rebuild(embedder=identity)
        yield total, total

    def _is_stale(self, id: str) -> bool:
        """Whether another model made the article's vectors, or its passages aren't its slices."""
        article = self.library.article(id)
        return article is not None and (
            self.library.embedder_of(id) != self._identity()
            or self.library.passage_ids_of(id) != [passage.id for passage in split(article)]
        )

    def _begin(self) -> None:
        """Finish what a writer that died has left."""
        if self.library.about("embedder") is None:
            with self.library.transaction():
                self.library.note("embedder", self._identity())
        if self.library.about("stories") != duplicates.VERSION:
            with self.library.transaction():
                self.library.tell_again()
        with self.projections.held():
            if self.library.about("writing"):
                self.projections.current()
            self.projections.sweep()
        self._forget()

    def _read_again(self, most: int | None) -> Iterator[int]:
        """Look for statements where that wasn't done; gives how many articles, batch by batch.

        Each article bears the version of what read it: what a writer that died has left is found
        by that, and so is what was indexed before there were statements.
        """
        left = self.register.count_unread() if most is None else most
        while left > 0 and (batch := self.register.unread(min(left, _READ))):
            said = self._statements(batch.values())
            with self.library.transaction():
                for (key, article), some in zip(batch.items(), said, strict=True):
                    self.register.set(key, article.published, some)
                self.library.forget_silent()
            left -= len(batch)
            yield len(batch)

    def _statements(self, articles: Iterable[Article]) -> list[list[Statement]]:
        """What is said in each; several are read at a time, so that no core waits for rules."""

        def said(one: Article) -> list[Statement]:
            return statements(one.id, one.text, self.tagger.attributions(one.text))

        with ThreadPoolExecutor(_READERS) as threads:
            return list(threads.map(said, articles))

    def _forget(self) -> None:
        if self.library.count("withdrawn"):
            with self.projections.held():
                self.projections.forget()

    def _look_at(
        self, article: Article, seen: dict[str, int], report: SyncReport
    ) -> _Staged | None:
        """The article with its passages if it is new or changed; else it is counted."""
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
            return _Staged(article, split(article), is_new=before is None)
        self.library.move(article)
        report.unchanged += 1
        return None

    def _add(self, batch: list[_Staged], report: SyncReport) -> None:
        self._apply(batch, [])
        new = sum(staged.is_new for staged in batch)
        report.added += new
        report.changed += len(batch) - new

    def _apply(self, batch: list[_Staged], withdrawn: list[str], *, for_good: bool = False) -> None:
        """One batch into SQLite and both projections; after a crash wholly or not at all."""
        if not batch and not withdrawn:
            return
        made = self._vectors([passage for staged in batch for passage in staged.passages])
        said = self._statements(staged.article for staged in batch)
        with self.projections.held():
            vectors, words = self.projections.current()
            with self.library.transaction():
                self.library.note("writing", 1)
                for staged, some in zip(batch, said, strict=True):
                    rows = [made[passage.id] for passage in staged.passages]
                    one = staged.article
                    key = self.library.stage(
                        one, staged.passages, np.array(rows), embedder=self._identity()
                    )
                    self.register.set(key, one.published, some)
            leaving = self.library.leaving_passage_ids(withdrawn)
            coming = [one for some in self.library.embedded("pending", _BATCH) for one in some]
            vectors.upsert(coming)
            vectors.delete(leaving)
            words.replace(coming, leaving)
            with self.library.transaction():
                self.library.publish()
                self.library.withdraw(withdrawn)
                self.library.keep_out(withdrawn if for_good else [])
                self.library.note("writing", 0)
            self.projections.published()

    def _vectors(self, passages: list[Passage]) -> dict[str, Vector]:
        """The vector of each passage by its id; those that the library has are not made again."""
        found = self.library.vectors(passage.id for passage in passages)
        new = [passage for passage in passages if passage.id not in found]
        if new:
            made = self.embedder.many_passages([passage.text for passage in new])
            found |= {passage.id: vector for passage, vector in zip(new, made, strict=True)}
        return found
