"""Newsdesk: the one door for every front end, put together from LangChain runnables."""

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from retrieval.answers.answer import Answer
from retrieval.answers.extractive import compose
from retrieval.answers.from_statements import stated, without_speaker
from retrieval.answers.language_model import LanguageModel
from retrieval.answers.pipeline import prove
from retrieval.answers.writer import Writer
from retrieval.articles.article import Article, normalise
from retrieval.attribution.tagger import Tagger
from retrieval.errors import Hint, LibraryError, ModelError, ReadError, SettingsError
from retrieval.library.check import Finding, check
from retrieval.library.filter import Filter
from retrieval.library.index import Index, SyncReport
from retrieval.library.library import Library, Version
from retrieval.models.embedder import BUNDLED, Embedder
from retrieval.models.passage_reader import PassageReader
from retrieval.models.reranker import Reranker
from retrieval.models.support import SupportModel
from retrieval.proof.fact_check import Verdict, verdict
from retrieval.proof.standing import standing
from retrieval.questions.followup import Turn, Understood, standalone
from retrieval.questions.parts import parts
from retrieval.questions.period import Days, asked_days
from retrieval.questions.requests import StatementRequest, statement_request
from retrieval.quotes.finder import StatementPage, statements_by, who_said
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.speakers import SpeakerProfile, speakers_like
from retrieval.search.hit import Citation, Hit
from retrieval.search.reader import Reader, SpanReader
from retrieval.search.retriever import NewsdeskRetriever
from retrieval.sources import files, http, pages
from retrieval.watching.queue import FILE as QUEUE
from retrieval.watching.queue import FetchQueue

log = logging.getLogger(__name__)

SHARED = "shared"  # the library that everybody may read
THRESHOLD = 0.4  # probability under which an answer is declined
READ = 24  # passages; the first 24 hold the answer to 92 % of questions that have one, 50 hold 96
MAX_QUESTION = 2000  # characters
_BY_GRAMMAR = 16  # of them, where sentences are judged one by one, which takes longer
_LISTED = 10  # passages at least that an answer lists
_AGAIN = 32  # articles at most in which somebody waits for statements to be found, beside theirs
_CHANGED = "an article was changed meanwhile"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and which articles may answer it; `limit` is how many passages are read for it.

    Where neither `since` nor `until` is given, the words of the question may say it, as
    "yesterday" does; `today` is the day that they are relative to, None for the clock's.
    `threshold` is the probability under which it is declined, None for the desk's. `note` says why
    no language model is to write the answer, "" where one may.
    """

    text: str
    source: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int = READ
    threshold: float | None = None
    today: date | None = None
    note: str = ""


def check_name(library: str) -> None:
    """Raise SettingsError for what can't be a library's name."""
    if not library.replace("-", "").replace("_", "").isalnum() or len(library) > 50:
        raise SettingsError(
            f"{library!r} can't be a library's name: letters, digits, - and _ make one."
        )


_Found = tuple[Question, list[tuple[str, list[Hit]]], float]


class Models:
    """The models that desks share; each is loaded when it is first used."""

    def __init__(
        self,
        embedder: str,
        cache: Path,
        reranker: str | None = None,
        language_model: LanguageModel | None = None,
    ) -> None:
        """`cache` is where exported embedding models are kept."""
        self.embedder = Embedder(embedder, cache)
        self.network = PassageReader()
        self.reranker = Reranker(reranker) if reranker else None
        self.tagger = Tagger()
        self.writer = Writer(language_model, SupportModel()) if language_model else None


class Newsdesk(Runnable[str | Question, Answer]):
    """Answers questions from one library; a Runnable from question to Answer.

    Safe to use from several threads and processes at once.
    """

    def __init__(
        self,
        data: Path,
        *,
        library: str = SHARED,
        create: bool = False,
        embedder: str = BUNDLED,
        chroma_url: str | None = None,
        threshold: float = THRESHOLD,
        reranker: str | None = None,
        language_model: LanguageModel | None = None,
        reader: Reader | None = None,
        beside: "Newsdesk | None" = None,
        models: Models | None = None,
        hosts: Collection[str] = (),
        agent: str = http.AGENT,
    ) -> None:
        """Open `library` under `data`, making it if `create`.

        `reranker` is a sentence-transformers `CrossEncoder` that ranks instead of our own, and
        `language_model` writes answers, of which only what is proved is shown.
        `beside` is a desk whose library is asked too, and whose models are shared; what is fed
        goes into `library` alone. `models` are another desk's, to be shared. `hosts` may be
        fetched from although they aren't on the public internet; `agent` is what servers are told
        of who fetches.

        Raises SettingsError for a name that is no library's, LibraryError when it is missing.
        """
        check_name(library)
        self._data = data
        self._beside = beside
        self.models: Models = models or (
            beside.models
            if beside
            else Models(embedder, data / ".models", reranker, language_model)
        )
        self.index = Index(
            data / library,
            self.models.embedder,
            create=create,
            chroma_url=chroma_url,
            tagger=self.models.tagger,
        )
        self.search = NewsdeskRetriever(index=self.index)
        self._newest: tuple[int, date | None] | None = None
        self.reader: Reader = reader or SpanReader(
            self.models.embedder,
            self._known_words,
            self._newest_day,
            self.models.network,
            self.models.reranker,
        )
        self.threshold = threshold
        self.hosts = hosts
        self.agent = agent
        self.chain: Runnable[str | Question, Answer] = (
            RunnableLambda(self._find) | RunnableLambda(self._read) | RunnableLambda(self._prove)
        )

    def close(self) -> None:
        """Let go of all files of its own library."""
        self.index.close()

    @property
    def _desks(self) -> "list[Newsdesk]":
        """The desk itself, and the one beside it."""
        return [self, *([self._beside] if self._beside else [])]

    @property
    def _libraries(self) -> dict[str, Library]:
        return {one.index.library.name: one.index.library for one in self._desks}

    # Asking

    def invoke(
        self, input: str | Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        """The answer to one question. Raises SettingsError for an empty or endless one."""
        (answer,) = deque(self.stream(input, config), maxlen=1)
        return answer

    def stream(
        self, input: str | Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """The answer as far as it is proved, again and again; the last is the whole one.

        Without a language model it comes once. Raises as `invoke` does.
        """
        started = time.perf_counter()
        answer: Answer = self.chain.invoke(input, config)
        question = Question(input) if isinstance(input, str) else input
        for one in self._written(question, answer):
            answer = replace(one, seconds=time.perf_counter() - started)
            yield answer
        log.info(
            "answered in %.2f s: %d hits, %d quotes",
            answer.seconds, len(answer.hits), len(answer.citations),
        )  # fmt: skip

    def _written(self, question: Question, answer: Answer) -> Iterator[Answer]:
        """What the language model makes of it, if there is one; each citation still stands."""
        writer = self.models.writer
        if writer is None or question.note:
            yield replace(answer, note=question.note)
            return
        for one in writer.write(answer):
            proved = self._prove(one)
            # Somebody withdrew or changed what is cited, while it was being written.
            if len(proved.citations) < len(one.citations):
                yield replace(self._prove(answer), note=_CHANGED)
                return
            yield proved

    def ask(self, question: str | Question) -> Answer:
        """The answer to one question; `invoke` by its everyday name."""
        return self.invoke(question)

    def understood(
        self, question: str, turns: Sequence[Turn], *, alone: bool = False
    ) -> Understood:
        """The question as it stands alone, after these turns of the talk, oldest first.

        By the language model, where there is one and what it makes of it has nothing new in it;
        else, and where it is to be left `alone`, by rules.
        """
        writer = None if alone else self.models.writer
        worded = writer.understood(question, turns) if writer else Understood("")
        return replace(worded, question=worded.question or standalone(question, turns))

    def verdicts(self, statements: Sequence[str]) -> list[Verdict]:
        """What the articles say on each of the statements; citations numbered as these are."""
        found = []
        for number, statement in enumerate(statements, 1):
            hits = _merged([one.search.hits(statement, limit=_LISTED) for one in self._desks])
            found.append(verdict(statement, standing(hits, self._libraries), number))
        return found

    def _find(self, asked: str | Question) -> _Found:
        """The question, the hits for each of its parts, and the seconds that took."""
        question = Question(asked) if isinstance(asked, str) else asked
        text = _line(question.text, "question")
        said = text
        if question.since is None and question.until is None:
            days = asked_days(text, question.today or date.today())
            oldest = self._oldest()
            if days.until and oldest and days.until < oldest:
                days = Days(None, None, text)  # of what was before all articles, later ones tell
            question = replace(question, since=days.since, until=days.until)
            said = days.rest
        started = time.perf_counter()
        allowed = Filter(self._sources(question.source), question.since, question.until)
        limit = max(question.limit, _LISTED)
        found = [
            (part, _merged([one.search.hits(part, limit=limit, allowed=allowed)
                            for one in self._desks])[:limit])
            for part in parts(said)
        ]  # fmt: skip
        return replace(question, text=text), found, time.perf_counter() - started

    def sources(self) -> list[str]:
        """The publishers of all articles that may answer, in order."""
        return sorted({source for one in self._desks for source in one.index.library.sources()})

    def _sources(self, wanted: str | None) -> tuple[str, ...] | None:
        if wanted is None:
            return None
        known = self.sources()
        same = [source for source in known if source.casefold() == wanted.strip().casefold()]
        if not same:
            raise SettingsError(
                f"No article is by a source called {wanted!r}. "
                f"There are: {', '.join(known[:20]) or 'none'}{', …' if len(known) > 20 else ''}."
            )
        return tuple(same)

    def _read(self, found: _Found) -> Answer:
        question, parts, seconds = found
        started = time.perf_counter()
        asked = [one for text, _ in parts if (one := statement_request(text))]
        answer = self._stated(found, asked) if len(asked) == len(parts) else None
        step = "statements" if answer else "reader"
        if answer is None:
            by_grammar = len(asked) == len(parts)
            limit = min(question.limit, _BY_GRAMMAR) if by_grammar else question.limit
            answer = self._quoted(found, limit)
            if by_grammar:
                answer = without_speaker(answer, asked)
        steps = {"search": seconds, step: time.perf_counter() - started}
        return replace(answer, since=question.since, until=question.until, steps=steps)

    def _stated(self, found: _Found, asked: Sequence[StatementRequest]) -> Answer | None:
        """The answer made of statements; None where nobody is known by whom they are asked of."""
        question, parts, _ = found
        allowed = Filter(self._sources(question.source), question.since, question.until)
        hits = _merged([hits for _, hits in parts])
        return stated(self._indexes, question.text, asked, allowed, hits)

    def _quoted(self, found: _Found, limit: int) -> Answer:
        """The answer made of the likeliest sentences of the first passages."""
        question, parts, _ = found
        readings = [self.reader.read(part, hits[:limit]) for part, hits in parts]
        listed = [
            [*reading.hits, *hits[limit:]]
            for reading, (_, hits) in zip(readings, parts, strict=True)
        ]
        threshold = self.threshold if question.threshold is None else question.threshold
        return compose(
            question.text,
            _merged(listed),
            [reading.quotes for reading in readings],
            threshold=threshold,
        )

    def _oldest(self) -> date | None:
        days = [day for one in self._desks if (day := one.index.library.oldest())]
        return min(days, default=None)

    def _known_words(self, stems: Iterable[str]) -> set[str]:
        wanted, found = {*stems}, set[str]()
        for one in self._desks:
            with one.index.reading() as (_, words):
                found |= words.known(wanted)
        return found

    def _newest_day(self) -> date | None:
        """Of all articles, or today where one claims to be of the future."""
        days = [day for one in self._desks if (day := one._newest_of_its_own())]
        return min(max(days), date.today()) if days else None

    def _newest_of_its_own(self) -> date | None:
        generation = self.index.library.generation
        if self._newest is None or self._newest[0] != generation:
            self._newest = (generation, self.index.library.newest())
        return self._newest[1]

    def _prove(self, answer: Answer) -> Answer:
        proved = prove(answer, self._libraries)
        cited = tuple(
            replace(one, also=tuple(dict.fromkeys([*one.also, *self.also(one)])))
            for one in proved.citations
        )
        return replace(proved, citations=cited)

    def also(self, citation: Citation) -> tuple[Article, ...]:
        """The copies of the cited article that have the quote too."""
        library = self.library(citation.hit.library)
        copies = library.copies(citation.hit.article.id) if library else []
        return tuple(one for one in copies if citation.quote in one.text)

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
            self._indexes,
            _line(speaker, "name"),
            about=_line(about, "topic") if about.strip() else "",
            allowed=Filter(self._sources(source), since, until),
            first=first,
            most=most,
            oldest_first=oldest_first,
        )

    def who_said(self, phrase: str) -> tuple[ReportedStatement, ...]:
        """The statements that have the phrase, else most of its words, newest first.

        Raises SettingsError for an empty or endless phrase.
        """
        return who_said(self._indexes, _line(phrase, "phrase"))

    def speakers(self, typed: str = "", *, most: int = 25) -> list[SpeakerProfile]:
        """Speakers with a name that has the words typed, or beginnings; the most quoted first."""
        return speakers_like(self._indexes, typed, most)

    def unread(self) -> int:
        """How many articles there are in which statements were not looked for yet."""
        return sum(one.statements.count_pending() for one in self._indexes)

    @property
    def _indexes(self) -> list[Index]:
        return [one.index for one in self._desks]

    # Feeding

    def sync(
        self,
        paths: list[Path],
        *,
        prune: bool = False,
        again: bool = True,
        waiting: Callable[[], None] = lambda: None,
    ) -> Generator[SyncReport, None, None]:
        """Make the library hold what is in the files and folders; yields the report so far.

        With `prune`, articles whose file is no longer under `paths` are withdrawn, unless a
        part of what is there could not be read, which might hold them. Without `again`, what
        somebody withdrew stays out although its file is there. Whoever stops iterating stops it
        between two batches. `waiting` is called when another process is writing.
        """
        with self.index.writing(waiting):
            yield from self.index.sync(
                (
                    one
                    for one in _articles(paths)
                    if again or isinstance(one, ReadError) or not self.keeps_out(one.id)
                ),
                gone=self._pruned(paths) if prune else lambda seen, failed: (),
            )

    def add_links(
        self, links: Iterable[str], *, waiting: Callable[[], None] = lambda: None
    ) -> Generator[SyncReport, None, None]:
        """Fetch these addresses into the library, one by one; yields the report so far."""
        report = SyncReport()
        for link in links:
            # Fetched first: nobody else should have to wait until a slow server has answered.
            found = [*pages.read(link, allowed=self.hosts, agent=self.agent)]
            with self.index.writing(waiting):
                report += [*self.index.sync(found, most_refreshed=_AGAIN)][-1]
            yield report

    def take(self, articles: Iterable[Article], replaced: Collection[str] = ()) -> SyncReport:
        """Make the library hold these articles, and no longer those with the ids `replaced`."""
        return self.take_chosen(lambda: (articles, replaced))

    def take_chosen(
        self, chosen: Callable[[], tuple[Iterable[Article], Collection[str]]]
    ) -> SyncReport:
        """The same for what is chosen when it is this process's turn to write."""
        with self.index.writing():
            articles, replaced = chosen()
            sync = self.index.sync(
                articles, gone=lambda seen, failed: replaced, most_refreshed=_AGAIN
            )
            return [*sync][-1]

    def keeps_out(self, id: str) -> bool:
        """Whether somebody withdrew the article with this id, and nobody put it in again."""
        return self.index.library.keeps_out(id)

    def _pruned(self, paths: list[Path]) -> Callable[[set[str], list[ReadError]], list[str]]:
        roots = [files.name(files.absolute(path)) for path in paths]

        def gone(seen: set[str], failed: list[ReadError]) -> list[str]:
            unread = [error.place.rsplit(":", 1)[0] for error in failed] + [
                error.place for error in failed
            ]
            return [
                id
                for id, path in self.index.library.paths()
                if id not in seen and _is_under(path, roots) and not _is_under(path, unread)
            ]

        return gone

    def remove(
        self, articles: Iterable[Article], *, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Withdraw these articles, where they are still there; feeds don't bring them back."""
        ids = [article.id for article in articles]
        with self.index.writing(waiting):
            self.index.remove(ids)
        if (self._data / QUEUE).exists():
            with closing(FetchQueue(self._data)) as queue:
                queue.pages.forget(self.index.library.name, ids)

    def reindex(
        self, *, waiting: Callable[[], None] = lambda: None
    ) -> Generator[tuple[int, int], None, None]:
        """Rebuild the projections; yields (passages done, passages in all)."""
        with self.index.writing(waiting):
            yield from self.index.reindex()

    # Looking

    def check(self) -> Iterator[Finding]:
        """What was looked at and what is wrong with it; mends nothing."""
        yield from check(self.index)
        models: list[tuple[str, Callable[[], object]]] = [
            ("reader", lambda: self.models.network.read("Who?", [("", "Somebody.")]))
        ]
        if reranker := self.models.reranker:
            models.append(("reranker", lambda: reranker.ranks("Who?", ["Somebody.", "Nobody."])))
        for name, load in models:
            try:
                load()
                yield Finding(name)
            except ModelError as exc:
                yield Finding(name, str(exc))

    def library(self, name: str) -> Library | None:
        """The library of that name among those that answer here, or None."""
        found = [one.index.library for one in self._desks if one.index.library.name == name]
        return found[0] if found else None

    def article(self, id: str) -> Article:
        """The article with this id, or the one whose id begins so. Raises LibraryError."""
        library = self.index.library
        ids = library.ids(id.strip().lower())
        if len(ids) != 1 or not id.strip():
            what = "No article has" if not ids else f"{len(ids)} articles have"
            raise LibraryError(f"{what} an id beginning with {id!r}.", hint=Hint.LIST_ARTICLES)
        article = library.article(ids[0])
        if article is None:
            raise LibraryError(f"Article {ids[0]} was withdrawn just now.")
        return article

    def versions(self, id: str) -> list[Version]:
        """The earlier versions of the article with this id, oldest first."""
        return self.index.library.versions(id)

    def articles(
        self,
        *,
        source: str | None = None,
        since: date | None = None,
        until: date | None = None,
        titled: str = "",
        first: int = 0,
        most: int = -1,
    ) -> Iterator[Article]:
        """Articles, newest first, those without a date last.

        Those whose title has the words `titled`, from number `first` on (0 is the first), at most
        `most`, all where that is negative.
        """
        allowed = Filter(self._sources(source), since, until)
        yield from self.index.library.articles(allowed, titled=titled, first=first, most=most)


def _line(text: str, what: str) -> str:
    """The text in one line. Raises SettingsError where it is empty or endless."""
    text = " ".join(normalise(text).split())
    if not text:
        raise SettingsError(f"The {what} is empty.")
    if len(text) > MAX_QUESTION:
        raise SettingsError(f"The {what} is over {MAX_QUESTION:,} characters.")
    return text


def _merged(listed: list[list[Hit]]) -> list[Hit]:
    """The hits of several lists by turns, each passage once, ranked anew."""
    once: dict[str, Hit] = {}
    for hits in zip_longest(*listed):
        for hit in filter(None, hits):
            once.setdefault(hit.passage.id, hit)
    return [
        replace(hit, rank=rank, found=hit.found or rank)
        for rank, hit in enumerate(once.values(), 1)
    ]


def _articles(paths: list[Path]) -> Iterator[Article | ReadError]:
    for path in files.find(paths):
        if isinstance(path, ReadError):
            yield path
        else:
            yield from files.read(path)


def _is_under(path: str, roots: list[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)
