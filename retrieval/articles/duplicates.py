"""Copies: which texts are one story, word for word or lightly edited, whoever published it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise

from rensa import RMinHash

# Chosen on the train articles with `benchmarks.copies`.
_SHINGLE = 4  # words
_BANDS = 64
_ROWS = 2  # values of the signature in a band
_SEED = 1
_GAP = 12  # words; so many between two shared shingles are taken for edited rather than new
_HELD = 0.6  # of the shorter text
# Words of the shorter text that may be new: a site's own at either end, another beginning. They
# don't grow with the text: what is new in a long one is a report of its own.
_NEW = 60
_NEW_SHARE = 0.05
_SIZE = 0.2  # of the longer text's length; below it is a part of a story rather than a copy
_SHORT = 20  # words; below it chance decides
_LONG = 40  # characters; a longer word is a text that somebody robbed of its blanks

# Bands made by another algorithm, or with other numbers, are none of these.
VERSION = f"{RMinHash.ALGORITHM_VERSION} {_SHINGLE} {_BANDS} {_ROWS} {_SEED}"

_WORD = re.compile(r"[^\W_]+")
# Thai to Myanmar, Khmer, kana and Han: these scripts put no blanks between words.
_UNBLANKED = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)

_MARKS = {"Mn", "Mc", "Me", "Cf"}


def minhash_bands(text: str) -> list[int]:
    """Signed 64-bit numbers, some of which the bands of a copy very probably share.

    They are the same in every process and on every machine, but not from one `rensa` with
    another algorithm to the next. Empty for a text without words.
    """
    shingles = _shingles(_words(text))
    if not shingles:
        return []
    signature = RMinHash(_BANDS * _ROWS, _SEED)
    signature.update(shingles)
    values = signature.digest()
    return [_number(band, values[band : band + _ROWS]) for band in range(0, len(values), _ROWS)]


def _number(*parts: object) -> int:
    digest = blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def are_duplicates(one: str, other: str) -> bool:
    """Whether the shorter text is the other one's, give or take cuts, edits and additions.

    Texts of less than `_SHORT` words are copies only if their words are the same. Copies of
    copies need not be copies of one another.
    """
    shorter, longer = sorted((_words(one), _words(other)), key=lambda words: (len(words), words))
    if len(shorter) < _SHORT:
        return bool(shorter) and shorter == longer
    if len(shorter) < _SIZE * len(longer):
        return False
    held = _held(shorter, longer)
    new = len(shorter) - held
    return held >= _HELD * len(shorter) and new <= _NEW + _NEW_SHARE * len(shorter)


def share_held(text: str, others: Iterable[str]) -> float:
    """The share of a text's words that some of the others hold, edits bridged; 0 to 1."""
    words = _words(text)
    there = [word for other in others for word in _words(other)]
    return min(1.0, _held(words, there) / len(words)) if words else 0.0


def _held(shorter: Sequence[str], longer: Sequence[str]) -> int:
    """How many words of the shorter text the longer one holds, gaps of `_GAP` words bridged.

    Edits are spread over a copy and leave no long gap; what two reports of one event have in
    common, a statement or some background, leaves long ones.
    """
    there = set(_shingles(longer))
    shared = [place for place, shingle in enumerate(_shingles(shorter)) if shingle in there]
    if not shared:
        return 0
    steps = (after - place for place, after in pairwise(shared))
    bridged = (step if step <= _SHINGLE + _GAP else _SHINGLE for step in steps)
    return sum(bridged) + _SHINGLE


def _shingles(words: Sequence[str]) -> list[str]:
    """Each run of `_SHINGLE` words; a text of fewer is its only one."""
    if len(words) < _SHINGLE:
        return [" ".join(words)] if words else []
    runs = zip(*(words[first:] for first in range(_SHINGLE)), strict=False)
    return [" ".join(run) for run in runs]


def _words(text: str) -> list[str]:
    """The words without case, accents and punctuation; pairs of characters where none are seen."""
    text = unicodedata.normalize("NFKD", text).casefold()
    # Accents, vowel signs and soft hyphens are no letters to `re`: they would end words.
    for char in set(text):
        if unicodedata.category(char) in _MARKS:
            text = text.replace(char, "")
    found = _WORD.findall(text)
    if not _UNBLANKED.search(text) and max(map(len, found), default=0) <= _LONG:
        return found
    words: list[str] = []
    for word in found:
        if len(word) > _LONG or _UNBLANKED.search(word):
            words += [word[place : place + 2] for place in range(max(1, len(word) - 1))]
        else:
            words.append(word)
    return words
