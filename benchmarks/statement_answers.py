"""How rightly questions for somebody's statements are answered.

    python -m benchmarks.statement_answers --data FOLDER [--wrong] [--times]

FOLDER holds `dev.jsonl.gz`. Its articles are indexed as they are; the questions are those that
`benchmarks.statements` makes of what people marked in them. A shown quote is right where the words
marked there are said by the person asked about; it is another's where all words marked there are
said by somebody else, and unmarked where nothing was marked. Nobody marked whom "he" and "the
minister" mean: the rules of the index tell that. So, beside all quotes, those are counted whose
every speaker is marked with a name.

With `--times` also what statements cost: indexing these articles with and without them, by turns,
and the seconds of such answers beside those of other questions about the same people.
"""

import argparse
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

from benchmarks.questions import rows as rows_of
from benchmarks.statements import Asked, attributions, questions
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
Marked = Mapping[str, Sequence[tuple[Attribution, Speaker, str]]]  # by article, with the source


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.statement_answers", description=__doc__
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/quotes"))
    parser.add_argument("--wrong", action="store_true", help="print what is not right")
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
    print("| asked | questions | answered | quotes | right | another's | unmarked "
          "| right, of named sources | answers with another's |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for kind, chosen in (("what did S say?", False), ("what did S say about T?", True)):
        some = [(a, b) for a, b in zip(asked, answers, strict=True) if bool(a.topic) == chosen]
        print_row(kind, some, marked)
    print_row("all", [*zip(asked, answers, strict=True)], marked)
    share = on_topic([*zip(asked, answers, strict=True)], ids)
    print(f"\n{share:.3f} of the questions on a topic are answered with the statement meant")
    for one, answer in zip(asked, answers, strict=True) if given.wrong else ():
        for quote in answer.citations:
            if (verdict := judged(one, quote, marked)[0]) != "right":
                print(f"\n{one.question} {verdict}: {quote.quote}\n  {quote.statement}")
        if not answer.found:
            print(f"\n{one.question} {answer.missing.reason or 'declined'}")


class Silent(Tagger):
    """Finds nothing, in no time."""

    def attributions(self, text: str) -> list[Attribution]:
        """None."""
        return []


def print_times(
    desk: Newsdesk,
    rows: Sequence[dict[str, Any]],
    asked: Sequence[Asked],
    answers: Sequence[Answer],
) -> None:
    """Seconds of indexing, and of answers."""
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
    """The row as an article; its text stays as it is, so that offsets do."""
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


def print_row(kind: str, some: Sequence[tuple[Asked, Answer]], marked: Marked) -> None:
    """One row of the table."""
    verdicts = [
        [judged(asked, quote, marked) for quote in answer.citations] for asked, answer in some
    ]
    flat = [one for each in verdicts for one in each]
    count = Counter(verdict for verdict, _ in flat)
    named = Counter(verdict for verdict, is_named in flat if is_named)
    answered = [each for each in verdicts if each]
    wrong = sum(any(verdict == OTHER for verdict, _ in each) for each in answered)
    of = max(1, len(flat))
    print(
        f"| {kind} | {len(some)} | {len(answered)} | {len(flat)} | {count['right'] / of:.3f} "
        f"| {count[OTHER] / of:.3f} | {count['unmarked'] / of:.3f} "
        f"| {named['right'] / max(1, named.total()):.3f} ({named.total()}) "
        f"| {wrong / max(1, len(answered)):.3f} |"
    )


def judged(asked: Asked, quote: Citation, marked: Marked) -> tuple[str, bool]:
    """What a quote is, and whether all that is marked there has a name for its source."""
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
    """The share of answers on a topic that quote the statement that the topic is of."""
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
