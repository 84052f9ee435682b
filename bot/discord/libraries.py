"""The libraries that a server may read: the shared one, and its own."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.discord.store import AnswerRecord, QuotePlace
from bot.settings import OF_SERVERS, Settings
from bot.settings import desk as open_desk
from retrieval.articles.article import normalise
from retrieval.articles.passages import Passage
from retrieval.library.library import FILE, Library
from retrieval.newsdesk import Newsdesk
from retrieval.proof.fact_check import Verdict, statements
from retrieval.search.hit import Citation, Hit

_OPEN = 32  # servers' libraries held open; the one not used for longest is closed first
_CHECKED = 5  # statements of a message
_DOORS = 16  # servers' libraries opened at the same time


@dataclass(frozen=True, slots=True)
class Change:
    """A quote that its article no longer has.

    `quote` is None where no version with it is kept, as when the article is `withdrawn`.
    """

    given: AnswerRecord
    article: str
    quote: str | None
    withdrawn: bool


class Desks:
    """Opens each library when it is needed; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Open the shared library, making it where it is missing."""
        self._settings = settings
        self._lock = threading.Lock()
        self._doors = [threading.Lock() for _ in range(_DOORS)]
        self._open: OrderedDict[int, Newsdesk] = OrderedDict()
        self._users: dict[int, int] = {}
        self._shared = open_desk(settings, settings.library, create=True)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for desk in [*self._open.values(), self._shared]:
                desk.close()
            self._open.clear()

    @contextmanager
    def desk(self, guild: int | None) -> Iterator[Newsdesk]:
        """The desk of a server: its own library and the shared one.

        Of a direct message (None), and of a server that has no library, the shared one alone.
        """
        if guild is None or not self.has_own(guild):
            yield self._shared
            return
        with self.own(guild) as desk:
            yield desk

    @contextmanager
    def operators(self, library: str) -> Iterator[Newsdesk]:
        """The desk that writes to a library of the bot's operator, made where it is missing."""
        if library == self._settings.library:
            yield self._shared
            return
        shared = self._shared.models
        with closing(open_desk(self._settings, library, create=True, models=shared)) as desk:
            yield desk

    @contextmanager
    def own(self, guild: int, *, create: bool = False) -> Iterator[Newsdesk]:
        """The desk that writes to a server's own library, made if `create`.

        Raises LibraryError when it is missing.
        """
        # Two at once would open it twice; opening takes a while, so other servers don't wait.
        with self._doors[(guild >> 22) % _DOORS]:
            desk = self._taken(guild) or self._opened(guild, create)
        try:
            yield desk
        finally:
            with self._lock:
                self._users[guild] -= 1
                self._close_idle()

    def _taken(self, guild: int) -> Newsdesk | None:
        with self._lock:
            desk = self._open.get(guild)
            if desk:
                self._open.move_to_end(guild)
                self._users[guild] = self._users.get(guild, 0) + 1
            return desk

    def _opened(self, guild: int, create: bool) -> Newsdesk:
        desk = open_desk(self._settings, own_library(guild), create=create, beside=self._shared)
        with self._lock:
            self._open[guild] = desk
            self._users[guild] = self._users.get(guild, 0) + 1
        return desk

    def has_own(self, guild: int) -> bool:
        """Whether the server has a library of its own."""
        return (self._settings.data / own_library(guild) / FILE).exists()

    def _close_idle(self) -> None:
        self._users = {guild: count for guild, count in self._users.items() if count}
        for guild in [*self._open]:
            if len(self._open) <= _OPEN:
                return
            if guild not in self._users:
                self._open.pop(guild).close()

    def recall(self, given: AnswerRecord) -> list[Citation | None]:
        """The answer's quotes as they stand now, None for each that was changed or withdrawn."""
        with self.desk(given.guild) as desk:
            return recalled(desk, given)

    def changes(self, given: AnswerRecord) -> list[Change]:
        """The answer's quotes that the newest version of their article no longer has."""
        with self.desk(given.guild) as desk:
            found = [
                (place, desk.library(place.library), _citation(desk, number, place))
                for number, place in enumerate(given.places, 1)
            ]
        return [
            Change(given, place.article, _words(library, place), not _has(library, place.article))
            for place, library, cited in found
            if cited is None
        ]

    def verdicts(self, guild: int | None, text: str) -> tuple[list[Verdict], int]:
        """What the articles say on the first few statements of a text, and how many it has."""
        stated = statements(normalise(text))
        with self.desk(guild) as desk:
            return desk.verdicts(stated[:_CHECKED]), len(stated)


def own_library(guild: int) -> str:
    """The name of a server's own library."""
    return f"{OF_SERVERS}{guild}"


def places(citations: Sequence[Citation]) -> tuple[QuotePlace, ...]:
    """Where the citations stand, to be remembered."""
    return tuple(
        QuotePlace(
            one.hit.library,
            one.hit.article.id,
            one.hit.passage.start,
            one.hit.passage.end,
            one.start,
            one.end,
            _digest(one.quote),
            *(one.span or (None, None)),
        )
        for one in citations
    )


def whole(number: int, hit: Hit) -> Citation:
    """The hit's passage as a citation of itself."""
    return Citation(number, hit, hit.passage.start, hit.passage.end, hit.passage.text)


def recalled(desk: Newsdesk, given: AnswerRecord) -> list[Citation | None]:
    """The answer's quotes as they stand at this desk, None for each changed or withdrawn."""
    found = [_citation(desk, number, place) for number, place in enumerate(given.places, 1)]
    return [one and replace(one, also=desk.also(one)) for one in found]


def _citation(desk: Newsdesk, number: int, place: QuotePlace) -> Citation | None:
    """The quote where it stands in the newest version, None where that has not these words."""
    library = desk.library(place.library)
    article = library.article(place.article) if library else None
    if library is None or article is None:
        return None
    if _digest(article.text[place.start : place.end]) == place.digest:
        moved, first, last = 0, place.passage_start, place.passage_end
    else:
        words = _words(library, place)
        start = article.text.find(words) if words else -1
        if start < 0:
            return None
        moved, first, last = start - place.start, start, start + len(words or "")
    passage = Passage(article.id, first, last, article.text[first:last])
    start, end = place.start + moved, place.end + moved
    span = None
    if place.span_start is not None and place.span_end is not None:
        span = (place.span_start + moved, place.span_end + moved)
    hit = Hit(passage, article, number, None, place.library)
    return Citation(number, hit, start, end, article.text[start:end], span)


def _has(library: Library | None, article: str) -> bool:
    return library is not None and library.digest(article) is not None


def _words(library: Library | None, place: QuotePlace) -> str | None:
    """What stood there in the version that was quoted, None where that is forgotten."""
    for version in library.versions(place.article) if library else []:
        words = version.article.text[place.start : place.end]
        if _digest(words) == place.digest:
            return words
    return None


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]
