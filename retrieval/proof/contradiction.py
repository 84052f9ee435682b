"""Whether a sentence contradicts a passage in much the same words, or misuses its quotations."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from retrieval.english.dates import DAYS
from retrieval.english.names import named
from retrieval.english.numbers import numbers, plain
from retrieval.english.quotation import fold_marks
from retrieval.english.reporting import SAYING
from retrieval.english.sentences import sentences
from retrieval.english.words import STOPWORDS, stems
from retrieval.proof.containment import left_out
from retrieval.questions.requests import speakers

_PRONOUNS = frozenset(
    ["he", "she", "they", "it", "him", "her", "them", "his", "their", "its", "we", "i"]
)
_NEARLY = 0.7  # ratio of two sentences' words (difflib) from which one is the other, edited
_NEAR = 0.7  # of a sentence's words are in a sentence that it may contradict


def contradicts(sentence: str, said: Sequence[str]) -> tuple[str, str] | None:
    """How a sentence contradicts the passage's sentence nearest to it, and that one; else None.

    It does where only one of them denies something, where it leaves out that something is only
    possible, planned or claimed, names another speaker, or has another word in the same sentence.
    """
    wanted = {*stems(sentence)} - STOPWORDS
    shared = {one: len(wanted & {*stems(one)}) for one in said}
    near = sorted(
        (one for one in shared if shared[one] >= _NEAR * len(wanted)), key=shared.__getitem__
    )
    reasons = [(_contradiction(sentence, one), one) for one in near[::-1]]
    return reasons[0] if reasons and all(reason for reason, _ in reasons) else None


def misquotes(
    sentence: str, quoted: Sequence[tuple[int, int]], passages: Sequence[tuple[str, str]]
) -> str:
    """How a sentence misuses a quotation, "" where it doesn't.

    `quoted` are the places between its quotation marks, with words of a passage. Whoever it names
    beside them must be named and speak there too, and no denial or doubt may be left out.
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
    there = there or speakers(before, "")  # a speaker who goes on isn't named again
    if speaking and there and not speaking & there:
        return "it gives a quotation to somebody else"
    return left_out(sentence, said)


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


def _contradiction(sentence: str, said: str) -> str:
    if said.rstrip("\"'”’»)").endswith("?"):
        return "a cited passage only asks that"
    if reason := left_out(sentence, said):
        return reason
    speaking, there = speakers(sentence, ""), speakers(said, "")
    if speaking and there and not speaking & there:
        return "it gives a statement to somebody else"
    return _exchanged(sentence, said)


def _exchanged(sentence: str, said: str) -> str:
    """Which word is new in it, where it is nearly the same as `said`."""
    before, after = _plain_words(said), _plain_words(sentence)
    match = SequenceMatcher(None, before, after, autojunk=False)
    if match.ratio() < _NEARLY:
        return ""
    names = {word.casefold() for _, _, word in named(sentence)}
    known = STOPWORDS | ({*before} - names)
    known |= {plain(one) for one in numbers(said)}
    known |= {a for a, b in pairwise(after) if b in names & {*before}}  # a name in full
    both = speakers(sentence, "") & speakers(said, "")
    known |= {one for one in names if both & {*stems(one)}}  # "X said" may stand first or last
    if _PRONOUNS & {*before}:  # whom it means may be named in its place
        known |= names - {*before}
    for what, _, _, first, last in match.get_opcodes():
        new = [one for one in after[first:last] if one not in known and not {*stems(one)} <= SAYING]
        if what in ("replace", "insert") and new:
            return f"it has {new[0]!r} where a cited sentence has other words"
    return ""


def _plain_words(text: str) -> list[str]:
    said = fold_marks(text)[0].casefold()
    return [plain(one) for one in re.findall(r"\d+(?:[.,:]\d+)*|[^\W\d_]+", said)]
