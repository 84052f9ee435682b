"""One library, opened: its articles, and how they are added and removed."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from retrieval.articles.article import Article
from retrieval.errors import Hint, LibraryError, ReadError
from retrieval.library.filter import Filter
from retrieval.library.index import Index, SyncReport
from retrieval.library.libraries import Libraries
from retrieval.library.library import Version
from retrieval.library.pruning import pruned
from retrieval.sources import files, pages

_AGAIN = 32  # articles at most in which a caller that adds some waits for statements to be found


class LibraryDesk:
    """Adds articles to the first of some libraries, removes them and looks them up."""

    def __init__(self, libraries: Libraries, hosts: Collection[str], agent: str) -> None:
        """`hosts` may be fetched from although they aren't on the public internet.

        `agent` tells servers who fetches.
        """
        self.libraries = libraries
        self.index: Index = libraries.indexes[0]
        self.hosts = hosts
        self.agent = agent

    def sync(
        self,
        paths: Sequence[str | Path],
        *,
        prune: bool = False,
        again: bool = True,
        waiting: Callable[[], None] = lambda: None,
    ) -> Generator[SyncReport, None, None]:
        """Make the library hold what is in the files and folders; yields the report so far.

        With `prune`, articles whose file is no longer under `paths` are removed, unless it may be
        in a part that can't be read. Without `again`, articles that a user removed stay out. To
        stop iterating stops it between two batches. `waiting` is called when another process is
        writing.
        """
        places = [Path(path) for path in paths]

        def gone(seen: set[str], failed: list[ReadError]) -> list[str]:
            return pruned(self.index.library, places, seen, failed) if prune else []

        found = (
            one
            for one in _articles(places)
            if again or isinstance(one, ReadError) or not self.keeps_out(one.id)
        )
        with self.index.writing(waiting):
            yield from self.index.sync(found, gone=gone)

    def add_links(
        self, links: Iterable[str], *, waiting: Callable[[], None] = lambda: None
    ) -> Generator[SyncReport, None, None]:
        """Add the articles at these addresses, one by one; yields the report so far."""
        report = SyncReport()
        for link in links:
            # Fetched before it is this process's turn: nobody should wait for a slow server.
            found = [*pages.read(link, allowed=self.hosts, agent=self.agent)]
            with self.index.writing(waiting):
                report += [*self.index.sync(found, most_refreshed=_AGAIN)][-1]
            yield report

    def take(self, articles: Iterable[Article], replaced: Collection[str] = ()) -> SyncReport:
        """Add articles, and remove those with the ids `replaced`."""
        return self.take_chosen(lambda: (articles, replaced))

    def take_chosen(
        self, chosen: Callable[[], tuple[Iterable[Article], Collection[str]]]
    ) -> SyncReport:
        """The same, with both chosen when it is this process's turn to write."""
        with self.index.writing():
            articles, replaced = chosen()
            sync = self.index.sync(
                articles, gone=lambda seen, failed: replaced, most_refreshed=_AGAIN
            )
            return [*sync][-1]

    def keeps_out(self, id: str) -> bool:
        """Whether a user removed the article with this id, and nobody added it again."""
        return self.index.library.keeps_out(id)

    def remove(
        self, articles: Iterable[Article], *, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Remove these articles, where they are still there; feeds don't bring them back."""
        with self.index.writing(waiting):
            self.index.remove([article.id for article in articles])

    def reindex(
        self, *, waiting: Callable[[], None] = lambda: None
    ) -> Generator[tuple[int, int], None, None]:
        """Rebuild vectors and keywords; yields (passages done, passages in all)."""
        with self.index.writing(waiting):
            yield from self.index.reindex()

    def article(self, id: str) -> Article:
        """The article with this id, or the only one whose id begins so. Raises LibraryError."""
        library = self.index.library
        ids = library.ids(id.strip().lower())
        if len(ids) != 1 or not id.strip():
            what = "No article has" if not ids else f"{len(ids)} articles have"
            raise LibraryError(f"{what} an id beginning with {id!r}.", hint=Hint.LIST_ARTICLES)
        article = library.article(ids[0])
        if article is None:
            raise LibraryError(f"Article {ids[0]} was removed just now.")
        return article

    def versions(self, id: str) -> list[Version]:
        """The earlier versions of the article with this id, oldest first."""
        return self.index.library.versions(id)

    def articles(
        self,
        *,
        source: str | None = None,
        since: date | None = None,
        until: date | None = None,
        titled: str = "",
        first: int = 0,
        most: int = -1,
    ) -> Iterator[Article]:
        """The articles, newest first, those without a date last.

        `titled` are words that the title has. `first` (0 is the first) and `most` (-1 is all) cut a
        page out of them.
        """
        allowed = Filter(self.libraries.sources_named(source), since, until)
        yield from self.index.library.articles(allowed, titled=titled, first=first, most=most)


def _articles(paths: list[Path]) -> Iterator[Article | ReadError]:
    for path in files.find(paths):
        if isinstance(path, ReadError):
            yield path
        else:
            yield from files.read(path)
