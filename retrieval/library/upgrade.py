"""Upgrade: what an older version of Newsdesk stored is made anew as this version makes it.

Stories, passages and statements bear the version of the code that made them. A step that a crash
interrupts goes on where it stopped.
"""

import sys
from collections.abc import Iterator

from retrieval.articles import duplicates, passages
from retrieval.articles.article import Article
from retrieval.articles.passages import split
from retrieval.library.batches import BatchWriter, Staged
from retrieval.library.library import Library
from retrieval.library.statements import StatementIndex

_CHECKED = 64  # articles whose passages are compared at a time
_READ = 16  # articles that are read for statements at a time; the work that is lost in a crash


class Upgrade:
    """Brings one library up to this version; for one writer at a time."""

    def __init__(self, library: Library, statements: StatementIndex, batches: BatchWriter) -> None:
        self._library = library
        self._statements = statements
        self._batches = batches

    def start(self) -> None:
        """Assign stories anew where another version did it; mark a new library as current."""
        if self._library.fact("stories") != duplicates.VERSION:
            with self._library.transaction():
                self._library.assign_all_stories()
        is_new = not self._library.count() and not self._library.count("pending")
        if is_new and self._library.fact("passages") is None:
            self.passages_are_current()

    def passages_are_current(self) -> None:
        """Record that this version of `split` made all passages."""
        self._library.set_fact("passages", passages.VERSION)

    def passages(self, most: int | None) -> Iterator[int]:
        """Split articles again whose stored passages differ from those that `split` makes now.

        Compares at most `most` articles, None for all; yields how many it split, batch by batch.
        Their statements are found anew too.
        """
        left = sys.maxsize if most is None else most
        while left > 0 and (last := self._last_checked()) is not None:
            articles = self._library.after(last, min(left, _CHECKED))
            staged = [one for article in articles.values() if (one := self._split_again(article))]
            self._batches.write(staged)
            if articles:
                now = f"{passages.VERSION} up to {max(articles)}"
                self._library.set_fact("passages", now)
            else:
                self.passages_are_current()
            left -= len(articles)
            yield len(staged)

    def _split_again(self, article: Article) -> Staged | None:
        """The article with the passages that `split` makes now, None where these are stored."""
        now, stored = split(article), self._library.passage_ids_of(article.id)
        is_current = stored == [passage.id for passage in now]
        return None if is_current else Staged(article, now, is_new=False)

    def _last_checked(self) -> int | None:
        """The key of the last article whose passages were compared, 0 for none, None for all."""
        fact = str(self._library.fact("passages") or "")
        if fact == passages.VERSION:
            return None
        version, _, key = fact.partition(" up to ")
        return int(key) if key and version == passages.VERSION else 0

    def statements(self, most: int | None) -> Iterator[int]:
        """Read articles for statements that this version hasn't read yet.

        At most `most` articles, None for all; yields how many it read, batch by batch.
        """
        left = sys.maxsize if most is None else most
        while left > 0 and (batch := self._statements.pending(min(left, _READ))):
            found = self._batches.statements_in(batch.values())
            with self._library.transaction():
                for (key, article), some in zip(batch.items(), found, strict=True):
                    self._statements.replace(key, article.published, some)
                self._library.forget_unused_speakers()
            left -= len(batch)
            yield len(batch)
