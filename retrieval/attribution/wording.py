"""Wording: whether an attribution is quoted word for word, and whether it is denied."""

import re
from typing import Literal

from retrieval.attribution.attribution import Attribution, Span
from retrieval.english import negation
from retrieval.english.quotation import quoted_spans
from retrieval.english.reporting import pattern

Kind = Literal["direct", "indirect", "mixed"]
_FAR = 2000  # characters; on an endless line, more would take quadratic time
_SPOKEN = "-acts -refuses"
_AUXILIARY = r"(?:did|does|do|would|will|could|can|has|have|had|is|was|were|are|may|might)"
_NOT = r"(?: not|n[’']t)"
_UNSAID = re.compile(
    rf"\b{_AUXILIARY}{_NOT}(?: (?!(?:just|only|merely|simply)\b)\w+){{0,2}}"
    rf" {pattern('any', _SPOKEN)}\b|\b{_AUXILIARY}{_NOT}$"
    rf"|\bnever {pattern('any', _SPOKEN)}\b|\b(?:has|have|had){_NOT} made\b"
    rf"|\b{pattern('any', 'denies')}\b|\b{pattern('any', 'refuses')} to\b"
    rf"|\b(?:fail(?:s|ed|ing)?|ha(?:s|ve|d) yet) to {pattern('base', _SPOKEN)}\b"
    rf"|\bavoid(?:s|ed|ing)? {pattern('ing', _SPOKEN)}\b"
    rf"|\b{pattern('present past', 'says neutral')} nothing\b|\bnothing (?:about|on|of)\b"
    rf"|\b{negation.phrases('silent')}\b",
    re.I,
)
_TWICE = re.compile(rf"\b(?:{_AUXILIARY}{_NOT}|never) {pattern('base past', 'denies')}\b", re.I)
_BEHIND_CUE = re.compile(rf"\s+(?:to {pattern('base', _SPOKEN)}|nothing (?:about|on|of))\b", re.I)
_ASIDE = re.compile(r"\bwho\b[^,]*(?:,|\b(?:named?|identified|quoted|publicly)\b)")
_BEFORE_LAST = re.compile(r".*\b(?:and|but|while)\s", re.S)
_BESIDE_A_DEED = re.compile(r",\s*$")
_PARTICIPLE = re.compile(r"\w+ing\b")


def kind(text: str, attribution: Attribution) -> Kind:
    """How much of the content stands in quotation marks: all ("direct"), none, or some."""
    said, within = "".join(text[a:b] for a, b in attribution.content), quoted(text, attribution)
    if not re.search(r"\w", within):
        return "indirect"
    all_words, quoted_words = (len(re.findall(r"\w+", part)) for part in (said, within))
    return "direct" if quoted_words == all_words else "mixed"


def quoted(text: str, attribution: Attribution) -> str:
    """The parts of the content that stand in quotation marks."""
    return "".join(
        text[max(start, first) : min(end, last)]
        for start, end in attribution.content
        for first, last in _quotations(text, start, end)
        if max(start, first) < min(end, last)
    )


def is_denied(text: str, attribution: Attribution) -> bool:
    """Whether the article says that the speaker didn't say it, denied it or wouldn't say it."""
    cue = cue_with_its_verb(text, attribution)
    return bool(_UNSAID.search(cue)) and not _TWICE.search(cue)


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """The quotations in the lines of a span."""
    first = max(text.rfind("\n", 0, start) + 1, start - _FAR)
    last = text.find("\n", end, end + _FAR)
    line = text[first : last if last >= 0 else end + _FAR]
    return [(first + a, first + b) for a, b in quoted_spans(line, to_line_end=True)]


def cue_with_its_verb(text: str, attribution: Attribution) -> str:
    """The cue with the words that may deny it.

    These stand between the speaker and the cue ("did not say"), or right behind the cue ("declined
    to say", "said nothing about").
    """
    if not attribution.cue:
        return ""
    start, end = attribution.cue[0][0], attribution.cue[-1][1]
    unsaid = _BEHIND_CUE.match(text, end)
    cue = text[start:end] + (unsaid[0] if unsaid else "")
    said = [place for span in attribution.content for place in span]
    ahead = ""
    if attribution.speaker_spans and attribution.speaker_spans[-1][1] <= start:
        first = max(
            [attribution.speaker_spans[-1][1], *(place for place in said if place <= start)]
        )
        ahead = _of_the_cue(text[first:start], cue)
    return re.split(r"(?<=[.!?])\s", ahead + cue)[-1]


def _of_the_cue(ahead: str, cue: str) -> str:
    """The words ahead of a cue that belong to it.

    In "denied one thing and said", the first half doesn't belong to "said"; nor does "who was not
    authorized to speak," to the cue behind it, or "refused to come," to "calling".
    """
    if _PARTICIPLE.match(cue) and _BESIDE_A_DEED.search(ahead):
        return ""
    return _BEFORE_LAST.sub("", _ASIDE.sub("", ahead))
