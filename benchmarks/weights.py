"""Fits the weights of retrieval/reader.py and prints how its threshold trades.

    python -m benchmarks.weights --data FOLDER [--sample N] [--work FOLDER]

FOLDER holds `train.articles.jsonl.gz` and `train.questions.jsonl.gz`; N questions are asked of an
index of their own articles. A sentence counts as right when it holds the answer. Half of the
questions fit the weights (logistic regression over sentences, then over questions, so that the best
sentence's probability is that of there being an answer), the other half shows the trade: of
questions whose articles are there, and of the same questions without the hits that hold the answer,
how many are declined at each threshold.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.questions import Case, cases, holds, rows, sample, write_articles
from retrieval.answer import compose
from retrieval.desk import Newsdesk
from retrieval.reader import AskedFor, Floats, Quote, SentenceReader, candidates
from retrieval.search import Hit


def main() -> None:
    """Index, fit, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.weights")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/news"))
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    given = parser.parse_args()
    asked = sample(cases(given.data / "train.questions.jsonl.gz"), given.sample)
    work = given.work / f"train-{given.sample}"
    work.mkdir(parents=True, exist_ok=True)
    articles = work / "articles.jsonl"
    write_articles(
        rows(given.data / "train.articles.jsonl.gz"),
        {url for case in asked for url in case.article_urls},
        articles,
    )
    desk = Newsdesk(work, create=True)
    report = [*desk.sync([articles])][-1]
    print(f"{report.done} articles", flush=True)

    reader = SentenceReader(desk.index.embedder, desk.reader._known)
    found = [(case, desk.search.hits(case.question, limit=30)) for case in asked]
    half = len(found) // 2
    weights = _fit(reader, found[:half])
    print("WEIGHTS = np.array([" + ", ".join(f"{weight:.2f}" for weight in weights) + "])")
    _print_trade(reader, weights, found[half:])


def _fit(reader: SentenceReader, found: list[tuple[Case, list[Hit]]]) -> Floats:
    """Weights that rank sentences, scaled to tell how likely there is an answer at all."""
    features, right, there = [], [], []
    for case, hits in found:
        for some in (hits, _without(case, hits)):
            if sentences := candidates(some):
                features.append(reader.features(AskedFor(case.question), sentences)[0])
                right.append([holds(sentence.text, case.answer) for sentence in sentences])
                there.append(some is hits)
    ranking = LogisticRegression(max_iter=1000).fit(np.concatenate(features), np.concatenate(right))
    best = [[ranking.decision_function(rows).max()] for rows in features]
    calibration = LogisticRegression(max_iter=1000).fit(best, there)
    weights = np.concatenate([ranking.intercept_, ranking.coef_[0]]) * calibration.coef_[0, 0]
    weights[0] += calibration.intercept_[0]
    return weights


def _without(case: Case, hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if not holds(hit.article.text, case.answer)]


def _quotes(reader: SentenceReader, weights: Floats, question: str, hits: list[Hit]) -> list[Quote]:
    sentences = candidates(hits)
    if not sentences:
        return []
    chances = reader.probabilities(question, sentences, weights)
    quotes = [
        Quote(one.hit, one.start, one.end, one.text, float(chance))
        for one, chance in zip(sentences, chances, strict=True)
    ]
    return sorted(quotes, key=lambda quote: -quote.probability)


def _print_trade(
    reader: SentenceReader, weights: Floats, found: list[tuple[Case, list[Hit]]]
) -> None:
    there = [(case, hits, _quotes(reader, weights, case.question, hits)) for case, hits in found]
    gone = [_quotes(reader, weights, case.question, _without(case, hits)) for case, hits in found]
    best = [[quotes[0].probability if quotes else 0.0 for quotes in some]
            for some in ([quotes for _, _, quotes in there], gone)]  # fmt: skip
    area = roc_auc_score([1] * len(there) + [0] * len(gone), best[0] + best[1])
    print(f"{len(there)} questions, area under the ROC curve of answering at all: {area:.3f}")
    print("threshold  answered  declined without  right in the text")
    for threshold in np.quantile(best[0] + best[1], np.arange(0.0, 0.9, 0.1)):
        right = np.mean(
            [
                holds(compose(case.question, hits, quotes, threshold=threshold).text, case.answer)
                for case, hits, quotes in there
            ]
        )
        answered = np.mean([chance >= threshold for chance in best[0]])
        declined = np.mean([chance < threshold for chance in best[1]])
        print(f"{threshold:9.3f}  {answered:8.3f}  {declined:16.3f}  {right:17.3f}")


if __name__ == "__main__":
    main()
