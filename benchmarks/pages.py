"""How well the text of an article is found in its page, against the text that people marked.

    python -m benchmarks.pages --data FOLDER

FOLDER holds `pages.jsonl.gz`: objects with `url`, `html` and `article_body`. Newsdesk is compared
with trafilatura alone.
"""

import re
from collections import Counter
from typing import Any

import trafilatura

from benchmarks.questions import options, rows
from benchmarks.tables import print_head, print_row
from retrieval.errors import ReadError
from retrieval.sources.documents import page_article


def main() -> None:
    """Print the table."""
    pages = rows(options(__doc__, None).parse_args().data / "pages.jsonl.gz")
    ours = sum(f1(page_text(page), page["article_body"]) for page in pages) / len(pages)
    plain = sum(
        f1(trafilatura.extract(page["html"]) or "", page["article_body"]) for page in pages
    ) / len(pages)
    print_head("pages", "Newsdesk, F1 of words", "trafilatura, F1 of words")
    print_row(f"{len(pages):,}", f"{ours:.3f}", f"{plain:.3f}")


def page_text(page: dict[str, Any]) -> str:
    """The text that Newsdesk finds in a page, "" if it finds no article."""
    try:
        return page_article(page["html"].encode(), address=page["url"], charset="utf-8").text
    except ReadError:
        return ""


def f1(text: str, truth: str) -> float:
    """F1 of the words of a text, compared with the true text."""
    found, true = (Counter(re.findall(r"\w+", one.lower())) for one in (text, truth))
    return 2 * (found & true).total() / max(1, found.total() + true.total())


if __name__ == "__main__":
    main()
