"""A language model's answer, of which only what is proved is shown."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from retrieval.answers.answer import Answer, Written, WrittenSentence
from retrieval.answers.draft import Draft
from retrieval.answers.extractive import differ
from retrieval.answers.language_model import LanguageModel, cost, tokens
from retrieval.answers.prompts import messages
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.errors import ModelError
from retrieval.models.support import SUPPORTED, SupportModel
from retrieval.proof import grounding
from retrieval.proof.sentence import Evidence, Proof, Sentence, evidence, prove_sentence
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import Quote, quotable_sentences

SECONDS = 20.0  # for the whole draft
_PASSAGES = 8  # that the model is given
_MAX_TOKENS = 4_000  # of them
_RELATIVE = 0.6  # how probable a differing quote is at least against the best, as in an answer
_SAME = 0.8  # of a shown sentence's words are in a quote that would only repeat it
_NOTHING_PROVED = "nothing that the language model wrote could be proved"


class Writer:
    """Asks a language model for a draft and proves it, sentence by sentence."""

    def __init__(self, model: LanguageModel, support: SupportModel) -> None:
        """Loads nothing yet."""
        self.model = model
        self._support = support
        self._seconds = SECONDS

    def write(self, answer: Answer, config: RunnableConfig | None = None) -> Iterator[Answer]:
        """The written answer, again after each sentence that is proved; the last is complete.

        `answer` is made of quotes, its hits and citations proved. It comes back, with a note, where
        no sentence can be proved or the model fails.
        """
        started = time.perf_counter()
        work, reason = _Work(answer, self._passages(answer)), ""
        asked = messages(answer.question, work.hits)
        try:
            for sentence in self._drafted(asked, work, config):
                if work.take(self._proved(work, sentence)):
                    yield work.answer()
        except ModelError as exc:
            reason = str(exc)
        work.add_differing()
        whole = work.answer() if work.is_written else answer
        if not work.is_written:
            reason = reason or _NOTHING_PROVED
        yield replace(
            whole,
            written=replace(
                whole.written,
                note=reason,
                drafted=tuple(work.proofs),
                tokens=cost(asked, work.draft.text),
            ),
            steps={**answer.steps, "writing": time.perf_counter() - started},
        )

    def _passages(self, answer: Answer) -> dict[int, Hit]:
        """The passages for the model by number: the quoted ones, then the best that fit."""
        cited = [one.hit for one in answer.citations]
        chosen: dict[str, Hit] = {}
        room = _MAX_TOKENS
        for hit in [*cited, *answer.hits]:
            room -= 0 if hit.passage.id in chosen else tokens(hit.passage.text)
            if len(chosen) == _PASSAGES or (chosen and room < 0):
                break
            chosen.setdefault(hit.passage.id, hit)
        return dict(enumerate(chosen.values(), 1))

    def _drafted(
        self, asked: list[BaseMessage], work: "_Work", config: RunnableConfig | None
    ) -> Iterator[Sentence]:
        if not work.hits:
            return
        for piece in self.model.write(asked, self._seconds, config=config):
            yield from work.draft.add(piece)
            if work.draft.is_full:
                break
        yield from work.draft.end()

    def _proved(self, work: "_Work", sentence: Sentence) -> Proof:
        return prove_sentence(
            sentence,
            work.evidence,
            work.answer_of.question,
            lambda text, passages: self._support.probabilities([(text, passages)])[0],
            SUPPORTED,
        )


@dataclass
class _Work:
    """A draft in progress: the passages the model was given, and the sentences so far."""

    answer_of: Answer
    hits: dict[int, Hit]
    draft: Draft = field(default_factory=Draft)
    proofs: list[Proof] = field(default_factory=list)
    written: list[WrittenSentence] = field(default_factory=list)
    citations: dict[tuple[int, int], Citation] = field(default_factory=dict)  # by passage, place

    def __post_init__(self) -> None:
        self.evidence: dict[int, Evidence] = {
            number: evidence(hit) for number, hit in self.hits.items()
        }

    @property
    def is_written(self) -> bool:
        """Whether a sentence of the model is proved; if not, quotes are the better answer."""
        return any(not one.quoted for one in self.written)

    def take(self, proof: Proof) -> bool:
        """Add a sentence with its proof. True where there is something new to show."""
        self.proofs.append(proof)
        if proof.shown is not None:
            if any(one.text == proof.shown for one in self.written):
                return False
            cited = tuple(self._cited(one, proof.shown) for one in proof.sentence.numbers)
            self.written.append(WrittenSentence(proof.shown, cited))
            return True
        return self._quote_contradicted(proof) or self._quote_instead(proof.sentence)

    def _quote_contradicted(self, proof: Proof) -> bool:
        """Show the sentence that the drafted one contradicts."""
        words = proof.contradicts
        for number in proof.sentence.numbers if words else ():
            hit = self.hits[number]
            start = hit.article.text.find(words, hit.passage.start, hit.passage.end)
            if start >= 0 and not self._is_shown(words):
                quote = Citation(0, hit, start, start + len(words), words)
                return self._add_quote(number, quote)
        return False

    def _quote_instead(self, sentence: Sentence) -> bool:
        """Show a quote of the answer that stands in a cited passage."""
        for number in sentence.numbers:
            hit = self.hits.get(number)
            for one in self.answer_of.citations:
                same = hit is not None and one.hit.passage.id == hit.passage.id
                if same and not self._is_shown(one.quote):
                    return self._add_quote(number, one)
        return False

    def _is_shown(self, quote: str) -> bool:
        """Whether most of its words are in a sentence that is shown already."""
        return any(grounding.share_found(one.text, quote) >= _SAME for one in self.written)

    def _add_quote(self, number: int, quote: Citation) -> bool:
        self.written.append(WrittenSentence(quote.quote, (self._cite(number, quote),), quoted=True))
        return True

    def _cited(self, number: int, shown: str) -> int:
        """The citation's number for a passage, cited for the sentence nearest to what is shown."""
        hit = self.hits[number]
        start, end = _nearest(hit, shown)
        return self._cite(number, Citation(0, hit, start, end, hit.article.text[start:end]))

    def _cite(self, number: int, quote: Citation) -> int:
        """The citation's number for a quote of a passage."""
        new = replace(quote, number=len(self.citations) + 1)
        return self.citations.setdefault((number, quote.start), new).number

    def add_differing(self) -> None:
        """Add likely quotes of other articles that differ from what is cited."""
        if not self.is_written:
            return
        offered = [one for one in self.answer_of.offered if self._is_probable(one)]
        for one in offered:
            number = next((n for n, hit in self.hits.items() if _is_in(one, hit)), None)
            cited = {shown.hit.article.id for shown in self.citations.values()}
            if number is None or one.hit.article.id in cited:
                continue
            if any(differ(one.text, shown.quote) for shown in self.citations.values()):
                self._add_quote(
                    number, Citation(0, one.hit, one.start, one.end, one.text, one.span)
                )

    def _is_probable(self, one: Quote) -> bool:
        return one.probability >= _RELATIVE * self.answer_of.offered[0].probability

    def answer(self) -> Answer:
        """What may be shown so far."""
        said = (f"{one.text} {''.join(f'[{n}]' for n in one.numbers)}" for one in self.written)
        citations = sorted(self.citations.values(), key=lambda one: one.number)
        several = [(a, b) for a in citations for b in citations if a.number < b.number]
        return replace(
            self.answer_of,
            found=True,
            text=" ".join(said),
            citations=tuple(citations),
            span=None,
            written=Written(tuple(self.written), drafted=tuple(self.proofs)),
            differing=any(differ(a.quote, b.quote) for a, b in several),
        )


def _nearest(hit: Hit, shown: str) -> tuple[int, int]:
    """The place of the passage's sentence that shares most words with what is shown."""
    wanted = content_stems(shown)
    places = [(one.start, one.end) for one in quotable_sentences([hit])] or [
        (hit.passage.start + a, hit.passage.start + b) for a, b in sentences(hit.passage.text)
    ]
    text = hit.article.text
    return max(places, key=lambda place: len(wanted & content_stems(text[slice(*place)])))


def _is_in(quote: Quote, hit: Hit) -> bool:
    passage = hit.passage
    same = quote.hit.article.id == hit.article.id and quote.hit.library == hit.library
    return same and passage.start <= quote.start and quote.end <= passage.end
