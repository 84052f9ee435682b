"""Batches: articles into SQLite and both projections; after a crash, a batch wholly or not at all.

A batch is staged in SQLite, both projections are brought up to it, and it is published.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.attribution.statements import Statement, statements
from retrieval.attribution.tagger import Tagger
from retrieval.library.library import Library
from retrieval.library.projections import Projections
from retrieval.library.statements import StatementIndex
from retrieval.models.embedder import Embedder, Vector

BATCH = 256  # passages; the work that is lost when a writer dies
_THREADS = 4  # that read articles for statements side by side


@dataclass(frozen=True, slots=True)
class Staged:
    """An article to be written; `is_new` says that the library has none with its id."""

    article: Article
    passages: list[Passage]
    is_new: bool


class BatchWriter:
    """Writes batches to one library; for one writer at a time."""

    def __init__(
        self,
        library: Library,
        statements: StatementIndex,
        projections: Projections,
        embedder: Embedder,
        tagger: Tagger,
    ) -> None:
        self._library = library
        self._statements = statements
        self._projections = projections
        self._embedder = embedder
        self.tagger = tagger

    def identity(self) -> str:
        """The embedding model's name and fingerprint, as stored with the vectors it makes."""
        card = self._embedder.card
        return f"{card.name} {card.fingerprint}"

    def write(
        self, batch: list[Staged], withdrawn: Iterable[str] = (), *, keep_out: bool = False
    ) -> None:
        """Add or replace the batch's articles, and withdraw those with the ids `withdrawn`.

        With `keep_out`, no feed brings the withdrawn ones back.
        """
        withdrawn = list(withdrawn)
        if not batch and not withdrawn:
            return
        made = self._vectors([passage for staged in batch for passage in staged.passages])
        found = self.statements_in(staged.article for staged in batch)
        with self._projections.held():
            vectors, words = self._projections.current()
            with self._library.transaction():
                self._library.set_fact("writing", 1)
                for staged, some in zip(batch, found, strict=True):
                    article, passages = staged.article, staged.passages
                    rows = np.array([made[passage.id] for passage in passages])
                    key = self._library.stage(article, passages, rows, embedder=self.identity())
                    self._statements.replace(key, article.published, some)
            leaving = self._library.embeddings.leaving(withdrawn)
            pending = self._library.embeddings.in_state("pending", BATCH)
            coming = [one for some in pending for one in some]
            vectors.upsert(coming)
            vectors.delete(leaving)
            words.replace(coming, leaving)
            with self._library.transaction():
                self._library.publish()
                self._library.withdraw(withdrawn)
                self._library.keep_out(withdrawn if keep_out else [])
                self._library.set_fact("writing", 0)
            self._projections.published()

    def statements_in(self, articles: Iterable[Article]) -> list[list[Statement]]:
        """The statements of each article; several are read at a time, as rules leave cores idle."""

        def found(one: Article) -> list[Statement]:
            return statements(one.id, one.text, self.tagger.attributions(one.text))

        with ThreadPoolExecutor(_THREADS) as threads:
            return list(threads.map(found, articles))

    def forget_withdrawn(self) -> None:
        """Overwrite what was withdrawn, in SQLite and in the projections."""
        if self._library.count("withdrawn"):
            with self._projections.held():
                self._projections.forget()

    def _vectors(self, passages: list[Passage]) -> dict[str, Vector]:
        """The vector of each passage by its id; those that the library has are not made again."""
        found = self._library.embeddings.of(passage.id for passage in passages)
        new = [passage for passage in passages if passage.id not in found]
        if new:
            made = self._embedder.many_passages([passage.text for passage in new])
            found |= {passage.id: vector for passage, vector in zip(new, made, strict=True)}
        return found
