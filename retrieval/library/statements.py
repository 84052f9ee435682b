"""Statement index: who says what in a library's articles; the words are slices of their text."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.articles.article import Article
from retrieval.attribution.attribution import Attribution
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.statements import Statement
from retrieval.english import names
from retrieval.english.words import STOPWORDS, fold
from retrieval.library.filter import Filter
from retrieval.library.library import Library

# Raised whenever other statements or speakers are found in the same text than before: articles are
# then read again.
VERSION = "4"
_PREFIX = 4  # letters of a name's word by which speakers are found; spellings differ after them
_READY = "s.article NOT IN (SELECT key FROM articles WHERE state != 'ready')"
_ROW = (
    "SELECT s.article, p.name, p.description, p.named, s.kind, s.denied, s.probability, "
    "s.spans "
    "FROM statements s JOIN speakers p ON p.number = s.speaker "
)

StatementWithArticle = tuple[Statement, Article]


@dataclass(frozen=True, slots=True)
class SpeakerName:
    """A speaker under one name and description, and how many statements stand under these.

    `key` is the same for all names of one speaker.
    """

    key: str
    speaker: Speaker
    count: int


class StatementIndex:
    """The statements of one library; each belongs to an article and is deleted with it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    # Writing, inside `library.transaction`

    def replace(self, article: int, day: str | None, statements: Iterable[Statement]) -> None:
        """Make these the statements of the article with this key, published on this day."""
        self._library.rows("UPDATE articles SET tagger = ? WHERE key = ?", [VERSION, article])
        self._library.rows("DELETE FROM statements WHERE article = ?", [article])
        for one in statements:
            self._library.rows(
                "INSERT INTO speakers (speaker_key, name, description, named, called) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name, description, named) DO UPDATE SET "
                "speaker_key = excluded.speaker_key, called = excluded.called",
                _speaker_row(one.speaker),
            )
            self._library.rows(
                "INSERT INTO statements (article, day, kind, denied, probability, spans, "
                "speaker) SELECT ?, ?, ?, ?, ?, ?, number FROM speakers "
                "WHERE name = ? AND description = ? AND named = ?",
                [
                    article, (day or "")[:10], one.kind, one.is_denied, one.probability,
                    _spans(one.attribution),
                    one.speaker.name, one.speaker.description, one.speaker.is_named,
                ],
            )  # fmt: skip

    def invalidate(self, ids: Iterable[str]) -> None:
        """Make the ready articles with these ids pending: they are read for statements again."""
        self._library.each(
            "UPDATE articles SET tagger = '' WHERE state = 'ready' AND id = ?",
            [(id,) for id in ids],
        )

    # What is still to be done, and what is wrong

    def pending(self, most: int) -> dict[int, Article]:
        """Up to `most` ready articles, by key, that are still to be read for statements."""
        rows = self._library.rows(
            "SELECT key FROM articles WHERE state = 'ready' AND tagger != ? LIMIT ?",
            [VERSION, most],
        )
        return self._library.by_keys(key for (key,) in rows)

    def count_pending(self) -> int:
        """How many ready articles are still to be read for statements."""
        sql = "SELECT count(*) FROM articles WHERE state = 'ready' AND tagger != ?"
        return int(self._library.rows(sql, [VERSION])[0][0])

    def damaged(self) -> list[str]:
        """The ids of ready articles with a statement that can't be a slice of their text."""
        rows = self._library.rows(
            "SELECT a.id, length(a.text), s.spans FROM statements s "
            "JOIN articles a ON a.key = s.article WHERE a.state = 'ready'"
        )
        return sorted({id for id, size, spans in rows if not _fits(_attribution(spans), size)})

    # Reading

    def count(self, keys: Sequence[str] | None = None, allowed: Filter = Filter()) -> int:
        """How many statements the speakers with these keys make in the articles allowed.

        Where `keys` is None, all speakers.
        """
        where, values = _of(keys, allowed)
        return int(
            self._library.rows(f"SELECT count(*) FROM statements s WHERE {where}", values)[0][0]
        )

    def by_speakers(
        self, keys: Sequence[str], allowed: Filter = Filter(), *, first: int = 0, most: int = -1
    ) -> list[StatementWithArticle]:
        """What the speakers with these keys say, newest first, undated last, each with its article.

        At most `most` statements from number `first` on, which counts from 0; all where `most` is
        negative.
        """
        where, values = _of(keys, allowed)
        order = "ORDER BY s.day DESC, s.article, s.number"
        chosen = f"SELECT s.number FROM statements s WHERE {where} {order} LIMIT ? OFFSET ?"
        sql = f"{_ROW} WHERE s.number IN ({chosen}) {order}"
        return self._with_articles(self._library.rows(sql, [*values, most, first]))

    def in_articles(
        self, ids: Iterable[str], keys: Sequence[str] | None = None
    ) -> list[StatementWithArticle]:
        """What the speakers with these keys say in the ready articles with these ids.

        Each with its article. Where `keys` is None, all speakers.
        """
        where, values = _of(keys, Filter())
        sql = (
            f"{_ROW} JOIN articles a ON a.key = s.article WHERE a.id = ? AND {where} "
            "ORDER BY s.article, s.number"
        )
        return self._with_articles(
            [row for id in ids for row in self._library.rows(sql, [id, *values])]
        )

    def article_ids(self, keys: Sequence[str], allowed: Filter) -> list[str]:
        """The ids of the articles allowed in which a speaker with one of these keys speaks."""
        where, values = _of(keys, allowed)
        sql = (
            f"SELECT id FROM articles WHERE key IN (SELECT article FROM statements s WHERE {where})"
        )
        return [id for (id,) in self._library.rows(sql, values)]

    def _with_articles(self, rows: Sequence[Any]) -> list[StatementWithArticle]:
        """The rows' statements, without those of articles that are gone meanwhile."""
        articles = self._library.by_keys(row[0] for row in rows)
        return [
            (_statement(articles[row[0]].id, row[1:]), articles[row[0]])
            for row in rows
            if row[0] in articles
        ]

    def speakers(self, typed: str = "", *, most: int = -1) -> list[SpeakerName]:
        """Speakers with a name in which each word typed begins a word, the most quoted first.

        At most `most`, all where that is negative.
        """
        words = [f" {word}" for word in fold(typed).split()]
        where = "".join(" AND instr(called, ?)" for _ in words)
        return self._speakers(f"named{where}", words, most)

    def similar_speakers(self, name: str) -> list[SpeakerName]:
        """Speakers with a word that begins like a word of this name, the most quoted first."""
        words, keys = (_prefixes(some) for some in (fold(name).split(), names.words(name)))
        where = ["instr(called, ?)" for _ in words] + ["instr(' ' || speaker_key, ?)" for _ in keys]
        return self._speakers(" OR ".join(where) or "FALSE", [*words, *keys], -1)

    def _speakers(self, where: str, values: Sequence[object], most: int) -> list[SpeakerName]:
        rows = self._library.rows(
            "SELECT p.speaker_key, p.name, p.description, p.named, count(*) AS quoted "
            f"FROM speakers p JOIN statements s ON s.speaker = p.number WHERE {_READY} "
            f"AND ({where}) GROUP BY p.number ORDER BY quoted DESC, p.name LIMIT ?",
            [*values, most],
        )
        return [
            SpeakerName(key, Speaker(name, description, bool(named)), number)
            for key, name, description, named, number in rows
        ]


def _prefixes(words: list[str]) -> list[str]:
    """How the words of a name begin; of "J. B. Lee" only "lee", as "j" begins too many."""
    kept = [word for word in words if word not in STOPWORDS]
    long = [word for word in kept if len(word) > 1] or kept
    return [f" {word[:_PREFIX]}" for word in long]


def _of(keys: Sequence[str] | None, allowed: Filter) -> tuple[str, list[object]]:
    """The SQL condition for what these speakers say in the ready articles allowed, its values."""
    where, values = _READY, list[object]()
    if keys is not None:
        named = f"SELECT number FROM speakers WHERE speaker_key IN ({_marks(keys)})"
        where += f" AND s.speaker IN ({named})"
        values += keys
    if allowed.sources is not None:
        by = f"SELECT key FROM articles WHERE source IN ({_marks(allowed.sources)})"
        where += f" AND s.article IN ({by})"
        values += allowed.sources
    if allowed.since:
        where += " AND s.day >= ?"
        values.append(allowed.since.isoformat())
    if allowed.until:
        where += " AND s.day != '' AND s.day <= ?"
        values.append(allowed.until.isoformat())
    return where, values


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _speaker_row(speaker: Speaker) -> list[object]:
    called = f" {fold(speaker.name)} {fold(speaker.description)}"
    key = names.key(speaker.name)
    return [key, speaker.name, speaker.description, speaker.is_named, called]


def _spans(parts: Attribution) -> str:
    return json.dumps([parts.speaker_spans, parts.cue, parts.content], separators=(",", ":"))


def _statement(id: str, row: Sequence[Any]) -> Statement:
    name, description, named, kind, denied, probability, spans = row
    speaker = Speaker(name, description, bool(named))
    return Statement(id, speaker, _attribution(spans), kind, bool(denied), probability)


def _attribution(spans: str) -> Attribution:
    speaker, cue, content = (tuple((a, b) for a, b in some) for some in json.loads(spans))
    return Attribution(speaker, cue, content)


def _fits(attribution: Attribution, size: int) -> bool:
    spans = [*attribution.speaker_spans, *attribution.cue, *attribution.content]
    return bool(attribution.content) and all(0 <= a < b <= size for a, b in spans)
