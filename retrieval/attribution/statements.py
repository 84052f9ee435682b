"""Statements: who says what in an article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.coreference import speakers
from retrieval.attribution.exclusions import is_deed, is_nobodys, is_unreal, sentences_at
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.wording import QUOTED, Kind, is_denied, kind
from retrieval.english.names import surname, words
from retrieval.english.reporting import pattern
from retrieval.english.sentences import sentences

_ELSE = re.compile(
    rf"\b{pattern('past', 'tags')} (?:[a-z]+ ){{0,2}}[A-Z]\w+"
    rf"|[A-Z][\w’']+ {pattern('past third', 'tags', 'listener')}\b"
)
_SENTENCE = re.compile(  # with nothing quoted in it
    r"(?<=[”\"’'.!?])\s+[A-Z][^.!?\n“\"„«]*\w{4,}[.!?]\s"
)
_FULL_STOP = re.compile(r"(?<=\w{4})(?<!Prof)(?<!Capt)[.!?](?=\s+[A-Z])")  # no "Sen."
_AHEAD = re.compile(r"[\s,;:–—-]+")
_BEHIND = re.compile(r"(?:[\s,;:]|\b(?:and|but|or)\b)+$")
# Of 1,255 statements in held-back articles 0.86 were rightly given to a named speaker, of those
# from here on 0.92; an eighth of the right ones is lost.
PROBABLE = 0.5
_APART = 200  # characters
_MEANT = 0.8  # of "he" and "the minister", 0.90 to 0.95 are told rightly where names are 0.98
_SCRAP = 2  # words


@dataclass(frozen=True, slots=True)
class Statement:
    """What a speaker says in the article with the id `article_id`.

    `kind` is "direct" where all of its content stands in quotation marks, "indirect" where none
    of it does. `is_denied` where the article says that it was not said, or would not be.
    `probability` is that of its being said, and by this speaker.
    """

    article_id: str
    speaker: Speaker
    attribution: Attribution
    kind: Kind
    is_denied: bool = False
    probability: float = 1.0


def statements(article_id: str, text: str, attributions: Sequence[Attribution]) -> list[Statement]:
    """What is said in the article, in the order of the attributions.

    Without those that are hardly probable or whose parts stand far apart, that have no content,
    whose speaker the article doesn't tell, that tell of a deed rather than of words, as "he
    rejected the offer" does, and what nobody said: "he could have said …", "a fake quote has …".
    """
    bounds = sentences(text)
    sound = [
        kept
        for one in attributions
        if one.probability >= PROBABLE and not _is_apart(one)
        if (kept := _in_one_sentence(text, one, bounds))
    ]
    found = [
        (_clipped(text, _beside(text, one), bounds), speaker)
        for one, speaker in zip(sound, speakers(text, sound), strict=True)
        if speaker.name and not is_nobodys(text, one)
    ]
    return [
        Statement(
            article_id,
            speaker,
            one,
            kind(text, one),
            is_denied(text, one),
            one.probability * (1 if _is_named(text, one, speaker) else _MEANT),
        )
        for one, speaker in found
        if one.content and not is_deed(text, one) and not is_unreal(text, one, bounds)
    ]


def _is_named(text: str, one: Attribution, speaker: Speaker) -> bool:
    """Whether the source is the speaker's name, and no "he" or "the minister" that means them."""
    said = words(" ".join(text[start:end] for start, end in one.speaker_spans))
    return not speaker.is_named or surname(speaker.name) in said


def _is_apart(one: Attribution) -> bool:
    """Whether source, cue and content don't stand beside one another."""
    parts = [part for part in (one.speaker_spans, one.cue, one.content) if part]
    return any(
        min(max(b - y, x - c, 0) for x, y in part for b, c in other) > _APART
        for part, other in pairwise(parts)
    )


def _in_one_sentence(text: str, one: Attribution, bounds: Sequence[Span]) -> Attribution | None:
    """The attribution with that of its source which stands in the cue's sentence; None without.

    Of 2,137 that people marked in held-back articles none has its source in another sentence.
    """
    if not (one.speaker_spans and one.cue):
        return one
    start, end = next(iter(sentences_at(bounds, [one.cue[0][0]])), (0, len(text)))
    first, last = one.speaker_spans[0][0], one.speaker_spans[-1][1]
    ends = [place.start() + 1 for place in _FULL_STOP.finditer(text, first, last)]
    start = max([start, *(place for place in ends if place <= one.cue[0][0])])
    end = min([end, *(place for place in ends if place > one.cue[0][0])])
    kept = [(max(start, a), min(end, b)) for a, b in one.speaker_spans if a < end and start < b]
    bare = tuple((a, b) for a, b in (_bare(text, *span) for span in kept) if a < b)
    return replace(one, speaker_spans=bare) if bare else None


def _beside(text: str, one: Attribution) -> Attribution:
    """The attribution with the contents that nobody else's words or cues part from its own cue."""
    own = {*one.cue, *one.speaker_spans} or {*one.content[:1]}
    kept: list[Span] = []
    run: list[Span] = []
    end = 0
    for part in (*sorted({*own, *one.content}), None):
        is_apart = (
            part is None
            or part[0] - end > _APART
            or _ELSE.search(text, end, part[0])
            or _SENTENCE.search(text, end, part[0])
        )
        if run and is_apart:
            kept += run if own & {*run} else []
            run = []
        if part:
            run.append(part)
            end = max(end, part[1])
    return replace(one, content=tuple(span for span in one.content if span in {*kept}))


def _clipped(text: str, one: Attribution, bounds: Sequence[Span]) -> Attribution:
    """The attribution with, of a reporter's words, those in the sentence that says whose they are.

    And without scraps of one or two words beside others.
    """
    places = [start for start, _ in (*one.cue, *one.speaker_spans)] or [
        start for start, _ in one.content
    ]
    kept: list[Span] = []
    for start, end in one.content:
        if kind(text, Attribution((), (), ((start, end),))) == "indirect":
            around = sentences_at(bounds, places)
            inside = [(max(start, a), min(end, b)) for a, b in around if a < end and start < b]
            kept += inside
        elif any(_line(text, place) == _line(text, start) for place in places) or _is_quotation(
            text, start
        ):
            kept.append((start, end))
    bare = [_bare(text, *span) for span in kept]
    if len(bare) > 1:
        bare = [one for one in bare if len(text[slice(*one)].split()) > _SCRAP]
    return replace(one, content=tuple((a, b) for a, b in bare if a < b))


def _line(text: str, place: int) -> Span:
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, end if end >= 0 else len(text)


def _is_quotation(text: str, place: int) -> bool:
    """Whether nothing but a quotation stands on the line: nobody else says it there."""
    rest = QUOTED.sub("", text[slice(*_line(text, place))])
    return len(rest.split()) <= _SCRAP


def _bare(text: str, start: int, end: int) -> Span:
    """The span without what only joins it to the rest of the sentence."""
    ahead, behind = _AHEAD.match(text, start, end), _BEHIND.search(text[start:end])
    return (ahead.end() if ahead else start), (start + behind.start() if behind else end)
