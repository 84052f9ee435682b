"""Words: stop words, stems, and how much two texts have in common."""

import re
import unicodedata
from collections.abc import Set
from functools import cache

import tantivy

_STOPWORD = """
a about an and any are as at be been but by can could did do does for from had has have he her him
his how i if in into is it its me much my no not of on or our she should so some such than that the
their them then there these they this those to us was we were what when where which who whom whose
why will with would you your
"""
STOPWORDS = frozenset(_STOPWORD.split())


def stems(text: str) -> list[str]:
    """The text's words as they are indexed: lower case, English endings cut off, in order."""
    return _analyzer().analyze(text)


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.lowercase())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def content_words(text: str) -> list[str]:
    """The words that mean something by themselves, in lower case and in order."""
    return [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in STOPWORDS]


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that mean something by themselves."""
    return frozenset(content_stems_in_order(text))


def content_stems_in_order(text: str) -> list[str]:
    """The same in order, each as often as it stands there."""
    return [stem for word in content_words(text) for stem in stems(word)]


def overlap(wanted: Set[str], there: Set[str]) -> float:
    """The share of the wanted words that are there, 0 to 1; 0 where none is wanted."""
    return len(wanted & there) / len(wanted) if wanted else 0.0


def fold(text: str) -> str:
    """The text's words, letters and digits alone, without case and accents, apart by blanks."""
    text = unicodedata.normalize("NFKD", text).casefold()
    kept = (char for char in text if unicodedata.category(char) != "Mn")
    return " ".join("".join(char if char.isalnum() else " " for char in kept).split())
