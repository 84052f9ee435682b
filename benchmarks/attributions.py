"""How well the tagger finds who said what, against marks and a list of verbs; and how fast.

    python -m benchmarks.attributions --data FOLDER [--work FOLDER] [--split dev]

FOLDER holds `quotes/`. Each attribution that was found is paired with the annotated one whose
content shares most words with it, at most one each. "Words" counts the words that are the same in
such pairs, "exact" the spans or pairs that are equal to the character. A pair is "near" if content
and speaker each share more than half of their words (Dice's coefficient over 0.5).
"""

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.questions import options
from benchmarks.tables import print_head, print_row
from retrieval.articles.article import Article, article
from retrieval.articles.passages import split
from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.tagger import Tagger
from retrieval.english.sentences import sentences
from retrieval.models.embedder import BUNDLED, Embedder
from training.tagger import articles

_WORD = re.compile(r"\w+|[^\w\s]")
_QUOTED = re.compile(r"[“\"][^”\"\n]{3,}(?:[”\"]|$)", re.MULTILINE)
_VERB = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|t(?:old|ells?)|ask(?:ed|s)|add(?:ed|s)|argue[ds]|wrote|writes|"
    r"tweeted|claim(?:ed|s)|warn(?:ed|s)|announce[ds]|declare[ds]|insist(?:ed|s)|note[ds]|"
    r"explain(?:ed|s)|according to|believes?|thinks?|called|denie[ds]|suggest(?:ed|s)|stated)\b"
)
_NAMED = r"(?:he|she|they|it|[Tt]he [\w-]+|[A-Z][\w.’'-]+)(?: (?:[A-Z][\w.’'-]+|of|for|the))*"
_BEFORE = re.compile(rf"\b({_NAMED})[ ,]+(?:also |has |have |had )?$", re.IGNORECASE)
_AFTER = re.compile(rf"\s+({_NAMED})")
_TURNS = 3

Tokens = frozenset[int]


@dataclass(slots=True)
class Count:
    """How many are found, how many are annotated (`wanted`), and how many are the same."""

    same: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, same: int, found: int, wanted: int) -> None:
        """Add these numbers."""
        self.same, self.found, self.wanted = (
            self.same + same, self.found + found, self.wanted + wanted
        )  # fmt: skip

    @property
    def shares(self) -> tuple[float, float, float]:
        """Precision, recall and F1."""
        precision, recall = self.same / max(self.found, 1), self.same / max(self.wanted, 1)
        return precision, recall, 2 * self.same / max(self.found + self.wanted, 1)


@dataclass(slots=True)
class Score:
    """The counts over all articles, by row of the table."""

    rows: dict[str, Count] = field(default_factory=dict)

    def add(self, row: str, same: int, found: int, wanted: int) -> None:
        """Add these numbers to a row."""
        self.rows.setdefault(row, Count()).add(same, found, wanted)


def main() -> None:
    """Print the tables."""
    parser = options(__doc__)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    parser.add_argument("--split", default="dev")
    given = parser.parse_args()
    read = articles(given.data / f"quotes/{given.split}.jsonl.gz")
    tagger = Tagger()
    ways = {"tagger": tagger.attributions, "marks and verbs": by_marks_and_verbs}
    print_head(f"{len(read)} articles", "", "precision", "recall", "F1")
    for name, way in ways.items():
        for row, count in measured(read, way).rows.items():
            print_row(name, row, *(f"{one:.3f}" for one in count.shares))
    print_seconds([text for text, _ in read], tagger, given.work)


def measured(
    read: Iterable[tuple[str, Sequence[Attribution]]], way: Callable[[str], Sequence[Attribution]]
) -> Score:
    """How the attributions that `way` finds compare with the annotated ones."""
    score = Score()
    for text, annotated in read:
        wanted = [one for one in annotated if one.content]
        found = [one for one in way(text) if one.content]
        compare(score, text, found, wanted)
    return score


def compare(
    score: Score, text: str, found: Sequence[Attribution], wanted: Sequence[Attribution]
) -> None:
    """Count one article's attributions."""
    spans = [{span for one in some for span in one.content} for some in (found, wanted)]
    score.add("content spans, exact", len(spans[0] & spans[1]), len(spans[0]), len(spans[1]))
    places = [match.start() for match in _WORD.finditer(text)]
    content = [[_words(places, one.content) for one in some] for some in (found, wanted)]
    speaker = [[_words(places, one.speaker_spans) for one in some] for some in (found, wanted)]
    matched = matches(content[0], content[1])
    score.add(
        "content, words",
        sum(len(content[0][a] & content[1][b]) for a, b in matched),
        sum(map(len, content[0])),
        sum(map(len, content[1])),
    )
    pairs = [{(one.speaker_spans, one.content) for one in some} for some in (found, wanted)]
    score.add("pairs, exact", len(pairs[0] & pairs[1]), len(found), len(wanted))
    near = [
        dice(content[0][a], content[1][b]) > 0.5
        and (speaker[0][a] == speaker[1][b] or dice(speaker[0][a], speaker[1][b]) > 0.5)
        for a, b in matched
    ]
    score.add("pairs, near", sum(near), len(found), len(wanted))
    score.add(
        "speakers of matched contents, words",
        sum(len(speaker[0][a] & speaker[1][b]) for a, b in matched),
        sum(len(speaker[0][a]) for a, _ in matched),
        sum(len(speaker[1][b]) for _, b in matched),
    )


def matches(found: Sequence[Tokens], wanted: Sequence[Tokens]) -> list[tuple[int, int]]:
    """Pairs of found and annotated contents, those that share most words paired first."""
    shared = [
        (len(a & b), n, m) for n, a in enumerate(found) for m, b in enumerate(wanted) if a & b
    ]
    chosen: list[tuple[int, int]] = []
    taken: set[tuple[str, int]] = set()
    for _, n, m in sorted(shared, key=lambda one: (-one[0], one[1:])):
        if not taken & {("found", n), ("wanted", m)}:
            taken |= {("found", n), ("wanted", m)}
            chosen.append((n, m))
    return chosen


def dice(some: Tokens, others: Tokens) -> float:
    """Dice's coefficient: twice the shared tokens, divided by the sizes of both."""
    return 2 * len(some & others) / max(len(some) + len(others), 1)


def _words(places: Sequence[int], spans: Iterable[Span]) -> Tokens:
    return frozenset(
        place for start, end in spans
        for place in places[bisect_left(places, start) : bisect_left(places, end)]
    )  # fmt: skip


def by_marks_and_verbs(text: str) -> list[Attribution]:
    """The baseline: what is in quotation marks, or follows a verb of saying in the sentence."""
    found = []
    for start, end in sentences(text):
        sentence = text[start:end]
        quoted = [match.span() for match in _QUOTED.finditer(sentence)]
        verbs = [one for one in _VERB.finditer(sentence)
                 if not any(a <= one.start() < b for a, b in quoted)]  # fmt: skip
        for verb in verbs[:1]:
            who = _BEFORE.search(sentence[: verb.start()])
            where = who.span(1) if who else None
            if who is None and (after := _AFTER.match(sentence, verb.end())):
                where = after.span(1)
            said = quoted or [_rest(sentence, verb.end())]
            found.append(
                Attribution(
                    ((start + where[0], start + where[1]),) if where else (),
                    ((start + verb.start(), start + verb.end()),),
                    tuple((start + a, start + b) for a, b in said if b > a),
                )
            )
        if not verbs and quoted:
            said = [(start + a, start + b) for a, b in quoted]
            found.append(Attribution((), (), tuple(said)))
    return found


def _rest(sentence: str, start: int) -> Span:
    end = len(sentence.rstrip(" .!?"))
    return min(start + 1, end), end


def print_seconds(texts: Sequence[str], tagger: Tagger, work: Path) -> None:
    """Print how long tagging takes, and embedding the same articles' passages, in turns."""
    read: list[Article] = [article(text, url=f"https://n.example/{n}")
                           for n, text in enumerate(texts)]  # fmt: skip
    passages = [passage.text for one in read for passage in split(one)]
    embedder = Embedder(BUNDLED, work / "models")
    embedder.many_passages(passages)
    print()
    print_head("turn", "embedding", "tagging", "tagging / embedding")
    for turn in range(1, _TURNS + 1):
        started = time.perf_counter()
        embedder.many_passages(passages)
        between = time.perf_counter()
        for text in texts:
            tagger.attributions(text)
        embedding, tagging = between - started, time.perf_counter() - between
        seconds = (f"{embedding:.1f} s", f"{tagging:.1f} s")
        print_row(turn, *seconds, f"{tagging / embedding:.2f}")


if __name__ == "__main__":
    main()
