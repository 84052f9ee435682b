"""Excerpt: whether a sentence says only what one sentence of a source says, in fewer words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from retrieval.articles.passages import sentences
from retrieval.library.keywords import GRAMMAR, stems
from retrieval.proof.grounding import (
    DAYS,
    NUMBER_WORDS,
    SAYING,
    TITLES,
    clauses,
    denies,
    missing_numbers,
    named,
    numbers,
)
from retrieval.questions.requests import speakers

_MAYBE = re.compile(
    r"\b(?:(?-i:may)|might|could|would|should|will|shall|if|unless|whether|alleg\w+|reported(?:ly)?"
    r"|plan(?:s|ned|ning)?|propos\w+|consider(?:s|ed|ing)?|wants?|wanted|hop(?:e|es|ed|ing)"
    r"|threat\w*|promis\w+|vow\w*|pledg\w+|expect\w*|likely|unlikely|possibl[ey]|perhaps|probably"
    r"|tr(?:y|ies|ied)|attempt\w*|claim\w*|accus\w+|suspect\w*|rumou?r\w*|nearly|almost|fail\w*"
    r"|former(?:ly)?|previously|on trial|charged with|appear(?:s|ed)? to|seem\w*|looks? like"
    r"|looked like|thinks?|thought|believ\w+|target\w*|demand\w*|urg(?:e|es|ed|ing)|agree[sd]? to"
    r"|call(?:s|ed|ing)? (?:for|on)|seek\w*|partly|set to|on track)\b",
    re.I,
)
_BOUND = re.compile(
    r"\b(?P<above>over|more than|above|plus)\b|\b(?P<below>under|less than"
    r"|fewer than|below|short of)\b"
    r"|\b(?P<to>up to|at most|as many as)\b|\b(?P<least>at least)\b",
    re.I,
)
_COUNTED = re.compile(
    r"\W*(?:an? |the )?[$€£]?(?:\d|[a-z]+(?:teen|ty|red|sand|lion|zen)\b)|.?plus", re.I
)
_PART = re.compile(
    r"\b(?:some|many|most|few|several|half|part|one|dozens|hundreds|thousands|scores|near"
    r"|outside)(?: of)?(?: the)? $",
    re.I,
)
_SAYS = re.compile(
    r"\b(?:said|says?|told|tells|according to|wrote|stated|argued|insisted|warned|claim\w*|tweeted"
    r"|stressed|thinks?|thought|reported(?:ly)?)\b",
    re.I,
)
_HEADED = re.compile(r"\b(?:saying|describing|citing|arguing|insisting|calling|stating)\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“„«].*?[\"”»]")
_PRONOUN = re.compile(r"\b(?:he|she|they|him|her|them|his|their|its?|we|our|i|who)\b", re.I)
_IF = re.compile(r"\b(?:if|unless|provided that|as long as|on condition)\b", re.I)
_TO = frozenset(
    [
        "to",
        "will",
        "would",
        "shall",
        "should",
        "could",
        "can",
        "may",
        "might",
        "must",
        "not",
        "of",
        "for",
        "from",
        "before",
        "without",
    ]
)
_TOGETHER = frozenset(["than", "from", "between"])  # what stands behind one of these belongs to it
_ADJUNCT = re.compile(
    r"^(?:in|at|on) (?:\S+ ){0,3}?\S+, |\s(?:in|at|on) (?:\S+ ){0,3}?[^\s.!]+[.!]?$", re.I
)
_GOES_ON = re.compile(r"\b(?:he|she|it|they)(?: (?:has|have|had|is|was|were))?\W*$")
_RELATIVE = re.compile(r",\s+(?:which|who|whose|where)\b")
_LINKS = frozenset(
    [
        "since",
        "meanwhile",
        "however",
        "also",
        "while",
        "whereas",
        "though",
        "although",
        "still",
        "separately",
        "instead",
    ]
)
_MUTUAL = frozenset(["met", "meet", "and"])  # "A met B" is "A and B met"
_GAP = 9  # words left out between two that are next to each other, at most
_CONJUNCTION = re.compile(
    r"\b(?:after|before|while|when|because|but|although|though|that|if|unless|until|since)\b|;"
)
_BE = frozenset(["was", "were", "is", "are", "be", "been", "being", "got"])
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being) (?:\w+ly )?(\w+)")
_BACK = 3  # sentences to where whoever is meant was named
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b)"
    r"(?:,? \d{4})?|\b(?:1[5-9]|20)\d\d\b"
)
_STOP = re.compile(r"[,;:()–—]")


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    stem: str


def strays(sentence: str, passages: Sequence[tuple[str, str]]) -> str:
    """What a sentence says beyond any one sentence of the passages; "" where it doesn't.

    `passages` are what is known about each and its text. Each clause has its words in one
    sentence, in its order; of what that says between, before and behind them it leaves out no
    denial, doubt or condition, nor that somebody only says so.
    """
    for clause in clauses(sentence):
        found = [
            _stray(clause, sentence, about, said, before)
            for about, text in passages
            for said, before in _said(text)
        ]
        best = min(found, default=(3.0, "it is in no cited passage"), key=lambda one: one[0])
        if best[1]:
            return best[1]
    return ""


def left_out(sentence: str, said: str) -> str:
    """Which denial or doubt is in only one of them."""
    said = scope(sentence, said)
    if denies(sentence) != denies(said):
        return "it denies what a cited passage says, or says what that denies"
    doubts = {one.lower() for one in _MAYBE.findall(said)}
    if doubts := doubts - {one.lower() for one in _MAYBE.findall(sentence)}:
        return f"it leaves out {min(doubts)!r}"
    if _bounds(sentence) != _bounds(said) and numbers(sentence) & numbers(said):
        return "it has a number for what is more or less than that"
    return ""


def _bounds(text: str) -> set[str | None]:
    """Which bounds stand at its numbers."""
    return {
        one.lastgroup
        for one in _BOUND.finditer(text)
        if one[0] == "plus" or _COUNTED.match(text, one.end())
    }


def scope(sentence: str, said: str) -> str:
    """What of `said` the sentence is about: from the clause it begins in to where it ends."""
    aligned = _aligned([one for one in _words(sentence) if _bears(one)], _words(said))
    if not aligned:
        return said
    start, end = aligned[0].start, aligned[-1].end
    stops = [one.end() for one in _STOP.finditer(said, 0, start)]
    begin = stops[-1] if stops and len(said[stops[-1] : start].split()) > 2 else 0
    if begin == 0 and len(stops) > 1 and len(said[stops[-2] : start].split()) > 2:
        begin = stops[-2]
    condition = " if" if _IF.search(said) else ""
    return f"{said[begin:end]}{condition}"


def _said(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    parts = [" ".join(text[first:last].split()) for first, last in sentences(text)]
    for number, said in enumerate(parts):
        yield said, tuple(parts[max(number - _BACK, 0) : number])


def _stray(
    clause: str, sentence: str, about: str, said: str, before: tuple[str, ...]
) -> tuple[float, str]:
    """How far it is from saying that, and why; (0, "") where it says no more."""
    words, there = [one for one in _words(clause) if _bears(one)], _words(said)
    words = words[bool(words and words[0].text.lower() in _LINKS) :]
    stems_there = {one.stem for one in there}
    known = stems_there | {one.stem for one in _words(about)} | _meant(clause, said, before)
    if missing := [one for one in words if one.stem not in known and not one.text[0].isdigit()]:
        share = len(missing) / len(words)
        return 2 + share, f"no one sentence of what it cites has {missing[0].text!r} in it"
    if strange := missing_numbers(clause, f"{about} {said}"):
        return 2, f"the number {min(strange)} stands elsewhere in what it cites"
    held = [one for one in words if one.stem in stems_there]
    return _reshaped(clause, held, there, sentence, said, before)


def _reshaped(
    clause: str, held: list[_Word], there: list[_Word], sentence: str, said: str,
    before: tuple[str, ...],
) -> tuple[float, str]:  # fmt: skip
    if name := _owner(clause, said):
        return 1, f"{name} itself isn't what a cited sentence speaks of"
    if verb := _undone(held, _words(clause), there):
        return 1, f"a cited sentence doesn't say that it is {verb}"
    aligned = next(
        filter(None, (_aligned(one, there) for one in _orders(clause, held, said, before))), None
    )
    if aligned is None:
        return 1, "its words stand in another order in a cited sentence"
    if _torn(aligned, there, said, clause):
        return 1, "it leaves out what stands between its words"
    if reason := left_out(clause, said):
        return 1, reason
    if any(
        part and part[0].lower() not in clause.lower()
        for one in aligned
        if (part := _PART.search(said[: one.start]))
    ):
        return 1, "it says of the whole what a cited sentence says of a part, or of what is near"
    if _is_said(aligned, said) and not (_SAYS.search(sentence) or _HEADED.search(sentence)):
        return 1, "it leaves out who says so"
    return 0, ""


def _is_said(aligned: list[_Word], said: str) -> bool:
    """Whether somebody says what stands there, and not only at its end."""
    spoken = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), said)
    ahead = spoken[: aligned[-1].end]
    return bool(_SAYS.search(ahead) or _HEADED.search(ahead))


def _meant(clause: str, said: str, before: tuple[str, ...]) -> set[str]:
    """Stems of names that aren't in `said` but mean what is: in full, or named before."""
    there = {one.stem for one in _words(said)}
    found = {stem for title in TITLES for stem in stems(title)}
    for run in _runs(clause):
        own = ["".join(stems(word)) for word in run]
        absent = [one not in there for one in own]
        in_full = not absent[-1] and absent == sorted(absent, reverse=True)
        is_meant = _PRONOUN.search(said) and {*own} <= _first_named(before) | found
        if in_full or (all(absent) and is_meant):
            found |= {*own}
    return found


def _runs(text: str) -> list[list[str]]:
    """The words of each name in it."""
    found: list[list[str]] = []
    last = -2
    for _, place, word in named(text):
        if place != last + 1:
            found.append([])
        found[-1].append(word)
        last = place
    return found


def _first_named(before: tuple[str, ...]) -> set[str]:
    """The stems of whoever the nearest sentence that names somebody names first, or has speak."""
    for said in reversed(before):
        if runs := [{"".join(stems(word)) for word in run} for run in _runs(said)]:
            return runs[0].union(*(run for run in runs if run <= _speaking(said)))
    return set()


def _owner(clause: str, said: str) -> str:
    """A name that in `said` is only part of a longer one, or whose something it is."""
    ends = [*named(clause)]
    for number, (start, place, word) in enumerate(ends):
        ended = number + 1 == len(ends) or ends[number + 1][1] != place + 1
        if not ended or word.casefold() in DAYS | TITLES or not _is_bare(clause, start, word):
            continue
        places = [one.start() for one in re.finditer(rf"\b{re.escape(word)}\b", said)]
        if places and not any(_is_bare(said, one, word) for one in places):
            return word
    return ""


def _is_bare(text: str, start: int, word: str) -> bool:
    rest = text[start + len(word) :]
    return not re.match(r"['’](?:s\b|\W)| [A-ZÀ-Þ]\w| [a-z]+['’]s\b", rest)


def _undone(held: list[_Word], clause: list[_Word], there: list[_Word]) -> str:
    """A word for what was done that stands in the source for what is to be done, or is suffered."""
    for one in held:
        if not one.text.lower().endswith("ed"):
            continue
        ahead = _ahead(clause, one.start)
        forms = [
            (_ahead(there, other.start), other.text.lower())
            for other in there
            if other.stem == one.stem
        ]
        if not any(
            before == ahead
            or (
                form.endswith(("ed", "ing"))
                and not before & _TO
                and (ahead & _BE or not before & _BE)
            )
            for before, form in forms
        ):
            return one.text
    return ""


def _ahead(words: list[_Word], start: int) -> set[str]:
    """The word before the one that begins there."""
    return {one.text.lower() for one in [one for one in words if one.start < start][-1:]}


def _orders(
    clause: str, held: list[_Word], said: str, before: tuple[str, ...]
) -> Iterator[list[_Word]]:
    """The orders in which its words may stand: its own; without what may stand anywhere; active."""
    yield held
    who = _speaking(clause) & _speaking(said) & speakers(said, before[-1] if before else "")
    spans = [one.span() for one in (*_ADJUNCT.finditer(clause), *DATE.finditer(clause))]
    spans += [one.span() for one in _QUOTED.finditer(clause) if _is_speech(clause, *one.span())]
    free = [
        one
        for one in held
        if one.stem not in who
        and one.text.casefold() not in DAYS | TITLES | _MUTUAL
        and not any(a <= one.start < b for a, b in spans)
    ]
    yield free
    for both in re.finditer(r"\b(\w+) and (?=(\w+))", clause):
        places = {both.start(1): both.start(2), both.start(2): both.start(1)}
        yield sorted(free, key=lambda one: places.get(one.start, one.start))
    for words in (held, free):
        if passive := _PASSIVE.search(clause):
            verb = passive.start(1)
            done = [one for one in words if one.start == verb]
            by = re.search(r"\bby\b", clause[verb:])
            place = verb + by.start() if by else len(clause)
            agent = [one for one in words if one.start > place]
            rest = [one for one in words if verb < one.start <= place]
            is_active = not any(
                _ahead(_words(said), one.start) & _BE
                for one in _words(said)
                if done and one.stem == done[0].stem
            )
            if done and is_active:
                yield [*agent, *done, *(one for one in words if one.start < verb), *rest]


def _speaking(text: str) -> set[str]:
    """The stems of the words beside those that say that somebody says it."""
    found: set[str] = set()
    for cue in _SAYS.finditer(_QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)):
        ahead = re.split(r"[,;:]", text[: cue.start()].rstrip(", "))[-1]
        behind = re.split(r"[,;:.]|\bthat\b", text[cue.end() :])[0]
        found |= {one.stem for one in (*_words(ahead), *_words(behind)[:5])}
    return found


def _is_speech(text: str, start: int, end: int) -> bool:
    """Whether a quotation is what somebody says, not a part of a sentence."""
    return not text[:start].strip() or text[:start].rstrip()[-1:] in tuple(":,")


def _aligned(words: list[_Word], there: list[_Word]) -> list[_Word] | None:
    """Where the words stand one after another, as near together as they do; None: nowhere."""
    best: list[_Word] | None = None
    for first, one in enumerate(there if words else ()):
        if one.stem != words[0].stem:
            continue
        found, rest = [], iter(there[first:])
        for word in words:
            place = next((other for other in rest if other.stem == word.stem), None)
            if place is None:
                break
            found.append(place)
        whole = len(found) == len(words)
        if whole and (best is None or found[-1].end - one.start < best[-1].end - best[0].start):
            best = found
    return best


def _torn(aligned: list[_Word], there: list[_Word], said: str, clause: str) -> bool:
    """Whether more than an insertion is left out between two of the words."""
    for one, other in pairwise(aligned):
        between = re.sub(r"\([^()]*\)", "", said[one.end : other.start])
        words = [word for word in there if one.end <= word.start < other.start and _bears(word)]
        enclosed = bool(re.match(r"\W*[,(–—-]", between) and re.search(r"[,)–—-]\W*$", between))
        if words and one.text[:1].isupper() and not _is_bare(said, one.start, one.text):
            return True
        goes_on = _GOES_ON.search(between) and {one.stem} <= _first_named((said,))
        if goes_on:
            continue
        if not enclosed and (
            len(words) > _GAP or (len(words) > 1 and _CONJUNCTION.search(between))
        ):
            return True
        if words and (match := _RELATIVE.search(between)) and between[: match.start()].strip():
            return True
        if re.search(r"\bby\b", between) and not re.search(r"\bby\b", clause):
            return True
    return False


def _bears(word: _Word) -> bool:
    lower = word.text.lower()
    is_plain = not (lower in GRAMMAR or word.stem in SAYING or lower in NUMBER_WORDS)
    return is_plain or lower in _TOGETHER


@lru_cache(2_000)
def _words(text: str) -> list[_Word]:
    return [
        _Word(one.start(), one.end(), one[0], "".join(stems(one[0])))
        for one in _WORD.finditer(text)
        if len(one[0]) > 1 or one[0].isdigit()
    ]
