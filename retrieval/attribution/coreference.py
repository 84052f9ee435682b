"""Speakers: the attributions of an article → who each one's source is."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.mentions import describes, gender_of, is_role
from retrieval.attribution.people import Named, People
from retrieval.attribution.speaker import Speaker
from retrieval.english.gazetteer import GROUPS, ROLES
from retrieval.english.names import HONORIFICS, head, is_asked, key, same_person, words
from retrieval.english.reporting import pattern
from retrieval.english.sentences import sentences

__all__ = ["Speaker", "is_asked", "key", "same_person", "speakers"]


_PRONOUNS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}


_RELATIVE = frozenset(("who", "which", "that", "whose", "whom"))


_THEM = frozenset(("they", "them", "their", "these", "those", "both"))


_IT = frozenset(("it", "its"))


_FIRST = frozenset(("i", "me", "my", "mine"))


_NOBODY = frozenset(("we", "us", "our", "you", "your", "one", "this", "there", "what", "nobody"))


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


_THROUGH = re.compile(r",?\s(?:through|via|by the mouth of)\s")


_NOUN_PHRASE = re.compile(
    r"(?:\b(?:the|a|an|some|many|most|several|those|few|other|all)\s(?:[\w’'-]+\s){0,2})?"
    r"[\w’'-]+$",
    re.I,
)


_DOES = re.compile(
    r"(?:[A-Z][\w .]{1,30}: )?(?P<said>(?:The|A|An)\s(?:[\w’'-]+\s){0,3}?[\w-]+)"
    r"(?=,|\s(?:of|for|at|in|who|is|was|has|had|will|would|also|[a-z]+s|[a-z]+ed|told|spoke)\b)"
)


_BEFORE_TITLES = frozenset(
    ("the", "a", "an", "prime", "vice", "former", "deputy", "acting", "then", "late", "ex", "chief")
)


_ASKS = re.compile(rf"\b{pattern('past third', 'asks')}\b(?! for\b)")


_FRONTED = re.compile(  # "Lee, he said, was a rock"
    r", (?:s?he) \w+, (?:is|was|has|had|will|would|can|could|may|might|must|should|does|did)\b"
)


_SHORTENED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Sens?|Reps?|Gov|Gen|Lt|Col|Rev|Prof|Sgt|Capt|St|Ft|Hon|[A-Z])\.\s*$"
)


_INITIAL = re.compile(r"[A-Z]\.,")


_FROM = re.compile(r"\s(?:of|from)\s[A-Z][^,]*")


_QUOTED = re.compile(r"[\"“„«].*?(?:[\"”»]|\n|$)|''.*?(?:''|\n|$)")


_MARK = "\"“”„«»‘’'"


_LONGEST = 1000  # characters that are put together as a sentence; keeps the time linear


_LONG = 80  # characters; a description has a few words


_SENTENCES_BACK = 8  # where a pronoun's person may be named; beyond, whoever spoke last


_NONE = Speaker("", is_named=False)


def speakers(text: str, attributions: Sequence[Attribution]) -> list[Speaker]:
    """The speaker of each attribution: for "he" and "the minister" whoever is meant by it.

    Where that can't be told the name is "".
    """
    return _Sources(text, attributions).resolved()


class _Sources:
    """The sources of one article's attributions, resolved in the order in which they stand."""

    def __init__(self, text: str, attributions: Sequence[Attribution]) -> None:
        self._text = text
        self._attributions = attributions
        self._people = People(text, [span for one in attributions for span in one.speaker_spans])
        self._sentences = whole_sentences(text)
        self._quoted = [quoted.span() for quoted in _QUOTED.finditer(text)]
        self._speaking = {
            named
            for spans in (one.speaker_spans for one in attributions) if spans
            for _, named in self._people.between(spans[0][0], spans[-1][1])[:1]
        }  # fmt: skip
        self._found: dict[int, Named | Speaker] = {}
        self._spoke: list[tuple[int, Named | Speaker]] = []  # place of a source, and who it is

    def resolved(self) -> list[Speaker]:
        order = sorted(range(len(self._attributions)), key=self._place)
        for number in order:
            one = self._attributions[number]
            if one.speaker_spans:
                found = self._source(one)
                self._found[number] = found
                self._spoke.append((one.speaker_spans[0][0], found))
        for number in order:
            if not self._attributions[number].speaker_spans:
                self._found[number] = self._continued(number)
        return [self._speaker(self._found[number]) for number in range(len(self._attributions))]

    def _place(self, number: int) -> int:
        one = self._attributions[number]
        return (one.speaker_spans or one.content or one.cue or ((0, 0),))[0][0]

    def _speaker(self, found: Named | Speaker) -> Speaker:
        if isinstance(found, Speaker):
            return found
        called = found.description.rpartition("\n")[2].strip()
        return Speaker(found.name, called if len(called) <= _LONG else "")

    def _source(self, one: Attribution) -> Named | Speaker:
        start, end = self._people.whole(one.speaker_spans[0][0], one.speaker_spans[-1][1])
        said = re.sub(r"[’']s?$", "", self._text[start:end].strip(" ,"))
        plain = said.casefold().strip("'’\"“”[]")
        if plain in _PRONOUNS:
            return self._person(start, _PRONOUNS[plain]) or _NONE
        if plain in _RELATIVE:
            return self._before(start)
        if plain in _FIRST:
            return self._quoting(one)
        if plain in _THEM or plain in _IT:
            return self._last_of(start, is_many=plain in _THEM)
        if plain in _NOBODY or not plain:
            return _NONE
        return self._phrase(start, end, said)

    def _phrase(self, start: int, end: int, said: str) -> Named | Speaker:
        if through := _THROUGH.search(said):
            return self._phrase(start + through.end(), end, said[through.end() :])
        if several := self._several(start, said):
            return several
        if named := self._named(start, start + len(said)) or self._apposed(start, said):
            return named
        if meant := self._described(start, said) or self._again(said):
            return meant
        return Speaker(re.sub(r"\s+", " ", said), is_named=False)

    def _several(self, start: int, said: str) -> Speaker | None:
        """Two or more named together, as "Lee and Park"."""
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
        """Who is named at the head of the phrase: not Kyiv for "officials in Kyiv"."""
        inside = self._people.between(start, end)
        for (first, last), named in inside:
            ahead, behind = self._text[start:first], self._text[last:end]
            if not named.is_person and re.search(r"[’']s?\s$", ahead):
                return None  # "the mayor's Office" is not any office
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
        """Whoever is named ahead of what they are called, as in "Allred, a member of Congress"."""
        ahead = self._people.between(max(0, start - _LONG), start)
        if not ahead or not re.match(r"(?:an?|the)\s", said) or not is_role(head(said)):
            return None
        (_, end), named = ahead[-1]
        is_beside = self._text[end:start] == ", " and self._text[start + len(said) :][:1] == ","
        return named if is_beside and named.is_person else None

    def _is_apart(self, ahead: str, is_at_end: bool) -> bool:
        """Whether words ahead of a name make it part of something else's description."""
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
        elif _RELATIVE & {*words(ahead)}:
            return True
        else:
            left = _untitled(words(ahead))
        return left[-1:] in (["the"], ["and"], ["or"]) or bool(
            left and _LINKING.search(f"they {left[-1]} ")
        )

    def _described(self, start: int, said: str) -> Named | None:
        """Whoever is meant by "the minister": who is called so, named last before it."""
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

    def _again(self, said: str) -> Speaker | None:
        """The source of "a source in the delegation" that "the source" is."""
        if not re.match(r"the\s\w+$", said, re.I):
            return None
        for _, one in reversed(self._spoke):
            is_so = isinstance(one, Speaker) and re.match(r"(?:an?|one)\s", one.name, re.I)
            if isinstance(one, Speaker) and is_so and head(one.name) == head(said):
                return one
        return None

    def _person(self, place: int, gender: str) -> Named | Speaker | None:
        """Whoever "he" is: named in its sentence, else in one of those before it.

        Rather someone of whom the text says more than the name: "Pizza Express" may be none.
        """
        last = self._number(place)
        before = range(last, max(-1, last - _SENTENCES_BACK), -1)
        for is_told in (True, False):
            for number in before:
                start, end = self._sentences[number]
                found = self._of(start, min(end, place), gender, is_told=is_told)
                if not found and number >= last - 1:
                    found = self._subject(start, min(end, place), gender)
                if isinstance(found, Named):
                    found.gender = found.gender or gender
                if found:
                    return found
        return next((one for _, one in reversed(self._spoke) if _may_be(one, gender)), None)

    def _number(self, place: int) -> int:
        """Which sentence the place is in, or behind; the first for what is ahead of all."""
        return max(0, bisect_right(self._sentences, (place, len(self._text))) - 1)

    def _is_told(self, one: Named) -> bool:
        """Whether the text says of a name, beside it, that it is a person's."""
        return bool(one.gender or one.descriptions or one in self._speaking)

    def _of(self, start: int, end: int, gender: str, *, is_told: bool) -> Named | Speaker | None:
        """The person of that gender who speaks there, else who is named first outside quotes."""
        named = [
            (first, one)
            for (first, last), one in self._people.between(start, end)
            if _may_be(one, gender) and not self._is_quoted(first)
            if self._text[last : last + 1] != "/"  # whose picture it is
            if not _FRONTED.match(self._text, last)
            if not is_told or self._is_told(one)
        ]
        for place, one in reversed(self._spoke):
            if start <= place < end and _may_be(one, gender):
                asked = _ASKS.search(self._text, place, end)
                whom = [other for first, other in named if asked and first > asked.end()]
                return next((other for other in whom if other is not one), one)
        return next((one for _, one in named), None)

    def _subject(self, start: int, end: int, gender: str) -> Named | Speaker | None:
        """Whom a sentence calls by what they do, as "The new president of the council has" does."""
        found = _DOES.match(self._text, start, end)
        if not found or not is_role(found["said"].split()[-1].casefold()):
            return None
        said = found["said"]
        if gender_of(said) not in ("", gender):
            return None
        meant = self._described(found.start("said"), said) or Speaker(said, is_named=False)
        return meant if _may_be(meant, gender) else None

    def _is_quoted(self, place: int) -> bool:
        before = bisect_right(self._quoted, (place, len(self._text)))
        return before > 0 and place < self._quoted[before - 1][1]

    def _before(self, place: int) -> Named | Speaker:
        """Whoever "who" goes back to: the phrase right before it."""
        start = self._sentences[self._number(place)][0] if self._sentences else 0
        ahead = self._text[start:place].rstrip(" ,")
        named = self._people.between(start, start + len(ahead))
        if named and self._text[named[-1][0][1] : start + len(ahead)].strip(" ,") == "":
            return named[-1][1]
        phrase = _NOUN_PHRASE.search(ahead)
        return Speaker(phrase[0], is_named=False) if phrase else _NONE

    def _quoting(self, inner: Attribution) -> Named | Speaker:
        """Who says the quotation in which somebody says "I"."""
        place = inner.speaker_spans[0][0]
        for number, one in enumerate(self._attributions):
            inside = any(start <= place < end for start, end in one.content)
            if inside and one is not inner and number in self._found:
                return self._found[number]
            spans = one.speaker_spans
            if inside and one is not inner and spans and spans[0][0] > place:
                return self._source(one)
        return _NONE

    def _last_of(self, place: int, *, is_many: bool) -> Named | Speaker:
        """Who spoke last of those that "they" or "it" may be, in its sentence or the one before."""
        first = self._sentences[max(0, self._number(place) - 1)][0] if self._sentences else 0
        for spoken, one in reversed(self._spoke):
            if spoken < first:
                break
            if isinstance(one, Speaker) and one.name and _is_many(one.name) == is_many:
                return one
            if isinstance(one, Named) and not one.is_person and not is_many:
                return one
        return _NONE

    def _continued(self, number: int) -> Named | Speaker:
        """Whoever speaks right before or behind, where the quotation only goes on."""
        spans = self._attributions[number].content
        if not spans or not _opens(self._text, spans[0]):
            return _NONE
        for other, one in enumerate(self._attributions):
            if other == number or not one.speaker_spans or not one.content:
                continue
            if not any(_opens(self._text, span) for span in one.content):
                continue
            before = max(end for _, end in one.content + one.speaker_spans + one.cue)
            after = min(start for start, _ in one.content + one.speaker_spans + one.cue)
            gaps = self._text[before : spans[0][0]], self._text[spans[-1][1] : after]
            if any(gap and not gap.strip(f" .,\n{_MARK}") for gap in gaps):
                return self._found[other]
        return _NONE


def whole_sentences(text: str) -> list[Span]:
    """The sentences, those put together that were parted within "R-S.C.", or behind "Ms."."""
    found: list[Span] = []
    for start, end in sentences(text):
        first, last = found[-1] if found else (start, start)
        is_cut = text[last - 1 : last] == "." and _INITIAL.match(text, start)
        is_cut = is_cut or _SHORTENED.search(text, max(first, last - 9), last)
        if found and is_cut and end - first <= _LONGEST:
            found[-1] = first, end
        else:
            found.append((start, end))
    return found


def _untitled(said: list[str]) -> list[str]:
    """The words without a title at their end, and what belongs to it: "aide to" alone is left."""
    left = [*said]
    while left and (is_role(left[-1]) or left[-1] in HONORIFICS):
        left.pop()
    if len(left) < len(said):
        while left and left[-1] in _BEFORE_TITLES:
            left.pop()
    return left


def _nearness(one: Named, place: int) -> tuple[bool, int]:
    before = [start for start, _ in one.places if start < place]
    return bool(before), before[-1] if before else -one.places[0][0]


def _may_be(one: Named | Speaker, gender: str) -> bool:
    """Whether "he", or "she", may be the one."""
    if isinstance(one, Named):
        return one.is_person and one.gender in ("", gender)
    return not one.is_named and head(one.name) in ROLES


def _opens(text: str, span: Span) -> bool:
    return text[max(0, span[0] - 1) : span[0] + 1].strip()[:1] in tuple(_MARK)


def _is_many(name: str) -> bool:
    last = head(name)
    is_plural = last.endswith("s") and not last.endswith(("ss", "us"))
    return last in GROUPS or is_plural or " and " in re.split(r"\s(?:by|of|for|from)\s", name)[0]
