"""What the bot must remember over restarts: answers given, feedback, servers' settings.

One SQLite file beside the libraries. No word of an article is in it: a quote is kept as its place
and digest, so that withdrawing an article leaves none of its text behind.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from retrieval.errors import LibraryError

FILE = "discord.sqlite"
_KEPT = timedelta(days=365)
_FORMAT = 1
_SCHEMA = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, guild INTEGER, channel INTEGER NOT NULL,
    message INTEGER, asker INTEGER NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    follows INTEGER, private INTEGER NOT NULL, found INTEGER NOT NULL, at TEXT NOT NULL,
    places TEXT NOT NULL
);
CREATE INDEX answers_by_message ON answers (message);
CREATE INDEX answers_by_channel ON answers (channel, id);
CREATE TABLE feedback (
    answer INTEGER NOT NULL REFERENCES answers ON DELETE CASCADE, member INTEGER NOT NULL,
    good INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (answer, member)
) WITHOUT ROWID;
CREATE TABLE guilds (id INTEGER PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something shown stands: a quote, or a passage of which nothing is quoted.

    All numbers are offsets in the article's text; `digest` is of the words from `start` to `end`.
    """

    library: str
    article: str
    passage_start: int
    passage_end: int
    start: int
    end: int
    digest: str
    span_start: int | None = None
    span_end: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as given. `guild` is None in a direct message, `message` until it is sent.

    `question` is what was understood, `asked` what was typed; `places` are its quotes in order,
    or the nearest passages where it was declined (`found` is False).
    """

    guild: int | None
    channel: int
    asker: int
    question: str
    asked: str
    private: bool
    found: bool
    places: tuple[Place, ...]
    follows: int | None = None
    message: int | None = None
    at: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """One member's opinion of an answer."""

    answer: int
    question: str
    found: bool
    good: bool
    at: str


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What a server has set; the defaults are sensible without touching any.

    `channels`: those in which it answers, all for none. `askers` and `feeders`: roles that may
    ask (none: everyone) and that may feed it beside members with Manage Server. `threads`: whether
    an answer to a mention opens one. `per_person` and `per_server` are questions a minute.
    """

    channels: frozenset[int] = field(default=frozenset())
    askers: frozenset[int] = field(default=frozenset())
    feeders: frozenset[int] = field(default=frozenset())
    threads: bool = False
    per_person: int = 6
    per_server: int = 60


class Store:
    """The file; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file under `data`, making it where it is missing. Raises LibraryError."""
        data.mkdir(parents=True, exist_ok=True)
        self._file = data / FILE
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(
                self._file, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
            self._prepare()
        except sqlite3.Error as exc:
            raise LibraryError(f"{self._file} can't be used: {exc}.") from exc

    def _prepare(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        self._db.execute("COMMIT")
        if version not in (0, _FORMAT):
            raise LibraryError(f"{self._file} was written by another version of Newsdesk.")
        old = (datetime.now(UTC) - _KEPT).isoformat()
        self._db.execute("DELETE FROM answers WHERE at < ?", [old])

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()

    # Answers and what was thought of them

    def keep(self, given: Given) -> Given:
        """The same with its id and time, kept."""
        given = replace(given, at=_now())
        places = json.dumps([asdict(place) for place in given.places])
        ((id,),) = self._rows(
            "INSERT INTO answers (guild, channel, message, asker, question, asked, follows, "
            "private, found, at, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            [
                given.guild, given.channel, given.message, given.asker, given.question, given.asked,
                given.follows, given.private, given.found, given.at, places,
            ],
        )  # fmt: skip
        return replace(given, id=id)

    def sent(self, answer: int, message: int | None) -> None:
        """Note the message that shows an answer; None: it was deleted."""
        self._rows("UPDATE answers SET message = ? WHERE id = ?", [message, answer])

    def answer(self, id: int) -> Given | None:
        """The answer with this id, or None."""
        return self._given("id = ?", id)

    def answer_in(self, message: int) -> Given | None:
        """The answer that this message shows, or None."""
        return self._given("message = ?", message)

    def last_in(self, channel: int) -> Given | None:
        """The last answer given in this channel or thread for all to see, or None."""
        return self._given("channel = ? AND NOT private", channel)

    def _given(self, where: str, value: int) -> Given | None:
        rows = self._rows(
            "SELECT guild, channel, asker, question, asked, private, found, places, follows, "
            f"message, at, id FROM answers WHERE {where} ORDER BY id DESC LIMIT 1",
            [value],
        )
        if not rows:
            return None
        guild, channel, asker, question, asked, private, found, places, *rest = rows[0]
        kept = tuple(Place(**place) for place in json.loads(places))
        return Given(
            guild, channel, asker, question, asked, bool(private), bool(found), kept, *rest
        )

    def rate(self, answer: int, member: int, *, good: bool) -> None:
        """Keep a member's opinion of an answer; the last one counts."""
        self._rows(
            "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", [answer, member, good, _now()]
        )

    def feedback(self) -> list[Feedback]:
        """All opinions, oldest first."""
        rows = self._rows(
            "SELECT a.id, a.question, a.found, f.good, f.at FROM feedback f "
            "JOIN answers a ON a.id = f.answer ORDER BY f.at"
        )
        return [
            Feedback(id, text, bool(found), bool(good), at) for id, text, found, good, at in rows
        ]

    # Servers

    def settings(self, guild: int) -> GuildSettings:
        """What the server has set, the defaults for the rest."""
        rows = self._rows("SELECT settings FROM guilds WHERE id = ?", [guild])
        kept: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        for name in ("channels", "askers", "feeders"):
            kept[name] = frozenset(kept.get(name, ()))
        return GuildSettings(**kept)

    def set(self, guild: int, settings: GuildSettings) -> None:
        """Keep what the server has set."""
        kept = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(settings).items()
        }
        self._rows("INSERT OR REPLACE INTO guilds VALUES (?, ?)", [guild, json.dumps(kept)])

    # Facts about the bot

    def fact(self, name: str) -> str | None:
        """A fact, or None: `commands` (hash of those synced), `alive` (last acknowledged)."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def note(self, name: str, value: str) -> None:
        """Set a fact."""
        self._rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
