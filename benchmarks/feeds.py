"""How many entries are found in feeds, hostile ones too, and how long the longest takes.

    python -m benchmarks.feeds --data FOLDER

FOLDER holds `feeds.jsonl.gz` of objects with `name` and `base64`. Beside Newsdesk stands
feedparser as it comes.
"""

import argparse
import base64
import time
import warnings
from collections import Counter
from io import BytesIO
from pathlib import Path

import feedparser

from benchmarks.questions import rows
from retrieval.errors import ReadError
from retrieval.sources.feeds import parse


def main() -> None:
    """Print the table, and below it each reason and each feed with fewer entries than plain."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    feeds = rows(parser.parse_args().data / "feeds.jsonl.gz")
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
    print("| feeds | with entries | empty | refused | entries | feedparser's | longest, ms |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {len(feeds):,} | {counts['with']:,} | {counts['empty']:,} | {counts['refused']:,} "
        f"| {counts['entries']:,} | {counts['expected']:,} | {longest * 1000:.0f} |"
    )
    for reason, count in reasons.most_common():
        if reason:
            print(f"\n{count:,} refused: {reason}")
    print(f"\n{len(fewer):,} with fewer entries than feedparser finds", *fewer, sep="\n")


def entries(content: bytes) -> tuple[int, str]:
    """How many entries Newsdesk finds, and why it finds none where it refuses the feed."""
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
