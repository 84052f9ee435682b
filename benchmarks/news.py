"""How often the answer to a real news question is found and shown, beside plain LangChain.

    python -m benchmarks.news --data FOLDER [--sample N] [--work FOLDER]

FOLDER holds `dev.articles.jsonl.gz` and `dev.questions.jsonl.gz`. Printed for Newsdesk and for a
plain LangChain pipeline (passages of 1,000 characters overlapping by 200, dense search alone, the
same embedding model): answer@k, the share of answerable questions for which one of the first k
passages holds the answer. For Newsdesk also: the share whose written answer holds it in at most 60
words, and how many questions of either kind are declined. With `--sample N` only N answerable and N
other questions are asked, of an index of only their articles. What `--work` holds is reused.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.questions import MAX_WORDS, Case, cases, holds, rows, sample, write_articles
from retrieval.answer import Answer
from retrieval.desk import Newsdesk
from retrieval.models import Embedder

T = TypeVar("T")

_CUTS = (1, 5, 10)


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.news")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/news"))
    parser.add_argument("--sample", type=int, default=None)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    given = parser.parse_args()

    every = cases(given.data / "dev.questions.jsonl.gz")
    answerable = sample([case for case in every if case.urls_with_answer], given.sample)
    others = sample([case for case in every if not case.urls_with_answer], given.sample)
    urls = {url for case in [*answerable, *others] for url in case.article_urls}
    work = given.work / (f"sample-{given.sample}" if given.sample else "all")
    work.mkdir(parents=True, exist_ok=True)
    articles = work / "articles.jsonl"
    write_articles(
        rows(given.data / "dev.articles.jsonl.gz"), urls if given.sample else None, articles
    )

    desk = Newsdesk(work, create=True)
    report = _timed("Newsdesk indexes", lambda: [*desk.sync([articles])][-1])
    print(f"  {report.done} articles, {desk.index.library.count_passages()} passages")
    search = _timed("plain LangChain indexes", lambda: _plain(articles, work, desk.index.embedder))

    answers = [desk.ask(case.question) for case in answerable]
    declined = [desk.ask(case.question) for case in others]
    plain = [search(case.question) for case in answerable]
    found = [[hit.passage.text for hit in answer.hits] for answer in answers]
    print(f"\n{len(answerable)} answerable questions{'':10}" + "".join(f"@{k:<7}" for k in _CUTS))
    _row("plain LangChain, dense", answerable, plain)
    _row("Newsdesk", answerable, found)
    _print_answers(answerable, answers, declined)


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
    print(f"{name:34}" + "".join(f"{np.mean([n < k for n in first]):<8.3f}" for k in _CUTS))


def _print_answers(
    asked: Sequence[Case], answers: Sequence[Answer], others: Sequence[Answer]
) -> None:
    short = [len(answer.text.split()) <= MAX_WORDS for answer in answers]
    right = [
        answer.found and is_short and holds(answer.text, case.answer)
        for case, answer, is_short in zip(asked, answers, short, strict=True)
    ]
    exact = [
        citation.hit.article.text[citation.start : citation.end] == citation.quote
        for answer in [*answers, *others]
        for citation in answer.citations
    ]
    seconds = sorted(answer.seconds for answer in [*answers, *others])
    print(f"answer text (at most {MAX_WORDS} words) holds the answer: {np.mean(right):.3f}")
    print(f"answers of over {MAX_WORDS} words: {len(short) - sum(short)}")
    print(f"answerable questions declined: {np.mean([not a.found for a in answers]):.3f}")
    print(f"other questions declined ({len(others)}): {np.mean([not a.found for a in others]):.3f}")
    print(f"quotes exact: {sum(exact)} of {len(exact)}")
    print(f"seconds a question: p50 {np.median(seconds):.2f}, p95 {np.quantile(seconds, 0.95):.2f}")


class _SameModel(Embeddings):
    """The embedder as LangChain takes it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
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
