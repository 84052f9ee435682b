"""Polls many feeds many times while things fail: at the end each article is there, once.

python -m tests.watching.soak [--feeds 200] [--polls 50]
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from retrieval.articles.article import article
from retrieval.newsdesk import Newsdesk
from retrieval.watching import pages, schedule, subscriptions, watcher
from retrieval.watching.queue import FetchQueue
from retrieval.watching.watcher import Watcher
from tests.loopback.publisher import Fault, Handler, Publishers, Site, Story, circles, refuses, says

_HOSTS = ["localhost"]


def main() -> None:
    """Run the soak test, and print the result."""
    parser = argparse.ArgumentParser(prog="python -m tests.watching.soak", description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--polls", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = soak(Path(folder), given.feeds, given.polls, say=print)
    print("\n".join(wrong) or "exactly what was published, each once, in its newest version")
    raise SystemExit(bool(wrong))


def soak(
    data: Path, feeds: int, polls: int, *, seed: int = 5, say: Callable[[str], None]
) -> list[str]:
    """The differences at the end; none if all goes well."""
    draw, publishers, stop = random.Random(seed), Publishers(), threading.Event()
    sites = [publishers.part(f"/{number}") for number in range(feeds)]
    with (
        mock.patch.multiple(schedule, EVERY=1.0, _MAX_BACK_OFF=2.0, _CHECKS=(30.0,) * 1000),
        mock.patch.multiple(watcher, _MIN_GAP=0.0, _STEP=0.02),
        mock.patch.object(watcher, "host", lambda url: url),
        mock.patch.object(pages, "host", lambda url: url),
        mock.patch.object(subscriptions, "host", lambda url: url),
        closing(Newsdesk(data, create=True)) as desk,
        closing(FetchQueue(data)) as queue,
    ):
        for site in sites:
            queue.subscriptions.add("shared", site.feed)
        desk.take([article("The models are loaded.", url="https://warm.example/")])
        desk.remove([*desk.articles()])
        running = threading.Thread(
            target=Watcher(queue, _opener(desk), lambda library: _HOSTS).run, args=[stop]
        )
        running.start()
        started, before, told = time.monotonic(), _memory(), 0
        while (least := min(site.polls for site in sites)) < polls:
            if least > told:
                say(f"every feed was polled {least} times")
                told = least
            for site in sites:
                _live(site, draw)
            time.sleep(0.2)
        for site in sites:
            site.faults.clear()
        wrong = _settled(desk, sites, stop)
        stop.set()
        running.join()
        published = sum(len(site.stories) for site in sites)
        say(
            f"{feeds} feeds, {sum(site.polls for site in sites)} polls, {published} articles, "
            f"{time.monotonic() - started:.0f} s; memory {before} MB at the start, "
            f"{_memory()} MB at the end"
        )
    publishers.stop()
    return wrong


def _opener(desk: Newsdesk) -> Callable[[str], "contextmanager[Newsdesk]"]:
    @contextmanager
    def opened(library: str) -> Iterator[Newsdesk]:
        yield desk

    return opened  # type: ignore[return-value]


def _live(site: Site, draw: random.Random) -> None:
    """Let a site publish, correct, break or recover."""
    chance = draw.random()
    if chance < 0.02 and len(site.stories) < 8:
        number = len(site.stories)
        site.publish(f"{site.path}/{number}", _story(site, number, 0))
    elif chance < 0.03 and site.stories:
        path = draw.choice([*site.stories])
        site.publish(path, _story(site, int(path.rpartition("/")[2]), draw.randrange(10_000)))
    elif chance < 0.06:
        path = draw.choice([f"{site.path}/feed", *site.stories])
        site.faults[path] = draw.choice(_FAULTS)
    elif chance < 0.2:
        site.faults.clear()


def _story(site: Site, number: int, version: int) -> Story:
    name = f"of {site.path[1:]}-{number}"
    return Story(
        f"Report {name}",
        f"The report {name} says that item {version} was sold on Friday, in version {version}.\n"
        f"Nobody else had asked for the item {name}, and its price was {version} crowns.",
    )


def _sleeps(handler: Handler) -> None:
    time.sleep(3)


def _breaks_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<rss><chan")


_FAULTS: list[Fault] = [
    refuses(500), refuses(503, Retry_After="1"), refuses(429, Retry_After="1"), circles, _sleeps,
    _breaks_off, says(b"\x00\xff" * 50), says(b"<html><body>Under construction</body></html>"),
    says(b"x" * 100, "image/png"),
]  # fmt: skip


def _settled(desk: Newsdesk, sites: list[Site], stop: threading.Event) -> list[str]:
    """Wait until the library holds what is published; what is missing or too much in the end."""
    wanted = {
        f"{site.address}{path.removeprefix(site.path)}": story.text
        for site in sites
        for path, story in site.stories.items()
    }
    wrong: list[str] = []
    for _ in range(600):
        found: dict[str, str] = {}
        twice = []
        for one in desk.articles():
            twice += [f"twice: {one.url}"] if str(one.url) in found else []
            found[str(one.url)] = one.text
        missing = [f"missing: {url}" for url in wanted if url not in found]
        old = [f"old: {url}" for url, text in wanted.items()
               if url in found and text.split("\n")[0] not in found[url]]  # fmt: skip
        wrong = twice + missing + old + [f"not published: {url}" for url in found.keys() - wanted]
        if not wrong:
            return []
        time.sleep(0.2)
    return wrong


def _memory() -> int:
    """The MB that the process holds now, if the system tells; else the most that it held."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


if __name__ == "__main__":
    main()
