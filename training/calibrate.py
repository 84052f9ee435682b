"""Fits the weights in `retrieval/search/calibration.py`, and prints them to be put there.

    python -m training.calibrate --data FOLDER [--work FOLDER]

FOLDER holds news/dev. A third of its answerable questions is used, on which no figure is reported
(`Case.calibrates`). Each is read four times: with all its hits, without the articles that hold the
answer, and both again with a tenth of all articles, as in a small library. Printed are

- ORDER, the weights by which hits are ordered: the best of a small grid by answer@1 and answer@5;
- SENTENCE, from a logistic regression over sentences (does the sentence hold the answer?);
- THERE, from one over questions: it turns the best sentence's score into the probability that
  there is an answer;
- how many questions each threshold answers and declines.
"""

import itertools
import random
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from benchmarks.news import indexed
from benchmarks.questions import Case, cases, options
from retrieval.articles.article import canonical_url
from retrieval.evaluation import area, holds
from retrieval.models.passage_reader import Judgement, PassageReader
from retrieval.newsdesk import Newsdesk
from retrieval.questions.features import QuestionFeatures
from retrieval.questions.question import READ
from retrieval.search import calibration, reader
from retrieval.search.hit import Hit

_DEPTH = 300  # hits, so that enough are left without those that hold the answer
_SMALL = 10  # a small library has one article in so many


@dataclass(frozen=True, slots=True)
class Read:
    """A question's hits and the network's judgements of them.

    `there` says whether the articles with the answer are in the library, `whole` whether all the
    others are.
    """

    case: Case
    there: bool
    whole: bool
    hits: list[Hit]
    judgements: list[Judgement]


def main() -> None:
    """Read the hits, fit, print."""
    parser = options(__doc__)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    given = parser.parse_args()
    desk = indexed(given.data / "news", None, given.work / "all")
    every = [
        one for one in cases(given.data / "news/dev.questions.jsonl.gz") if one.urls_with_answer
    ]
    read = judged(desk, [case for case in every if case.calibrates])
    newest = desk.index.library.newest()
    calibration.ORDER = fit_order(read, newest)
    calibration.SENTENCE, calibration.THERE = fit_probabilities(read, newest)
    for name in ("ORDER", "SENTENCE", "THERE"):
        numbers = ", ".join(f"{weight:.3g}" for weight in getattr(calibration, name))
        print(f"{name} = np.array([{numbers}])")
    print_trade(read, newest)


def judged(desk: Newsdesk, asked: list[Case]) -> list[Read]:
    """Each question's first hits in the four libraries, with the network's judgements."""
    network = PassageReader()
    found = []
    for case in track(asked, "reading"):
        every = desk.search.hits(case.question, k=_DEPTH)
        urls = {canonical_url(url) for url in case.urls_with_answer}
        right = {hit.article.id for hit in every if hit.article.url in urls}
        others = sorted({hit.article.id for hit in every} - right)
        few = set(random.Random(case.question).sample(others, len(others) // _SMALL))
        for whole, there, kept in (
            (True, True, right | {*others}), (True, False, {*others}),
            (False, True, right | few), (False, False, few),
        ):  # fmt: skip
            some = [hit for hit in every if hit.article.id in kept]
            hits = [replace(hit, rank=rank) for rank, hit in enumerate(some[:READ], 1)]
            passages = [(hit.article.title, hit.passage.text) for hit in hits]
            judgements = network.read(case.question, passages)
            found.append(Read(case, there, whole, hits, judgements))
    return found


def fit_order(read: list[Read], newest: date | None) -> reader.Floats:
    """The weights of rank, span, search and age with the best sum of answer@1 and answer@5."""
    rows, holding = [], []
    for one in read:
        if one.there and one.whole:
            rows.append(reader.hit_features(one.hits, one.judgements, newest))
            holding.append([holds(hit.passage.text, one.case.answer) for hit in one.hits])
    best, chosen = 0.0, np.zeros(4)
    for rest in itertools.product((0.0, 0.1, 0.2), (0.0, 0.5, 1.0, 2.0), (0.0, 0.5, 1.0, 1.5, 2.0)):
        weights = np.array([1.0, *rest])
        first = [
            next((n for n, at in enumerate(np.argsort(-(some @ weights))) if held[at]), READ)
            for some, held in zip(rows, holding, strict=True)
        ]
        shares = [float(np.mean([n < k for n in first])) for k in (1, 5)]
        if sum(shares) > best:
            best, chosen = sum(shares), weights
            print(f"  order {weights}: answer@1 {shares[0]:.3f}, @5 {shares[1]:.3f}")
    return chosen


def fit_probabilities(read: list[Read], newest: date | None) -> tuple[reader.Floats, reader.Floats]:
    """The weights that rank sentences, and those of the probability that there is an answer."""
    found = [(one, _sentences(one, newest)) for one in read]
    found = [(one, judged) for one, judged in found if judged]
    features = [np.array([some.features for some in judged]) for _, judged in found]
    right = [
        [holds(some.candidate.text, one.case.answer) for some in judged] for one, judged in found
    ]
    ranking = LogisticRegression(max_iter=5000).fit(np.concatenate(features), np.concatenate(right))
    sentence = ranking.coef_[0]
    best = np.array([[(rows @ sentence).max()] for rows in features])
    there = LogisticRegression().fit(best, [one.there for one, _ in found])
    return sentence, np.array([there.coef_[0][0], there.intercept_[0]])


def print_trade(read: list[Read], newest: date | None) -> None:
    """Print how many of the fitted questions each threshold answers and declines."""
    best: dict[bool, list[float]] = {True: [], False: []}
    for one in read:
        if one.whole and (found := _sentences(one, newest)):
            best[one.there].append(float(reader.probabilities(found).max()))
    print(f"area under the ROC curve: {area(best[True], best[False]):.3f}")
    print("threshold  answered  declined without")
    for threshold in np.arange(0.2, 0.75, 0.05):
        answered = np.mean([chance >= threshold for chance in best[True]])
        declined = np.mean([chance < threshold for chance in best[False]])
        print(f"{threshold:9.2f}  {answered:8.3f}  {declined:16.3f}")


def _sentences(one: Read, newest: date | None) -> list[reader.Judged]:
    asked = QuestionFeatures(one.case.question)
    return reader.judged_sentences(asked, one.hits, one.judgements, newest)


if __name__ == "__main__":
    main()
