"""Words: stems, stop words, and the words of a text that carry meaning."""

import re
from functools import cache

import tantivy

# Words that a question has for grammar's sake; they would only cost time.
_GRAMMAR = """
a about an and any are as at be been but by can could did do does for from had has have he her him
his how i if in into is it its me much my no not of on or our she should so some such than that the
their them then there these they this those to us was we were what when where which who whom whose
why will with would you your
"""


STOPWORDS = frozenset(_GRAMMAR.split())


def stems(text: str) -> list[str]:
    """The text's words as they are indexed: lower case, English endings cut off, in order."""
    return _analyzer().analyze(text)


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.lowercase())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that mean something by themselves."""
    return frozenset(content_stems_in_order(text))


def content_stems_in_order(text: str) -> list[str]:
    """The same as they follow one another, each as often as it stands there."""
    words = re.findall(r"[^\W_]+", text.lower())
    return [stem for word in words if word not in STOPWORDS for stem in stems(word)]
