"""Schema: the formats of a library's SQLite file, and how one row holds an article."""

import json
from collections.abc import Sequence
from typing import Any

from retrieval.articles.article import Article

COLUMNS = "id, url, path, title, source, published, authors, text, teaser"

# The first format, and what makes each later one from the one before it.
# An article may have several rows: `ready` is what readers see, `pending` a new version on its way
# into the projections, `withdrawn` what is to be deleted.
FORMATS = (
    """
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
CREATE TABLE about (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID
""",
    """
CREATE TABLE versions (
    id TEXT NOT NULL, number INTEGER NOT NULL, replaced TEXT NOT NULL, url TEXT, path TEXT,
    title TEXT NOT NULL, source TEXT NOT NULL, published TEXT, authors TEXT NOT NULL,
    text TEXT NOT NULL, teaser INTEGER NOT NULL, PRIMARY KEY (id, number)
);
ALTER TABLE articles ADD COLUMN teaser INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN story TEXT NOT NULL DEFAULT '';
CREATE INDEX articles_by_story ON articles (story);
CREATE TABLE bands (
    number INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE
);
CREATE INDEX bands_by_number ON bands (number);
CREATE INDEX bands_by_article ON bands (article)
""",
    """
CREATE TABLE kept_out (id TEXT PRIMARY KEY) WITHOUT ROWID
""",
    """
ALTER TABLE articles ADD COLUMN tagger TEXT NOT NULL DEFAULT '';
CREATE INDEX articles_by_tagger ON articles (state, tagger);
CREATE TABLE speakers (
    number INTEGER PRIMARY KEY, speaker_key TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT NOT NULL, named INTEGER NOT NULL, called TEXT NOT NULL,
    UNIQUE (name, description, named)
);
CREATE INDEX speakers_by_key ON speakers (speaker_key);
CREATE TABLE statements (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    speaker INTEGER NOT NULL REFERENCES speakers, day TEXT NOT NULL, kind TEXT NOT NULL,
    denied INTEGER NOT NULL, probability REAL NOT NULL, spans TEXT NOT NULL
);
CREATE INDEX statements_by_speaker ON statements (speaker, day, article);
CREATE INDEX statements_by_article ON statements (article)
""",
)


def article_of(row: Sequence[Any]) -> Article:
    """The article in a row of `COLUMNS`."""
    id, url, path, title, source, published, authors, text, teaser = row
    names = tuple(json.loads(authors))
    return Article(id, url, path, title, source, published, names, text, bool(teaser))


def row_of(article: Article) -> list[object]:
    """The values of `COLUMNS` for an article."""
    return [
        article.id, article.url, article.path, article.title, article.source, article.published,
        json.dumps(article.authors, ensure_ascii=False), article.text, article.teaser,
    ]  # fmt: skip
