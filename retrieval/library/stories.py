"""Stories: which articles tell the same story, word for word or lightly edited.

Each article bears the story that it tells: that of the articles it duplicates, else its own. A new
article is compared only with those that share a MinHash band with it.
"""

from datetime import date

from retrieval.articles import duplicates
from retrieval.articles.article import Article
from retrieval.library.database import Database
from retrieval.library.schema import COLUMNS, article_of

_CANDIDATES = 10  # stories that a new article is compared with
_DAYS = 14  # between two duplicates; what is printed again a year later is another article
_LABEL = 16  # characters of the digest of the article that told a story first


def assign_story(database: Database, key: int, article: Article) -> None:
    """Store which story the article with this key tells. Inside a transaction."""
    bands = set(duplicates.minhash_bands(article.text))
    marks = ",".join("?" * len(bands))
    rows = database.rows(
        "SELECT a.story, max(a.published) FROM bands b JOIN articles a ON a.key = b.article "
        f"WHERE b.number IN ({marks}) AND a.state != 'withdrawn' AND a.id != ? "
        "AND a.story != '' GROUP BY a.story ORDER BY count(*) DESC LIMIT ?",
        [*bands, article.id, _CANDIDATES],
    )
    stories = [story for story, day in rows if _is_near(article.published, day)]
    own = article.digest[:_LABEL]
    story = next((one for one in stories if _tells(database, article, one)), own)
    database.rows("UPDATE articles SET story = ? WHERE key = ?", [story, key])
    database.each("INSERT INTO bands VALUES (?, ?)", [(band, key) for band in bands])


def assign_all_stories(database: Database) -> None:
    """Decide anew which story each ready article tells. Inside a transaction."""
    database.rows("DELETE FROM bands")
    database.rows("UPDATE articles SET story = ''")
    keys = database.rows("SELECT key FROM articles WHERE state = 'ready' ORDER BY key")
    for (key,) in keys:
        row = database.rows(f"SELECT {COLUMNS} FROM articles WHERE key = ?", [key])[0]
        assign_story(database, key, article_of(row))


def _tells(database: Database, article: Article, story: str) -> bool:
    """Whether the article duplicates the one that told the story first, else any that tells it.

    A duplicate of a duplicate may differ from the first: a story is what is near one article.
    """
    ((text,),) = database.rows(
        "SELECT text FROM articles WHERE story = ? AND state != 'withdrawn' AND id != ? "
        "ORDER BY substr(digest, 1, ?) != story, key LIMIT 1",
        [story, article.id, _LABEL],
    )
    return duplicates.are_duplicates(text, article.text)


def _is_near(day: str | None, other: str | None) -> bool:
    """Whether two days are at most `_DAYS` apart, or one of them isn't known."""
    if not day or not other:
        return True
    apart = date.fromisoformat(day[:10]) - date.fromisoformat(other[:10])
    return abs(apart.days) <= _DAYS
