"""How much of what a question finds on its own is found when it is asked as a follow-up.

    python -m benchmarks.followups --data FOLDER [--work FOLDER]

FOLDER holds `followups/followups.jsonl.gz`: rows of `history` (the subject of a conversation in two
strings, then questions and answers in turn), `question`, and `standalone`, the question as people
rewrote it. Each answer in the histories becomes an article of the library, with the subject of its
conversation as its title. A question's target is the reply that a later row of the same
conversation records. Rows without one count for the overlap alone: the share of the passages found
by the standalone question that are found. Earlier questions are resolved by the same rules, in
order, as in a real conversation.

The rules were made on one half of the conversations, `seen`; the other half is `held back`. Printed
last is how often the rules change a question that stands alone: those among the rows, and those of
`news/dev.questions.jsonl.gz`, each asked after two others.
"""

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.questions import cases, options, rows
from benchmarks.tables import print_head, print_row
from retrieval.articles.article import Article, article, normalise
from retrieval.newsdesk import Newsdesk
from retrieval.questions.followup import Turn, standalone

_LIMIT = 10
_CUTS = (1, 5, _LIMIT)
_UNKNOWN = "I don't know"
_ASKED = ("raw", "understood", "standalone")
_NEWS = "news/dev.questions.jsonl.gz"

Subject = tuple[str, str]
Place = tuple[str, str]  # the subject of a conversation, and one answer in it


@dataclass(frozen=True, slots=True)
class Row:
    """A follow-up question; `reply` is None if no row records the reply."""

    subject: Subject
    turns: tuple[Turn, ...]
    question: str
    standalone: str
    reply: str | None

    @property
    def held_back(self) -> bool:
        """Whether it belongs to the half that the rules were not made on."""
        return random.Random(" ".join(self.subject)).random() < 0.5

    @property
    def understood(self) -> str:
        """The question as the rules resolve it."""
        return standalone(self.question, self.turns)

    @property
    def asked(self) -> tuple[str, str, str]:
        """The question in the forms that are compared."""
        return self.question, self.understood, self.standalone

    @property
    def needs_history(self) -> bool:
        """Whether people rewrote it to stand alone."""
        return _plain(self.question) != _plain(self.standalone)


def main() -> None:
    """Print the tables."""
    parser = options(__doc__)
    parser.add_argument("--work", type=Path, help="keep the index here for another run")
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
    print_head("rows", "question", "MRR", *(f"@{cut}" for cut in _CUTS), "overlap")
    for half, held in (("held back", (True,)), ("seen", (False,)), ("all", (True, False))):
        chosen = [pair for pair in zip(every, found, strict=True) if pair[0].held_back in held]
        _print(half, chosen)
    _print_changed(every, [case.question for case in cases(given.data / _NEWS)])


def _print(half: str, chosen: Sequence[tuple[Row, list[list[Place]]]]) -> None:
    """Print a row for each form of the question, and the share of the gap that is closed."""
    with_target = [(row, found) for row, found in chosen if row.reply]
    lines = []
    for way in range(len(_ASKED)):
        ranks = [_rank(found[way], row) for row, found in with_target]
        lines.append(
            [
                sum(1 / rank for rank in ranks if rank) / len(with_target),
                *(sum(0 < rank <= cut for rank in ranks) / len(with_target) for cut in _CUTS),
                sum(len({*found[way]} & {*found[-1]}) for _, found in chosen)
                / sum(len(found[-1]) for _, found in chosen),
            ]
        )
    raw, understood, alone = lines
    closed = [(b - a) / (c - a) for a, b, c in zip(raw, understood, alone, strict=True)]
    for name, line in zip((*_ASKED, "gap closed"), (*lines, closed), strict=True):
        rows_of_half = f"{len(with_target)} of {len(chosen)} {half}"
        print_row(rows_of_half, name, *(f"{figure:.3f}" for figure in line))


def _print_changed(every: Sequence[Row], news: Sequence[str]) -> None:
    """Print how many of the questions that stand alone are changed."""
    alone = [row for row in every if not row.needs_history]
    changed = sum(_plain(row.understood) != _plain(row.question) for row in alone)
    print(f"\nRows that stand alone, changed: {changed} of {len(alone)}")
    asked = [" ".join(question.split()) for question in news]
    others = zip(asked[-2:] + asked, asked[-1:] + asked, asked, strict=False)
    after = [(one, standalone(one, (Turn(a), Turn(b)))) for a, b, one in others]
    print(f"News questions, changed: {sum(a != b for a, b in after)} of {len(asked)}")


def follow_ups(given: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows, with their turns and with the replies that later rows record."""
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
        known = "" if answer.startswith(_UNKNOWN) else answer.strip()
        turns.append(Turn(standalone(question, turns), known))
    return tuple(turns)


def articles(every: Sequence[Row]) -> list[Article]:
    """Each answer of each conversation, once, as an article about its subject."""
    answers = {
        (row.subject, text)
        for row in every
        for text in (*(turn.answer for turn in row.turns[1:]), row.reply)
        if text
    }
    return [
        article(f"{subject[0]}\n\n{text}", title=", ".join(subject), url=f"https://n.example/{n}")
        for n, (subject, text) in enumerate(sorted(answers))
    ]


def _found(desk: Newsdesk, question: str) -> list[Place]:
    hits = desk.search.hits(question, k=_LIMIT)
    return [(hit.article.title, hit.article.text.partition("\n\n")[2]) for hit in hits]


def _rank(found: Sequence[Place], row: Row) -> int:
    """The rank of the reply in what was found, from 1; 0 if it wasn't found."""
    target = (normalise(", ".join(row.subject)), normalise(row.reply or ""))
    return found.index(target) + 1 if target in found else 0


def _plain(text: str) -> str:
    return text.strip(" ?.").lower()


if __name__ == "__main__":
    main()
