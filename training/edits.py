"""Edits that change what a sentence says: another name, another number, one "not" more.

Each edit takes the sentence, the names in its passage and a random generator. It gives the
edited sentence, or None if there is nothing in the sentence to edit.
"""

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from training.word_pairs import MODALITY, OPPOSITES, replace_word

Edit = Callable[[str, Sequence[str], random.Random], str | None]

FIGURE = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-ZÀ-Þ][\w’'-]*[\w](?: (?:of |the |de |van |von )?[A-ZÀ-Þ][\w’'-]*\w){0,3}"
)
_DAY_OR_MONTH = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:January|February|March|April|May|June"
    r"|July|August|September|October|November|December|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\b"
)


def names(text: str) -> list[str]:
    """The names inside the sentences of a text, each once, without days and months."""
    found = dict.fromkeys(one.removesuffix("’s").removesuffix("'s") for one in _NAME.findall(text))
    return [one for one in found if len(one) > 2 and not _DAY_OR_MONTH.search(one)]


def _swapped(text: str, one: str, other: str) -> str:
    """The text with the two names swapped; if `other` isn't in it, it takes the place of `one`."""
    parts = re.split(rf"(\b{re.escape(one)}\b|\b{re.escape(other)}\b)", text)
    return "".join(other if part == one else one if part == other else part for part in parts)


_BETWEEN = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|said|says|told|\w{3,}ed|won|beat|met|sent|gave|took"
    r"|made|led|left|saw|held|put|hit|got|lost|sold|bought|wrote|against|over|to|from|by|after)\b"
)


def _roles(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Swaps two names that have a verb or preposition between them."""
    inside = sorted((sentence.find(name), name) for name in here if name in sentence)
    pairs = [
        (one, other)
        for (at, one), (to, other) in pairwise(inside)
        if at + len(one) < to and _BETWEEN.search(sentence[at + len(one) : to])
        and one not in other and other not in one
    ]  # fmt: skip
    return _swapped(sentence, *draw.choice(pairs)) if pairs else None


def _name(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Replaces a name by another one of the passage, if possible of as many words."""
    inside = [name for name in here if name in sentence]
    if not inside:
        return None
    one = draw.choice(inside)
    others = [name for name in here if name not in sentence and one not in name]
    alike = [name for name in others if len(name.split()) == len(one.split())]
    return _swapped(sentence, one, draw.choice(alike or others)) if others else None


_SPEAKER_FIRST = re.compile(
    r"^(?P<who>[A-Z][^,;:“\"]{2,60}?) (?:said|says|told [\w ]{2,25}?)(?: that)? "
    r"(?P<what>(?:the|a|it|they|there|he|she|his|her|its|their|this|some|[A-Z])\b.{15,})[.]$"
)
_SPEAKER_LAST = re.compile(
    r"^(?P<what>[^“”\"]{20,}), (?P<who>(?!he\b|she\b|it\b|they\b)[^,;:]{3,60}) "
    r"(?:said|says)\b[^,]{0,30}\.$"
)


def reported_speech(sentence: str) -> re.Match[str] | None:
    """The sentence split into the groups "who" and "what", if it reports what somebody said."""
    return _SPEAKER_FIRST.match(sentence) or _SPEAKER_LAST.match(sentence)


def _attribution(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Attributes what somebody said to somebody else whom the passage names."""
    said = reported_speech(sentence)
    if not said:
        return None
    others = [name for name in here if name not in said["who"] and len(name.split()) in (1, 2)]
    if not others:
        return None
    first, last = said.span("who")
    return sentence[:first] + draw.choice(others) + sentence[last:]


def _number(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Replaces a number."""
    found = [*FIGURE.finditer(sentence)]
    if not found:
        return None
    one = draw.choice(found)
    digits = one[0].replace(",", "")
    new = str(draw.randrange(2, 90)) if not digits.isdigit() else str(
        max(1, int(digits) + draw.choice([-3, -1, 1, 2, 5]) * 10 ** max(0, len(digits) - 2))
    )  # fmt: skip
    return sentence[: one.start()] + new + sentence[one.end() :]


_AUXILIARY = re.compile(
    r"\b(is|are|was|were|will|would|has|have|had|can|could|should|must|may|might)\b"
    r"(?! not|n['’]t| no | never)"
)
_NEGATED = re.compile(r"(?<=\w)(?: not| never|n['’]t)\b")
_PAST = {
    past: base
    for past, base in re.findall(
        r"(\w+) (\w+)",
        "won win,lost lose,made make,took take,gave give,went go,came come,found find,told tell,"
        "began begin,saw see,held hold,sent send,led lead,paid pay,bought buy,sold sell,met meet,"
        "became become,left leave,said say,got get,knew know,spoke speak,wrote write,broke break,"
        "signed sign,agreed agree,announced announce,called call,used use,asked ask,moved move,"
        "launched launch,released release,killed kill,attacked attack,arrested arrest,joined join,"
        "returned return,visited visit,approved approve,backed back,voted vote,received receive,"
        "appeared appear,played play,worked work,helped help,started start,ended end,caused cause",
    )
}
_PAST_WORD = re.compile(
    r"(?<!was )(?<!were )(?<!been )(?<!has )(?<!have )(?<!had )(?<!be )(?<!is )(?<!are )"
    + rf"\b({'|'.join(_PAST)})\b"
)


def _negation(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Adds or removes a "not"."""
    if (not_ := _NEGATED.search(sentence)) and "n’t" not in not_[0] and draw.random() < 0.8:
        return sentence[: not_.start()] + sentence[not_.end() :]
    found = [*_AUXILIARY.finditer(sentence)]
    if (past := _PAST_WORD.search(sentence)) and (not found or draw.random() < 0.5):
        way = draw.choice([f"did not {_PAST[past[0]]}", f"didn't {_PAST[past[0]]}",
                           f"never {past[0]}"])  # fmt: skip
        return sentence[: past.start()] + way + sentence[past.end() :]
    if not found:
        return None
    one = draw.choice(found)
    return sentence[: one.end()] + draw.choice([" not", " not", " never"]) + sentence[one.end() :]


EDITS: dict[str, Edit] = {
    "roles": _roles,
    "name": _name,
    "attribution": _attribution,
    "number": _number,
    "negation": _negation,
    "opposite": lambda sentence, _, draw: replace_word(sentence, OPPOSITES, draw),
    "modality": lambda sentence, _, draw: replace_word(sentence, MODALITY, draw),
}
