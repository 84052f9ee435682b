"""Writing: passages → a language model's answer, of which only what is proved is shown."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.messages import BaseMessage

from retrieval.answers.answer import Answer, Written
from retrieval.answers.draft import Draft
from retrieval.answers.extractive import differ
from retrieval.answers.language_model import LanguageModel, tokens
from retrieval.answers.prompts import messages, new_fence, prompt
from retrieval.english import instructions
from retrieval.english.quotation import strip_marks
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.errors import ModelError
from retrieval.models.support import SUPPORTED, SupportModel
from retrieval.proof import grounding
from retrieval.proof.sentence import Evidence, Proof, Sentence, evidence, prove_sentence
from retrieval.questions.followup import Turn, Understood
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import Quote, quotable_sentences

SECONDS = 20.0  # for the whole draft


_PASSAGES = 8  # that are handed out


_MAX_TOKENS = 4_000  # of them


_RELATIVE = 0.6  # how probable a differing quote is at least against the best, as in an answer


_UNDERSTOOD_SECONDS = 6.0  # for a question that leans on the talk


_TALK = 4_000  # characters of the talk, the latest


_LONGEST_QUESTION = 400


_SAME = 0.8  # of a shown sentence's words are in a quote that would only repeat it


_NOTHING_PROVED = "nothing that the language model wrote could be proved"


class Writer:
    """Asks a language model for a draft and proves it, sentence by sentence."""

    def __init__(self, model: LanguageModel, support: SupportModel) -> None:
        """Loads nothing yet."""
        self.model = model
        self._support = support
        self._seconds = SECONDS

    def write(self, answer: Answer) -> Iterator[Answer]:
        """The answer as its sentences are proved; at last the whole one, or `answer` with a note.

        `answer` is that of quotes, its hits and citations proved.
        """
        started = time.perf_counter()
        work, reason = _Work(answer, self._handed_out(answer)), ""
        asked = messages(answer.question, work.hits)
        try:
            for sentence in self._drafted(asked, work):
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
            note=reason,
            steps={**answer.steps, "writing": time.perf_counter() - started},
            drafted=tuple(work.proofs),
            tokens=_cost(asked, work.draft.text),
        )

    def understood(self, question: str, turns: Sequence[Turn]) -> Understood:
        """The question as the model words it to stand alone.

        "" where it fails, where that is no question, or has a name or number that neither the
        question nor the talk has.
        """
        if not turns:
            return Understood("")
        talk = "\n".join(f"Q: {one.question}\nA: {one.answer}" for one in turns)[-_TALK:]
        fence = new_fence()
        asked = prompt("followup").invoke({"fence": fence, "talk": talk, "question": question})
        said = ""
        try:
            for piece in self.model.write(
                asked.to_messages(), _UNDERSTOOD_SECONDS, structured=False
            ):
                said += piece
        except ModelError:
            return Understood("", _cost(asked.to_messages(), said))
        cost = _cost(asked.to_messages(), said)
        said = strip_marks(" ".join(said.split()))
        known = f"{talk}\n{question}"
        is_sound = (
            0 < len(said) <= _LONGEST_QUESTION
            and said.endswith("?")
            and not instructions.has_address(said)
            and not grounding.missing_names(said, known)
            and not grounding.missing_numbers(said, known)
        )
        return Understood(said if is_sound else "", cost)

    def _handed_out(self, answer: Answer) -> dict[int, Hit]:
        """The passages by number: those that are quoted, then the best that there is room for."""
        cited = [one.hit for one in answer.citations]
        chosen: dict[str, Hit] = {}
        room = _MAX_TOKENS
        for hit in [*cited, *answer.hits]:
            room -= 0 if hit.passage.id in chosen else tokens(hit.passage.text)
            if len(chosen) == _PASSAGES or (chosen and room < 0):
                break
            chosen.setdefault(hit.passage.id, hit)
        return dict(enumerate(chosen.values(), 1))

    def _drafted(self, asked: list[BaseMessage], work: "_Work") -> Iterator[Sentence]:
        if not work.hits:
            return
        for piece in self.model.write(asked, self._seconds):
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
    """One draft on its way: what was handed out, and what has become of the sentences so far."""

    answer_of: Answer
    hits: dict[int, Hit]
    draft: Draft = field(default_factory=Draft)
    proofs: list[Proof] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    citations: dict[tuple[int, int], Citation] = field(default_factory=dict)  # by passage, place

    def __post_init__(self) -> None:
        self.evidence: dict[int, Evidence] = {
            number: evidence(hit) for number, hit in self.hits.items()
        }

    @property
    def is_written(self) -> bool:
        """Whether a sentence of the model's own is proved; else quotes are the better answer."""
        return any(not one.quoted for one in self.written)

    def take(self, proof: Proof) -> bool:
        """Note what became of a sentence; whether there is something new to be shown."""
        self.proofs.append(proof)
        if proof.shown is not None:
            if any(one.text == proof.shown for one in self.written):
                return False
            cited = tuple(self._cited(one, proof.shown) for one in proof.sentence.numbers)
            self.written.append(Written(proof.shown, cited))
            return True
        return self._quote_turned(proof) or self._quote_instead(proof.sentence)

    def _quote_turned(self, proof: Proof) -> bool:
        """Show the sentence that is nearly said."""
        for number in proof.sentence.numbers if proof.turned else ():
            hit = self.hits[number]
            start = hit.article.text.find(proof.turned, hit.passage.start, hit.passage.end)
            if start >= 0 and not self._is_said(proof.turned):
                end = start + len(proof.turned)
                return self._add_quote(number, Citation(0, hit, start, end, proof.turned))
        return False

    def _quote_instead(self, sentence: Sentence) -> bool:
        """Show what a cited passage says, where a quote of the answer stands in it."""
        for number in sentence.numbers:
            hit = self.hits.get(number)
            for one in self.answer_of.citations:
                same = hit is not None and one.hit.passage.id == hit.passage.id
                if same and not self._is_said(one.quote):
                    return self._add_quote(number, one)
        return False

    def _is_said(self, quote: str) -> bool:
        """Whether most of it is in what is shown already."""
        return any(grounding.share_found(one.text, quote) >= _SAME for one in self.written)

    def _add_quote(self, number: int, quote: Citation) -> bool:
        self.written.append(Written(quote.quote, (self._cite(number, quote),), quoted=True))
        return True

    def _cited(self, number: int, shown: str) -> int:
        """The number in the answer of a passage, cited for its sentence that is nearest."""
        hit = self.hits[number]
        start, end = _nearest(hit, shown)
        return self._cite(number, Citation(0, hit, start, end, hit.article.text[start:end]))

    def _cite(self, number: int, quote: Citation) -> int:
        """The number in the answer of a place in a passage."""
        new = replace(quote, number=len(self.citations) + 1)
        return self.citations.setdefault((number, quote.start), new).number

    def add_differing(self) -> None:
        """Show also what another article says otherwise than one that is cited."""
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
            mode="written",
            written=tuple(self.written),
            differing=any(differ(a.quote, b.quote) for a, b in several),
            drafted=tuple(self.proofs),
        )


def _cost(asked: Sequence[BaseMessage], said: str) -> int:
    """The tokens of what was asked and said; a model that says nothing takes none."""
    return tokens("".join(str(one.content) for one in asked)) + tokens(said) if said else 0


def _nearest(hit: Hit, shown: str) -> tuple[int, int]:
    """Where the sentence of a passage stands that shares most words with what is shown."""
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
