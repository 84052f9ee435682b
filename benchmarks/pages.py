"""How much of an article is found in its page: words shared with what people marked as its text.

    python -m benchmarks.pages --data FOLDER

FOLDER holds `pages.jsonl.gz` of objects with `url`, `html` and `article_body`. Beside Newsdesk
stands trafilatura as it comes.
"""

import argparse
import re
from collections import Counter
from pathlib import Path
from typing import Any

import trafilatura

from benchmarks.questions import rows
from retrieval.errors import ReadError
from retrieval.sources.documents import page_article


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    pages = rows(parser.parse_args().data / "pages.jsonl.gz")
    print("| pages | Newsdesk, F1 of words | trafilatura, F1 of words |")
    print("|---|---|---|")
    ours = sum(f1(found(page), page["article_body"]) for page in pages) / len(pages)
    plain = sum(
        f1(trafilatura.extract(page["html"]) or "", page["article_body"]) for page in pages
    ) / len(pages)
    print(f"| {len(pages):,} | {ours:.3f} | {plain:.3f} |")


def found(page: dict[str, Any]) -> str:
    """The text that Newsdesk finds in a page, nothing where it finds no article."""
    try:
        return page_article(page["html"].encode(), address=page["url"], charset="utf-8").text
    except ReadError:
        return ""


def f1(text: str, truth: str) -> float:
    """The harmonic mean of the shares of words that are right, and found."""
    said, true = (Counter(re.findall(r"\w+", one.lower())) for one in (text, truth))
    return 2 * (said & true).total() / max(1, said.total() + true.total())


if __name__ == "__main__":
    main()
