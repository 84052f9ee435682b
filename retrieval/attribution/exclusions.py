"""Which attributions are no statements: deeds, and words that are imagined or made up."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.wording import cue_with_its_verb, kind
from retrieval.english import hedges, negation, reporting
from retrieval.english.quotation import masked

_DEED = re.compile(rf"\b{reporting.pattern('stem', 'acts')}\b", re.I)
_CLAUSE = re.compile(
    r"^(?:that|whether|if|to)\b|\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|must"
    r"|should|may|might|do|does|did|not)\b|n[’']t\b|\b(?!need|indeed|speed|breed|hundred)\w{2,}ed\b",
    re.I,
)
_UNREAL = re.compile(
    r"\b(?:should|could|would|might|may)(?: \w+ly)?(?: have)?"
    rf" {reporting.pattern('base done', '-acts')}\b"
    rf"|\b(?:should|could|would|might)(?: have)?$|\b{hedges.phrases('hearsay')}\b",
    re.I,
)
_MADE_UP = re.compile(
    r"\bfalsely (?:quoted|attributed)|\bfake (?:tweet|post|quote|quotation|video|account|statement)"
    rf"|\b{hedges.phrases('invented')}\b",
    re.I,
)
_FALSE = re.compile(
    rf"\bit(?: is|['’]s| was) {negation.phrases('false')} that\b"
    rf"|\b(?:reports?|claims?|rumou?rs) that\b.{{0,300}}?\b{negation.phrases('false')}\b"
    r"|\bin (?:the|a|his|her) (?:novel|film|movie|play|series|sketch|episode|sitcom),",
    re.I | re.S,
)
_ASKED = re.compile(
    r"\W*(?:did|does|do|has|have|had|would|could|will|should|might|is|was)\b.*\?\W*$",
    re.I | re.S,
)
_IF = re.compile(
    rf"\W*(?:had|were|whether|imagine|suppose|{hedges.phrases('condition')})\b[^,;:]*$", re.I
)
_NOBODY = re.compile(rf"\b{negation.phrases('nobody')}\b[^.!?;:\n]*$", re.I)
_AHEAD_OF = 40  # characters ahead of a speaker


def is_nobodys(text: str, one: Attribution) -> bool:
    """Whether nobody said it: "Neither Lee nor …", "none of the …"."""
    return any(
        _NOBODY.search(text[max([0, a - _AHEAD_OF, *(y for _, y in one.content if y <= a)]) : b])
        for a, b in one.speaker_spans
    )


def is_unreal(text: str, one: Attribution, bounds: Sequence[Span]) -> bool:
    """Whether the speaker never said it: it is imagined, asked about, or made up by others."""
    if _UNREAL.search(cue_with_its_verb(text, one)):
        return True
    places = [start for start, _ in (*one.cue, *one.speaker_spans, *one.content)]
    around = " ".join(text[start:end] for start, end in sentences_at(bounds, places))
    plain = masked(around, "", to_line_end=True)
    if _MADE_UP.search(plain) or _FALSE.search(plain):
        return True
    return any(
        _IF.match(text[start : one.cue[0][1]])
        or _ASKED.match(masked(text[start:end], "", to_line_end=True))
        for start, end in sentences_at(bounds, [first for first, _ in one.cue[:1]])
    )


def sentences_at(bounds: Sequence[Span], places: Sequence[int]) -> list[Span]:
    """The sentences that have one of the places; `bounds` are all sentences, in order."""
    before = {bisect_right(bounds, place, key=lambda span: span[0]) - 1 for place in places}
    found = [bounds[number] for number in sorted(before) if number >= 0]
    return [(a, b) for a, b in found if any(a <= place < b for place in places)]


def is_deed(text: str, one: Attribution) -> bool:
    """Whether the cue tells of a deed: its object has neither a quotation nor a verb."""
    cue = " ".join(text[start:end] for start, end in one.cue)
    said = " ".join(text[start:end] for start, end in one.content)
    is_quoted = kind(text, one) != "indirect"
    return bool(_DEED.search(cue)) and not is_quoted and not _CLAUSE.search(said)
