"""How often the answer to a real news question is found, shown and declined.

    python -m benchmarks.news --data FOLDER [--sample N] [--work FOLDER]

FOLDER holds `dev.articles.jsonl.gz` and `dev.questions.jsonl.gz`. Printed are

- answer@k, the share of answerable questions for which one of the first k passages holds the
  answer: for our search alone, after the reader, and for a plain LangChain pipeline (passages of
  1,000 characters that overlap by 200, dense search only, the same embedding model);
- the figures of `newsdesk eval` for the answerable questions, each asked of the library, and of a
  copy without the articles that hold its answer. Once for all questions, and once without the third
  that the probabilities were fitted on;
- the share of the questions without an answer in the articles that are declined.

With `--sample N`, only N answerable and N other questions are asked, and only their articles are
indexed. An index in `--work` is reused. The runs are saved there for `newsdesk eval --compare`.
"""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from rich.console import Console
from rich.progress import track

from benchmarks.questions import Case, cases, options, rows, sample, write_articles
from bot.text.report import table
from retrieval.articles.article import canonical_url
from retrieval.evaluation import Outcome, evaluate, holds, save
from retrieval.models.embedder import Embedder
from retrieval.newsdesk import Newsdesk

T = TypeVar("T")

_CUTS = (1, 3, 5, 10)


def main() -> None:
    """Index, ask, print."""
    parser = options(__doc__, "news")
    parser.add_argument("--sample", type=int, default=None)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    given = parser.parse_args()

    every = cases(given.data / "dev.questions.jsonl.gz")
    answerable = sample([case for case in every if case.urls_with_answer], given.sample)
    others = sample([case for case in every if not case.urls_with_answer], given.sample)
    urls = {url for case in [*answerable, *others] for url in case.article_urls}
    work = given.work / (f"sample-{given.sample}" if given.sample else "all")
    desk = indexed(given.data, urls if given.sample else None, work)
    asked = _run(desk, answerable, answerable=True)
    beyond = _run(desk, others, answerable=False)
    gone = _run(without(desk, answerable, work), answerable, answerable=False)
    print(f"\n{len(answerable)} answerable questions{'':10}" + "".join(f"@{k:<7}" for k in _CUTS))
    alone = [desk.search.hits(case.question, k=_CUTS[-1]) for case in answerable]
    _row("our search alone", answerable, [[hit.passage.text for hit in some] for some in alone])
    ranks = [one.rank or 10**9 for one in asked]
    _print_row("after the reader", [rank - 1 for rank in ranks])
    reported = [n for n, case in enumerate(answerable) if not case.calibrates]
    console = Console(highlight=False)
    print(f"\nAll {len(answerable)} questions, with and without their articles:")
    console.print(table([*asked, *gone], None, ""))
    print(f"\nThe {len(reported)} that nothing was fitted on, with and without their articles:")
    console.print(table([some[n] for some in (asked, gone) for n in reported], None, ""))
    print(f"\nQuestions that no article answers ({len(others)}), declined: "
          f"{np.mean([not one.found for one in beyond]):.3f}")  # fmt: skip
    save([*asked, *gone], work / "even.json")
    save([*asked, *beyond], work / "all.json")
    search = _timed(
        "\nplain LangChain indexes",
        lambda: _plain(work / "articles.jsonl", work, desk.index.embedder),
    )
    _row("plain LangChain, dense", answerable, [search(case.question) for case in answerable])


def indexed(data: Path, urls: set[str] | None, work: Path) -> Newsdesk:
    """A library of the dev articles with these addresses, or of all, made or reused."""
    work.mkdir(parents=True, exist_ok=True)
    articles = work / "articles.jsonl"
    write_articles(rows(data / "dev.articles.jsonl.gz"), urls, articles)
    desk = Newsdesk(work, create=True)
    report = _timed("Newsdesk indexes", lambda: [*desk.sync([articles])][-1])
    print(f"  {report.done} articles, {desk.index.library.count_passages()} passages")
    return desk


def without(desk: Newsdesk, asked: Sequence[Case], work: Path) -> Newsdesk:
    """A copy of the library without the articles that hold the answers."""
    left = Newsdesk(copied(work, "withdrawn"))
    gone = {canonical_url(url) for case in asked for url in case.urls_with_answer}
    left.remove([article for article in left.articles() if article.url in gone])
    return left


def copied(work: Path, name: str) -> Path:
    """A copy of the data folder `work`, in a folder inside it."""
    copy = work / name
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    shutil.copytree(work / "shared", copy / "shared")
    (copy / ".models").symlink_to((work / ".models").resolve())
    return copy


def _run(desk: Newsdesk, asked: Sequence[Case], *, answerable: bool) -> list[Outcome]:
    return [
        evaluate(desk, case.as_asked(answerable=answerable))
        for case in track(asked, "asking", transient=True)
    ]


def _timed(what: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    done = work()
    print(f"{what}: {time.perf_counter() - started:.0f} s", flush=True)
    return done


def _row(name: str, asked: Sequence[Case], found: Sequence[Sequence[str]]) -> None:
    first = [
        next((n for n, text in enumerate(texts) if holds(text, case.answer)), 10**9)
        for case, texts in zip(asked, found, strict=True)
    ]
    _print_row(name, first)


def _print_row(name: str, first: Sequence[int]) -> None:
    print(f"{name:34}" + "".join(f"{np.mean([n < k for n in first]):<8.3f}" for k in _CUTS))


class _SameModel(Embeddings):
    """The same embedding model for LangChain."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""
        vectors = [
            self._embedder.many_passages(texts[n : n + 512]) for n in range(0, len(texts), 512)
        ]
        return [vector.tolist() for batch in vectors for vector in batch]

    def embed_query(self, text: str) -> list[float]:
        """The question's vector."""
        return [float(number) for number in self._embedder.question(text)]


def _plain(articles: Path, work: Path, embedder: Embedder) -> Callable[[str], list[str]]:
    store = Chroma(
        collection_name="plain",
        embedding_function=_SameModel(embedder),
        persist_directory=str(work / "plain"),
        collection_metadata={"hnsw:space": "cosine"},
    )
    done = store._collection.count()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    texts = [
        text
        for line in articles.read_text(encoding="utf-8").splitlines()
        for text in splitter.split_text(json.loads(line)["text"])
    ]
    for first in range(done, len(texts), 2048):
        store.add_texts(texts[first : first + 2048])
    return lambda question: [
        found.page_content for found in store.similarity_search(question, k=_CUTS[-1])
    ]


if __name__ == "__main__":
    main()
