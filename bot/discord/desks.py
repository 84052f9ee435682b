"""The libraries that a server may read: the shared one, and its own."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from bot.discord.store import Given, Place
from bot.settings import Settings
from bot.settings import desk as open_desk
from retrieval.answer import Citation
from retrieval.articles import normalise
from retrieval.desk import Newsdesk
from retrieval.library import FILE
from retrieval.passages import Passage
from retrieval.search import Hit
from retrieval.verdict import Verdict, statements

_OPEN = 32  # servers' libraries held open; the one not used for longest is closed first
_CHECKED = 5  # statements of a message


class Desks:
    """Opens each library when it is needed; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Open the shared library, making it where it is missing."""
        self._settings = settings
        self._lock = threading.Lock()
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
    def desk(self, guild: int | None, *, create: bool = False) -> Iterator[Newsdesk]:
        """The desk of a server: its own library (made if `create`) and the shared one.

        Of a direct message (None), and of a server that has no library, the shared one alone.
        """
        if guild is None or not (create or self.has_own(guild)):
            yield self._shared
            return
        with self._lock:
            desk = self._open.get(guild) or open_desk(
                self._settings, own_library(guild), create=create, beside=self._shared
            )
            self._open[guild] = desk
            self._open.move_to_end(guild)
            self._users[guild] = self._users.get(guild, 0) + 1
        try:
            yield desk
        finally:
            with self._lock:
                self._users[guild] -= 1
                self._close_idle()

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

    def recall(self, given: Given) -> list[Citation | None]:
        """The answer's quotes as they stand now, None for each that was changed or withdrawn."""
        with self.desk(given.guild) as desk:
            return [_citation(desk, number, place) for number, place in enumerate(given.places, 1)]

    def verdicts(self, guild: int | None, text: str) -> tuple[list[Verdict], int]:
        """What the articles say on the first few statements of a text, and how many it has."""
        stated = statements(normalise(text))
        with self.desk(guild) as desk:
            return desk.verdicts(stated[:_CHECKED]), len(stated)


def own_library(guild: int) -> str:
    """The name of a server's own library."""
    return f"guild-{guild}"


def places(citations: Sequence[Citation]) -> tuple[Place, ...]:
    """Where the citations stand, to be remembered."""
    return tuple(
        Place(
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


def _citation(desk: Newsdesk, number: int, place: Place) -> Citation | None:
    library = desk.library(place.library)
    article = library.article(place.article) if library else None
    if article is None or _digest(article.text[place.start : place.end]) != place.digest:
        return None
    first, last = place.passage_start, place.passage_end
    passage = Passage(article.id, first, last, article.text[first:last])
    span = None
    if place.span_start is not None and place.span_end is not None:
        span = (place.span_start, place.span_end)
    hit = Hit(passage, article, number, None, place.library)
    return Citation(
        number, hit, place.start, place.end, article.text[place.start : place.end], span
    )


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]
