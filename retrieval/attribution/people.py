"""People: a text → whoever it names, each with the places of their names and what it calls them."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from retrieval.english.gazetteer import (
    GIVEN,
    NO_PERSONS,
    QUALIFIERS,
    ROLES,
    SAYING_LITTLE,
    STARTERS,
)
from retrieval.english.names import (
    HONORIFICS,
    akin,
    ends,
    generation,
    head,
    key,
    same_person,
    surname,
    words,
)

Span = tuple[int, int]

_RELATIVE = re.compile(
    r"\b(?:wife|husband|(?:step)?(?:sons?|daughters?|mother|father|brother|sister)|widow|cousin"
    r"|niece|nephew|first lady)\b",
    re.I,
)
_LINKS = frozenset(("of", "for", "at", "from", "in", "the", "a", "an"))
_MOTORS = frozenset(("Motors", "Electric", "Mills", "Dynamics", "Assembly"))  # "General" before
_UP = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞİŁŃŇŌŐŘŚŞŠŤŪŮŰŹŻŽ"
_ABBREVIATED = r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Rev|Prof|Sgt|Capt|Jr|Sr|St|Hon)\b\.?"
_WORD = rf"(?:{_ABBREVIATED}|(?:[{_UP}]\.)+|[{_UP}][\w-]*(?:[’'][{_UP}][\w-]*)*&?\w*)"
_PARTICLE = r"(?:van|von|der|den|de|del|di|da|dos|du|la|le|al|bin|ibn|of|for|the|zu|ter|y|&)"
_NICKNAME = rf"[ \u00a0][\"“‘][{_UP}][\w.-]{{1,15}}[\"”’](?=[ \u00a0][{_UP}])"
_RUN = re.compile(
    rf"(?<![\w’'-]){_WORD}"
    rf"(?:(?:[ \u00a0]{_PARTICLE}){{0,2}}[ \u00a0]{_WORD}|, (?:Jr|Sr)\b\.?|{_NICKNAME})*"
)
_BEFORE = re.compile(r"(?<![\w.])(?:(?:(?:[A-Z]\.)+|[\w’'-]+\.?)[ \u00a0]){0,6}$")
_APPOSITION = re.compile(
    r",\s+(?P<said>(?:(?:the|a|an|then|now|former|one of)\s|[a-z-]+\s(?:of|at|for|in)\s|of\s)"
    r"(?:[^,.;:()“”\"\n]|(?<=\b[A-Z])\.|(?<=\b[JS]r)\.){3,90}?)(?=,|(?<!\b[A-Z])(?<!\b[JS]r)\.|;|$|\swho\s)"
)
_APPOSED = re.compile(
    r"(?P<said>\b(?:the|The|its|Its|their|Their|[A-Z]\w+[’']s)\s[^,.;:()“”\"\n]{3,70}?),\s$"
)
_SHORTENED = re.compile(rf"{_ABBREVIATED}|(?:[A-Z]\.)+", re.I)
_SAYS_IN_TITLE = re.compile(
    r"(?<=\w) (?:Says|Said|Calls|Called|Warns|Tells|Vows|Slams|Urges|Claims|Denies|Is|Are|Has)\b"
)
_JUNIOR = re.compile(r"(?:Jr|Sr)\.?")
_PLACES = frozenset(("virginia", "victoria", "grace", "carolina", "georgia", "florence"))
_DOER = re.compile(r"(?:er|or|ist|man|woman|ant|ian|master)s?$")
_LONGEST_HEADING = 160
_ACRONYM = 4  # letters at most; longer words in capitals are names as well
_NAMESAKES = 50  # of whom a surname may be one's; keeps the time linear


@dataclass(eq=False, slots=True)
class Named:
    """Someone or something that the text names; `places` are the spans of the names, in order."""

    name: str
    is_person: bool
    gender: str = ""  # "m" or "f" where the text or the name tells it
    is_titled: bool = False  # where what they are stands right before the name at first
    descriptions: list[str] = field(default_factory=list)
    places: list[Span] = field(default_factory=list)

    @property
    def description(self) -> str:
        """The first description that says something by itself, not just "nominee"."""
        said = [one for one in self.descriptions if one.casefold() not in SAYING_LITTLE]
        return next((one for one in said if " " in one), "".join(said[:1]))


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    name: str
    role: str
    honorific: str


class People:
    """Whoever a text names."""

    def __init__(self, text: str, sources: Sequence[Span] = ()) -> None:
        """Finds them, full names first, so that surnames can be told apart.

        Of two who share a surname it is rather the one whom `sources`, where somebody speaks, name.
        """
        self._text = text
        self._sources = sorted(sources)
        self.all: list[Named] = []
        self._by_word: dict[str, list[Named]] = defaultdict(list)
        self._at: list[tuple[Span, Named]] = []
        mentions = [*_mentions(text)]
        headings = _headings(text)
        self._alone = Counter(key(one.name) for one in mentions if " " not in one.name)
        self._first_alone: dict[str, int] = {}  # where a surname first stands without another
        for one in mentions:
            if " " not in one.name and not _is_within(one.start, headings):
                self._first_alone.setdefault(key(one.name), one.start)
        surnames = Counter(key(one.name) for one in mentions)
        for one in sorted(mentions, key=lambda m: _order(m, headings)):
            if _is_within(one.start, headings):
                one = self._cut(one)
            named = self._known(one) or self._new(one, surnames)
            named.places.append((one.start, one.end))
            self._learn(named, one)
            self._at.append(((one.start, one.end), named))
        self._at.sort(key=lambda at: at[0])
        self._starts = [span[0] for span, _ in self._at]

    def between(self, start: int, end: int) -> list[tuple[Span, Named]]:
        """Those named there, in order, each with the place of the name."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [at for at in self._at[first:last] if at[0][1] <= end]

    def whole(self, start: int, end: int) -> Span:
        """The span, longer where it cuts a name."""
        for first, last in self._near(start):
            start = first if first < start < last else start
        for first, last in self._near(end):
            end = last if first < end < last else end
        return start, end

    def _near(self, place: int) -> list[Span]:
        """The last name that begins before the place."""
        before = bisect_left(self._starts, place)
        return [span for span, _ in self._at[max(0, before - 1) : before]]

    def _known(self, one: _Mention) -> Named | None:
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

    def _is_called(self, named: Named, one: _Mention, own: str) -> bool:
        """Whether they may be meant by a part of their name."""
        if not named.is_person or _is_acronym(one.name):
            return False
        if one.honorific and named.gender and named.gender != one.honorific:
            return False
        if key(named.name).endswith(f" {own}") or surname(named.name) == own:
            is_relative = bool(_RELATIVE.search(" ; ".join(named.descriptions)))
            return not (" " not in own and is_relative and self._is_late(named))
        # Who is mostly called by the surname is hardly called by the first name; nor is any pope.
        is_usual = self._alone[own] >= self._alone[surname(named.name)]
        is_told = bool(named.gender or named.descriptions or own in GIVEN)
        return " " not in own and not one.role and is_usual and is_told

    def _is_late(self, named: Named) -> bool:
        """Whether the surname alone is used before their full name: then it may be another's.

        "Biden said …" may be followed by "President Joe Biden", of whom it was said, but also by
        "James Biden", or "his brother James Biden", of whom it wasn't.
        """
        first = named.places[0][0]
        return self._first_alone.get(surname(named.name), first) < first

    def _speaks(self, named: Named) -> bool:
        return any(_is_within(start, self._sources) for start, _ in named.places)

    def _cut(self, one: _Mention) -> _Mention:
        """The name of a heading without the capitalised words around it, where it is known."""
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

    def _new(self, one: _Mention, surnames: Counter[str]) -> Named:
        first, whole = (words(one.name) or [""])[0], key(one.name)
        gender = one.honorific or GIVEN.get(first, "")
        is_person = self._is_person(one, gender, surnames)
        named = Named(one.name, is_person, gender if is_person else "", bool(one.role))
        self.all.append(named)
        for word in {surname(whole), first, whole, ends(whole)}:
            self._by_word[word].append(named)
        return named

    def _is_person(self, one: _Mention, gender: str, surnames: Counter[str]) -> bool:
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

    def _learn(self, named: Named, one: _Mention) -> None:
        if len(words(one.name)) > len(words(named.name)):
            named.name = one.name
        named.gender = named.gender or one.honorific
        if one.honorific or (one.role and not NO_PERSONS & set(words(one.name))):
            named.is_person = True
        for said in (one.role, *_apposed(self._text, one)):
            if said and said not in named.descriptions:
                named.descriptions.append(said)
                named.gender = named.gender or gender_of(said)


def _headings(text: str) -> list[Span]:
    """The lines in which most words are capitalised, as in "Mayor Calls Off Vote"."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        long = re.findall(r"[^\W\d_]{4,}", line[0])
        capital = sum(word[0].isupper() for word in long)
        if len(line[0]) <= _LONGEST_HEADING and len(long) > 2 and capital >= 0.8 * len(long):
            found.append(line.span())
    return found


def _is_within(place: int, spans: Sequence[Span]) -> bool:
    """Whether it lies in one of the spans, which are in order."""
    before = bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]


def _order(one: _Mention, headings: Sequence[Span]) -> tuple[bool, bool, int]:
    return (_is_within(one.start, headings), len(one.name.split()) < 2, one.start)


def _last_before(named: Named, place: int) -> int:
    return max((start for start, _ in named.places if start < place), default=-1)


def gender_of(said: str) -> str:
    """Whether words such as "the chairwoman" mean a man, "m", or a woman, "f"; else ""."""
    if re.search(r"(?:woman|mother|sister|wife|daughter|queen|princess|actress)\b", said, re.I):
        return "f"
    man = r"(?<!wo)man\b|\b(?:father|brother|husband|son|king|prince|actor)\b"
    return "m" if re.search(man, said, re.I) else ""


def _mentions(text: str) -> Iterator[_Mention]:
    plain_words = frozenset(re.findall(r"(?<![\w-])[^\W\d_][\w-]*", text))
    for run in _RUN.finditer(text):
        parts: list[re.Match[str]] = []
        for part in re.compile(r"\S+").finditer(text, *run.span()):
            parts.append(part)
            if _JUNIOR.fullmatch(part[0]):  # what follows begins a sentence
                yield from _mention(text, parts, plain_words)
                parts = []
        yield from _mention(text, parts, plain_words)


def _mention(
    text: str, parts: Sequence[re.Match[str]], plain_words: Set[str]
) -> Iterator[_Mention]:
    """The name that stands in a run of capitalised words, if there is one."""
    while parts and parts[0][0].strip(".,").casefold() in STARTERS:
        parts = parts[1:]
    called = parts[_behind_roles([part[0] for part in parts]) :]
    if not called:
        return
    begin, start = parts[0].start(), called[0].start()
    name = _without_place(text[start : called[-1].end()])
    role = text[begin:start].strip(" ,\u00a0")
    if name.lower() in plain_words and _begins_sentence(text, start):
        return
    honorific = next((HONORIFICS[w] for w in words(role) if w in HONORIFICS), "")
    ahead = text[max(0, start - len(role) - 90) : begin]
    yield _Mention(start, start + len(name), name, _role(ahead, role), honorific)


def _without_place(name: str) -> str:
    """The name without "of China" or "for Iran" behind it; the Bank of America keeps its own."""
    before, link, _ = name.partition(" for ")
    if link and " " in before and words(before)[0] in GIVEN:
        return before
    called, _, place = name.partition(" of ")
    is_whole = not place or set(words(called)) & NO_PERSONS
    if is_whole or (" " not in called and not place.startswith("the ")):
        return name
    return called


def is_role(word: str) -> bool:
    """Whether a word says what somebody does: "senators", "vice-president", "mayor-elect"."""
    plain = word.removesuffix("-elect").removesuffix("-designate").rpartition("-")[2]
    return plain in ROLES or plain.removesuffix("s") in ROLES


def _is_acronym(name: str) -> bool:
    return name.isupper() and len(name) <= _ACRONYM


def _behind_roles(parts: list[str]) -> int:
    """Where in a run of capitalised words the name begins: behind titles and their "of State"."""
    first = 0
    for place, part in enumerate(parts):
        word = part.strip(".,").casefold()
        before = parts[place - 1].strip(".,").casefold() if place else ""
        is_last = place == len(parts) - 1 or bool(generation(parts[place + 1]))
        first_word = parts[0].strip(".,").casefold()
        if place and is_last and (before in HONORIFICS or {before, first_word} & GIVEN.keys()):
            break  # Mr. King and Martin Luther King are no kings
        if _MOTORS & set(parts[place + 1 : place + 2]):
            continue
        if is_role(word) or word in HONORIFICS or (first and word in ("elect", "designate")):
            first = place + 1
            while first + 2 < len(parts) and parts[first] in ("of", "for"):
                first += 2
                while first + 2 < len(parts) and parts[first].casefold() in NO_PERSONS:
                    first += 1
    return first


def _role(ahead: str, own: str) -> str:
    """What is right before a name: "British Prime Minister", "the institute's director"."""
    own = re.sub(r"\bFirst Lady\b", "First\u00a0Lady", own)
    own = " ".join(
        word for word in own.split(" ") if word.strip(".").casefold() not in HONORIFICS
    ).replace("\u00a0", " ")
    before = _BEFORE.search(ahead)
    words_before = before[0].split() if before else []
    said: list[str] = []
    for place in range(len(words_before) - 1, -1, -1):
        word = words_before[place]
        plain = word.strip(".").casefold()
        if word.endswith(".") and not _SHORTENED.fullmatch(word):
            break
        is_link = (
            place
            and said
            and plain in ("of", "for")
            and (is_role(words_before[place - 1].strip(".").casefold()))
        )
        if not (is_role(plain) or is_link or ((said or own) and _qualifies(word, plain))):
            break
        said.insert(0, word)
    left = words_before[: len(words_before) - len(said)]
    while said and (said[0].casefold() in STARTERS or (said[0].islower() and left[-1:] == ["to"])):
        said, left = said[1:], []
    return " ".join([*said, own]).strip()


def _qualifies(word: str, plain: str) -> bool:
    is_name = word[:1].isupper() and plain not in STARTERS and not plain.endswith("ing")
    return plain in QUALIFIERS or is_name


def _begins_sentence(text: str, start: int) -> bool:
    """Whether a word there is capitalised in any case."""
    return bool(re.search(r"(?:^|[.!?:\n”\"“‘'])\s*$", text[max(0, start - 3) : start]))


def _apposed(text: str, one: _Mention) -> list[str]:
    found = []
    behind = _APPOSITION.match(text[one.end : one.end + 120])
    if behind and (is_role(head(behind["said"])) or _DOER.search(head(behind["said"]))):
        found.append(behind["said"])
    start = one.start - len(one.role) if one.role else one.start
    if (ahead := _APPOSED.search(text[max(0, start - 90) : start])) and set(
        words(ahead["said"])
    ) & ROLES:
        found.append(re.split(r"\b(?:said|says)\s", ahead["said"])[-1])
    return found


def describes(said: str, wanted: str) -> bool:
    """Whether a description may be meant by "the Republican nominee"."""
    known = words(said)
    return all(any(akin(word, one) for one in known) for word in words(wanted)
               if word not in _LINKS)  # fmt: skip
