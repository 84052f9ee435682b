"""How far a follow-up, as understood, finds what the same question standing alone finds.

    python -m benchmarks.followups --data FOLDER [--work FOLDER]

FOLDER holds `followups/followups.jsonl.gz`: rows of `history` (what the talk is on in two strings,
then questions and answers in turn), `question` and `standalone`. The library is made of the
answers that the rows' histories hold, each an article of its own under the name of what its talk is
on. A question's target is the reply to it that a later row of the same talk records; a row without
one counts for the overlap alone: the share of the passages that the standalone question finds which
are found. The questions before it are understood by the same rules, one after the other, as in a
real talk.

The rules were made on one half of the talks, `seen`; the other half is `held back`. At last, how
often a question that stands alone is changed: those among the rows, and those of
`news/dev.questions.jsonl.gz`, each asked after two others of them.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.questions import cases, rows
from retrieval.articles.article import Article, article, normalise
from retrieval.newsdesk import Newsdesk
from retrieval.questions.followup import Turn, standalone

_LIMIT = 10
_CUTS = (1, 5, _LIMIT)
_UNKNOWN = "I don't know"
_ASKED = ("raw", "understood", "standalone")
_NEWS = "news/dev.questions.jsonl.gz"

Talk = tuple[str, str]
Place = tuple[str, str]  # what a talk is on, and one answer of it


@dataclass(frozen=True, slots=True)
class Row:
    """A follow-up; `reply` is what the talk goes on with, None where no row records it."""

    talk: Talk
    turns: tuple[Turn, ...]
    question: str
    standalone: str
    reply: str | None

    @property
    def held_back(self) -> bool:
        """Whether it belongs to the half that no rule was made on."""
        return random.Random(" ".join(self.talk)).random() < 0.5

    @property
    def understood(self) -> str:
        """The question as the rules have it."""
        return standalone(self.question, self.turns)

    @property
    def asked(self) -> tuple[str, str, str]:
        """The question in the ways of asking that are compared."""
        return self.question, self.understood, self.standalone

    @property
    def leans(self) -> bool:
        """Whether it was held to need the talk before it."""
        return _plain(self.question) != _plain(self.standalone)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.followups", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=None, help="keeps the index for another run")
    given = parser.parse_args()
    every = follow_ups(rows(given.data / "followups/followups.jsonl.gz"))
    with tempfile.TemporaryDirectory() as folder:
        desk = Newsdesk(given.work or Path(folder), library="followups", create=True)
        with desk.index.writing():
            for _ in desk.index.sync(articles(every)):
                pass
        found = [[_found(desk, text) for text in row.asked] for row in every]
        desk.close()
    print(f"{len(every):,} rows, {sum(row.reply is not None for row in every):,} with a target\n")
    print("| rows | question | MRR | " + " | ".join(f"@{cut}" for cut in _CUTS) + " | overlap |")
    print("|---|---|---|---|---|---|---|")
    for half, held in (("held back", (True,)), ("seen", (False,)), ("all", (True, False))):
        chosen = [pair for pair in zip(every, found, strict=True) if pair[0].held_back in held]
        _print(half, chosen)
    _print_changed(every, [case.question for case in cases(given.data / _NEWS)])


def _print(half: str, chosen: Sequence[tuple[Row, list[list[Place]]]]) -> None:
    """One line for each way of asking, and the share of the gap that is closed."""
    aimed = [(row, found) for row, found in chosen if row.reply]
    lines = []
    for way in range(len(_ASKED)):
        ranks = [_rank(found[way], row) for row, found in aimed]
        lines.append(
            [
                sum(1 / rank for rank in ranks if rank) / len(aimed),
                *(sum(0 < rank <= cut for rank in ranks) / len(aimed) for cut in _CUTS),
                sum(len({*found[way]} & {*found[-1]}) for _, found in chosen)
                / sum(len(found[-1]) for _, found in chosen),
            ]
        )
    raw, understood, alone = lines
    closed = [(b - a) / (c - a) for a, b, c in zip(raw, understood, alone, strict=True)]
    for name, line in zip((*_ASKED, "gap closed"), (*lines, closed), strict=True):
        figures = " | ".join(f"{figure:.3f}" for figure in line)
        print(f"| {len(aimed)} of {len(chosen)} {half} | {name} | {figures} |")


def _print_changed(every: Sequence[Row], news: Sequence[str]) -> None:
    alone = [row for row in every if not row.leans]
    changed = sum(_plain(row.understood) != _plain(row.question) for row in alone)
    print(f"\nRows that stand alone, changed: {changed} of {len(alone)}")
    asked = [" ".join(question.split()) for question in news]
    others = zip(asked[-2:] + asked, asked[-1:] + asked, asked, strict=False)
    after = [(one, standalone(one, (Turn(a), Turn(b)))) for a, b, one in others]
    print(f"News questions, changed: {sum(a != b for a, b in after)} of {len(asked)}")


def follow_ups(given: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows with their turns, and with the replies that later rows record."""
    replies = {
        (*row["history"][:2], *row["history"][2:n:2]): row["history"][n].strip()
        for row in given
        for n in range(3, len(row["history"]), 2)
    }
    made = []
    for row in given:
        history = row["history"]
        reply = replies.get((*history[:2], *history[2::2], row["question"]), _UNKNOWN)
        made.append(
            Row(
                (history[0], history[1]),
                _turns(history),
                row["question"],
                row["standalone"],
                None if reply.startswith(_UNKNOWN) else reply,
            )
        )
    return made


def _turns(history: Sequence[str]) -> tuple[Turn, ...]:
    turns = [Turn(history[0], history[1])]
    for question, answer in zip(history[2::2], history[3::2], strict=True):
        said = "" if answer.startswith(_UNKNOWN) else answer.strip()
        turns.append(Turn(standalone(question, turns), said))
    return tuple(turns)


def articles(every: Sequence[Row]) -> list[Article]:
    """Each answer of each talk, once, below the name of what the talk is on."""
    said = {
        (row.talk, text)
        for row in every
        for text in (*(turn.answer for turn in row.turns[1:]), row.reply)
        if text
    }
    return [
        article(f"{talk[0]}\n\n{text}", title=", ".join(talk), url=f"https://talk.example/{number}")
        for number, (talk, text) in enumerate(sorted(said))
    ]


def _found(desk: Newsdesk, question: str) -> list[Place]:
    hits = desk.search.hits(question, k=_LIMIT)
    return [(hit.article.title, hit.article.text.partition("\n\n")[2]) for hit in hits]


def _rank(found: Sequence[Place], row: Row) -> int:
    """The place of the reply among what is found, from 1; 0 where it isn't."""
    target = (normalise(", ".join(row.talk)), normalise(row.reply or ""))
    return found.index(target) + 1 if target in found else 0


def _plain(text: str) -> str:
    return text.strip(" ?.").lower()


if __name__ == "__main__":
    main()
