"""Where the words of one sentence stand in another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from retrieval.english.dates import DATE, DAYS
from retrieval.english.names import TITLES, named
from retrieval.english.numbers import NUMBER_WORDS
from retrieval.english.reporting import SAYING
from retrieval.english.words import STOPWORDS, stems
from retrieval.questions.requests import speakers

SAYS = re.compile(
    r"\b(?:said|says?|told|tells|according to|wrote|stated|argued|insisted|warned|claim\w*|tweeted"
    r"|stressed|thinks?|thought|reported(?:ly)?)\b",
    re.I,
)


_WORD = re.compile(r"[^\W_]+")


QUOTED = re.compile(r"[\"“„«].*?[\"”»]")


_TOGETHER = frozenset(["than", "from", "between"])  # they belong to the word after them


_ADJUNCT = re.compile(
    r"^(?:in|at|on) (?:\S+ ){0,3}?\S+, |\s(?:in|at|on) (?:\S+ ){0,3}?[^\s.!]+[.!]?$", re.I
)


_GOES_ON = re.compile(r"\b(?:he|she|it|they)(?: (?:has|have|had|is|was|were))?\W*$")


_RELATIVE = re.compile(r",\s+(?:which|who|whose|where)\b")


_MUTUAL = frozenset(["met", "meet", "and"])  # "A met B" is "A and B met"


_GAP = 9  # words left out between two neighbours, at most


_CONJUNCTION = re.compile(
    r"\b(?:after|before|while|when|because|but|although|though|that|if|unless|until|since)\b|;"
)


BE = frozenset(["was", "were", "is", "are", "be", "been", "being", "got"])


_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being) (?:\w+ly )?(\w+)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, its place there and its stem."""

    start: int
    end: int
    text: str
    stem: str


def name_runs(text: str) -> list[list[str]]:
    """The words of each name in the text."""
    found: list[list[str]] = []
    last = -2
    for _, place, word in named(text):
        if place != last + 1:
            found.append([])
        found[-1].append(word)
        last = place
    return found


def first_named(before: tuple[str, ...]) -> set[str]:
    """The stems of the first name and of the speaker in the nearest sentence that has a name."""
    for said in reversed(before):
        if runs := [{"".join(stems(word)) for word in run} for run in name_runs(said)]:
            return runs[0].union(*(run for run in runs if run <= _speaking(said)))
    return set()


def stands_alone(text: str, start: int, word: str) -> bool:
    """Whether the name that ends with this word is no possessive and no part of a longer one."""
    rest = text[start + len(word) :]
    return not re.match(r"['’](?:s\b|\W)| [A-ZÀ-Þ]\w| [a-z]+['’]s\b", rest)


def word_before(words: list[Word], start: int) -> set[str]:
    """The word before the one that begins there, in lower case; empty for the first."""
    return {one.text.lower() for one in [one for one in words if one.start < start][-1:]}


def word_orders(
    clause: str, held: list[Word], said: str, before: tuple[str, ...]
) -> Iterator[list[Word]]:
    """The orders in which the clause's words may stand in `said`.

    Its own; without adjuncts, dates and speakers, which may stand anywhere; with "A and B" as "B
    and A"; the active voice for the passive.
    """
    yield held
    who = _speaking(clause) & _speaking(said) & speakers(said, before[-1] if before else "")
    spans = [one.span() for one in (*_ADJUNCT.finditer(clause), *DATE.finditer(clause))]
    spans += [one.span() for one in QUOTED.finditer(clause) if _is_speech(clause, *one.span())]
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
                word_before(words_of(said), one.start) & BE
                for one in words_of(said)
                if done and one.stem == done[0].stem
            )
            if done and is_active:
                yield [*agent, *done, *(one for one in words if one.start < verb), *rest]


def _speaking(text: str) -> set[str]:
    """The stems of the words around verbs of saying, outside quotation marks."""
    found: set[str] = set()
    for cue in SAYS.finditer(QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)):
        ahead = re.split(r"[,;:]", text[: cue.start()].rstrip(", "))[-1]
        behind = re.split(r"[,;:.]|\bthat\b", text[cue.end() :])[0]
        found |= {one.stem for one in (*words_of(ahead), *words_of(behind)[:5])}
    return found


def _is_speech(text: str, start: int, end: int) -> bool:
    """Whether a quotation stands alone as speech, and isn't part of a sentence."""
    return not text[:start].strip() or text[:start].rstrip()[-1:] in tuple(":,")


def aligned_words(words: list[Word], there: list[Word]) -> list[Word] | None:
    """The words as they stand one after another in `there`, as close as possible; else None."""
    best: list[Word] | None = None
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


def skips_words(aligned: list[Word], there: list[Word], said: str, clause: str) -> bool:
    """Whether between two of the words more is left out than an insertion."""
    for one, other in pairwise(aligned):
        between = re.sub(r"\([^()]*\)", "", said[one.end : other.start])
        words = [
            word for word in there if one.end <= word.start < other.start and bears_meaning(word)
        ]
        enclosed = bool(re.match(r"\W*[,(–—-]", between) and re.search(r"[,)–—-]\W*$", between))
        if words and one.text[:1].isupper() and not stands_alone(said, one.start, one.text):
            return True
        goes_on = _GOES_ON.search(between) and {one.stem} <= first_named((said,))
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


def bears_meaning(word: Word) -> bool:
    """Whether it isn't a stop word, a verb of saying or a number word."""
    lower = word.text.lower()
    is_plain = not (lower in STOPWORDS or word.stem in SAYING or lower in NUMBER_WORDS)
    return is_plain or lower in _TOGETHER


@lru_cache(2_000)
def words_of(text: str) -> list[Word]:
    """The words of a text, without single letters."""
    return [
        Word(one.start(), one.end(), one[0], "".join(stems(one[0])))
        for one in _WORD.finditer(text)
        if len(one[0]) > 1 or one[0].isdigit()
    ]
