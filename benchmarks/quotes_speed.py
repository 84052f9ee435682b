"""How fast statements are found and paged among those of thousands of news articles.

    python -m benchmarks.quotes_speed --data FOLDER [--work FOLDER] [--each N] [--show N]

FOLDER holds `dev.articles.jsonl.gz` and `dev.questions.jsonl.gz`. An index in `--work` is reused;
`benchmarks.news` makes the same one. N questions of each kind (100 by default) are asked in turns,
so that other work on the machine slows all kinds alike:

- ordinary ones from the file;
- "what did S say?" for the N most quoted speakers, and for N of all who are quoted at least twice;
- "what did S say about T?" for the N most quoted, T being two words of one of their statements.

Then the statements of the most quoted speaker are paged. They are paged again in a copy of the
library in which all statements are this speaker's: as many, as long and as scattered over articles
as real ones are. Printed too is how many statements of the most quoted speakers were reported
several times, or in other words. `--show N` prints N random pairs of these, to be judged by
reading.
"""

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.news import copied, indexed
from benchmarks.questions import cases, options, sample
from benchmarks.tables import print_head, print_row
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
    parser = options(__doc__, "news")
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--show", type=int, default=0, help="print so many pairs of reports")
    given = parser.parse_args()
    work = given.work / "all"
    with closing(indexed(given.data, None, work)) as desk:
        statements = desk.index.statements
        print(f"  {statements.count():,} statements, unread articles: {statements.count_pending()}")
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
    draw = random.Random(1)
    every = [one for one in desk.speakers(most=100_000) if one.count > 1 and one.speaker.is_named]
    quoted, some = every[:each], draw.sample(every, each)
    ordinary = sample(cases(data / "dev.questions.jsonl.gz"), each)
    on = [(one.speaker.name, topic(desk, one, draw)) for one in quoted]
    return {
        "ordinary": [one.question for one in ordinary],
        "what did S say? (most quoted)": [f"what did {one.speaker.name} say?" for one in quoted],
        "what did S say? (of all)": [f"what did {one.speaker.name} say?" for one in some],
        "what did S say about T?": [f"what did {name} say about {what}?" for name, what in on],
    }


def topic(desk: Newsdesk, profile: SpeakerProfile, draw: random.Random) -> str:
    """The two longest content words of one of their statements."""
    said = draw.choice(desk.index.statements.by_speakers(profile.keys, most=50))
    statement, article = said
    text = " ".join(article.text[a:b] for a, b in statement.attribution.content)
    words = {word.strip(".,;:'\"“”‘’?!") for word in text.split() if content_stems(word)}
    return " ".join(sorted(words, key=lambda word: (-len(word), word))[:2])


def print_answers(desk: Newsdesk, asked: dict[str, list[str]]) -> None:
    """Print the seconds that the questions of each kind take, asked in turns."""
    desk.ask("what happened?")  # loads the models
    seconds: dict[str, list[float]] = {kind: [] for kind in asked}
    found: dict[str, int] = dict.fromkeys(asked, 0)
    for turn in track([*zip(*asked.values(), strict=True)], "asking", transient=True):
        for kind, question in zip(asked, turn, strict=True):
            answer = desk.ask(question)
            seconds[kind].append(answer.seconds)
            found[kind] += answer.found
    print()
    print_head("asked", "questions", "answered", "p50", "p95", "at most")
    for kind, each in seconds.items():
        p50, p95 = np.quantile(each, 0.5), np.quantile(each, 0.95)
        shown = (f"{one:.2f} s" for one in (p50, p95, max(each)))
        print_row(kind, len(each), found[kind], *shown)


def print_pages(desk: Newsdesk, profile: SpeakerProfile) -> None:
    """Print the milliseconds of some pages of a speaker's statements, and of the speaker's list."""
    name = profile.speaker.name
    print(f"\n{name}, {profile.count:,} statements, {_PAGE} a page")
    for page in _PAGES:
        if (page - 1) * _PAGE < profile.count:
            shown, median = timed(
                lambda first=(page - 1) * _PAGE: len(
                    desk.quotes(name, first=first, most=_PAGE).statements
                )
            )
            print(f"  page {page:,}: {median:.0f} ms ({shown} shown)")
    _, median = timed(lambda: len(desk.speakers(name[:3])))
    print(f"  speakers called {name[:3]}…: {median:.0f} ms")


def print_topics(desk: Newsdesk, profile: SpeakerProfile) -> None:
    """Print the milliseconds of a speaker's statements about two words of one of them."""
    draw = random.Random(2)
    wanted = [topic(desk, profile, draw) for _ in range(20)]
    times, answered = [], 0
    for about in wanted:
        started = time.perf_counter()
        answered += bool(desk.quotes(profile.speaker.name, about=about).statements)
        times.append(1000 * (time.perf_counter() - started))
    print(f"  about two of their words: p50 {np.median(times):.0f} ms, "
          f"at most {max(times):.0f} ms ({answered} of {len(wanted)} found)")  # fmt: skip


def print_merged(desk: Newsdesk, most: int, show: int) -> None:
    """Print how many statements were reported several times, and some of these."""
    named = [one.speaker.name for one in desk.speakers(most=most)]
    merged = [
        one for name in track(named, "grouping") for one in desk.quotes(name, most=-1).statements
    ]
    same = [(one.report, other) for one in merged for other in one.also]
    worded = [(one.report, other) for one in merged for other in one.variants]
    print(f"\n{len(merged):,} statements of the {len(named)} most quoted; merged reports: "
          f"{len(same)}, other wordings: {len(worded)}")  # fmt: skip
    for kind, pairs in (("merged", same), ("other wording", worded)):
        differing = sorted({(words(a), words(b)) for a, b in pairs if words(a) != words(b)})
        for first, second in random.Random(3).sample(differing, min(show, len(differing))):
            print(f"\n{kind}:\n  {first}\n  {second}")


def words(said: Report) -> str:
    """The words of a report, on one line."""
    parts = said.words if said.statement.kind == "direct" else [said.sentence]
    return " … ".join(" ".join(part.split()) for part in parts)


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """The result of the work, and the median of its milliseconds."""
    times: list[float] = []
    for _ in range(_TURNS):
        started = time.perf_counter()
        done = work()
        times.append(1000 * (time.perf_counter() - started))
    return done, float(np.median(times))


def given_to_one(work: Path, profile: SpeakerProfile) -> Path:
    """A copy of the data folder in which all statements are this speaker's."""
    copy = copied(work, "one-speaker")
    with closing(sqlite3.connect(copy / "shared" / FILE)) as database, database:
        database.execute(
            "UPDATE statements SET speaker = (SELECT number FROM speakers WHERE speaker_key IN "
            f"({', '.join('?' * len(profile.keys))}) AND name = ? LIMIT 1)",
            [*profile.keys, profile.speaker.name],
        )
    return copy


if __name__ == "__main__":
    main()
