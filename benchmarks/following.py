"""How long it takes from a new entry in a feed to the first answer that cites it.

    python -m benchmarks.following [--entries 3]

`newsdesk watch` runs as a process of its own and polls a publisher on loopback at the default
interval. Each entry is published right after a poll, which is the worst moment.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from retrieval.newsdesk import Newsdesk
from retrieval.watching.schedule import EVERY
from tests.loopback.publisher import Publishers, Site, Story


def main() -> None:
    """Publish, wait for the answers, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.following", description=__doc__)
    parser.add_argument("--entries", type=int, default=3)
    entries = parser.parse_args().entries
    publishers = Publishers()
    site = publishers.site("localhost")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = {"NEWSDESK_DATA": folder, "NEWSDESK_HOSTS": "localhost"}
        newsdesk = [sys.executable, "-m", "bot"]
        environment = os.environ | settings
        subprocess.run([*newsdesk, "feeds", "add", site.feed], env=environment, check=True)
        with closing(Newsdesk(data, create=True)) as desk:
            watch = subprocess.Popen([*newsdesk, "watch"], env=environment)
            try:
                seconds = [_until_answered(desk, site, number) for number in range(entries + 1)]
            finally:
                watch.send_signal(signal.SIGTERM)
                watch.wait()
    publishers.stop()
    print(f"Seconds to the first answer that cites an entry, at most one poll every {EVERY:.0f} s:")
    print(", ".join(f"{one:.1f}" for one in seconds[1:]))


def _until_answered(desk: Newsdesk, site: Site, number: int) -> float:
    """Publish after the next poll; the seconds until an answer cites the entry."""
    polls = site.polls
    while site.polls == polls:
        time.sleep(0.05)
    text = f"The mayor of Orn{number} sold item {number} of the treasure of Vik on Friday."
    site.publish(f"/{number}", Story(f"Orn{number} sells", f"{text}\nNobody had asked for it."))
    published = time.monotonic()
    while True:
        answer = desk.ask(f"what did the mayor of Orn{number} sell?")
        if any(one.hit.article.title == f"Orn{number} sells" for one in answer.citations):
            return time.monotonic() - published
        time.sleep(0.2)


if __name__ == "__main__":
    main()
