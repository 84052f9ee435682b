"""Several libraries, asked together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from retrieval.errors import SettingsError
from retrieval.library.index import Index
from retrieval.library.library import Library

_NAMED = 20  # publishers that a message lists


class Libraries:
    """The libraries that answer together; the first is a desk's own."""

    def __init__(self, indexes: Sequence[Index]) -> None:
        self.indexes = tuple(indexes)
        self._newest: dict[str, tuple[int, date | None]] = {}

    @property
    def by_name(self) -> Mapping[str, Library]:
        """Each library by its name."""
        return {one.library.name: one.library for one in self.indexes}

    def known_words(self, stems: Iterable[str]) -> set[str]:
        """Those of the stems that occur in any of the articles."""
        wanted, found = {*stems}, set[str]()
        for one in self.indexes:
            with one.reading() as (_, words):
                found |= words.known(wanted)
        return found

    def oldest(self) -> date | None:
        """The first day of publication of any article, None where no article has one."""
        days = [day for one in self.indexes if (day := one.library.oldest())]
        return min(days, default=None)

    def newest(self) -> date | None:
        """The last day of publication, today where an article is dated in the future."""
        days = [day for one in self.indexes if (day := self._newest_of(one.library))]
        return min(max(days), date.today()) if days else None

    def _newest_of(self, library: Library) -> date | None:
        generation = library.generation
        known = self._newest.get(library.name)
        if known is None or known[0] != generation:
            known = self._newest[library.name] = (generation, library.newest())
        return known[1]

    def sources(self) -> list[str]:
        """The publishers of all articles, in alphabetical order."""
        return sorted({source for one in self.indexes for source in one.library.sources()})

    def sources_named(self, wanted: str | None) -> tuple[str, ...] | None:
        """The publishers of this name, whatever its case; None, for no limit, where it is None.

        Raises SettingsError where no article has such a publisher.
        """
        if wanted is None:
            return None
        known = self.sources()
        same = [source for source in known if source.casefold() == wanted.strip().casefold()]
        if not same:
            more = ", …" if len(known) > _NAMED else ""
            raise SettingsError(
                f"No article is by a source called {wanted!r}. "
                f"There are: {', '.join(known[:_NAMED]) or 'none'}{more}."
            )
        return tuple(same)
