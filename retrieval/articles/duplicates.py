"""Duplicates: texts of one story, word for word or lightly edited, whoever published them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise

from rensa import RMinHash

# Chosen on the training articles with `benchmarks.copies`.
_SHINGLE = 4  # words
_BANDS = 64
_ROWS = 2  # values of the signature in a band
_SEED = 1
_GAP = 12  # words; up to so many between two shared shingles count as edited, more as new
_HELD = 0.6  # of the shorter text's words that the longer text must have
# Words of the shorter text that may be new, such as a site's own notes at either end or another
# lead. The number barely grows with the text: much that is new in a long text is a report of its
# own.
_NEW = 60
_NEW_SHARE = 0.05
_SIZE = 0.2  # of the longer text's length; a shorter text is a part of it rather than a copy
_SHORT = 20  # words; shorter texts may agree by chance
_LONG = 40  # characters; a longer word is a text whose blanks were lost

# Bands of another version can't be compared with these.
VERSION = f"{RMinHash.ALGORITHM_VERSION} {_SHINGLE} {_BANDS} {_ROWS} {_SEED}"

_WORD = re.compile(r"[^\W_]+")
# Thai to Myanmar, Khmer, kana and Han: these scripts put no blanks between words.
_UNBLANKED = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)

_MARKS = {"Mn", "Mc", "Me", "Cf"}


def minhash_bands(text: str) -> list[int]:
    """Signed 64-bit numbers, of which two duplicates very probably share some.

    They are the same in every process and on every machine with the same `VERSION`. Empty for a
    text without words.
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
    """Whether one text is the other but for cuts, light edits and short additions.

    Texts under `_SHORT` words must have the same words. Two duplicates of one text need not be
    duplicates of each other.
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
    """The share of a text's words that the others have, 0 to 1; short edits count as shared."""
    words = _words(text)
    there = [word for other in others for word in _words(other)]
    return min(1.0, _held(words, there) / len(words)) if words else 0.0


def _held(shorter: Sequence[str], longer: Sequence[str]) -> int:
    """How many words of the shorter text the longer one has; gaps up to `_GAP` words count too.

    Edits are spread over a copy and leave no long gaps. What two reports of one event share, such
    as a statement or some background, leaves long ones.
    """
    there = set(_shingles(longer))
    shared = [place for place, shingle in enumerate(_shingles(shorter)) if shingle in there]
    if not shared:
        return 0
    steps = (after - place for place, after in pairwise(shared))
    bridged = (step if step <= _SHINGLE + _GAP else _SHINGLE for step in steps)
    return sum(bridged) + _SHINGLE


def _shingles(words: Sequence[str]) -> list[str]:
    """Each run of `_SHINGLE` words; a shorter text as a whole."""
    if len(words) < _SHINGLE:
        return [" ".join(words)] if words else []
    runs = zip(*(words[first:] for first in range(_SHINGLE)), strict=False)
    return [" ".join(run) for run in runs]


def _words(text: str) -> list[str]:
    """The words without case, accents and punctuation; pairs of characters in other scripts."""
    text = unicodedata.normalize("NFKD", text).casefold()
    # `re` doesn't take accents, vowel signs and soft hyphens for letters: they would end words.
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
