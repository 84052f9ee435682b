"""Whether a sentence that a language model drafted may be shown, and with which words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.english import instructions, quotation
from retrieval.proof import containment, contradiction, grounding
from retrieval.search.hit import Hit
from retrieval.search.sentences import news_sentences, quotable_sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft, and the numbers of the passages that it cites, in order."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a drafted sentence.

    `shown` are its words with quotations as stored, None where it may not be shown; `reason` says
    why not. `support` is the probability that its passages support it, None where an earlier check
    failed. `contradicts` is the sentence of a passage that it contradicts, "" for none.
    """

    sentence: Sentence
    shown: str | None
    reason: str = ""
    support: float | None = None
    contradicts: str = ""


_SAID = 0.85  # of a sentence's content words stand in the passages that it cites
_MAX_SENTENCE = 600  # characters
_MIN_WORDS = 4
_REPORTS = re.compile(r"\b(?:report|publish|print|wr[io]te|article|according to)\w*", re.I)
_MAX_SOURCE = 60  # characters; anything longer is no publisher's name
Supports = Callable[[str, Sequence[str]], float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a passage can prove.

    `about` is the publisher. `text` are the passage's sentences, without questions and without
    instructions to a language model; `quotable` are those that may be quoted, and clauses of long
    ones. `day` is when the article was published, in words: it proves when something was reported,
    not when it happened.
    """

    about: str
    text: str
    quotable: tuple[str, ...] = ()
    day: str = ""

    def of(self, sentence: str) -> str:
        """What is known beside the text, where the sentence speaks of the report itself."""
        source = self.about if self.about and self.about in sentence else ""
        return f"{source} {self.day}" if source or _REPORTS.search(sentence) else ""


def evidence(hit: Hit) -> Evidence:
    """What a hit proves."""
    article, text = hit.article, hit.passage.text
    kept = [said for a, b in news_sentences(text) if not (said := text[a:b]).endswith("?")]
    source = article.source if len(article.source) <= _MAX_SOURCE else ""
    day = article.day.strftime("%A, %d %B %Y") if article.day else ""
    quotable = tuple(one.text for one in quotable_sentences([hit]))
    return Evidence(source, "\n".join(kept), quotable, day)


def prove_sentence(
    sentence: Sentence,
    passages: Mapping[int, Evidence],
    question: str,
    supports: Supports,
    threshold: float,
) -> Proof:
    """Whether a sentence may be shown, and with which words.

    It cites only passages that the model was given. Each quotation is a slice of one of them, with
    the same speaker. It contradicts none of their sentences, and each of its clauses says no more
    than one of them. `supports` gives it at least `threshold`.
    """
    if wrong := _form(sentence, passages):
        return Proof(sentence, None, wrong)
    cited = [passages[number] for number in sentence.numbers]
    # A whole sentence only: part of one may say the opposite, as "denied that it was closed".
    if any(quotation.is_the_same(said, sentence.text) for one in cited for said in one.quotable):
        return Proof(sentence, sentence.text, support=1.0)
    shown = _as_stored(sentence.text, [one.text for one in cited])
    if shown is None:
        return Proof(sentence, None, "a quotation isn't what a cited passage says")
    known = [(one.of(sentence.text), one.text) for one in cited]
    if wrong := _unknown(sentence.text, known, question) or _misplaced(shown, known):
        return Proof(sentence, None, wrong)
    quotable = [said for one in cited for said in one.quotable]
    if found := contradiction.contradicts(sentence.text, quotable):
        return Proof(sentence, None, found[0], contradicts=found[1])
    if wrong := containment.unsupported_part(sentence.text, known):
        return Proof(sentence, None, wrong)
    support = supports(sentence.text, [one.text for one in cited])
    if support < threshold:
        return Proof(sentence, None, "the cited passages don't support it", support)
    return Proof(sentence, shown, support=support)


def _form(sentence: Sentence, passages: Mapping[int, Evidence]) -> str:
    """What is wrong with its form, "" for nothing."""
    if not sentence.numbers:
        return "it cites nothing"
    if unknown := [number for number in sentence.numbers if number not in passages]:
        return f"there is no passage {unknown[0]}"
    if len(sentence.text) > _MAX_SENTENCE:
        return "it is too long"
    if len(sentence.text.split()) < _MIN_WORDS or sentence.text[0].islower():
        return "it is no whole sentence"
    if sentence.text.rstrip("\"'”’»)").endswith("?"):
        return "it is a question"
    if instructions.has_address(sentence.text):
        return "it has an address, a mention or markup in it"
    if instructions.addresses_the_model(sentence.text):
        return "it gives orders"
    return ""


def _as_stored(text: str, passages: Sequence[str]) -> str | None:
    """The sentence with its quotations as stored; None where one is in no passage."""
    found = quotation.quotations(text)
    if found is None:
        return None
    for one in reversed(found):
        stored, after = _stored(one.text, passages)
        if stored is None:
            return None
        text = (
            text[: one.start] + stored + text[one.end : one.end + 1] + after + text[one.end + 1 :]
        )
    return text


def _stored(quoted: str, passages: Sequence[str]) -> tuple[str | None, str]:
    """The quoted slice, None for none; and punctuation that was only inside the marks."""
    bare = quoted.rstrip(" ,.;")
    begun = quoted[:1].swapcase() + quoted[1:]  # the start of a sentence, quoted within another
    for words, after in ((quoted, ""), (begun, ""), (bare, quoted[len(bare) :].strip())):
        for text in passages:
            if stored := quotation.slice_of(text, words):
                return stored, after
    return None, ""


def _misplaced(shown: str, known: Sequence[tuple[str, str]]) -> str:
    """How the sentence misuses a quotation, "" for not; `shown` has quotations as stored."""
    places = [(one.start, one.end) for one in quotation.quotations(shown) or ()]
    return contradiction.misquotes(shown, places, known)


def _unknown(text: str, cited: Sequence[tuple[str, str]], question: str) -> str:
    """What of the sentence no cited passage has, "" for nothing.

    Numbers and names of the question are let through; a later check finds them.
    """
    known = " \n ".join(f"{about}\n{said}" for about, said in cited)
    asked = f"{known}\n{question}"
    if figures := grounding.missing_numbers(text, asked):
        return f"the number {min(figures)} isn't in a cited passage"
    if names := grounding.missing_names(text, asked):
        return f"the name {names[0]} isn't in a cited passage"
    if grounding.share_found(text, known) < _SAID:
        return "most of its words aren't in a cited passage"
    return ""
