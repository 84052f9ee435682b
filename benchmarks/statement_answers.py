"""How often questions for somebody's statements are answered rightly.

    python -m benchmarks.statement_answers --data FOLDER [--wrong] [--times]

FOLDER holds `dev.jsonl.gz`. Its articles are indexed as they are. The questions are those that
`benchmarks.statements` makes from what people annotated in them. A shown quote is right if the
person asked about said something annotated in it, another's if all that is annotated in it was said
by somebody else, and unmarked if nothing is annotated there. Nobody annotated who "he" and "the
minister" are; the index's own rules resolve them here too. So the quotes whose annotated speaker
has a name are counted apart.

`--times` also prints what statements cost: the seconds of indexing these articles with and without
them, in turns, and those of such answers and of other answers about the same people.
"""

import tempfile
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from benchmarks.questions import options
from benchmarks.questions import rows as rows_of
from benchmarks.statements import Asked, attributions, questions
from benchmarks.tables import print_head, print_row
from retrieval.answers.answer import Answer
from retrieval.articles.article import Article, article
from retrieval.attribution.attribution import Attribution
from retrieval.attribution.coreference import speakers
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.tagger import Tagger
from retrieval.english.names import is_asked
from retrieval.library.index import Index
from retrieval.newsdesk import Newsdesk
from retrieval.search.hit import Citation

OTHER = "another's"
# What is annotated in each article; the last part of each is the words for the speaker.
Marked = Mapping[str, Sequence[tuple[Attribution, Speaker, str]]]


def main() -> None:
    """Index, ask, print."""
    parser = options(__doc__, "quotes")
    parser.add_argument("--wrong", action="store_true", help="print wrong and missing quotes")
    parser.add_argument("--times", action="store_true", help="time indexing and asking")
    given = parser.parse_args()
    rows = rows_of(given.data / "dev.jsonl.gz")
    asked = questions(rows)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Newsdesk(Path(folder), create=True)) as desk,
    ):
        ids = {row["id"]: as_article(row).id for row in rows}
        desk.take([as_article(row) for row in rows])
        answers = [desk.ask(one.question) for one in track(asked, "asking")]
        if given.times:
            print_times(desk, rows, asked, answers)
    marked = {ids[row["id"]]: marks(row) for row in rows}
    print_head(
        "asked", "questions", "answered", "quotes", "right", OTHER, "unmarked",
        "right, of named speakers", "answers with another's",
    )  # fmt: skip
    pairs = [*zip(asked, answers, strict=True)]
    for kind, has_topic in (("what did S say?", False), ("what did S say about T?", True)):
        some = [(one, answer) for one, answer in pairs if bool(one.topic) == has_topic]
        print_verdicts(kind, some, marked)
    print_verdicts("all", pairs, marked)
    share = on_topic(pairs, ids)
    print(f"\n{share:.3f} of the questions on a topic are answered with the statement meant")
    for one, answer in pairs if given.wrong else ():
        for quote in answer.citations:
            if (verdict := judged(one, quote, marked)[0]) != "right":
                print(f"\n{one.question} {verdict}: {quote.quote}\n  {quote.statement}")
        if not answer.found:
            print(f"\n{one.question} {answer.missing.reason or 'declined'}")


class Silent(Tagger):
    """A tagger that finds nothing and takes no time."""

    def attributions(self, text: str) -> list[Attribution]:
        """No attributions."""
        return []


def print_times(
    desk: Newsdesk,
    rows: Sequence[dict[str, Any]],
    asked: Sequence[Asked],
    answers: Sequence[Answer],
) -> None:
    """Print the seconds of indexing and of answers."""
    for _ in range(2):
        for name, tagger in (("without", Silent()), ("with", desk.models.tagger)):
            with tempfile.TemporaryDirectory() as folder:
                index = Index(Path(folder), desk.models.embedder, create=True, tagger=tagger)
                started = time.perf_counter()
                with index.writing():
                    deque(index.sync(as_article(row) for row in rows), maxlen=0)
                print(f"indexing {name} statements: {time.perf_counter() - started:.1f} s")
                index.close()
    names = list(dict.fromkeys(one.speaker for one in asked))
    others = [desk.ask(f"where did {name} go?").seconds for name in track(names, "asking")]
    for kind, seconds in (("statements", [one.seconds for one in answers]), ("others", others)):
        print(f"answers, {kind}: median {np.median(seconds):.2f} s, "
              f"p95 {np.quantile(seconds, 0.95):.2f} s")  # fmt: skip


def as_article(row: dict[str, Any]) -> Article:
    """The row as an article, with its text unchanged, so that the offsets fit."""
    made = article(
        row["text"], url=f"https://{row['publisher']}.example/{row['id']}", title=row["id"]
    )
    return replace(made, text=row["text"])


def marks(row: dict[str, Any]) -> list[tuple[Attribution, Speaker, str]]:
    """What people marked, with its speaker and the words of its source."""
    found = attributions(row)
    text = row["text"]
    return [
        (one, speaker, " ".join(text[a:b] for a, b in one.speaker_spans))
        for one, speaker in zip(found, speakers(text, found), strict=True)
    ]


def print_verdicts(kind: str, some: Sequence[tuple[Asked, Answer]], marked: Marked) -> None:
    """Print one row of the table."""
    verdicts = [
        [judged(asked, quote, marked) for quote in answer.citations] for asked, answer in some
    ]
    flat = [one for each in verdicts for one in each]
    count = Counter(verdict for verdict, _ in flat)
    named = Counter(verdict for verdict, is_named in flat if is_named)
    answered = [each for each in verdicts if each]
    wrong = sum(any(verdict == OTHER for verdict, _ in each) for each in answered)
    shares = (f"{count[one] / max(1, len(flat)):.3f}" for one in ("right", OTHER, "unmarked"))
    right_named = f"{named['right'] / max(1, named.total()):.3f} ({named.total()})"
    wrong_share = f"{wrong / max(1, len(answered)):.3f}"
    print_row(kind, len(some), len(answered), len(flat), *shares, right_named, wrong_share)


def judged(asked: Asked, quote: Citation, marked: Marked) -> tuple[str, bool]:
    """The verdict on a quote, and whether all that is annotated in it has a named speaker."""
    start, end = quote.span or (quote.start, quote.end)
    there = [
        (speaker, source)
        for one, speaker, source in marked[quote.hit.article.id]
        if any(a < end and start < b for a, b in one.content)
    ]
    if not there:
        return "unmarked", False
    is_named = any(
        source[:1].isupper() and is_asked(asked.speaker, source, "") for _, source in there
    )
    is_right = any(is_asked(asked.speaker, speaker.name, "") for speaker, _ in there)
    return ("right" if is_right or is_named else OTHER), is_named or not is_right


def on_topic(some: Sequence[tuple[Asked, Answer]], ids: Mapping[str, str]) -> float:
    """The share of questions on a topic that get the statement that the topic was taken from."""
    found = total = 0
    for asked, answer in some:
        if asked.topic:
            total += 1
            found += any(
                ids[gold.article_id] == quote.hit.article.id
                and any(a < quote.end and quote.start < b for a, b in gold.spans)
                for gold in asked.gold
                for quote in answer.citations
            )
    return found / max(1, total)


if __name__ == "__main__":
    main()
