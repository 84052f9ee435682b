"""The names in a text, each with its place and the description right beside it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from retrieval.english.gazetteer import (
    GIVEN,
    NAMELESS,
    NO_PERSONS,
    QUALIFIERS,
    ROLES,
)
from retrieval.english.names import (
    ABBREVIATED,
    HONORIFICS,
    UPPER,
    akin,
    begins_sentence,
    generation,
    head,
    words,
)
from retrieval.english.reporting import pattern

Span = tuple[int, int]


_LINKS = frozenset(("of", "for", "at", "from", "in", "the", "a", "an"))


_MOTORS = frozenset(("Motors", "Electric", "Mills", "Dynamics", "Assembly"))  # "General" before


_ABBREVIATED = rf"(?:{ABBREVIATED})\b\.?"


_WORD = rf"(?:{_ABBREVIATED}|(?:[{UPPER}]\.)+|[{UPPER}][\w-]*(?:[’'][{UPPER}][\w-]*)*&?\w*)"


_PARTICLE = r"(?:van|von|der|den|de|del|di|da|dos|du|la|le|al|bin|ibn|of|for|the|zu|ter|y|&)"


_NICKNAME = rf"[ \u00a0][\"“‘][{UPPER}][\w.-]{{1,15}}[\"”’](?=[ \u00a0][{UPPER}])"


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


_SAYS = re.compile(rf"\b{pattern('past third', 'tags')}\s")


_SHORTENED = re.compile(rf"{_ABBREVIATED}|(?:[A-Z]\.)+", re.I)


_JUNIOR = re.compile(r"(?:Jr|Sr)\.?")


_DOER = re.compile(r"(?:er|or|ist|man|woman|ant|ian|master)s?$")


_LONGEST_HEADING = 160


_ACRONYM = 4  # letters at most; longer words in capitals are names as well


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, the `role` ahead of it, and the gender of its honorific: "m", "f" or ""."""

    start: int
    end: int
    name: str
    role: str
    honorific: str


def headings_of(text: str) -> list[Span]:
    """The lines that are headings with capitalised words, such as "Mayor Calls Off Vote"."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        long = re.findall(r"[^\W\d_]{4,}", line[0])
        capital = sum(word[0].isupper() for word in long)
        if len(line[0]) <= _LONGEST_HEADING and len(long) > 2 and capital >= 0.8 * len(long):
            found.append(line.span())
    return found


def is_within(place: int, spans: Sequence[Span]) -> bool:
    """Whether the place lies in one of the spans, which are in order."""
    before = bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]


def gender_of(said: str) -> str:
    """The gender that words such as "the chairwoman" tell: "m", "f" or ""."""
    if re.search(r"(?:woman|mother|sister|wife|daughter|queen|princess|actress)\b", said, re.I):
        return "f"
    man = r"(?<!wo)man\b|\b(?:father|brother|husband|son|king|prince|actor)\b"
    return "m" if re.search(man, said, re.I) else ""


def mentions_in(text: str) -> Iterator[Mention]:
    """The names in the text, in order."""
    plain_words = frozenset(re.findall(r"(?<![\w-])[^\W\d_][\w-]*", text))
    for run in _RUN.finditer(text):
        parts: list[re.Match[str]] = []
        for part in re.compile(r"\S+").finditer(text, *run.span()):
            parts.append(part)
            if _JUNIOR.fullmatch(part[0]):  # what follows begins a sentence
                yield from _mention(text, parts, plain_words)
                parts = []
        yield from _mention(text, parts, plain_words)


def _mention(text: str, parts: Sequence[re.Match[str]], plain_words: Set[str]) -> Iterator[Mention]:
    """The name in a run of capitalised words, if there is one."""
    while parts and parts[0][0].strip(".,").casefold() in NAMELESS:
        parts = parts[1:]
    called = parts[_behind_roles([part[0] for part in parts]) :]
    if not called:
        return
    begin, start = parts[0].start(), called[0].start()
    name = _without_place(text[start : called[-1].end()])
    role = text[begin:start].strip(" ,\u00a0")
    if name.lower() in plain_words and begins_sentence(text, start):
        return
    honorific = next((HONORIFICS[w] for w in words(role) if w in HONORIFICS), "")
    ahead = text[max(0, start - len(role) - 90) : begin]
    yield Mention(start, start + len(name), name, _role(ahead, role), honorific)


def _without_place(name: str) -> str:
    """The name without an "of China" or "for Iran" that isn't part of it, as in Bank of America."""
    before, link, _ = name.partition(" for ")
    if link and " " in before and words(before)[0] in GIVEN:
        return before
    called, _, place = name.partition(" of ")
    is_whole = not place or set(words(called)) & NO_PERSONS
    if is_whole or (" " not in called and not place.startswith("the ")):
        return name
    return called


def is_role(word: str) -> bool:
    """Whether a word is a role: "senators", "vice-president", "mayor-elect"."""
    plain = word.removesuffix("-elect").removesuffix("-designate").rpartition("-")[2]
    return plain in ROLES or plain.removesuffix("s") in ROLES


def is_acronym(name: str) -> bool:
    """Whether a name is a few capital letters."""
    return name.isupper() and len(name) <= _ACRONYM


def _behind_roles(parts: list[str]) -> int:
    """The number of the word in a run at which the name begins, after titles and "of State"."""
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
    """The role right before a name: "British Prime Minister", "the institute's director"."""
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
    while said and (said[0].casefold() in NAMELESS or (said[0].islower() and left[-1:] == ["to"])):
        said, left = said[1:], []
    return " ".join([*said, own]).strip()


def _qualifies(word: str, plain: str) -> bool:
    is_name = word[:1].isupper() and plain not in NAMELESS and not plain.endswith("ing")
    return plain in QUALIFIERS or is_name


def appositions(text: str, one: Mention) -> list[str]:
    """The descriptions set off by commas before and after a name: "Lee, the mayor of Halvik,"."""
    found = []
    behind = _APPOSITION.match(text[one.end : one.end + 120])
    if behind and (is_role(head(behind["said"])) or _DOER.search(head(behind["said"]))):
        found.append(behind["said"])
    start = one.start - len(one.role) if one.role else one.start
    if (ahead := _APPOSED.search(text[max(0, start - 90) : start])) and set(
        words(ahead["said"])
    ) & ROLES:
        found.append(_SAYS.split(ahead["said"])[-1])
    return found


def describes(said: str, wanted: str) -> bool:
    """Whether a phrase such as "the Republican nominee" fits a description."""
    known = words(said)
    return all(any(akin(word, one) for one in known) for word in words(wanted)
               if word not in _LINKS)  # fmt: skip
