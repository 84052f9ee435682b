"""Turned: how a sentence says otherwise what a source says with much the same words."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from retrieval.asked_statement import speakers
from retrieval.claims import (
    DAYS,
    clauses,
    denies,
    folded,
    missing_names,
    missing_numbers,
    named,
    numbers,
    numbers_in_order,
    plain,
)
from retrieval.passages import sentences
from retrieval.words import GRAMMAR, stems

_MAYBE = re.compile(
    r"\b(?:(?-i:may)|might|could|would|should|if|unless|whether|alleg\w+|reported(?:ly)?"
    r"|plan(?:s|ned|ning)?|propos\w+|consider(?:s|ed|ing)?|wants?|wanted|hop(?:e|es|ed|ing)"
    r"|threat\w*|promis\w+|expect\w*|likely|unlikely|possibl[ey]|perhaps|probably|tr(?:y|ies|ied)"
    r"|attempt\w*|claim\w*|accus\w+|suspect\w*|rumou?r\w*|nearly|almost|fail\w*|former|on trial"
    r"|charged with|fewer|less|more than|over|under|up to|at least|at most)\b",
    re.I,
)
# After these, who does it may stand behind whom it is done to.
_INVERTING = re.compile(r"\b(?:was|were|been|being|is|are) \w+ (?:\w+ )?by\b", re.I)
_PRONOUNS = frozenset(
    ["he", "she", "they", "it", "him", "her", "them", "his", "their", "its", "we", "i"]
)
_NEARLY = 0.7  # ratio of two sentences' words (difflib) from which one is the other, edited
_NEAR = 0.7  # of a sentence's words are in a sentence of the source that it may turn
_BACK = 3  # sentences, at most, to where whoever "he" is was named
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b)"
    r"(?:,? \d{4})?|\b(?:1[5-9]|20)\d\d\b"
)


def turned(sentence: str, said: Sequence[str]) -> tuple[str, str] | None:
    """How a sentence turns what the source's sentence nearest to it says, and that one; else None.

    It may not deny what that says, or say what that denies, nor leave out that it is only
    possible, planned or claimed, nor name the same two the other way round, nor give it to another
    speaker, nor be the same but for a word.
    """
    wanted = {*stems(sentence)} - GRAMMAR
    shared = {one: len(wanted & {*stems(one)}) for one in said}
    near = sorted(
        (one for one in shared if shared[one] >= _NEAR * len(wanted)), key=shared.__getitem__
    )
    reasons = [(_turn(sentence, one), one) for one in near[::-1]]
    return reasons[0] if reasons and all(reason for reason, _ in reasons) else None


def scattered(sentence: str, passages: Sequence[tuple[str, str]], question: str) -> str:
    """Why what a sentence names and counts stands together in no place; "" where it does.

    `passages` are what is known about each and its text. Each clause has its names and numbers in
    one sentence, or in neighbours, and in their order: who is 30 isn't who is 40.
    """
    for clause in clauses(sentence):
        places = [
            one
            for about, text in passages
            for one in _places(text)
            if not missing_numbers(clause, f"{about} {one} {question}")
            and not missing_names(clause, f"{about} {text} {question}")
            and _surnames(clause) <= _words(f"{about} {one} {question}")
        ]
        if not places:
            return "its names and numbers stand together nowhere in what it cites"
        shortest = min(one.count("\n") for one in places)
        if not any(_in_order(clause, one) for one in places if one.count("\n") == shortest):
            return "a cited passage has its figures in another order"
    return ""


def misquoted(
    sentence: str, quoted: Sequence[tuple[int, int]], passages: Sequence[tuple[str, str]]
) -> str:
    """How a sentence uses a quotation otherwise than its source; "" where it doesn't.

    `quoted` are the places between its quotation marks, with words that a passage has. Whom it
    names beside them is named there too, speaks there, and nothing that denies or doubts the words
    is left out.
    """
    for start, end in quoted:
        ahead, behind = sentence[:start], sentence[end:]
        reasons = [
            _misused(sentence, f"{ahead} {behind}", about, place)
            for about, text in passages
            for place in _around(text, sentence[start:end])
        ]
        if reasons and all(reasons):
            return reasons[0]
    return ""


def _misused(sentence: str, beside: str, about: str, place: tuple[str, str, str]) -> str:
    before, said, after = place
    near = f"{about} {before} {said} {after}"
    if not _surnames(beside) <= _words(near):
        return "whom it names beside a quotation isn't named beside it in a cited passage"
    speaking, there = speakers(sentence, ""), speakers(said, before) | speakers(after, said)
    if speaking and there and not speaking & there:
        return "it gives a quotation to somebody else"
    return _left_out(sentence, said)


def _around(text: str, words: str) -> list[tuple[str, str, str]]:
    """For each place of the words: the sentence before, those that hold them, the one after."""
    parts = [text[first:last] for first, last in sentences(text)]
    starts = [first for first, _ in sentences(text)]
    found, place = [], text.find(words)
    while place >= 0:
        low = max(bisect_right(starts, place) - 1, 0)
        high = max(bisect_left(starts, place + len(words)), low + 1)
        found.append((
            " ".join(parts[max(low - 1, 0) : low]), " ".join(parts[low:high]),
            " ".join(parts[high : high + 1]),
        ))  # fmt: skip
        place = text.find(words, place + len(words))
    return found


def _places(text: str) -> list[str]:
    """Each sentence alone, and with its neighbours, as far back as whoever it speaks of is named.

    Sentences stand on a line each.
    """
    parts = [" ".join(text[first:last].split()) for first, last in sentences(text)]
    found = list(parts)
    for number in range(len(parts)):
        first = max(number - 1, 0)
        while first and number - first < _BACK and _speaks_of_somebody(parts[first]):
            first -= 1
        found.append("\n".join(parts[first : number + 2]))
    return found


def _speaks_of_somebody(sentence: str) -> bool:
    return bool(_PRONOUNS & _words(sentence)) and not any(named(sentence))


def _words(text: str) -> set[str]:
    return {*_plain_words(text)}


def _surnames(text: str) -> set[str]:
    return {word for _, name in _names(text) for word in _plain_words(name)[-1:]}


def _names(text: str) -> list[tuple[int, str]]:
    """The last words of names, with where they begin; days aren't names."""
    words = [*named(text)]
    return [
        (start, word.casefold())
        for (start, place, word), (_, after, _) in pairwise([*words, (-1, -1, "")])
        if after != place + 1 and word.casefold() not in DAYS
    ]


def _in_order(clause: str, place: str) -> bool:
    """Whether the place has the clause's names and numbers in the clause's order.

    A single date may stand anywhere.
    """
    dates = [match.span() for match in _DATE.finditer(clause)]
    free = dates if len(dates) == 1 else []
    there = [fact for _, fact in _facts(place)]
    mine = [
        fact
        for start, fact in _facts(clause)
        if fact in there and not any(a <= start < b for a, b in free)
    ]
    rest = iter(there)
    is_counting = any(fact[-1:].isdigit() or fact[:1].isdigit() for fact in mine)
    return not is_counting or all(fact in rest for fact in mine)


def _facts(text: str) -> list[tuple[int, str]]:
    counted = [(start, number) for start, number in numbers_in_order(text) if number != "1"]
    return sorted([*counted, *_names(text)])


def _turn(sentence: str, said: str) -> str:
    if said.rstrip("\"'”’»)").endswith("?"):
        return "a cited passage only asks that"
    if left_out := _left_out(sentence, said):
        return left_out
    ones, others = _order(sentence, said), _order(said, sentence)
    if {*ones} == {*others} and ones != others and not _INVERTING.search(sentence):
        return "it has who and whom the other way round"
    speaking, there = speakers(sentence, ""), speakers(said, "")
    if speaking and there and not speaking & there:
        return "it gives a statement to somebody else"
    return _exchanged(sentence, said)


def _left_out(sentence: str, said: str) -> str:
    """Which denial or doubt is in only one of them."""
    if denies(sentence) != denies(said):
        return "it denies what a cited passage says, or says what that denies"
    doubts = {one.lower() for one in _MAYBE.findall(said)}
    if doubts := doubts - {one.lower() for one in _MAYBE.findall(sentence)}:
        return f"it leaves out {min(doubts)!r}"
    return ""


def _exchanged(sentence: str, said: str) -> str:
    """Which word it has in another one's place, where it says nearly the same."""
    before, after = _plain_words(said), _plain_words(sentence)
    match = SequenceMatcher(None, before, after, autojunk=False)
    if match.ratio() < _NEARLY:
        return ""
    names = {word.casefold() for _, _, word in named(sentence)}
    known = GRAMMAR | ({*before} - names)
    known |= {plain(one) for one in numbers(said)}
    known |= {a for a, b in pairwise(after) if b in names & {*before}}  # a name in full
    both = speakers(sentence, "") & speakers(said, "")
    known |= {one for one in names if both & {*stems(one)}}  # "X said" may stand first or last
    if _PRONOUNS & {*before}:  # whom it means may be named in its place
        known |= names - {*before}
    for what, _, _, first, last in match.get_opcodes():
        new = [word for word in after[first:last] if word not in known]
        if what in ("replace", "insert") and new:
            return f"it has {new[0]!r} where a cited sentence has other words"
    return ""


def _order(text: str, other: str) -> list[str]:
    """The last words of names that both have, as they stand in the first, each once."""
    shared = {word.casefold() for _, _, word in named(other)}
    return [one for one in dict.fromkeys(name for _, name in _names(text)) if one in shared]


def _plain_words(text: str) -> list[str]:
    said = folded(text)[0].casefold()
    return [plain(one) for one in re.findall(r"\d+(?:[.,:]\d+)*|[^\W\d_]+", said)]
