"""How many entries are found in feeds, also hostile ones, and how long the slowest takes.

    python -m benchmarks.feeds --data FOLDER

FOLDER holds `feeds.jsonl.gz`: objects with `name` and `base64`. Newsdesk is compared with
feedparser alone.
"""

import base64
import time
import warnings
from collections import Counter
from io import BytesIO

import feedparser

from benchmarks.questions import options, rows
from benchmarks.tables import print_head, print_row
from retrieval.errors import ReadError
from retrieval.sources.feeds import parse


def main() -> None:
    """Print the table, the reasons for refusals, and the feeds in which feedparser finds more."""
    feeds = rows(options(__doc__, None).parse_args().data / "feeds.jsonl.gz")
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    fewer, longest = [], 0.0
    for feed in feeds:
        content = base64.b64decode(feed["base64"])
        expected = plain(content)
        began = time.perf_counter()
        found, reason = entries(content)
        longest = max(longest, time.perf_counter() - began)
        counts["refused" if reason else "with" if found else "empty"] += 1
        counts["entries"] += found
        counts["expected"] += expected
        reasons[reason] += 1
        if found < expected:
            fewer.append(f"{feed['name']}: {found:,} of {expected:,} {reason}")
    print_head(
        "feeds", "with entries", "empty", "refused", "entries", "feedparser's", "longest, ms"
    )
    columns = ("with", "empty", "refused", "entries", "expected")
    shown = (f"{counts[one]:,}" for one in columns)
    print_row(f"{len(feeds):,}", *shown, f"{longest * 1000:.0f}")
    for reason, count in reasons.most_common():
        if reason:
            print(f"\n{count:,} refused: {reason}")
    print(f"\n{len(fewer):,} in which feedparser finds more entries", *fewer, sep="\n")


def entries(content: bytes) -> tuple[int, str]:
    """How many entries Newsdesk finds, and why it refuses the feed, "" if it doesn't."""
    try:
        return len(parse(content, address="https://news.example/feed").entries), ""
    except ReadError as exc:
        return 0, exc.reason


def plain(content: bytes) -> int:
    """How many entries feedparser finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(feedparser.parse(BytesIO(content)).entries)


if __name__ == "__main__":
    main()
