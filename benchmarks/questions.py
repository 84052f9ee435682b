"""The test material: where it is, how its files are read, and the questions about news in it."""

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval import evaluation


@dataclass(frozen=True, slots=True)
class Case:
    """A question, its answer, the addresses of its articles, and of those that hold the answer."""

    question: str
    answer: str
    article_urls: tuple[str, ...]
    urls_with_answer: tuple[str, ...]

    @property
    def calibrates(self) -> bool:
        """Whether it belongs to the third that weights are fitted on; figures leave it out."""
        return random.Random(self.question).randrange(3) == 0

    def as_asked(self, *, answerable: bool) -> evaluation.Case:
        """The case as `newsdesk eval` reads it; without an answer if the articles don't have it."""
        answer = self.answer if answerable else None
        return evaluation.Case(self.question, answer, self.urls_with_answer)


def options(description: str | None, folder: str | None = "") -> argparse.ArgumentParser:
    """The options of the module that is run, described by its docstring, with `--data`.

    By default this is a folder of the test material; it must be given if `folder` is None.
    """
    module = sys.modules["__main__"].__spec__
    name = module.name.removesuffix(".__main__") if module else ""
    parser = argparse.ArgumentParser(
        prog=f"python -m {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = None if folder is None else Path("../shared/data", folder)
    parser.add_argument("--data", type=Path, default=default, required=folder is None)
    return parser


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
    """`size` of the cases, the same ones for the same seed; all of them if it is None."""
    chosen = list(all_cases)
    random.Random(seed).shuffle(chosen)
    return chosen[:size]


def write_articles(articles: list[dict[str, Any]], urls: set[str] | None, file: Path) -> None:
    """Write the articles with one of these addresses, or all if `urls` is None, as JSON lines."""
    with file.open("w", encoding="utf-8") as lines:
        for row in articles:
            if urls is None or row["url"] in urls:
                lines.write(json.dumps(row) + "\n")
