"""Hits → their sentences that may be quoted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.english.boilerplate import BYLINE, NOTICE
from retrieval.english.instructions import addresses_the_model, has_address
from retrieval.english.sentences import sentences
from retrieval.search.hit import Hit

MAX_WORDS = 60  # of an answer, counting the numbers in brackets
_MIN_WORDS = 4
_AROUND = 2  # sentences beside an injected instruction that are dropped with it
_BRACKETED = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a hit: `hit.article.text[start:end] == text`, always.

    `probability` is how likely it answers the question. `span` are the few words that do, as
    (start, end) in the article's text, None where the reader doesn't mark any.
    """

    hit: Hit
    start: int
    end: int
    text: str
    probability: float
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class QuotableSentence:
    """A sentence that may be quoted."""

    hit: Hit
    start: int
    end: int
    text: str
    before: str  # the sentence before it, to which it may refer


def quotable_sentences(hits: Sequence[Hit]) -> list[QuotableSentence]:
    """Each sentence of the hits once, from the best hit that has it.

    Headings, captions, bylines and notices are left out, as is what is longer than an answer.
    """
    found: dict[tuple[str, str, int], QuotableSentence] = {}
    for hit in hits:
        text, before = hit.passage.text, ""
        for start, end in news_sentences(text):
            for first, last in _quotable(text, start, end):
                at = hit.passage.start + first
                if _is_sentence(text[first:last]):
                    one = QuotableSentence(
                        hit, at, hit.passage.start + last, text[first:last], before
                    )
                    found.setdefault((hit.library, hit.article.id, at), one)
            before = text[start:end]
    return list(found.values())


def news_sentences(text: str) -> list[tuple[int, int]]:
    """The places of the text's sentences, without injected instructions.

    Neighbours of an instruction on the same line are left out too: injected instructions are
    usually padded.
    """
    found = sentences(text)
    lines = [text.count("\n", 0, start) for start, _ in found]
    orders = [n for n, (start, end) in enumerate(found) if addresses_the_model(text[start:end])]
    return [
        one
        for n, one in enumerate(found)
        if not any(lines[n] == lines[k] and abs(n - k) <= _AROUND for k in orders)
    ]


def _is_sentence(text: str) -> bool:
    if text.rstrip("\"'”’»)]*_")[-1:] == "?" or BYLINE.match(text):
        return False  # a question states nothing, and many headings are questions
    if _BRACKETED.search(text):  # it would look like a citation
        return False
    if len(text.split()) < _MIN_WORDS or text.rstrip("\"'”’»)]*_")[-1:] not in tuple(".!…;"):
        return False
    return not (NOTICE.search(text) or has_address(text))


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or its clauses where it is too long for an answer."""
    if len(text[start:end].split()) < MAX_WORDS:
        yield start, end
        return
    for clause in re.finditer(r"\S.*?(?:[;:—–](?=\s)|$)", text[start:end], re.S):
        if len(clause[0].split()) < MAX_WORDS:
            yield start + clause.start(), start + clause.end()
