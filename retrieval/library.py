"""The library: SQLite, the truth about articles, passages and what is still to be done."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from retrieval.articles import Article
from retrieval.errors import LibraryError
from retrieval.models import Vector
from retrieval.passages import Passage

FILE = "library.sqlite"
FORMAT = 1
VECTOR = np.float16  # cosines differ from float32's in the fourth decimal, at half the size

# One article may stand here twice: `ready` is what readers see; `pending` is a new version on its
# way into the projections; `withdrawn` is what is to be forgotten.
_SCHEMA = """
CREATE TABLE articles (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL, digest TEXT NOT NULL,
    embedder TEXT NOT NULL, url TEXT, path TEXT, title TEXT NOT NULL, source TEXT NOT NULL,
    published TEXT, authors TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX articles_by_id ON articles (id, state);
CREATE TABLE passages (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_by_id ON passages (id);
CREATE INDEX passages_by_article ON passages (article);
CREATE TABLE about (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = "id, url, path, title, source, published, authors, text"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer: any of `sources`, published from `since` to `until` inclusive.

    None sets no limit. An article whose date is unknown is outside every limit on dates.
    """

    sources: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether every article passes."""
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Embedded:
    """A passage as the projections take it."""

    passage: Passage
    title: str
    vector: Vector


class Library:
    """Articles and passages in one SQLite file; safe to use from several threads.

    A rollback journal rather than a write-ahead log: what is deleted is overwritten with
    zeros in the one file at commit, and no log keeps it.
    """

    def __init__(self, folder: Path, *, create: bool) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        file = folder / FILE
        if not create and not file.exists():
            raise LibraryError(
                f"There is no library in {folder} yet. Make one with: newsdesk index PATH"
            )
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.RLock()
        with self._errors_as_sentences():
            self._db = sqlite3.connect(
                file, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
            # SQLite's own functions know the case of ASCII letters alone.
            self._db.create_function("casefold", 1, str.casefold, deterministic=True)
            self._prepare()

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            with self.transaction():
                if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
                    self.note("identity", uuid.uuid4().hex)
                    self._db.execute(f"PRAGMA user_version = {FORMAT}")
        elif version != FORMAT:
            raise LibraryError(
                f"The library was written by another version of Newsdesk (format {version}, "
                f"this one reads {FORMAT}). Index its articles anew into another library."
            )

    @property
    def name(self) -> str:
        """What the library is called."""
        return self.folder.name

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _errors_as_sentences(self) -> Iterator[None]:
        file = self.folder / FILE
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise LibraryError(f"{file} can't be used: {exc}.") from exc
        except sqlite3.DatabaseError as exc:
            raise LibraryError(f"{file} is damaged or not a library: {exc}.") from exc

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the writes inside, or none."""
        with self._lock, self._errors_as_sentences():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: Iterable[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, self._errors_as_sentences():
            return self._db.execute(sql, tuple(values)).fetchall()

    # What is true of the library as a whole

    def about(self, name: str) -> str | int | None:
        """A fact about the library, or None.

        They are `identity`, `generation`, `embedder`, `writing`, and the builds in use of
        `vectors` and `words`.
        """
        rows = self._rows("SELECT value FROM about WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def note(self, name: str, value: str | int) -> None:
        """Set a fact about the library."""
        self._rows("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    @property
    def generation(self) -> int:
        """The number that every committed change of what readers see raises."""
        return int(self.about("generation") or 0)

    def _next_generation(self) -> None:
        self.note("generation", self.generation + 1)

    # Writing; each step is called by index.py inside one transaction

    def stage(
        self, article: Article, passages: list[Passage], vectors: Vector, *, embedder: str
    ) -> None:
        """Add the article as pending, with one vector a passage, made by `embedder`."""
        key = self._rows(
            f"INSERT INTO articles (state, digest, embedder, {_COLUMNS}) "
            "VALUES ('pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
            [
                article.digest, embedder, article.id, article.url, article.path, article.title,
                article.source, article.published,
                json.dumps(article.authors, ensure_ascii=False), article.text,
            ],
        )[0][0]  # fmt: skip
        self._insert(key, passages, vectors)

    def publish(self) -> None:
        """Make what is pending ready, in place of what was ready under the same id."""
        self._rows(
            "UPDATE articles SET state = 'withdrawn' WHERE state = 'ready' "
            "AND id IN (SELECT id FROM articles WHERE state = 'pending')"
        )
        self._rows("UPDATE articles SET state = 'ready' WHERE state = 'pending'")
        self._next_generation()

    def withdraw(self, ids: Iterable[str]) -> None:
        """Take ready articles out of what readers see."""
        with self._lock:
            self._db.executemany(
                "UPDATE articles SET state = 'withdrawn' WHERE state = 'ready' AND id = ?",
                [(id,) for id in ids],
            )
        self._next_generation()

    def forget(self) -> None:
        """Overwrite what is withdrawn."""
        self._rows("DELETE FROM articles WHERE state = 'withdrawn'")

    def move(self, article: Article) -> None:
        """Note the file that a ready article came from, where it was another."""
        row = (article.path, article.id)
        known = "SELECT 1 FROM articles WHERE path IS ? AND state = 'ready' AND id = ?"
        if not self._rows(known, row):
            self._rows("UPDATE articles SET path = ? WHERE state = 'ready' AND id = ?", row)

    def embed(self, id: str, passages: list[Passage], vectors: Vector, *, embedder: str) -> None:
        """Give a ready article these passages, with vectors made by `embedder`."""
        (key,) = self._rows(
            "UPDATE articles SET embedder = ? WHERE state = 'ready' AND id = ? RETURNING key",
            [embedder, id],
        )[0]
        self._rows("DELETE FROM passages WHERE article = ?", [key])
        self._insert(key, passages, vectors)

    def _insert(self, key: int, passages: list[Passage], vectors: Vector) -> None:
        rows = [
            (key, passage.id, passage.start, passage.end, vector.tobytes())
            for passage, vector in zip(passages, vectors.astype(VECTOR), strict=True)
        ]
        with self._lock:
            self._db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)

    # Reading

    def count(self, state: str = "ready") -> int:
        """How many articles are in that state."""
        return int(self._rows("SELECT count(*) FROM articles WHERE state = ?", [state])[0][0])

    def digest(self, id: str) -> str | None:
        """The digest of the ready article with this id, or None."""
        rows = self._rows("SELECT digest FROM articles WHERE state = 'ready' AND id = ?", [id])
        return rows[0][0] if rows else None

    def article(self, id: str) -> Article | None:
        """The ready article with this id, or None."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM articles WHERE state = 'ready' AND id = ?", [id])
        return _article(rows[0]) if rows else None

    def count_passages(self) -> int:
        """How many passages ready articles have."""
        sql = "SELECT count(*) FROM passages p JOIN articles a ON a.key = p.article "
        return int(self._rows(sql + "WHERE a.state = 'ready'")[0][0])

    def ids(self, prefix: str = "") -> list[str]:
        """The ids of ready articles that begin with `prefix`, in order."""
        sql = "SELECT id FROM articles WHERE state = 'ready' AND substr(id, 1, ?) = ? ORDER BY id"
        return [id for (id,) in self._rows(sql, [len(prefix), prefix])]

    def articles(
        self, allowed: Filter = Filter(), *, titled: str = "", first: int = 0, most: int = -1
    ) -> Iterator[Article]:
        """Ready articles, newest first, those without a date last.

        Those whose title has the words `titled`, from number `first` on (0 is the first), at most
        `most`, all where that is negative.
        """
        where, values = _where(allowed)
        keys = self._rows(
            f"SELECT key FROM articles WHERE {where} AND instr(casefold(title), ?) "
            "ORDER BY published IS NULL, substr(published, 1, 10) DESC, id LIMIT ? OFFSET ?",
            [*values, titled.casefold(), most, first],
        )
        for (key,) in keys:
            for row in self._rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key]):
                yield _article(row)

    def paths(self) -> list[tuple[str, str]]:
        """(article id, path) of every ready article that came from a file."""
        return self._rows("SELECT id, path FROM articles WHERE state = 'ready' AND path NOTNULL")

    def newest(self) -> date | None:
        """The latest day on which an article was published; None where none is dated."""
        sql = "SELECT max(substr(published, 1, 10)) FROM articles WHERE state = 'ready'"
        ((day,),) = self._rows(sql)
        return date.fromisoformat(day) if day else None

    def sources(self) -> list[str]:
        """The publishers of ready articles, in order."""
        sql = "SELECT DISTINCT source FROM articles WHERE state = 'ready' AND source != '' "
        return [source for (source,) in self._rows(sql + "ORDER BY source")]

    def passages(self, ids: Iterable[str]) -> dict[str, tuple[Passage, Article]]:
        """The ready passages with these ids, each with its article; others are left out."""
        found = {}
        owners: dict[int, Article] = {}
        sql = (
            "SELECT p.article, p.id, p.start, p.end FROM passages p JOIN articles a "
            "ON a.key = p.article WHERE a.state = 'ready' AND p.id = ?"
        )
        with self._lock:
            for id in ids:
                for key, passage_id, start, end in self._rows(sql, [id]):
                    if key not in owners:
                        row = self._rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key])
                        owners[key] = _article(row[0])
                    owner = owners[key]
                    text = owner.text[start:end]
                    passage = Passage(owner.id, start, end, text)
                    found[passage_id] = (passage, owner)
        return found

    def passage_ids(self, allowed: Filter = Filter()) -> list[str]:
        """The ids of the ready passages of the articles allowed."""
        where, values = _where(allowed)
        sql = f"SELECT p.id FROM passages p JOIN articles a ON a.key = p.article WHERE {where}"
        return [id for (id,) in self._rows(sql, values)]

    def passage_ids_of(self, id: str) -> list[str]:
        """The ids of a ready article's passages, in order."""
        sql = (
            "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND a.id = ? ORDER BY p.start"
        )
        return [passage for (passage,) in self._rows(sql, [id])]

    def article_ids(self, allowed: Filter) -> list[str]:
        """The ids of the ready articles allowed."""
        where, values = _where(allowed)
        return [id for (id,) in self._rows(f"SELECT id FROM articles WHERE {where}", values)]

    def embedded(self, state: str, size: int) -> Iterator[list[Embedded]]:
        """The passages of articles in `state`, at least `size` at a time but for the last."""
        found: list[Embedded] = []
        for (key,) in self._rows("SELECT key FROM articles WHERE state = ? ORDER BY key", [state]):
            article = _article(
                self._rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key])[0]
            )
            for start, end, vector in self._rows(
                "SELECT start, end, vector FROM passages WHERE article = ? ORDER BY start", [key]
            ):
                passage = Passage(article.id, start, end, article.text[start:end])
                found.append(Embedded(passage, article.title, _vector(vector)))
            if len(found) >= size:
                yield found
                found = []
        if found:
            yield found

    def leaving_passage_ids(self, withdrawn: Iterable[str]) -> list[str]:
        """The ids of ready passages that go when what is pending replaces them.

        And of those of the articles `withdrawn`.
        """
        sql = (
            "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = ? AND a.id = ?"
        )
        pending = [id for (id,) in self._rows("SELECT id FROM articles WHERE state = 'pending'")]
        leaving, coming = (
            {id for article in articles for (id,) in self._rows(sql, [state, article])}
            for state, articles in (("ready", [*pending, *withdrawn]), ("pending", pending))
        )
        return sorted(leaving - coming)

    def embedder_of(self, id: str) -> str | None:
        """What made the vectors of the ready article with this id."""
        rows = self._rows("SELECT embedder FROM articles WHERE state = 'ready' AND id = ?", [id])
        return rows[0][0] if rows else None

    def vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """The vectors of those of the passages that are ready."""
        sql = (
            "SELECT p.vector FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND p.id = ?"
        )
        found = {id: self._rows(sql, [id]) for id in ids}
        return {id: _vector(rows[0][0]) for id, rows in found.items() if rows}

    def faults(self) -> list[str]:
        """What SQLite finds wrong with its own file; empty when it is sound."""
        rows = self._rows("PRAGMA integrity_check")
        return [] if rows == [("ok",)] else [str(row[0]) for row in rows]


def _where(allowed: Filter) -> tuple[str, list[object]]:
    where, values = "state = 'ready'", list[object]()
    if allowed.sources is not None:
        where += f" AND source IN ({','.join('?' * len(allowed.sources))})"
        values += allowed.sources
    if allowed.since:
        where += " AND substr(published, 1, 10) >= ?"
        values.append(allowed.since.isoformat())
    if allowed.until:
        where += " AND substr(published, 1, 10) <= ?"
        values.append(allowed.until.isoformat())
    return where, values


def _vector(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype=VECTOR).astype(np.float32)


def _article(row: tuple) -> Article:  # type: ignore[type-arg]
    id, url, path, title, source, published, authors, text = row
    return Article(id, url, path, title, source, published, tuple(json.loads(authors)), text)
