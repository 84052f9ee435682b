"""Library: SQLite, the truth about articles and passages, and about work that isn't finished."""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from retrieval.articles import duplicates
from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.errors import Hint, LibraryError
from retrieval.library.database import Database
from retrieval.library.embeddings import Embeddings
from retrieval.library.filter import Filter, conditions
from retrieval.library.schema import COLUMNS, FORMATS, article_of, row_of
from retrieval.library.stories import assign_all_stories, assign_story
from retrieval.models.embedder import Vector

FILE = "library.sqlite"
_MAX_VERSIONS = 20  # earlier ones that are kept of an article; a live page has hundreds


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier version of an article: its number, from 1 on, and when it was replaced."""

    number: int
    replaced: datetime
    article: Article


class Library(Database):
    """Articles and passages; safe to use from several threads and processes."""

    def __init__(self, folder: Path, *, create: bool) -> None:
        """Open the library in `folder`. Raises LibraryError when it is missing or damaged."""
        if not create and not (folder / FILE).exists():
            raise LibraryError(f"There is no library in {folder} yet.", hint=Hint.INDEX)
        super().__init__(folder / FILE, FORMATS)
        self.folder = folder
        self.embeddings = Embeddings(self)
        if self.fact("identity") is None:
            self.rows("INSERT OR IGNORE INTO about VALUES ('identity', ?)", [uuid.uuid4().hex])

    @property
    def name(self) -> str:
        """The library's name, which is its folder's."""
        return self.folder.name

    # Facts about the library as a whole

    def fact(self, name: str) -> str | int | None:
        """A fact about the library, or None.

        There are `identity`, `generation`, `embedder`, `writing` (see projections.py), `stories`
        and `passages` (versions of the code that made these), and the builds in use of `vectors`
        and `words`.
        """
        rows = self.rows("SELECT value FROM about WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def set_fact(self, name: str, value: str | int) -> None:
        """Set a fact about the library."""
        self.rows("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    @property
    def generation(self) -> int:
        """A number that rises with every committed change that readers can see."""
        return int(self.fact("generation") or 0)

    def _next_generation(self) -> None:
        self.set_fact("generation", self.generation + 1)

    # Writing; each step is called by index.py inside one transaction

    def stage(
        self, article: Article, passages: list[Passage], vectors: Vector, *, embedder: str
    ) -> int:
        """The key of the article, pending from now on.

        `vectors` has one row for each passage, made by `embedder`.
        """
        key: int = self.rows(
            f"INSERT INTO articles (state, digest, embedder, {COLUMNS}) "
            "VALUES ('pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
            [article.digest, embedder, *row_of(article)],
        )[0][0]
        self.embeddings.insert(key, passages, vectors)
        assign_story(self, key, article)
        return key

    def assign_all_stories(self) -> None:
        """Decide anew which articles tell the same story. Inside a transaction."""
        assign_all_stories(self)
        self.set_fact("stories", duplicates.VERSION)

    def publish(self) -> None:
        """Make pending articles ready, in place of ready ones with the same id.

        These become earlier versions if their text or title was another.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.rows(
            f"INSERT INTO versions (number, replaced, {COLUMNS}) "
            "SELECT 1 + (SELECT coalesce(max(number), 0) FROM versions v WHERE v.id = old.id), "
            f"?, {', '.join('old.' + name for name in COLUMNS.split(', '))} FROM articles old "
            "JOIN articles new ON new.id = old.id AND new.state = 'pending' "
            "WHERE old.state = 'ready' AND (new.text != old.text OR new.title != old.title)",
            [now],
        )
        self.rows(
            "DELETE FROM versions WHERE EXISTS (SELECT 1 FROM versions later "
            "WHERE later.id = versions.id AND later.number >= versions.number + ?)",
            [_MAX_VERSIONS],
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
        """Record that a user removed these articles: no feed brings them back."""
        self.each("INSERT OR IGNORE INTO kept_out VALUES (?)", [(id,) for id in ids])

    def keeps_out(self, id: str) -> bool:
        """Whether a user removed the article with this id, and nobody added it again."""
        return bool(self.rows("SELECT 1 FROM kept_out WHERE id = ?", [id]))

    def withdraw(self, ids: Iterable[str]) -> None:
        """Hide ready articles from readers."""
        self.each(
            "UPDATE articles SET state = 'withdrawn' WHERE state = 'ready' AND id = ?",
            [(id,) for id in ids],
        )
        self._next_generation()

    def forget(self) -> None:
        """Delete withdrawn articles, overwriting their text; also their earlier versions.

        The versions stay where a newer article has the same id. Statements go with their article,
        and so do speakers without any other statement.
        """
        self.rows("DELETE FROM articles WHERE state = 'withdrawn'")
        self.forget_unused_speakers()
        self.rows("DELETE FROM versions WHERE id NOT IN (SELECT id FROM articles)")

    def forget_unused_speakers(self) -> None:
        """Delete speakers without statements, overwriting their names."""
        self.rows("DELETE FROM speakers WHERE number NOT IN (SELECT speaker FROM statements)")

    def move(self, article: Article) -> None:
        """Store the file that a ready article came from, if it was another before."""
        row = (article.path, article.id)
        known = "SELECT 1 FROM articles WHERE path IS ? AND state = 'ready' AND id = ?"
        if not self.rows(known, row):
            self.rows("UPDATE articles SET path = ? WHERE state = 'ready' AND id = ?", row)

    # Reading

    def count(self, state: str = "ready") -> int:
        """How many articles are in this state."""
        return int(self.rows("SELECT count(*) FROM articles WHERE state = ?", [state])[0][0])

    def count_mentions(self, words: str) -> int:
        """How many ready articles have exactly these words in their text, in this case."""
        whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        sql = "SELECT text FROM articles WHERE state = 'ready' AND instr(text, ?)"
        return sum(bool(whole.search(text)) for (text,) in self.rows(sql, [words]))

    def digest(self, id: str) -> str | None:
        """The digest of the ready article with this id, or None."""
        rows = self.rows("SELECT digest FROM articles WHERE state = 'ready' AND id = ?", [id])
        return rows[0][0] if rows else None

    def article(self, id: str) -> Article | None:
        """The ready article with this id, or None."""
        rows = self.rows(f"SELECT {COLUMNS} FROM articles WHERE state = 'ready' AND id = ?", [id])
        return article_of(rows[0]) if rows else None

    def by_keys(self, keys: Iterable[int]) -> dict[int, Article]:
        """The ready articles with these keys, by key; others are left out."""
        sql = f"SELECT {COLUMNS} FROM articles WHERE state = 'ready' AND key = ?"
        return {
            key: article_of(row) for key in dict.fromkeys(keys) for row in self.rows(sql, [key])
        }

    def after(self, key: int, most: int) -> dict[int, Article]:
        """Up to `most` ready articles with a greater key than this, by key, in their order."""
        sql = "SELECT key FROM articles WHERE state = 'ready' AND key > ? ORDER BY key LIMIT ?"
        return self.by_keys(key for (key,) in self.rows(sql, [key, most]))

    def copies(self, id: str) -> list[Article]:
        """The other ready articles that tell the same story as the one with this id."""
        rows = self.rows(
            f"SELECT {COLUMNS} FROM articles WHERE state = 'ready' AND id != ? AND story IN "
            "(SELECT story FROM articles WHERE state = 'ready' AND id = ? AND story != '') "
            "ORDER BY published, id",
            [id, id],
        )
        return [article_of(row) for row in rows]

    def stories(self, passages: Iterable[str]) -> dict[str, tuple[str, str]]:
        """(article's id, story) of each ready passage with one of these ids, by that id."""
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
            f"SELECT number, replaced, {COLUMNS} FROM versions WHERE id = ? ORDER BY number",
            [id],
        )
        return [
            Version(number, datetime.fromisoformat(replaced), article_of(row))
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
        """Ready articles whose title contains `titled`, newest first, undated ones last.

        Of these, at most `most` from number `first` on, which counts from 0; all where `most` is
        negative.
        """
        where, values = conditions(allowed)
        keys = self.rows(
            f"SELECT key FROM articles WHERE {where} AND instr(casefold(title), ?) "
            "ORDER BY published IS NULL, substr(published, 1, 10) DESC, id LIMIT ? OFFSET ?",
            [*values, titled.casefold(), most, first],
        )
        for (key,) in keys:
            for row in self.rows(f"SELECT {COLUMNS} FROM articles WHERE key = ?", [key]):
                yield article_of(row)

    def paths(self) -> list[tuple[str, str]]:
        """(article id, path) of every ready article that came from a file."""
        return self.rows("SELECT id, path FROM articles WHERE state = 'ready' AND path NOTNULL")

    def oldest(self) -> date | None:
        """The first day on which an article was published, None where none is dated."""
        sql = "SELECT min(substr(published, 1, 10)) FROM articles WHERE state = 'ready'"
        ((day,),) = self.rows(sql)
        return date.fromisoformat(day) if day else None

    def newest(self) -> date | None:
        """The last day on which an article was published, None where none is dated."""
        sql = "SELECT max(substr(published, 1, 10)) FROM articles WHERE state = 'ready'"
        ((day,),) = self.rows(sql)
        return date.fromisoformat(day) if day else None

    def sources(self) -> list[str]:
        """The publishers of ready articles, in order."""
        sql = "SELECT DISTINCT source FROM articles WHERE state = 'ready' AND source != '' "
        return [source for (source,) in self.rows(sql + "ORDER BY source")]

    def passages(self, ids: Iterable[str]) -> dict[str, tuple[Passage, Article]]:
        """The ready passages with these ids, by id, each with its article; others are left out."""
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
                        row = self.rows(f"SELECT {COLUMNS} FROM articles WHERE key = ?", [key])
                        owners[key] = article_of(row[0])
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

    def faults(self) -> list[str]:
        """What SQLite finds wrong with its file; empty when it is sound."""
        rows = self.rows("PRAGMA integrity_check")
        return [] if rows == [("ok",)] else [str(row[0]) for row in rows]
