"""Newsdesk: the one entrance for every front end, and a LangChain Runnable."""

import os
from collections import deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig, run_in_executor

from retrieval.answers.answer import Answer
from retrieval.answers.language_model import LanguageModel
from retrieval.answers.models import Models
from retrieval.answers.pipeline import LISTED, Pipeline, also
from retrieval.answers.rewording import reworded
from retrieval.articles.article import Article
from retrieval.errors import SettingsError
from retrieval.library.check import Finding, check
from retrieval.library.desk import LibraryDesk
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.library.libraries import Libraries
from retrieval.library.library import Library
from retrieval.models.embedder import BUNDLED
from retrieval.proof.fact_check import Verdict, verdict
from retrieval.proof.standing import standing, stored_texts
from retrieval.questions.followup import Turn, Understood, standalone
from retrieval.questions.question import Question, one_line, question_of
from retrieval.quotes.finder import StatementPage, statements_by, who_said
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.speakers import SpeakerProfile, speakers_like
from retrieval.search.hit import Citation
from retrieval.search.reader import Reader, SpanReader
from retrieval.search.retriever import NewsdeskRetriever
from retrieval.sources import http
from retrieval.watching.queue import FILE as QUEUE
from retrieval.watching.queue import FetchQueue

Asked = str | dict[str, Any] | Question

SHARED = "shared"  # the library that everybody may read
THRESHOLD = 0.4  # probability under which an answer is declined


def check_name(library: str) -> None:
    """Raise SettingsError for what can't be a library's name."""
    if not library.replace("-", "").replace("_", "").isalnum() or len(library) > 50:
        raise SettingsError(
            f"{library!r} can't be a library's name: letters, digits, - and _ make one."
        )


class Newsdesk(LibraryDesk, Runnable[Asked, Answer]):
    """Answers questions from libraries of articles, and feeds one of them.

    It is a LangChain Runnable and a context manager, and safe to use from several threads and
    processes. A question is a string, a `Question`, or a dict with the text as `question` and any
    other field of a `Question`.
    """

    def __init__(
        self,
        data: str | os.PathLike[str],
        *,
        library: str = SHARED,
        create: bool = False,
        embedder: str = BUNDLED,
        chroma_url: str | None = None,
        threshold: float = THRESHOLD,
        reranker: str | None = None,
        language_model: LanguageModel | BaseChatModel | str | None = None,
        reader: Reader | None = None,
        beside: "Newsdesk | None" = None,
        models: Models | None = None,
        hosts: Collection[str] = (),
        agent: str = http.AGENT,
    ) -> None:
        """Open `library` in the folder `data`, made if `create`.

        `embedder` and `reranker` are sentence-transformers models. `language_model` writes answers,
        of which only what is proved is shown: any chat model of LangChain, or its "provider:name".
        An answer less probable than `threshold` is declined. The library of the desk `beside` is
        asked too, and its models are shared; articles go into `library` only. `models` are those of
        another desk. `hosts` may be fetched from although they aren't on the public internet;
        `agent` tells servers who fetches.

        Raises SettingsError for a wrong name, LibraryError where the library is missing.
        """
        check_name(library)
        self._data = Path(data)
        shared = models or (beside.models if beside else None)
        self.models: Models = shared or Models(
            embedder, self._data / ".models", reranker, language_model
        )
        index = Index(
            self._data / library,
            self.models.embedder,
            create=create,
            chroma_url=chroma_url,
            tagger=self.models.tagger,
        )
        super().__init__(Libraries([index, *([beside.index] if beside else [])]), hosts, agent)
        self.search = self.as_retriever()
        self.reader: Reader = reader or SpanReader(
            self.models.embedder,
            self.libraries.known_words,
            self.libraries.newest,
            self.models.network,
            self.models.reranker,
        )
        self.threshold = threshold
        self._pipeline = Pipeline(
            self.libraries, self.search, self.reader, self.models.writer, threshold
        )

    def close(self) -> None:
        """Close the files of its own library."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # Asking

    def ask(self, question: Asked) -> Answer:
        """The answer to one question. Raises SettingsError for an empty or too long one."""
        return self.invoke(question)

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The answer to one question. Raises as `ask` does."""
        (answer,) = deque(self.stream(input, config), maxlen=1)
        return answer

    def stream(
        self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """The answer as far as it is proved, again after each step; the last one is complete.

        Without a language model there is only one. Raises as `ask` does.
        """
        return self._transform_stream_with_config(iter([input]), self._answers, config)

    async def astream(
        self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """The same as `stream`; each step runs in a thread."""
        parts = self.stream(input, config)
        while (answer := await run_in_executor(config, next, parts, None)) is not None:
            yield answer

    def _answers(
        self,
        inputs: Iterator[Asked],
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
    ) -> Iterator[Answer]:
        for one in inputs:
            yield from self._pipeline.answers(question_of(one), config)

    def as_retriever(self, *, k: int = LISTED, filter: Filter = Filter()) -> NewsdeskRetriever:
        """A LangChain retriever over the libraries that `ask` reads, for at most `k` passages."""
        return NewsdeskRetriever(indexes=self.libraries.indexes, k=k, filter=filter)

    def understood(
        self, question: str, turns: Sequence[Turn], *, alone: bool = False
    ) -> Understood:
        """A follow-up question as one that stands alone; `turns` come before it, oldest first.

        The language model rewords it, where there is one and adds nothing new; else, and with
        `alone`, rules do.
        """
        writer = None if alone else self.models.writer
        worded = reworded(writer.model, question, turns) if writer else Understood("")
        return replace(worded, question=worded.question or standalone(question, turns))

    def verdicts(self, statements: Sequence[str]) -> list[Verdict]:
        """Whether the articles say each of the statements; citations are numbered in order."""
        found, k = [], LISTED * len(self.libraries.indexes)
        for number, statement in enumerate(statements, 1):
            hits = self.search.hits(statement, k=k)
            still = standing(hits, stored_texts(hits, self.libraries.by_name))
            found.append(verdict(statement, still, number))
        return found

    def sources(self) -> list[str]:
        """The publishers of all articles that may answer, in alphabetical order."""
        return self.libraries.sources()

    def also(self, citation: Citation) -> tuple[Article, ...]:
        """The copies of the cited article that have the quote too."""
        return also(citation, self.libraries.by_name)

    # Who said what

    def quotes(
        self,
        speaker: str,
        *,
        about: str = "",
        source: str | None = None,
        since: date | None = None,
        until: date | None = None,
        first: int = 0,
        most: int = 10,
        oldest_first: bool = False,
    ) -> StatementPage:
        """What a speaker says, newest first, or `oldest_first`; with a topic, what is on it alone.

        From number `first` on (0 is the first), at most `most`, all where that is negative. Raises
        SettingsError where the speaker's name is empty or endless.
        """
        return statements_by(
            self.libraries.indexes,
            one_line(speaker, "name"),
            about=one_line(about, "topic") if about.strip() else "",
            allowed=Filter(self.libraries.sources_named(source), since, until),
            first=first,
            most=most,
            oldest_first=oldest_first,
        )

    def who_said(self, phrase: str) -> tuple[ReportedStatement, ...]:
        """The statements that have the phrase, else most of its words, newest first.

        Raises SettingsError for an empty or endless phrase.
        """
        return who_said(self.libraries.indexes, one_line(phrase, "phrase"))

    def speakers(self, typed: str = "", *, most: int = 25) -> list[SpeakerProfile]:
        """Speakers with a name that has the words typed, or beginnings; the most quoted first."""
        return speakers_like(self.libraries.indexes, typed, most)

    def unread(self) -> int:
        """How many articles there are in which statements were not looked for yet."""
        return sum(one.statements.count_pending() for one in self.libraries.indexes)

    # Looking after its library

    def remove(
        self, articles: Iterable[Article], *, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Remove these articles, where they are still there; feeds don't bring them back."""
        gone = [*articles]
        super().remove(gone, waiting=waiting)
        if (self._data / QUEUE).exists():
            with closing(FetchQueue(self._data)) as queue:
                queue.pages.forget(self.index.library.name, [one.id for one in gone])

    def check(self) -> Iterator[Finding]:
        """What was checked, and what is wrong with it; nothing is repaired."""
        yield from check(self.index)
        yield from self.models.check()

    def library(self, name: str) -> Library | None:
        """The library of that name among those that answer, or None."""
        return self.libraries.by_name.get(name)
