"""The library: SQLite, the truth about articles, passages and what is still to be done."""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.articles import duplicates
from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.errors import LibraryError
from retrieval.library.database import Database
from retrieval.library.filter import Filter, conditions
from retrieval.library.schema import FORMATS
from retrieval.models.embedder import Vector

FILE = "library.sqlite"


VECTOR = np.float16  # cosines differ from float32's in the fourth decimal, at half the size


_CANDIDATES = 10  # stories that a new article is compared with


_DAYS = 14  # between two copies; what is printed again a year later is another article


_VERSIONS = 20  # earlier ones that are kept of an article; a live page has hundreds


_LABEL = 16  # characters of the digest of the article that told a story first


_COLUMNS = "id, url, path, title, source, published, authors, text, teaser"


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier version of an article: the how manieth, and when another took its place."""

    number: int
    replaced: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Embedded:
    """A passage as the projections take it."""

    passage: Passage
    title: str
    vector: Vector


class Library(Database):
    """Articles and passages; safe to use from several threads and processes."""

    def __init__(self, folder: Path, *, create: bool) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        if not create and not (folder / FILE).exists():
            raise LibraryError(
                f"There is no library in {folder} yet. Make one with: newsdesk index PATH"
            )
        super().__init__(folder / FILE, FORMATS)
        self.folder = folder
        if self.about("identity") is None:
            self.rows("INSERT OR IGNORE INTO about VALUES ('identity', ?)", [uuid.uuid4().hex])

    @property
    def name(self) -> str:
        """What the library is called."""
        return self.folder.name

    # What is true of the library as a whole

    def about(self, name: str) -> str | int | None:
        """A fact about the library, or None.

        They are `identity`, `generation`, `embedder`, `writing`, and the builds in use of
        `vectors` and `words`.
        """
        rows = self.rows("SELECT value FROM about WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def note(self, name: str, value: str | int) -> None:
        """Set a fact about the library."""
        self.rows("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    @property
    def generation(self) -> int:
        """The number that every committed change of what readers see raises."""
        return int(self.about("generation") or 0)

    def _next_generation(self) -> None:
        self.note("generation", self.generation + 1)

    # Writing; each step is called by index.py inside one transaction

    def stage(
        self, article: Article, passages: list[Passage], vectors: Vector, *, embedder: str
    ) -> int:
        """The key of the article, now pending, with one vector a passage, made by `embedder`."""
        key: int = self.rows(
            f"INSERT INTO articles (state, digest, embedder, {_COLUMNS}) "
            "VALUES ('pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
            [
                article.digest, embedder, article.id, article.url, article.path, article.title,
                article.source, article.published,
                json.dumps(article.authors, ensure_ascii=False), article.text, article.teaser,
            ],
        )[0][0]  # fmt: skip
        self._insert(key, passages, vectors)
        self._tell(key, article)
        return key

    def tell_again(self) -> None:
        """Find anew which articles are copies of one another. Inside `transaction`."""
        self.rows("DELETE FROM bands")
        self.rows("UPDATE articles SET story = ''")
        keys = self.rows("SELECT key FROM articles WHERE state = 'ready' ORDER BY key")
        for (key,) in keys:
            row = self.rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key])[0]
            self._tell(key, _article(row))
        self.note("stories", duplicates.VERSION)

    def _tell(self, key: int, article: Article) -> None:
        """Note which story an article tells: that of which it is a copy, else its own."""
        numbers = set(duplicates.minhash_bands(article.text))
        marks = ",".join("?" * len(numbers))
        rows = self.rows(
            "SELECT a.story, max(a.published) FROM bands b JOIN articles a ON a.key = b.article "
            f"WHERE b.number IN ({marks}) AND a.state != 'withdrawn' AND a.id != ? "
            "AND a.story != '' GROUP BY a.story ORDER BY count(*) DESC LIMIT ?",
            [*numbers, article.id, _CANDIDATES],
        )
        stories = [story for story, day in rows if _near(article.published, day)]
        own = article.digest[:_LABEL]
        story = next((one for one in stories if self._is_told(one, article)), own)
        self.rows("UPDATE articles SET story = ? WHERE key = ?", [story, key])
        self.each("INSERT INTO bands VALUES (?, ?)", [(number, key) for number in numbers])

    def _is_told(self, story: str, article: Article) -> bool:
        """Whether the article is a copy of the one that told the story first, else of any.

        Copies of copies need not be copies: a story is what is around one article.
        """
        ((text,),) = self.rows(
            "SELECT text FROM articles WHERE story = ? AND state != 'withdrawn' AND id != ? "
            "ORDER BY substr(digest, 1, ?) != story, key LIMIT 1",
            [story, article.id, _LABEL],
        )
        return duplicates.are_duplicates(text, article.text)

    def publish(self) -> None:
        """Make what is pending ready, in place of what was ready under the same id.

        That is then an earlier version, unless only its particulars are others.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.rows(
            f"INSERT INTO versions (number, replaced, {_COLUMNS}) "
            "SELECT 1 + (SELECT coalesce(max(number), 0) FROM versions v WHERE v.id = old.id), "
            f"?, {', '.join('old.' + name for name in _COLUMNS.split(', '))} FROM articles old "
            "JOIN articles new ON new.id = old.id AND new.state = 'pending' "
            "WHERE old.state = 'ready' AND (new.text != old.text OR new.title != old.title)",
            [now],
        )
        self.rows(
            "DELETE FROM versions WHERE EXISTS (SELECT 1 FROM versions later "
            "WHERE later.id = versions.id AND later.number >= versions.number + ?)",
            [_VERSIONS],
        )
        self.rows(
            "UPDATE articles SET state = 'withdrawn' WHERE state = 'ready' "
            "AND id IN (SELECT id FROM articles WHERE state = 'pending')"
        )
        self.rows(
            "DELETE FROM kept_out WHERE id IN (SELECT id FROM articles WHERE state = 'pending')"
        )
        self.rows("UPDATE articles SET state = 'ready' WHERE state = 'pending'")
        self._next_generation()

    def keep_out(self, ids: Iterable[str]) -> None:
        """Remember that somebody took these out: no feed brings them back."""
        self.each("INSERT OR IGNORE INTO kept_out VALUES (?)", [(id,) for id in ids])

    def keeps_out(self, id: str) -> bool:
        """Whether somebody took out the article with this id, and nobody put it in again."""
        return bool(self.rows("SELECT 1 FROM kept_out WHERE id = ?", [id]))

    def withdraw(self, ids: Iterable[str]) -> None:
        """Take ready articles out of what readers see."""
        self.each(
            "UPDATE articles SET state = 'withdrawn' WHERE state = 'ready' AND id = ?",
            [(id,) for id in ids],
        )
        self._next_generation()

    def forget(self) -> None:
        """Overwrite what is withdrawn, and its earlier versions where nothing took its place.

        With it go its statements, and speakers who then say nothing.
        """
        self.rows("DELETE FROM articles WHERE state = 'withdrawn'")
        self.forget_silent()
        self.rows("DELETE FROM versions WHERE id NOT IN (SELECT id FROM articles)")

    def forget_silent(self) -> None:
        """Overwrite the names of speakers who say nothing."""
        self.rows("DELETE FROM speakers WHERE number NOT IN (SELECT speaker FROM statements)")

    def move(self, article: Article) -> None:
        """Note the file that a ready article came from, where it was another."""
        row = (article.path, article.id)
        known = "SELECT 1 FROM articles WHERE path IS ? AND state = 'ready' AND id = ?"
        if not self.rows(known, row):
            self.rows("UPDATE articles SET path = ? WHERE state = 'ready' AND id = ?", row)

    def embed(self, id: str, passages: list[Passage], vectors: Vector, *, embedder: str) -> None:
        """Give a ready article these passages, with vectors made by `embedder`."""
        (key,) = self.rows(
            "UPDATE articles SET embedder = ? WHERE state = 'ready' AND id = ? RETURNING key",
            [embedder, id],
        )[0]
        self.rows("DELETE FROM passages WHERE article = ?", [key])
        self._insert(key, passages, vectors)

    def _insert(self, key: int, passages: list[Passage], vectors: Vector) -> None:
        rows = [
            (key, passage.id, passage.start, passage.end, vector.tobytes())
            for passage, vector in zip(passages, vectors.astype(VECTOR), strict=True)
        ]
        self.each("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)

    # Reading

    def count(self, state: str = "ready") -> int:
        """How many articles are in that state."""
        return int(self.rows("SELECT count(*) FROM articles WHERE state = ?", [state])[0][0])

    def count_mentions(self, words: str) -> int:
        """How many ready articles have these words in their text, as they are written."""
        whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        sql = "SELECT text FROM articles WHERE state = 'ready' AND instr(text, ?)"
        return sum(bool(whole.search(text)) for (text,) in self.rows(sql, [words]))

    def digest(self, id: str) -> str | None:
        """The digest of the ready article with this id, or None."""
        rows = self.rows("SELECT digest FROM articles WHERE state = 'ready' AND id = ?", [id])
        return rows[0][0] if rows else None

    def article(self, id: str) -> Article | None:
        """The ready article with this id, or None."""
        rows = self.rows(f"SELECT {_COLUMNS} FROM articles WHERE state = 'ready' AND id = ?", [id])
        return _article(rows[0]) if rows else None

    def by_keys(self, keys: Iterable[int]) -> dict[int, Article]:
        """The ready articles with these keys; others are left out."""
        sql = f"SELECT {_COLUMNS} FROM articles WHERE state = 'ready' AND key = ?"
        return {key: _article(row) for key in {*keys} for row in self.rows(sql, [key])}

    def copies(self, id: str) -> list[Article]:
        """The other ready articles that tell the same story as the one with this id."""
        rows = self.rows(
            f"SELECT {_COLUMNS} FROM articles WHERE state = 'ready' AND id != ? AND story IN "
            "(SELECT story FROM articles WHERE state = 'ready' AND id = ? AND story != '') "
            "ORDER BY published, id",
            [id, id],
        )
        return [_article(row) for row in rows]

    def stories(self, passages: Iterable[str]) -> dict[str, tuple[str, str]]:
        """(article's id, story) of those of the passages that are ready."""
        found = {}
        sql = (
            "SELECT a.id, a.story FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND p.id = ? LIMIT 1"
        )
        with self._lock:
            for id in passages:
                for article, story in self.rows(sql, [id]):
                    found[id] = (article, story or article)
        return found

    def versions(self, id: str) -> list[Version]:
        """The earlier versions of the ready article with this id, oldest first."""
        rows = self.rows(
            f"SELECT number, replaced, {_COLUMNS} FROM versions WHERE id = ? ORDER BY number", [id]
        )
        return [
            Version(number, datetime.fromisoformat(replaced), _article(row))
            for number, replaced, *row in rows
        ]

    def count_passages(self) -> int:
        """How many passages ready articles have."""
        sql = "SELECT count(*) FROM passages p JOIN articles a ON a.key = p.article "
        return int(self.rows(sql + "WHERE a.state = 'ready'")[0][0])

    def ids(self, prefix: str = "") -> list[str]:
        """The ids of ready articles that begin with `prefix`, in order."""
        sql = "SELECT id FROM articles WHERE state = 'ready' AND substr(id, 1, ?) = ? ORDER BY id"
        return [id for (id,) in self.rows(sql, [len(prefix), prefix])]

    def articles(
        self, allowed: Filter = Filter(), *, titled: str = "", first: int = 0, most: int = -1
    ) -> Iterator[Article]:
        """Ready articles, newest first, those without a date last.

        Those whose title has the words `titled`, from number `first` on (0 is the first), at most
        `most`, all where that is negative.
        """
        where, values = conditions(allowed)
        keys = self.rows(
            f"SELECT key FROM articles WHERE {where} AND instr(casefold(title), ?) "
            "ORDER BY published IS NULL, substr(published, 1, 10) DESC, id LIMIT ? OFFSET ?",
            [*values, titled.casefold(), most, first],
        )
        for (key,) in keys:
            for row in self.rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key]):
                yield _article(row)

    def paths(self) -> list[tuple[str, str]]:
        """(article id, path) of every ready article that came from a file."""
        return self.rows("SELECT id, path FROM articles WHERE state = 'ready' AND path NOTNULL")

    def oldest(self) -> date | None:
        """The first day on which an article was published; None where none is dated."""
        sql = "SELECT min(substr(published, 1, 10)) FROM articles WHERE state = 'ready'"
        ((day,),) = self.rows(sql)
        return date.fromisoformat(day) if day else None

    def newest(self) -> date | None:
        """The latest day on which an article was published; None where none is dated."""
        sql = "SELECT max(substr(published, 1, 10)) FROM articles WHERE state = 'ready'"
        ((day,),) = self.rows(sql)
        return date.fromisoformat(day) if day else None

    def sources(self) -> list[str]:
        """The publishers of ready articles, in order."""
        sql = "SELECT DISTINCT source FROM articles WHERE state = 'ready' AND source != '' "
        return [source for (source,) in self.rows(sql + "ORDER BY source")]

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
                for key, passage_id, start, end in self.rows(sql, [id]):
                    if key not in owners:
                        row = self.rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key])
                        owners[key] = _article(row[0])
                    owner = owners[key]
                    text = owner.text[start:end]
                    passage = Passage(owner.id, start, end, text)
                    found[passage_id] = (passage, owner)
        return found

    def passage_ids(self, allowed: Filter = Filter()) -> list[str]:
        """The ids of the ready passages of the articles allowed."""
        where, values = conditions(allowed)
        sql = f"SELECT p.id FROM passages p JOIN articles a ON a.key = p.article WHERE {where}"
        return [id for (id,) in self.rows(sql, values)]

    def passage_ids_of(self, id: str) -> list[str]:
        """The ids of a ready article's passages, in order."""
        sql = (
            "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND a.id = ? ORDER BY p.start"
        )
        return [passage for (passage,) in self.rows(sql, [id])]

    def article_ids(self, allowed: Filter) -> list[str]:
        """The ids of the ready articles allowed."""
        where, values = conditions(allowed)
        return [id for (id,) in self.rows(f"SELECT id FROM articles WHERE {where}", values)]

    def embedded(self, state: str, size: int) -> Iterator[list[Embedded]]:
        """The passages of articles in `state`, at least `size` at a time but for the last."""
        found: list[Embedded] = []
        for (key,) in self.rows("SELECT key FROM articles WHERE state = ? ORDER BY key", [state]):
            article = _article(
                self.rows(f"SELECT {_COLUMNS} FROM articles WHERE key = ?", [key])[0]
            )
            for start, end, vector in self.rows(
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
        pending = [id for (id,) in self.rows("SELECT id FROM articles WHERE state = 'pending'")]
        leaving, coming = (
            {id for article in articles for (id,) in self.rows(sql, [state, article])}
            for state, articles in (("ready", [*pending, *withdrawn]), ("pending", pending))
        )
        return sorted(leaving - coming)

    def embedder_of(self, id: str) -> str | None:
        """What made the vectors of the ready article with this id."""
        rows = self.rows("SELECT embedder FROM articles WHERE state = 'ready' AND id = ?", [id])
        return rows[0][0] if rows else None

    def vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """The vectors of those of the passages that are ready."""
        sql = (
            "SELECT p.vector FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.state = 'ready' AND p.id = ?"
        )
        found = {id: self.rows(sql, [id]) for id in ids}
        return {id: _vector(rows[0][0]) for id, rows in found.items() if rows}

    def faults(self) -> list[str]:
        """What SQLite finds wrong with its own file; empty when it is sound."""
        rows = self.rows("PRAGMA integrity_check")
        return [] if rows == [("ok",)] else [str(row[0]) for row in rows]


def _near(day: str | None, other: str | None) -> bool:
    if not day or not other:
        return True
    apart = date.fromisoformat(day[:10]) - date.fromisoformat(other[:10])
    return abs(apart.days) <= _DAYS


def _vector(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype=VECTOR).astype(np.float32)


def _article(row: Sequence[Any]) -> Article:
    id, url, path, title, source, published, authors, text, teaser = row
    names = tuple(json.loads(authors))
    return Article(id, url, path, title, source, published, names, text, bool(teaser))
