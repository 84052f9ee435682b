"""What the bot must remember over restarts: answers given, feedback, servers' settings.

One SQLite file beside the libraries. No word of an article is in it: a quote is kept as its place
and digest, so that withdrawing an article leaves none of its text behind.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from retrieval.library.database import Database

FILE = "discord.sqlite"
_MOST = 2**63 - 1  # of SQLite's integers
_KEPT = timedelta(days=365)
_MONTH = timedelta(days=30)  # for which somebody else's words, and a model's, are kept
# What makes each format from the one before it; the last is the one in use.
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
_COLUMNS = (
    "guild, channel, asker, question, asked, private, found, places, follows, message, checks, "
    "shared, source, since, until, at, way, speaker, about, id"
)


@dataclass(frozen=True, slots=True)
class QuotePlace:
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
class AnswerRecord:
    """An answer as given. `guild` is None in a direct message, `message` until it is sent.

    `question` is what was understood, `asked` what was typed; `places` are its quotes in order,
    or the nearest passages where it was declined (`found` is False). `checks` says that `asked` is
    a message that was checked, and `shared` that a private answer was shown to all since. Of
    `source`, `since` and `until`, each None sets no limit to the articles. `way` is how it was
    found, as JSON (bot/text/trace.py); it is kept for a month. Of a list of what somebody says,
    `speaker` is who, and `about` on what, "" where that is all.
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
    way: str = ""
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


class Store(Database):
    """The file; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file under `data`, making it where it is missing. Raises LibraryError."""
        super().__init__(data / FILE, _FORMATS)

    # Answers and what was thought of them

    def keep(self, given: AnswerRecord) -> AnswerRecord:
        """The same with its id and time, kept."""
        given = replace(given, at=_now())
        values = asdict(given) | {"places": json.dumps([asdict(place) for place in given.places])}
        names = _COLUMNS.removesuffix(", id").split(", ")
        ((id,),) = self.rows(
            f"INSERT INTO answers ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
            "RETURNING id",
            [_stored(values[name]) for name in names],
        )
        return replace(given, id=id)

    def sent(self, answer: int, message: int, channel: int) -> None:
        """Note the message that shows an answer, and the channel where it stands."""
        self.rows(
            "UPDATE answers SET message = ?, channel = ? WHERE id = ?", [message, channel, answer]
        )

    def share(self, answer: int) -> bool:
        """Note that a private answer is shown to all; False where it was already."""
        return bool(
            self.rows(
                "UPDATE answers SET shared = 1 WHERE id = ? AND NOT shared RETURNING id", [answer]
            )
        )

    def unshare(self, answer: int) -> None:
        """Note that it could not be shown to all after all."""
        self.rows("UPDATE answers SET shared = 0 WHERE id = ?", [answer])

    def delete(self, answer: int) -> None:
        """Forget an answer, its question, and what was thought of it."""
        self.rows("DELETE FROM answers WHERE id = ?", [answer])

    def delete_message(self, message: int) -> None:
        """The same of the answer that this message shows, where it shows one."""
        self.rows("DELETE FROM answers WHERE message = ?", [message])

    def leave(self, guild: int) -> None:
        """Forget what was asked on a server; what it has set is kept, should the bot return."""
        self.rows("DELETE FROM answers WHERE guild = ?", [guild])

    def prune(self) -> None:
        """Forget answers after a year, and after a month what was checked and how they were found.

        And what was spent before yesterday.
        """
        now = datetime.now(UTC)
        old, month = [(now - kept).isoformat() for kept in (_KEPT, _MONTH)]
        self.rows("DELETE FROM answers WHERE at < ? OR checks AND at < ?", [old, month])
        self.rows("UPDATE answers SET way = '' WHERE way != '' AND at < ?", [month])
        self.rows("DELETE FROM spent WHERE day < ?", [(now - timedelta(1)).date().isoformat()])

    def forget_ways(self, articles: Iterable[str]) -> None:
        """Forget how answers were found that considered these articles, and what was drafted."""
        self.each(
            "UPDATE answers SET way = '' WHERE instr(way, ?)",
            [(f'"article_id": "{id}"',) for id in articles],
        )

    def answer(self, id: int) -> AnswerRecord | None:
        """The answer with this id, or None."""
        return self._given("id = ?", id) if abs(id) <= _MOST else None

    def answers(self) -> Iterator[AnswerRecord]:
        """Every answer that quoted something, oldest first."""
        for (id,) in self.rows("SELECT id FROM answers WHERE found ORDER BY id"):
            if given := self.answer(id):
                yield given

    def answer_in(self, message: int) -> AnswerRecord | None:
        """The answer that this message shows, or None."""
        return self._given("message = ?", message)

    def last_in(self, channel: int) -> AnswerRecord | None:
        """The last answer given in this channel or thread for all to see, or None."""
        return self._given("channel = ? AND NOT private AND NOT checks", channel)

    def _given(self, where: str, value: int) -> AnswerRecord | None:
        rows = self.rows(
            f"SELECT {_COLUMNS} FROM answers WHERE {where} ORDER BY id DESC LIMIT 1", [value]
        )
        return _given(dict(zip(_COLUMNS.split(", "), rows[0], strict=True))) if rows else None

    def rate(self, answer: int, member: int, *, good: bool) -> None:
        """Keep a member's opinion of an answer; the last one counts."""
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

    # What the language model costs

    def spent(self, guild: int | None) -> int:
        """The tokens that a server's questions have cost today (UTC); None is direct messages."""
        rows = self.rows("SELECT tokens FROM spent WHERE guild = ? AND day = ?", _today(guild))
        return int(rows[0][0]) if rows else 0

    def spend(self, guild: int | None, tokens: int) -> None:
        """Count tokens."""
        self.rows(
            "INSERT INTO spent VALUES (?, ?, ?) "
            "ON CONFLICT (guild, day) DO UPDATE SET tokens = tokens + excluded.tokens",
            [*_today(guild), tokens],
        )

    # Servers

    def settings(self, guild: int) -> GuildSettings:
        """What the server has set, the defaults for the rest."""
        rows = self.rows("SELECT settings FROM guilds WHERE id = ?", [guild])
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
        self.rows("INSERT OR REPLACE INTO guilds VALUES (?, ?)", [guild, json.dumps(kept)])

    # Facts about the bot

    def fact(self, name: str) -> str | None:
        """A fact, or None: `commands` (hash of those synced), `alive` (last acknowledged)."""
        rows = self.rows("SELECT value FROM facts WHERE name = ?", [name])
        return rows[0][0] if rows else None

    def note(self, name: str, value: str) -> None:
        """Set a fact."""
        self.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _given(row: dict[str, Any]) -> AnswerRecord:
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
