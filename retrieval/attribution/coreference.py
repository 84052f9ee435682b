"""Coreference: who the speaker of each attribution is, also when it is "he" or "the minister"."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.mentions import gender_of, is_role
from retrieval.attribution.people import Named, People
from retrieval.attribution.phrases import LONGEST_DESCRIPTION, RELATIVE, Phrases
from retrieval.attribution.speaker import Speaker
from retrieval.english.gazetteer import GROUPS, ROLES
from retrieval.english.names import head
from retrieval.english.quotation import MARKS, quoted_spans, strip_marks
from retrieval.english.reporting import pattern
from retrieval.english.sentences import sentences

_PRONOUNS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}


_THEM = frozenset(("they", "them", "their", "these", "those", "both"))


_IT = frozenset(("it", "its"))


_FIRST = frozenset(("i", "me", "my", "mine"))


_NOBODY = frozenset(("we", "us", "our", "you", "your", "one", "this", "there", "what", "nobody"))


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


_ASKS = re.compile(rf"\b{pattern('past third', 'asks')}\b(?! for\b)")


_FRONTED = re.compile(  # "Lee, he said, was a rock"
    r", (?:s?he) \w+, (?:is|was|has|had|will|would|can|could|may|might|must|should|does|did)\b"
)


_SENTENCES_BACK = 8  # where a pronoun's person may be named; if none is, it is the last speaker


_NONE = Speaker("", is_named=False)


def speakers(text: str, attributions: Sequence[Attribution]) -> list[Speaker]:
    """The speaker of each attribution; for "he" and "the minister", the person that they mean.

    The name is "" where that is unknown.
    """
    return _SpeakerResolver(text, attributions).resolved()


class _SpeakerResolver:
    """Finds the speakers of one article's attributions, in the order of the text."""

    def __init__(self, text: str, attributions: Sequence[Attribution]) -> None:
        self._text = text
        self._attributions = attributions
        self._people = People(text, [span for one in attributions for span in one.speaker_spans])
        self._phrases = Phrases(text, self._people)
        self._sentences = sentences(text)
        self._quoted = quoted_spans(text, to_line_end=True)
        self._speaking = {
            named
            for spans in (one.speaker_spans for one in attributions) if spans
            for _, named in self._people.between(spans[0][0], spans[-1][1])[:1]
        }  # fmt: skip
        self._found: dict[int, Named | Speaker] = {}
        self._spoke: list[tuple[int, Named | Speaker]] = []  # where a speaker is named, and who

    def resolved(self) -> list[Speaker]:
        order = sorted(range(len(self._attributions)), key=self._place)
        for number in order:
            one = self._attributions[number]
            if one.speaker_spans:
                found = self._speaker_of(one)
                self._found[number] = found
                self._spoke.append((one.speaker_spans[0][0], found))
        for number in order:
            if not self._attributions[number].speaker_spans:
                self._found[number] = self._continuation(number)
        return [self._as_speaker(self._found[number]) for number in range(len(self._attributions))]

    def _place(self, number: int) -> int:
        one = self._attributions[number]
        return (one.speaker_spans or one.content or one.cue or ((0, 0),))[0][0]

    def _as_speaker(self, found: Named | Speaker) -> Speaker:
        if isinstance(found, Speaker):
            return found
        called = found.description.rpartition("\n")[2].strip()
        return Speaker(found.name, called if len(called) <= LONGEST_DESCRIPTION else "")

    def _speaker_of(self, one: Attribution) -> Named | Speaker:
        start, end = self._people.whole(one.speaker_spans[0][0], one.speaker_spans[-1][1])
        said = re.sub(r"[’']s?$", "", self._text[start:end].strip(" ,"))
        plain = strip_marks(said.casefold(), "[]")
        if plain in _PRONOUNS:
            return self._pronoun(start, _PRONOUNS[plain]) or _NONE
        if plain in RELATIVE:
            return self._antecedent(start)
        if plain in _FIRST:
            return self._speaker_around(one)
        if plain in _THEM or plain in _IT:
            return self._last_speaker(start, is_many=plain in _THEM)
        if plain in _NOBODY or not plain:
            return _NONE
        return self._phrase(start, end, said)

    def _phrase(self, start: int, end: int, said: str) -> Named | Speaker:
        if through := _THROUGH.search(said):
            return self._phrase(start + through.end(), end, said[through.end() :])
        meant = self._phrases.meant(start, said) or self._introduced(said)
        return meant or Speaker(re.sub(r"\s+", " ", said), is_named=False)

    def _introduced(self, said: str) -> Speaker | None:
        """Who "the source" is: the one introduced before as "a source in the delegation"."""
        if not re.match(r"the\s\w+$", said, re.I):
            return None
        for _, one in reversed(self._spoke):
            is_so = isinstance(one, Speaker) and re.match(r"(?:an?|one)\s", one.name, re.I)
            if isinstance(one, Speaker) and is_so and head(one.name) == head(said):
                return one
        return None

    def _pronoun(self, place: int, gender: str) -> Named | Speaker | None:
        """The person that "he" or "she" means: named in its sentence, or in one before it.

        Names that the text treats as a person's come first: "Pizza Express" may be a company.
        """
        last = self._sentence_at(place)
        before = range(last, max(-1, last - _SENTENCES_BACK), -1)
        for is_sure in (True, False):
            for number in before:
                start, end = self._sentences[number]
                found = self._person_between(start, min(end, place), gender, is_sure=is_sure)
                if not found and number >= last - 1:
                    found = self._described_subject(start, min(end, place), gender)
                if isinstance(found, Named):
                    found.gender = found.gender or gender
                if found:
                    return found
        return next((one for _, one in reversed(self._spoke) if _may_be(one, gender)), None)

    def _sentence_at(self, place: int) -> int:
        """The number of the sentence at the place, or of the last one before it."""
        return max(0, bisect_right(self._sentences, (place, len(self._text))) - 1)

    def _is_surely_a_person(self, one: Named) -> bool:
        """Whether more than the name shows a person: a gender, a description, a statement."""
        return bool(one.gender or one.descriptions or one in self._speaking)

    def _person_between(
        self, start: int, end: int, gender: str, *, is_sure: bool
    ) -> Named | Speaker | None:
        """The person of that gender who speaks there, else the first named outside quotations."""
        named = [
            (first, one)
            for (first, last), one in self._people.between(start, end)
            if _may_be(one, gender) and not self._is_quoted(first)
            if self._text[last : last + 1] != "/"  # a photographer
            if not _FRONTED.match(self._text, last)
            if not is_sure or self._is_surely_a_person(one)
        ]
        for place, one in reversed(self._spoke):
            if start <= place < end and _may_be(one, gender):
                asked = _ASKS.search(self._text, place, end)
                whom = [other for first, other in named if asked and first > asked.end()]
                return next((other for other in whom if other is not one), one)
        return next((one for _, one in named), None)

    def _described_subject(self, start: int, end: int, gender: str) -> Named | Speaker | None:
        """The subject of a sentence, where it is a role: "The new president of the council has"."""
        found = _DOES.match(self._text, start, end)
        if not found or not is_role(found["said"].split()[-1].casefold()):
            return None
        said = found["said"]
        if gender_of(said) not in ("", gender):
            return None
        meant = self._phrases.described(found.start("said"), said) or Speaker(said, is_named=False)
        return meant if _may_be(meant, gender) else None

    def _is_quoted(self, place: int) -> bool:
        before = bisect_right(self._quoted, (place, len(self._text)))
        return before > 0 and place < self._quoted[before - 1][1]

    def _antecedent(self, place: int) -> Named | Speaker:
        """The phrase right before "who", which it refers to."""
        start = self._sentences[self._sentence_at(place)][0] if self._sentences else 0
        ahead = self._text[start:place].rstrip(" ,")
        named = self._people.between(start, start + len(ahead))
        if named and self._text[named[-1][0][1] : start + len(ahead)].strip(" ,") == "":
            return named[-1][1]
        phrase = _NOUN_PHRASE.search(ahead)
        return Speaker(phrase[0], is_named=False) if phrase else _NONE

    def _speaker_around(self, inner: Attribution) -> Named | Speaker:
        """The speaker of the quotation in which "I" is said."""
        place = inner.speaker_spans[0][0]
        for number, one in enumerate(self._attributions):
            inside = any(start <= place < end for start, end in one.content)
            if inside and one is not inner and number in self._found:
                return self._found[number]
            spans = one.speaker_spans
            if inside and one is not inner and spans and spans[0][0] > place:
                return self._speaker_of(one)
        return _NONE

    def _last_speaker(self, place: int, *, is_many: bool) -> Named | Speaker:
        """The last speaker that "they" or "it" may mean, in its sentence or the one before."""
        first = self._sentences[max(0, self._sentence_at(place) - 1)][0] if self._sentences else 0
        for spoken, one in reversed(self._spoke):
            if spoken < first:
                break
            if isinstance(one, Speaker) and one.name and _is_many(one.name) == is_many:
                return one
            if isinstance(one, Named) and not one.is_person and not is_many:
                return one
        return _NONE

    def _continuation(self, number: int) -> Named | Speaker:
        """The speaker of the quotation right before or after, which this one continues."""
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
            if any(gap and not gap.strip(f" .,\n{MARKS}") for gap in gaps):
                return self._found[other]
        return _NONE


def _may_be(one: Named | Speaker, gender: str) -> bool:
    """Whether the pronoun of that gender may mean them."""
    if isinstance(one, Named):
        return one.is_person and one.gender in ("", gender)
    return not one.is_named and head(one.name) in ROLES


def _opens(text: str, span: Span) -> bool:
    return text[max(0, span[0] - 1) : span[0] + 1].strip()[:1] in tuple(MARKS)


def _is_many(name: str) -> bool:
    last = head(name)
    is_plural = last.endswith("s") and not last.endswith(("ss", "us"))
    return last in GROUPS or is_plural or " and " in re.split(r"\s(?:by|of|for|from)\s", name)[0]
