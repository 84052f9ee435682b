"""What the bot must remember across restarts: answers given, feedback, servers' settings.

One SQLite file beside the libraries. It holds no text of an article: a quote is kept as its place
and digest, so nothing of a removed article stays behind.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from retrieval.library.database import Database

FILE = "discord.sqlite"
_LARGEST = 2**63 - 1  # of SQLite's integers
_YEAR = timedelta(days=365)  # how long answers are kept
_MONTH = timedelta(days=30)  # how long checked messages and traces are kept
# Each format as the SQL that makes it from the one before; the last is the current format.
_FORMATS = (
    """
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
""",
    """
ALTER TABLE answers ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answers ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answers ADD COLUMN source TEXT;
ALTER TABLE answers ADD COLUMN since TEXT;
ALTER TABLE answers ADD COLUMN until TEXT
""",
    """
ALTER TABLE answers ADD COLUMN way TEXT NOT NULL DEFAULT '';
CREATE TABLE spent (
    guild INTEGER NOT NULL, day TEXT NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (guild, day)
) WITHOUT ROWID
""",
    """
ALTER TABLE answers ADD COLUMN speaker TEXT;
ALTER TABLE answers ADD COLUMN about TEXT NOT NULL DEFAULT ''
""",
)
# The fields of an answer and, where they differ, the columns that hold them.
_FIELDS = (
    "guild", "channel", "asker", "question", "asked", "private", "found", "places", "follows",
    "message", "checks", "shared", "source", "since", "until", "at", "trace", "speaker", "about",
)  # fmt: skip
_COLUMNS = {"trace": "way"}


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """Where a quote stands; for a passage shown without a quote, where the passage stands.

    All numbers are offsets in the article's text; `digest` is of the text from `start` to `end`.
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
class AnswerRecord:
    """An answer as it was given.

    `asked` is what was typed, `question` what was understood. `guild` is None in a direct message;
    `message` is None until the answer is sent. `places` are those of the quotes, in order, or of
    the nearest passages if nothing was `found`. `follows` is the id of the answer that a follow-up
    question refers to. `source`, `since` and `until` limit the articles; None is no limit.
    `checks`: `asked` is a message that was checked. `shared`: a private answer was shown to
    everybody. In a list of what somebody says, `speaker` is that person, and `about` the topic or
    "". `trace` is JSON (see bot/text/trace.py), "" once it is deleted.
    """

    guild: int | None
    channel: int
    asker: int
    question: str
    asked: str
    private: bool
    found: bool
    places: tuple[QuotePlace, ...]
    follows: int | None = None
    message: int | None = None
    checks: bool = False
    shared: bool = False
    source: str | None = None
    since: date | None = None
    until: date | None = None
    at: str = ""
    trace: str = ""
    speaker: str | None = None
    about: str = ""
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
    """The settings of a server.

    `channels`: where the bot answers; empty means everywhere. `askers`: roles that may ask; empty
    means everyone. `feeders`: roles that may feed articles, as members with Manage Server may.
    `threads`: whether an answer opens a thread. `per_person`, `per_server`: questions per minute.
    """

    channels: frozenset[int] = field(default=frozenset())
    askers: frozenset[int] = field(default=frozenset())
    feeders: frozenset[int] = field(default=frozenset())
    threads: bool = False
    per_person: int = 6
    per_server: int = 60


class Store(Database):
    """The store, safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file in the folder `data`, or make it if it is missing. Raises LibraryError."""
        super().__init__(data / FILE, _FORMATS)

    # Answers, and members' opinions of them

    def keep(self, record: AnswerRecord) -> AnswerRecord:
        """Keep an answer; return it with its id and time."""
        record = replace(record, at=_now())
        values = asdict(record) | {"places": json.dumps([asdict(one) for one in record.places])}
        ((id,),) = self.rows(
            f"INSERT INTO answers ({_columns(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))}) "
            "RETURNING id",
            [_stored(values[name]) for name in _FIELDS],
        )
        return replace(record, id=id)

    def sent(self, answer: int, message: int, channel: int) -> None:
        """Note the message that shows an answer, and its channel."""
        self.rows(
            "UPDATE answers SET message = ?, channel = ? WHERE id = ?", [message, channel, answer]
        )

    def share(self, answer: int) -> bool:
        """Note that a private answer is shown to everybody; False if that was noted before."""
        return bool(
            self.rows(
                "UPDATE answers SET shared = 1 WHERE id = ? AND NOT shared RETURNING id", [answer]
            )
        )

    def unshare(self, answer: int) -> None:
        """Undo `share`, because the answer could not be shown."""
        self.rows("UPDATE answers SET shared = 0 WHERE id = ?", [answer])

    def delete(self, answer: int) -> None:
        """Delete an answer, its question and the opinions of it."""
        self.rows("DELETE FROM answers WHERE id = ?", [answer])

    def delete_message(self, message: int) -> None:
        """Delete the answer that this message shows, if it shows one."""
        self.rows("DELETE FROM answers WHERE message = ?", [message])

    def leave(self, guild: int) -> None:
        """Delete what was asked on a server; its settings stay, in case the bot returns."""
        self.rows("DELETE FROM answers WHERE guild = ?", [guild])

    def prune(self) -> None:
        """Delete answers after a year, checked messages and traces after a month.

        The count of tokens is deleted after two days.
        """
        now = datetime.now(UTC)
        old, month = [(now - kept).isoformat() for kept in (_YEAR, _MONTH)]
        self.rows("DELETE FROM answers WHERE at < ? OR checks AND at < ?", [old, month])
        self.rows("UPDATE answers SET way = '' WHERE way != '' AND at < ?", [month])
        self.rows("DELETE FROM spent WHERE day < ?", [(now - timedelta(1)).date().isoformat()])

    def forget_traces(self, articles: Iterable[str]) -> None:
        """Delete the traces of answers that considered any of these articles."""
        self.each(
            "UPDATE answers SET way = '' WHERE instr(way, ?)",
            [(f'"article_id": "{id}"',) for id in articles],
        )

    def answer(self, id: int) -> AnswerRecord | None:
        """The answer with this id, or None."""
        return self._last("id = ?", id) if abs(id) <= _LARGEST else None

    def answers(self) -> Iterator[AnswerRecord]:
        """Every answer that has quotes, oldest first."""
        for (id,) in self.rows("SELECT id FROM answers WHERE found ORDER BY id"):
            if record := self.answer(id):
                yield record

    def answer_in(self, message: int) -> AnswerRecord | None:
        """The answer that this message shows, or None."""
        return self._last("message = ?", message)

    def last_in(self, channel: int) -> AnswerRecord | None:
        """The last public answer in this channel or thread, or None."""
        return self._last("channel = ? AND NOT private AND NOT checks", channel)

    def _last(self, where: str, value: int) -> AnswerRecord | None:
        names = (*_FIELDS, "id")
        rows = self.rows(
            f"SELECT {_columns(names)} FROM answers WHERE {where} ORDER BY id DESC LIMIT 1",
            [value],
        )
        return _record(dict(zip(names, rows[0], strict=True))) if rows else None

    def rate(self, answer: int, member: int, *, good: bool) -> None:
        """Keep a member's opinion of an answer; it replaces an earlier one."""
        self.rows(
            "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", [answer, member, good, _now()]
        )

    def feedback(self) -> list[Feedback]:
        """All opinions, oldest first."""
        rows = self.rows(
            "SELECT a.id, a.question, a.found, f.good, f.at FROM feedback f "
            "JOIN answers a ON a.id = f.answer ORDER BY f.at"
        )
        return [
            Feedback(id, text, bool(found), bool(good), at) for id, text, found, good, at in rows
        ]

    # Tokens of the language model

    def spent(self, guild: int | None) -> int:
        """Tokens spent today (UTC) on the questions of a server, or of direct messages (None)."""
        rows = self.rows("SELECT tokens FROM spent WHERE guild = ? AND day = ?", _today(guild))
        return int(rows[0][0]) if rows else 0

    def spend(self, guild: int | None, tokens: int) -> None:
        """Add to the tokens spent today."""
        self.rows(
            "INSERT INTO spent VALUES (?, ?, ?) "
            "ON CONFLICT (guild, day) DO UPDATE SET tokens = tokens + excluded.tokens",
            [*_today(guild), tokens],
        )

    # Servers

    def settings(self, guild: int) -> GuildSettings:
        """The server's settings, with the defaults of those that it has not changed."""
        rows = self.rows("SELECT settings FROM guilds WHERE id = ?", [guild])
        kept: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        for name in ("channels", "askers", "feeders"):
            kept[name] = frozenset(kept.get(name, ()))
        return GuildSettings(**kept)

    def set(self, guild: int, settings: GuildSettings) -> None:
        """Keep the server's settings."""
        kept = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(settings).items()
        }
        self.rows("INSERT OR REPLACE INTO guilds VALUES (?, ?)", [guild, json.dumps(kept)])

    # Facts about the bot

    def fact(self, name: str) -> str | None:
        """A fact, or None: `commands` (hash of those registered), `alive` (the last heartbeat)."""
        rows = self.rows("SELECT value FROM facts WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def note(self, name: str, value: str) -> None:
        """Set a fact."""
        self.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])


def _columns(fields: Iterable[str]) -> str:
    return ", ".join(_COLUMNS.get(name, name) for name in fields)


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _record(row: dict[str, Any]) -> AnswerRecord:
    row["places"] = tuple(QuotePlace(**place) for place in json.loads(row["places"]))
    for name in ("private", "found", "checks", "shared"):
        row[name] = bool(row[name])
    for name in ("since", "until"):
        row[name] = date.fromisoformat(row[name]) if row[name] else None
    return AnswerRecord(**row)


def _today(guild: int | None) -> list[object]:
    return [guild or 0, datetime.now(UTC).date().isoformat()]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
