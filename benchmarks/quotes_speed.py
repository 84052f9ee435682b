"""How fast what somebody says is found and paged in thousands of news articles.

    python -m benchmarks.quotes_speed --data FOLDER [--work FOLDER] [--each N] [--show N]

FOLDER holds `dev.articles.jsonl.gz` and `dev.questions.jsonl.gz`. What `--work` holds is reused;
`benchmarks.news` leaves the same index there. N (100) questions of each kind are asked by turns, so
that what else the machine does slows all of them alike:

- ordinary ones, of the set;
- "what did S say?" of the N most quoted speakers, and of N of all those who are quoted twice;
- "what did S say about T?" of the N most quoted, T being two words of one of their statements.

Then the statements of the most quoted speaker are paged; and, in a copy of the library in which all
statements are given to that one, those. The copy is made of what is stored, so these are as many,
as long and as scattered over articles as real ones are. Printed too is how many statements of the
most quoted speakers are several reports of one, or have other wordings; `--show N` prints N such
pairs, drawn by chance, to be judged by reading.
"""

import argparse
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.news import indexed
from benchmarks.questions import cases, sample
from retrieval.english.words import content_stems
from retrieval.library.library import FILE
from retrieval.newsdesk import Newsdesk
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile

_PAGE = 20
_PAGES = (1, 2, 10, 100, 500, 1000, 2000)
_TURNS = 5


def main() -> None:
    """Index, ask, page, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quotes_speed", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/news"))
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--show", type=int, default=0, help="print so many pairs put together")
    given = parser.parse_args()
    work = given.work / "all"
    with closing(indexed(given.data, None, work)) as desk:
        register = desk.index.register
        print(f"  {register.count():,} statements, unread articles: {register.count_unread()}")
        print_answers(desk, questions(desk, given.data, given.each))
        (most, *_) = desk.speakers(most=1)
        print_pages(desk, most)
        print_topics(desk, most)
        print_merged(desk, given.each, given.show)
        copy = given_to_one(work, most)
    with closing(Newsdesk(copy)) as one:
        (everybody, *_) = one.speakers(most=1)
        print_pages(one, everybody)
        print_topics(one, everybody)


def questions(desk: Newsdesk, data: Path, each: int) -> dict[str, list[str]]:
    """The questions of each kind."""
    chance = random.Random(1)
    every = [one for one in desk.speakers(most=100_000) if one.count > 1 and one.speaker.is_named]
    quoted, some = every[:each], chance.sample(every, each)
    ordinary = sample(cases(data / "dev.questions.jsonl.gz"), each)
    on = [(one.speaker.name, topic(desk, one, chance)) for one in quoted]
    return {
        "ordinary": [one.question for one in ordinary],
        "what did S say? (most quoted)": [f"what did {one.speaker.name} say?" for one in quoted],
        "what did S say? (of all)": [f"what did {one.speaker.name} say?" for one in some],
        "what did S say about T?": [f"what did {name} say about {what}?" for name, what in on],
    }


def topic(desk: Newsdesk, voice: SpeakerProfile, chance: random.Random) -> str:
    """The two longest content words of one of their statements."""
    said = chance.choice(desk.index.register.statements(voice.keys, most=50))
    statement, article = said
    text = " ".join(article.text[a:b] for a, b in statement.attribution.content)
    words = {word.strip(".,;:'\"“”‘’?!") for word in text.split() if content_stems(word)}
    return " ".join(sorted(words, key=lambda word: (-len(word), word))[:2])


def print_answers(desk: Newsdesk, asked: dict[str, list[str]]) -> None:
    """Seconds of the answers of each kind, which are asked by turns."""
    desk.ask("what happened?")  # loads what there is to be loaded
    seconds: dict[str, list[float]] = {kind: [] for kind in asked}
    found: dict[str, int] = dict.fromkeys(asked, 0)
    for turn in track([*zip(*asked.values(), strict=True)], "asking", transient=True):
        for kind, question in zip(asked, turn, strict=True):
            answer = desk.ask(question)
            seconds[kind].append(answer.seconds)
            found[kind] += answer.found
    print("\n| asked | questions | answered | p50 | p95 | at most |\n|---|---|---|---|---|---|")
    for kind, each in seconds.items():
        p50, p95 = np.quantile(each, 0.5), np.quantile(each, 0.95)
        print(f"| {kind} | {len(each)} | {found[kind]} | {p50:.2f} s | {p95:.2f} s "
              f"| {max(each):.2f} s |")  # fmt: skip


def print_pages(desk: Newsdesk, voice: SpeakerProfile) -> None:
    """Milliseconds of some pages of what a speaker says, and of the list by which one is chosen."""
    name = voice.speaker.name
    print(f"\n{name}, {voice.count:,} statements, {_PAGE} a page")
    for page in _PAGES:
        if (page - 1) * _PAGE < voice.count:
            shown, middle = timed(
                lambda first=(page - 1) * _PAGE: len(
                    desk.quotes(name, first=first, most=_PAGE).statements
                )
            )
            print(f"  page {page:,}: {middle:.0f} ms ({shown} shown)")
    _, middle = timed(lambda: len(desk.speakers(name[:3])))
    print(f"  speakers called {name[:3]}…: {middle:.0f} ms")


def print_topics(desk: Newsdesk, voice: SpeakerProfile) -> None:
    """Milliseconds of what a speaker says about some words of their own."""
    chance = random.Random(2)
    wanted = [topic(desk, voice, chance) for _ in range(20)]
    times, answered = [], 0
    for about in wanted:
        started = time.perf_counter()
        answered += bool(desk.quotes(voice.speaker.name, about=about).statements)
        times.append(1000 * (time.perf_counter() - started))
    print(f"  about two of their words: p50 {np.median(times):.0f} ms, "
          f"at most {max(times):.0f} ms ({answered} of {len(wanted)} found)")  # fmt: skip


def print_merged(desk: Newsdesk, most: int, show: int) -> None:
    """How many statements stand for several reports, and some of these."""
    named = [one.speaker.name for one in desk.speakers(most=most)]
    told = [
        one for name in track(named, "grouping") for one in desk.quotes(name, most=-1).statements
    ]
    same = [(one.report, other) for one in told for other in one.also]
    worded = [(one.report, other) for one in told for other in one.variants]
    print(f"\n{len(told):,} statements of the {len(named)} most quoted; reports put together: "
          f"{len(same)}, other wordings beside one: {len(worded)}")  # fmt: skip
    for kind, pairs in (("put together", same), ("other wording", worded)):
        differing = sorted({(words(a), words(b)) for a, b in pairs if words(a) != words(b)})
        for first, second in random.Random(3).sample(differing, min(show, len(differing))):
            print(f"\n{kind}:\n  {first}\n  {second}")


def words(said: Report) -> str:
    """What is shown of it, on one line."""
    parts = said.words if said.statement.kind == "direct" else [said.sentence]
    return " … ".join(" ".join(part.split()) for part in parts)


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """What comes of it, and the median of its milliseconds."""
    times: list[float] = []
    for _ in range(_TURNS):
        started = time.perf_counter()
        done = work()
        times.append(1000 * (time.perf_counter() - started))
    return done, float(np.median(times))


def given_to_one(work: Path, voice: SpeakerProfile) -> Path:
    """A copy of the library in which all statements are that speaker's."""
    copy = work / "one-speaker"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    shutil.copytree(work / "shared", copy / "shared")
    (copy / ".models").symlink_to((work / ".models").resolve())
    with closing(sqlite3.connect(copy / "shared" / FILE)) as database, database:
        database.execute(
            "UPDATE statements SET speaker = (SELECT number FROM speakers WHERE speaker_key IN "
            f"({', '.join('?' * len(voice.keys))}) AND name = ? LIMIT 1)",
            [*voice.keys, voice.speaker.name],
        )
    return copy


if __name__ == "__main__":
    main()
