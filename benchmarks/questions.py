"""News questions and articles as `news/*.jsonl.gz` has them."""

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval import evaluation


@dataclass(frozen=True, slots=True)
class Case:
    """A question, its answer, the addresses of its articles and of those that hold the answer."""

    question: str
    answer: str
    article_urls: tuple[str, ...]
    urls_with_answer: tuple[str, ...]

    @property
    def calibrates(self) -> bool:
        """Whether it belongs to the third that weights are fitted on, and no figure reported."""
        return random.Random(self.question).randrange(3) == 0

    def as_asked(self, *, answerable: bool) -> evaluation.Case:
        """The case as `newsdesk eval` has it."""
        answer = self.answer if answerable else None
        return evaluation.Case(self.question, answer, self.urls_with_answer)


def rows(file: Path) -> list[dict[str, Any]]:
    """The JSON objects of a gzipped JSON-lines file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cases(file: Path) -> list[Case]:
    """The questions of a split, in order."""
    return [
        Case(
            row["question"],
            row["answer"],
            tuple(row["article_urls"]),
            tuple(row.get("urls_with_answer", row["article_urls"])),
        )
        for row in rows(file)
    ]


def sample(all_cases: Iterable[Case], size: int | None, seed: int = 1) -> list[Case]:
    """`size` of the cases, the same for the same seed; all of them for None."""
    chosen = list(all_cases)
    random.Random(seed).shuffle(chosen)
    return chosen[:size]


def write_articles(articles: list[dict[str, Any]], urls: set[str] | None, file: Path) -> None:
    """Write those of the articles that have one of `urls` (all for None) as JSON lines."""
    with file.open("w", encoding="utf-8") as lines:
        for row in articles:
            if urls is None or row["url"] in urls:
                lines.write(json.dumps(row) + "\n")
