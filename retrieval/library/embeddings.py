"""Embeddings: each passage's vector, kept in SQLite, so that both projections can be rebuilt."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from retrieval.articles.passages import Passage
from retrieval.library.database import Database
from retrieval.library.schema import COLUMNS, article_of
from retrieval.models.embedder import Vector

_STORED = np.float16  # cosines differ from float32's in the fourth decimal, at half the size


@dataclass(frozen=True, slots=True)
class Embedded:
    """A passage as the projections take it, with its article's title."""

    passage: Passage
    title: str
    vector: Vector


class Embeddings:
    """The passages of a library's articles with their vectors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Writing, inside a transaction

    def insert(self, key: int, passages: list[Passage], vectors: Vector) -> None:
        """Store the passages of the article with this key, `vectors` having one row for each."""
        rows = [
            (key, passage.id, passage.start, passage.end, vector.tobytes())
            for passage, vector in zip(passages, vectors.astype(_STORED), strict=True)
        ]
        self._database.each("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)

    def replace(self, id: str, passages: list[Passage], vectors: Vector, *, embedder: str) -> None:
        """Give the ready article with this id these passages, their vectors made by `embedder`."""
        (key,) = self._database.rows(
            "UPDATE articles SET embedder = ? WHERE state = 'ready' AND id = ? RETURNING key",
            [embedder, id],
        )[0]
        self._database.rows("DELETE FROM passages WHERE article = ?", [key])
        self.insert(key, passages, vectors)

    # Reading

    def of(self, ids: Iterable[str]) -> dict[str, Vector]:
        """The vectors of the ready passages with these ids; others are left out."""
        sql = (
            "SELECT p.vector FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND p.id = ?"
        )
        found = {id: self._database.rows(sql, [id]) for id in ids}
        return {id: _vector(rows[0][0]) for id, rows in found.items() if rows}

    def in_state(self, state: str, size: int) -> Iterator[list[Embedded]]:
        """The passages of all articles in this state, in lists of at least `size` but the last."""
        rows, found = self._database.rows, list[Embedded]()
        for (key,) in rows("SELECT key FROM articles WHERE state = ? ORDER BY key", [state]):
            row = rows(f"SELECT {COLUMNS} FROM articles WHERE key = ?", [key])[0]
            article = article_of(row)
            for start, end, vector in rows(
                "SELECT start, end, vector FROM passages WHERE article = ? ORDER BY start", [key]
            ):
                passage = Passage(article.id, start, end, article.text[start:end])
                found.append(Embedded(passage, article.title, _vector(vector)))
            if len(found) >= size:
                yield found
                found = []
        if found:
            yield found

    def model_of(self, id: str) -> str | None:
        """The embedding model that made the vectors of the ready article with this id, or None."""
        sql = "SELECT embedder FROM articles WHERE state = 'ready' AND id = ?"
        rows = self._database.rows(sql, [id])
        return rows[0][0] if rows else None

    def leaving(self, withdrawn: Iterable[str]) -> list[str]:
        """The ids of ready passages that go at the next publication.

        Those of the articles with the ids `withdrawn`, and those that a pending article replaces.
        """
        sql = (
            "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = ? AND a.id = ?"
        )
        rows = self._database.rows
        pending = [id for (id,) in rows("SELECT id FROM articles WHERE state = 'pending'")]
        leaving, coming = (
            {id for article in articles for (id,) in rows(sql, [state, article])}
            for state, articles in (("ready", [*pending, *withdrawn]), ("pending", pending))
        )
        return sorted(leaving - coming)


def _vector(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype=_STORED).astype(np.float32)
