"""Whether a sentence says no more than one sentence of its passages, in fewer words."""

import re
from collections.abc import Iterator, Sequence

from retrieval.english.dates import DAYS
from retrieval.english.names import TITLES, named
from retrieval.english.negation import denies
from retrieval.english.numbers import numbers
from retrieval.english.sentences import sentences
from retrieval.english.words import stems
from retrieval.proof.alignment import (
    BE,
    QUOTED,
    SAYS,
    Word,
    aligned_words,
    bears_meaning,
    first_named,
    name_runs,
    skips_words,
    stands_alone,
    word_before,
    word_orders,
    words_of,
)
from retrieval.proof.grounding import clauses, missing_numbers

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


_HEADED = re.compile(r"\b(?:saying|describing|citing|arguing|insisting|calling|stating)\b", re.I)


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


_BACK = 3  # sentences to where whoever is meant was named


_STOP = re.compile(r"[,;:()–—]")


def unsupported_part(sentence: str, passages: Sequence[tuple[str, str]]) -> str:
    """What a sentence says beyond any one sentence of the passages; "" for nothing.

    `passages` are pairs: what is known about a passage, and its text. A clause is supported where
    one sentence has its words in the same order, and where it leaves out no denial, doubt or
    condition of that sentence, nor that somebody only says so.
    """
    for clause in clauses(sentence):
        found = [
            _unsupported(clause, sentence, about, said, before)
            for about, text in passages
            for said, before in _said(text)
        ]
        best = min(found, default=(3.0, "it is in no cited passage"), key=lambda one: one[0])
        if best[1]:
            return best[1]
    return ""


def left_out(sentence: str, said: str) -> str:
    """Which denial, doubt or bound only one of them has, "" for none."""
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
    """The bounds of its numbers: "above", "below", "to" (at most), "least"."""
    return {
        one.lastgroup
        for one in _BOUND.finditer(text)
        if one[0] == "plus" or _COUNTED.match(text, one.end())
    }


def scope(sentence: str, said: str) -> str:
    """The part of `said` that has the sentence: from the clause where it begins to its end."""
    aligned = aligned_words(
        [one for one in words_of(sentence) if bears_meaning(one)], words_of(said)
    )
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


def _unsupported(
    clause: str, sentence: str, about: str, said: str, before: tuple[str, ...]
) -> tuple[float, str]:
    """How far `said` is from supporting the clause, and why; (0, "") where it does."""
    words, there = [one for one in words_of(clause) if bears_meaning(one)], words_of(said)
    words = words[bool(words and words[0].text.lower() in _LINKS) :]
    stems_there = {one.stem for one in there}
    known = stems_there | {one.stem for one in words_of(about)} | _meant(clause, said, before)
    if missing := [one for one in words if one.stem not in known and not one.text[0].isdigit()]:
        share = len(missing) / len(words)
        return 2 + share, f"no one sentence of what it cites has {missing[0].text!r} in it"
    if figures := missing_numbers(clause, f"{about} {said}"):
        return 2, f"the number {min(figures)} stands elsewhere in what it cites"
    held = [one for one in words if one.stem in stems_there]
    return _changed(clause, held, there, sentence, said, before)


def _changed(
    clause: str, held: list[Word], there: list[Word], sentence: str, said: str,
    before: tuple[str, ...],
) -> tuple[float, str]:  # fmt: skip
    if name := _owner(clause, said):
        return 1, f"{name} itself isn't what a cited sentence speaks of"
    if verb := _not_done(held, words_of(clause), there):
        return 1, f"a cited sentence doesn't say that it is {verb}"
    aligned = next(
        filter(
            None, (aligned_words(one, there) for one in word_orders(clause, held, said, before))
        ),
        None,
    )
    if aligned is None:
        return 1, "its words stand in another order in a cited sentence"
    if skips_words(aligned, there, said, clause):
        return 1, "it leaves out what stands between its words"
    if reason := left_out(clause, said):
        return 1, reason
    if any(
        part and part[0].lower() not in clause.lower()
        for one in aligned
        if (part := _PART.search(said[: one.start]))
    ):
        return 1, "it says of the whole what a cited sentence says of a part, or of what is near"
    if _is_said(aligned, said) and not (SAYS.search(sentence) or _HEADED.search(sentence)):
        return 1, "it leaves out who says so"
    return 0, ""


def _is_said(aligned: list[Word], said: str) -> bool:
    """Whether `said` reports what stands there as somebody's words."""
    spoken = QUOTED.sub(lambda quoted: " " * len(quoted[0]), said)
    ahead = spoken[: aligned[-1].end]
    return bool(SAYS.search(ahead) or _HEADED.search(ahead))


def _meant(clause: str, said: str, before: tuple[str, ...]) -> set[str]:
    """Stems of names that `said` doesn't have but means: in full, or named before it."""
    there = {one.stem for one in words_of(said)}
    found = {stem for title in TITLES for stem in stems(title)}
    for run in name_runs(clause):
        own = ["".join(stems(word)) for word in run]
        absent = [one not in there for one in own]
        in_full = not absent[-1] and absent == sorted(absent, reverse=True)
        is_meant = _PRONOUN.search(said) and {*own} <= first_named(before) | found
        if in_full or (all(absent) and is_meant):
            found |= {*own}
    return found


def _owner(clause: str, said: str) -> str:
    """A name that in `said` is only part of a longer one, or a possessive; "" for none."""
    ends = [*named(clause)]
    for number, (start, place, word) in enumerate(ends):
        ended = number + 1 == len(ends) or ends[number + 1][1] != place + 1
        if not ended or word.casefold() in DAYS | TITLES or not stands_alone(clause, start, word):
            continue
        places = [one.start() for one in re.finditer(rf"\b{re.escape(word)}\b", said)]
        if places and not any(stands_alone(said, one, word) for one in places):
            return word
    return ""


def _not_done(held: list[Word], clause: list[Word], there: list[Word]) -> str:
    """A verb for what was done that `there` has for what is to be done, or in the passive."""
    for one in held:
        if not one.text.lower().endswith("ed"):
            continue
        ahead = word_before(clause, one.start)
        forms = [
            (word_before(there, other.start), other.text.lower())
            for other in there
            if other.stem == one.stem
        ]
        if not any(
            before == ahead
            or (
                form.endswith(("ed", "ing"))
                and not before & _TO
                and (ahead & BE or not before & BE)
            )
            for before, form in forms
        ):
            return one.text
    return ""
