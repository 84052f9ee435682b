"""Whoever a text names, each with the places of their names and their descriptions."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from retrieval.attribution.mentions import (
    Mention,
    Span,
    appositions,
    gender_of,
    headings_of,
    is_acronym,
    is_within,
    mentions_in,
)
from retrieval.english.gazetteer import (
    GIVEN,
    NO_PERSONS,
    SAYING_LITTLE,
)
from retrieval.english.names import (
    ends,
    generation,
    key,
    same_person,
    surname,
    words,
)
from retrieval.english.reporting import pattern

_RELATIVE = re.compile(
    r"\b(?:wife|husband|(?:step)?(?:sons?|daughters?|mother|father|brother|sister)|widow|cousin"
    r"|niece|nephew|first lady)\b",
    re.I,
)


_SAYS_IN_TITLE = re.compile(
    rf"(?<=\w) (?!States)(?=[A-Z])(?:(?i:{pattern('past s', 'says', 'criticises')})|Is|Are|Has)\b"
)


_PLACES = frozenset(("virginia", "victoria", "grace", "carolina", "georgia", "florence"))


_NAMESAKES = 50  # people of one surname that are compared; keeps the time linear


@dataclass(eq=False, slots=True)
class Named:
    """A person or thing that the text names; `places` are the spans of the name, in order."""

    name: str
    is_person: bool
    gender: str = ""  # "m" or "f", if the text or the name tells it
    is_titled: bool = False  # the first mention has a role before the name
    descriptions: list[str] = field(default_factory=list)
    places: list[Span] = field(default_factory=list)

    @property
    def description(self) -> str:
        """The first description that is clear by itself, unlike "nominee"."""
        said = [one for one in self.descriptions if one.casefold() not in SAYING_LITTLE]
        return next((one for one in said if " " in one), "".join(said[:1]))


class People:
    """Whoever a text names."""

    def __init__(self, text: str, speakers: Sequence[Span] = ()) -> None:
        """Find them, full names first, so that surnames can be told apart.

        `speakers` are the spans of whoever speaks. Of two people who share a surname, the one named
        there is preferred.
        """
        self._text = text
        self._speakers = sorted(speakers)
        self.all: list[Named] = []
        self._by_word: dict[str, list[Named]] = defaultdict(list)
        self._at: list[tuple[Span, Named]] = []
        mentions = [*mentions_in(text)]
        headings = headings_of(text)
        self._alone = Counter(key(one.name) for one in mentions if " " not in one.name)
        self._first_alone: dict[str, int] = {}  # where a surname first stands without another
        for one in mentions:
            if " " not in one.name and not is_within(one.start, headings):
                self._first_alone.setdefault(key(one.name), one.start)
        surnames = Counter(key(one.name) for one in mentions)
        for one in sorted(mentions, key=lambda m: _order(m, headings)):
            if is_within(one.start, headings):
                one = self._cut(one)
            named = self._known(one) or self._new(one, surnames)
            named.places.append((one.start, one.end))
            self._learn(named, one)
            self._at.append(((one.start, one.end), named))
        self._at.sort(key=lambda at: at[0])
        self._starts = [span[0] for span, _ in self._at]

    def between(self, start: int, end: int) -> list[tuple[Span, Named]]:
        """Those named between two places, in order, each with the span of the name."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [at for at in self._at[first:last] if at[0][1] <= end]

    def whole(self, start: int, end: int) -> Span:
        """The span, extended to whole names."""
        for first, last in self._near(start):
            start = first if first < start < last else start
        for first, last in self._near(end):
            end = last if first < end < last else end
        return start, end

    def _near(self, place: int) -> list[Span]:
        """The last name before the place."""
        before = bisect_left(self._starts, place)
        return [span for span, _ in self._at[max(0, before - 1) : before]]

    def _known(self, one: Mention) -> Named | None:
        own = key(one.name)
        if len(one.name.split()) > 1:
            alike = self._by_word[ends(own)][-_NAMESAKES:]
            if generation(own) and len(own.split()) == 2:  # "Trump Jr."
                alike = self._by_word[own.split()[0]][-_NAMESAKES:]
                same = [one for one in alike if generation(one.name) == generation(own)]
                return next(iter(same), None)
            return next((named for named in alike if same_person(named.name, one.name)), None)
        alike = self._by_word[surname(own)][-_NAMESAKES:]
        same = [named for named in alike if key(named.name) == own] or [
            named for named in alike if self._is_called(named, one, own)
        ]
        if len(same) > 1:
            seniors = {ends(named.name) for named in same if not generation(named.name)}
            same = [
                named
                for named in same
                if not (generation(named.name) and ends(named.name) in seniors)
            ]
            same = [named for named in same if named.places[0][0] < one.start] or same
            same = [named for named in same if self._speaks(named)] or same
            same = [named for named in same if named.gender or named.descriptions] or same
            return max(same, key=lambda named: _last_before(named, one.start))
        if not same:
            return None
        (meant,) = same
        is_part = key(meant.name) != own and surname(meant.name) == own
        return None if is_part and self._is_late(meant) and not meant.is_titled else meant

    def _is_called(self, named: Named, one: Mention, own: str) -> bool:
        """Whether a mention of a part of their name may mean them."""
        if not named.is_person or is_acronym(one.name):
            return False
        if one.honorific and named.gender and named.gender != one.honorific:
            return False
        if key(named.name).endswith(f" {own}") or surname(named.name) == own:
            is_relative = bool(_RELATIVE.search(" ; ".join(named.descriptions)))
            return not (" " not in own and is_relative and self._is_late(named))
        # People who are mostly called by surname are hardly called by first name; popes never are.
        is_usual = self._alone[own] >= self._alone[surname(named.name)]
        is_told = bool(named.gender or named.descriptions or own in GIVEN)
        return " " not in own and not one.role and is_usual and is_told

    def _is_late(self, named: Named) -> bool:
        """Whether the surname alone comes before their full name, and so may be another's.

        "Biden said …" may be followed by "President Joe Biden", who is meant, but also by "his
        brother James Biden", who isn't.
        """
        first = named.places[0][0]
        return self._first_alone.get(surname(named.name), first) < first

    def _speaks(self, named: Named) -> bool:
        return any(is_within(start, self._speakers) for start, _ in named.places)

    def _cut(self, one: Mention) -> Mention:
        """The name in a heading, without the capitalised words around it."""
        parts = [*re.finditer(r"\S+", one.name)]
        for length in range(len(parts), 0, -1):
            for first in range(len(parts) - length + 1):
                start, end = parts[first].start(), parts[first + length - 1].end()
                cut = replace(
                    one, start=one.start + start, end=one.start + end, name=one.name[start:end]
                )
                known = self._known(cut)
                is_surname = first == 0 and surname(known.name) == surname(cut.name) if known else 0
                if known and (length > 1 or is_surname):
                    return cut
        said = _SAYS_IN_TITLE.search(one.name)
        name = one.name[: said.start()] if said else one.name
        return replace(one, end=one.start + len(name), name=name)

    def _new(self, one: Mention, surnames: Counter[str]) -> Named:
        first, whole = (words(one.name) or [""])[0], key(one.name)
        gender = one.honorific or GIVEN.get(first, "")
        is_person = self._is_person(one, gender, surnames)
        named = Named(one.name, is_person, gender if is_person else "", bool(one.role))
        self.all.append(named)
        for word in {surname(whole), first, whole, ends(whole)}:
            self._by_word[word].append(named)
        return named

    def _is_person(self, one: Mention, gender: str, surnames: Counter[str]) -> bool:
        own, whole = words(one.name), key(one.name)
        if self._text[max(0, one.start - 4) : one.start].lower() == "the " and not one.role:
            return False
        if any(named.is_person and surname(named.name) == whole for named in self._by_word[whole]):
            return True  # a namesake of theirs
        is_short = any(len(word) > 2 and word.isupper() for word in one.name.split())
        if is_short and " " in one.name and not (gender or one.role):
            return False
        is_full = " " in one.name and len(own) <= 4
        is_whole = bool(gender or surnames[surname(one.name)] or " of " not in one.name)
        is_given = len(own) == 2 and own[0] in GIVEN and own[0] not in _PLACES
        is_thing = not is_given and bool(NO_PERSONS & set(own))  # Bill Clinton is no bill
        return bool(one.honorific) or (not is_thing and bool(one.role or (is_full and is_whole)))

    def _learn(self, named: Named, one: Mention) -> None:
        if len(words(one.name)) > len(words(named.name)):
            named.name = one.name
        named.gender = named.gender or one.honorific
        if one.honorific or (one.role and not NO_PERSONS & set(words(one.name))):
            named.is_person = True
        for said in (one.role, *appositions(self._text, one)):
            if said and said not in named.descriptions:
                named.descriptions.append(said)
                named.gender = named.gender or gender_of(said)


def _order(one: Mention, headings: Sequence[Span]) -> tuple[bool, bool, int]:
    return (is_within(one.start, headings), len(one.name.split()) < 2, one.start)


def _last_before(named: Named, place: int) -> int:
    return max((start for start, _ in named.places if start < place), default=-1)
