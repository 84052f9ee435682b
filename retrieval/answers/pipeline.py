"""The steps from a question to its proved answer: find, read, write, prove."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from langchain_core.runnables import RunnableConfig, RunnableLambda

from retrieval.answers.answer import Answer, Written, cite_again
from retrieval.answers.extractive import compose
from retrieval.answers.from_statements import from_statements, without_speaker
from retrieval.answers.writer import Writer
from retrieval.articles.article import Article
from retrieval.library.filter import Filter
from retrieval.library.libraries import Libraries
from retrieval.library.library import Library
from retrieval.proof.standing import standing, stands, stored_texts
from retrieval.questions.parts import parts
from retrieval.questions.period import Days, asked_days
from retrieval.questions.question import Question, one_line
from retrieval.questions.requests import StatementRequest, statement_request
from retrieval.search.hit import Citation, Hit, merged
from retrieval.search.reader import Reader
from retrieval.search.retriever import NewsdeskRetriever

log = logging.getLogger(__name__)

LISTED = 10  # passages at least that an answer lists
_BY_GRAMMAR = 16  # passages read where sentences are judged one by one, which takes longer
_CHANGED = "an article was changed meanwhile"


@dataclass(frozen=True, slots=True)
class Found:
    """A question, which articles may answer it, and the hits for each of its parts."""

    question: Question
    filter: Filter
    parts: Sequence[tuple[str, list[Hit]]]
    seconds: float


class Pipeline:
    """Answers questions from some libraries. Each step is a run for LangChain's callbacks."""

    def __init__(
        self,
        libraries: Libraries,
        retriever: NewsdeskRetriever,
        reader: Reader,
        writer: Writer | None,
        threshold: float,
    ) -> None:
        """`writer` is None without a language model.

        An answer less probable than `threshold` is declined.
        """
        self._libraries = libraries
        self._retriever = retriever
        self._reader = reader
        self._writer = writer
        self._threshold = threshold
        self._reading = RunnableLambda(self._read, name="reader")
        self._proof = RunnableLambda(self._proved, name="proof")

    def answers(self, question: Question, config: RunnableConfig) -> Iterator[Answer]:
        """The answer as far as it is proved, once for each step forward; the last is complete.

        Raises SettingsError for a question that can't be asked.
        """
        started = time.perf_counter()
        found = self._find(question, config)
        answer = self._proof.invoke(self._reading.invoke(found, config), config)
        for one in self._written(question, answer, config):
            answer = replace(one, seconds=time.perf_counter() - started)
            yield answer
        log.info(
            "answered in %.2f s: %d hits, %d quotes",
            answer.seconds, len(answer.hits), len(answer.citations),
        )  # fmt: skip

    def _find(self, question: Question, config: RunnableConfig) -> Found:
        text = topic = one_line(question.text, "question")
        if question.since is None and question.until is None:
            days = asked_days(text, question.today or date.today())
            oldest = self._libraries.oldest()
            if days.until and oldest and days.until < oldest:
                days = Days(None, None, text)  # later articles tell of what was before the first
            question = replace(question, since=days.since, until=days.until)
            topic = days.rest
        started = time.perf_counter()
        sources = self._libraries.sources_named(question.source)
        filter = Filter(sources, question.since, question.until)
        k = max(question.limit, LISTED)
        found = [
            (part, self._retriever.hits(part, config, k=k, filter=filter)) for part in parts(topic)
        ]
        seconds = time.perf_counter() - started
        return Found(replace(question, text=text), filter, found, seconds)

    def _read(self, found: Found) -> Answer:
        """The answer from statements where these are asked for, else from the likeliest quotes."""
        question = found.question
        started = time.perf_counter()
        asked = [one for text, _ in found.parts if (one := statement_request(text))]
        for_statements = len(asked) == len(found.parts)
        answer = self._from_statements(found, asked) if for_statements else None
        step = "statements" if answer else "reader"
        if answer is None:
            limit = min(question.limit, _BY_GRAMMAR) if for_statements else question.limit
            answer = self._quoted(found, limit)
            if for_statements:
                answer = without_speaker(answer, asked)
        steps = {"search": found.seconds, step: time.perf_counter() - started}
        return replace(answer, since=question.since, until=question.until, steps=steps)

    def _from_statements(self, found: Found, asked: Sequence[StatementRequest]) -> Answer | None:
        hits = merged(hits for _, hits in found.parts)
        indexes = self._libraries.indexes
        return from_statements(indexes, found.question.text, asked, found.filter, hits)

    def _quoted(self, found: Found, limit: int) -> Answer:
        """The answer made of the likeliest sentences of the first `limit` passages."""
        question = found.question
        readings = [self._reader.read(part, hits[:limit]) for part, hits in found.parts]
        listed = [
            [*reading.hits, *hits[limit:]]
            for reading, (_, hits) in zip(readings, found.parts, strict=True)
        ]
        return compose(
            question.text,
            merged(listed),
            [reading.quotes for reading in readings],
            threshold=self._threshold if question.threshold is None else question.threshold,
        )

    def _written(
        self, question: Question, answer: Answer, config: RunnableConfig
    ) -> Iterator[Answer]:
        """The answer as the language model writes it, if there is one and it may."""
        if self._writer is None or question.note:
            yield replace(answer, written=Written(note=question.note))
            return
        for one in self._writer.write(answer, config):
            proved = self._proof.invoke(one, config)
            # While it was being written, somebody withdrew or changed what it cites.
            if len(proved.citations) < len(one.citations):
                yield replace(self._proof.invoke(answer, config), written=Written(note=_CHANGED))
                return
            yield proved

    def _proved(self, answer: Answer) -> Answer:
        libraries = self._libraries.by_name
        proved = prove(answer, libraries)
        citations = tuple(
            replace(one, also=tuple(dict.fromkeys([*one.also, *also(one, libraries)])))
            for one in proved.citations
        )
        return replace(proved, citations=citations)


def prove(answer: Answer, libraries: Mapping[str, Library]) -> Answer:
    """The answer with only those hits and quotes that still stand, word for word, in the libraries.

    Quotes of articles that were changed or withdrawn are dropped, and the rest numbered anew; when
    none is left, the answer is declined.
    """
    missing = answer.missing
    texts = stored_texts([*answer.hits, *(one.hit for one in missing.others)], libraries)
    citations, others = (
        tuple(one for one in some if stands(texts, one.hit, one.start, one.end, one.quote))
        for some in (answer.citations, missing.others)
    )
    answer = replace(
        answer, hits=standing(answer.hits, texts), missing=replace(missing, others=others)
    )
    return answer if citations == answer.citations else cite_again(answer, citations)


def also(citation: Citation, libraries: Mapping[str, Library]) -> tuple[Article, ...]:
    """The copies of the cited article that have the quote too."""
    library = libraries.get(citation.hit.library)
    copies = library.copies(citation.hit.article.id) if library else []
    return tuple(one for one in copies if citation.quote in one.text)
