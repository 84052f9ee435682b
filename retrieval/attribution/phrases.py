"""Phrases: who is meant by a noun phrase, such as "Mayor Ann Lee" or "the minister"."""

import re

from retrieval.attribution.mentions import describes, is_role
from retrieval.attribution.people import Named, People
from retrieval.attribution.speaker import Speaker
from retrieval.english.gazetteer import GROUPS, ROLES
from retrieval.english.names import HONORIFICS, head, words

LONGEST_DESCRIPTION = 80  # characters


RELATIVE = frozenset(("who", "which", "that", "whose", "whom"))


_BEGINS_APART = re.compile(
    r"\b(?:of|in|from|at|for|with|on|to|by|near|inside|who|that|which|including)\s", re.I
)


_LINKING = re.compile(
    rf"{_BEGINS_APART.pattern}"
    r"|\b(?:whose|about|against|around|behind|under|over|between|after|like)\s"
    r"|(?<!\bthe)(?<!\ban)(?<!\ba)(?<!^)\s(?!acting|outgoing|incoming|ruling|leading|managing"
    r"|presiding|founding|visiting)[a-z]+ing\s",
    re.I,
)


_BESIDE = re.compile(r",\s(?:who|whose|both|all|each)\s")


_BEFORE_TITLES = frozenset(
    ("the", "a", "an", "prime", "vice", "former", "deputy", "acting", "then", "late", "ex", "chief")
)


_FROM = re.compile(r"\s(?:of|from)\s[A-Z][^,]*")


class Phrases:
    """Finds who is meant by the noun phrases of a text.

    A phrase is given by its place and, as it may be shortened, its words.
    """

    def __init__(self, text: str, people: People) -> None:
        """For a text and the people in it."""
        self._text = text
        self._people = people

    def meant(self, start: int, said: str) -> Named | Speaker | None:
        """Whoever the phrase names or, in this text, describes; None where that is unknown."""
        return (
            self._several(start, said)
            or self._named(start, start + len(said))
            or self._apposed(start, said)
            or self.described(start, said)
        )

    def _several(self, start: int, said: str) -> Speaker | None:
        """Two or more named people together, such as "Lee and Park"; None where there is one."""
        said = _BESIDE.split(said)[0]
        parts = [
            *re.finditer(r"(?:(?!,\s|\sand\s).)+", re.sub(r"^both\s", " " * 5, said, flags=re.I))
        ]
        if len(parts) < 2 or not re.search(r"\sand\s", said):
            return None
        found = [self._named(start + part.start(), start + part.end()) for part in parts]
        named = [one for one in found if one]
        if len(named) < len(parts):
            return None
        names = [one.name for one in named]
        return Speaker(f"{', '.join(names[:-1])} and {names[-1]}")

    def _named(self, start: int, end: int) -> Named | None:
        """Whoever the phrase names as its head: nobody for "officials in Kyiv"."""
        inside = self._people.between(start, end)
        for (first, last), named in inside:
            ahead, behind = self._text[start:first], self._text[last:end]
            if not named.is_person and re.search(r"[’']s?\s$", ahead):
                return None  # "the mayor's Office" is one office among many
            if words(named.name)[-1:] and words(named.name)[-1] in GROUPS:
                continue
            is_at_end = last == end or bool(_FROM.fullmatch(behind))
            if self._is_apart(ahead, is_at_end and named.is_person):
                return None
            if not re.match(r"[’']s?\s|\s[a-z]|[-/]", behind) or _BEGINS_APART.match(
                behind.strip()
            ):
                is_first = inside[0][0] == (first, last)
                if named.is_person and not named.descriptions and is_first and is_role(head(ahead)):
                    named.descriptions.append(re.sub(r"^the\s", "", ahead.strip(" ,"), flags=re.I))
                return named
        return None

    def _apposed(self, start: int, said: str) -> Named | None:
        """Whoever is named right before a description, as in "Allred, a member of Congress,"."""
        ahead = self._people.between(max(0, start - LONGEST_DESCRIPTION), start)
        if not ahead or not re.match(r"(?:an?|the)\s", said) or not is_role(head(said)):
            return None
        (_, end), named = ahead[-1]
        is_beside = self._text[end:start] == ", " and self._text[start + len(said) :][:1] == ","
        return named if is_beside and named.is_person else None

    def _is_apart(self, ahead: str, is_at_end: bool) -> bool:
        """Whether the words before a name make it part of another description: "an aide to Lee"."""
        links = _LINKING.search(f"{ahead} ")
        if not links and not re.search(r"[,“\"‘(]", ahead):
            return False
        if not (is_at_end and ROLES & set(words(ahead))):
            return True
        if links and {*words(ahead[: links.start()])[-1:]} & GROUPS:
            return True
        # "the head of the delegation Ann Lee", not "an aide to Ann Lee" or "to President Ann Lee"
        if ahead.rstrip().endswith(","):
            left = words(ahead)
        elif RELATIVE & {*words(ahead)}:
            return True
        else:
            left = _untitled(words(ahead))
        return left[-1:] in (["the"], ["and"], ["or"]) or bool(
            left and _LINKING.search(f"they {left[-1]} ")
        )

    def described(self, start: int, said: str) -> Named | None:
        """The person called "the minister" in the text, of several the one named last before it."""
        wanted = re.match(r"(?:the|this)\s+(.+)|([A-Z][\w-]+\s.+)", said, re.I)
        if not wanted:
            return None
        phrase = re.split(r"[,(]|\swho\s", wanted[1] or wanted[2])[0]
        if head(phrase) not in ROLES:
            return None
        called = [
            one
            for one in self._people.all
            if one.is_person and describes(" ; ".join(one.descriptions), phrase)
        ]
        return max(called, key=lambda one: _nearness(one, start), default=None)


def _untitled(said: list[str]) -> list[str]:
    """The words without the title that they end with: "aide to" of "aide to prime minister"."""
    left = [*said]
    while left and (is_role(left[-1]) or left[-1] in HONORIFICS):
        left.pop()
    if len(left) < len(said):
        while left and left[-1] in _BEFORE_TITLES:
            left.pop()
    return left


def _nearness(one: Named, place: int) -> tuple[bool, int]:
    """Greater for whoever is named nearer before the place; those named after it come last."""
    before = [start for start, _ in one.places if start < place]
    return bool(before), before[-1] if before else -one.places[0][0]
