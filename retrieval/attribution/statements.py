"""Statements: who says what in an article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.coreference import speakers
from retrieval.attribution.exclusions import is_deed, is_nobodys, is_unreal, sentences_at
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.wording import Kind, is_denied, kind
from retrieval.english.names import surname, words
from retrieval.english.quotation import masked
from retrieval.english.reporting import pattern
from retrieval.english.sentences import sentences

_ELSE = re.compile(
    rf"\b{pattern('past', 'tags')} (?:[a-z]+ ){{0,2}}[A-Z]\w+"
    rf"|[A-Z][\w’']+ {pattern('past third', 'tags', 'listener')}\b"
)
_SENTENCE = re.compile(  # a whole one, without quotation marks
    r"(?<=[”\"’'.!?])\s+[A-Z][^.!?\n“\"„«]*\w{4,}[.!?]\s"
)
_FULL_STOP = re.compile(r"(?<=\w{4})(?<!Prof)(?<!Capt)[.!?](?=\s+[A-Z])")  # no "Sen."
_AHEAD = re.compile(r"[\s,;:–—-]+")
_BEHIND = re.compile(r"(?:[\s,;:]|\b(?:and|but|or)\b)+$")
# Of 1,255 statements in held-back articles, 0.86 had the right named speaker; with this threshold
# 0.92 have, and an eighth of the right ones is lost.
PROBABLE = 0.5
_APART = 200  # characters
_MEANT = 0.8  # the right person is found for 0.90 to 0.95 of "he" and "the minister", 0.98 of names
_SCRAP = 2  # words


@dataclass(frozen=True, slots=True)
class Statement:
    """What a speaker says in the article with the id `article_id`.

    `kind` is "direct" where all of the content stands in quotation marks, "indirect" where none
    does. `is_denied`: the article says that the speaker didn't or wouldn't say it. `probability`,
    0 to 1: that it was said, and by this speaker.
    """

    article_id: str
    speaker: Speaker
    attribution: Attribution
    kind: Kind
    is_denied: bool = False
    probability: float = 1.0


def statements(article_id: str, text: str, attributions: Sequence[Attribution]) -> list[Statement]:
    """The statements of an article, in the order of the attributions.

    An attribution is left out if it is improbable, if its parts stand far apart, if it has no
    content or no known speaker, if it tells of a deed ("he rejected the offer"), or if nobody said
    it ("he could have said …", "a fake quote has it that …").
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
    """Whether the speaker's spans have their name, rather than "he" or "the minister"."""
    said = words(" ".join(text[start:end] for start, end in one.speaker_spans))
    return not speaker.is_named or surname(speaker.name) in said


def _is_apart(one: Attribution) -> bool:
    """Whether speaker, cue and content stand far from each other."""
    parts = [part for part in (one.speaker_spans, one.cue, one.content) if part]
    return any(
        min(max(b - y, x - c, 0) for x, y in part for b, c in other) > _APART
        for part, other in pairwise(parts)
    )


def _in_one_sentence(text: str, one: Attribution, bounds: Sequence[Span]) -> Attribution | None:
    """The attribution with only the speaker's spans in the cue's sentence; None if there are none.

    Of 2,137 attributions that people marked in held-back articles, none has them elsewhere.
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
    """The attribution without contents that another speaker's words separate from its cue."""
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
    """The attribution with its contents cut to what is surely the speaker's.

    Contents without quotation marks end with the sentence that names the speaker. Scraps of one or
    two words are dropped if there are other contents.
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
    """Whether the line holds only a quotation, so that nobody else is named as its speaker."""
    rest = masked(text[slice(*_line(text, place))], "", to_line_end=True)
    return len(rest.split()) <= _SCRAP


def _bare(text: str, start: int, end: int) -> Span:
    """The span without the punctuation and conjunctions at its ends."""
    ahead, behind = _AHEAD.match(text, start, end), _BEHIND.search(text[start:end])
    return (ahead.end() if ahead else start), (start + behind.start() if behind else end)
