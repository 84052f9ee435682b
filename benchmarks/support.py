"""How well it is judged whether a text supports a sentence: model, embeddings, shared words.

    python -m benchmarks.support --data FOLDER [--work FOLDER] [--kinds]

FOLDER holds `claims/` and `news/`. The figures are for claims that were held back: a fifth of
fever, 10 of the 25 articles of news_summaries, and edited sentences from a tenth of news/train.
Each judge has two thresholds, chosen on other claims, which were not trained on either: the one
with the best balanced accuracy for each origin, and one for all origins, at which none loses more
than 5 % of its supported claims.
"""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.questions import options
from benchmarks.tables import print_head, print_row
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.evaluation import area
from retrieval.models.embedder import BUNDLED, Embedder, Vector
from retrieval.models.support import SUPPORTED, SupportModel
from retrieval.proof.sentence import Evidence, Sentence, prove_sentence
from training import claims
from training.claims import Claim

Scores = npt.NDArray[np.float64]

_LOST = 0.05


def main() -> None:
    """Print the tables."""
    parser = options(__doc__)
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    parser.add_argument("--kinds", action="store_true", help="a row for each kind of edit too")
    given = parser.parse_args()
    model, embedder = SupportModel(), Embedder(BUNDLED, given.work / "models")
    judges = {
        "model": lambda some: supported(model, some),
        "embedding": lambda some: similarities(embedder, some),
        "words": lambda some: np.array([share_of_words(one) for one in some]),
    }
    tuned, held = claims.tuning(given.data), claims.held_back_claims(given.data)
    print_head(
        "claims", "n (supported)", "judge", "AUC", "balanced accuracy",
        "at 5 % lost: balanced accuracy", "supported lost", "unsupported caught",
    )  # fmt: skip
    for name, judge in judges.items():
        before, now = judge(tuned), judge(held)
        strict = SUPPORTED if name == "model" else min(
            float(np.quantile(before[_of(tuned, origin) & _truth(tuned)], _LOST))
            for origin in claims.ORIGINS
        )  # fmt: skip
        for origin in claims.ORIGINS:
            own, chosen = _of(held, origin), _of(tuned, origin)
            best = best_threshold(before[chosen], _truth(tuned)[chosen])
            print_judged(origin, name, now[own], _truth(held)[own], best, strict)
            kinds = sorted({one.kind for one in held if claims.origin(one) == origin})
            for kind in kinds if given.kinds and name == "model" and len(kinds) > 1 else ():
                own = np.array([one.kind == kind for one in held])
                print_judged(kind, name, now[own], _truth(held)[own], best, strict)
    print()
    print_head(
        "claims", "n (supported)", "proof", "supported shown", "or the cited sentence instead",
        "unsupported shown",
    )  # fmt: skip
    for origin in claims.ORIGINS:
        own = [one for one in held if claims.origin(one) == origin]
        print_proof(origin, own, model)
        for kind in sorted({one.kind for one in own}) if given.kinds else ():
            print_proof(kind, [one for one in own if one.kind == kind], model)
    print(f"\n{1000 * seconds(model, held):.0f} ms a judgement, one at a time, on news summaries")


def supported(model: SupportModel, some: Sequence[Claim]) -> Scores:
    """The model's probabilities."""
    return np.array(model.probabilities([(one.text, [one.evidence]) for one in some]))


def similarities(embedder: Embedder, some: Sequence[Claim]) -> Scores:
    """The cosine between each claim and its evidence, or the nearest sentence of it."""

    @cache
    def vectors(evidence: str) -> Vector:
        parts = [evidence[first:last] for first, last in sentences(evidence)]
        return embedder.passages([evidence, *parts])

    return np.array([(vectors(one.evidence) @ embedder.question(one.text)).max() for one in some])


def share_of_words(one: Claim) -> float:
    """The share of the claim's content words that the evidence has."""
    wanted = content_stems(one.text)
    return len(wanted & content_stems(one.evidence)) / max(1, len(wanted))


def best_threshold(scores: Scores, truth: npt.NDArray[np.bool_]) -> float:
    """The threshold with the best balanced accuracy."""
    return float(max(scores, key=lambda one: balanced(scores, truth, float(one))))


def balanced(scores: Scores, truth: npt.NDArray[np.bool_], threshold: float) -> float:
    """Balanced accuracy: the mean of the shares of either class that are judged rightly."""
    return float((scores[truth] >= threshold).mean() + (scores[~truth] < threshold).mean()) / 2


def print_judged(
    name: str, judge: str, scores: Scores, truth: npt.NDArray[np.bool_], best: float, strict: float
) -> None:
    """Print one row of the table of judges."""
    yes, no = scores[truth], scores[~truth]
    figures = (
        area([*yes], [*no]) or 0,
        balanced(scores, truth, best),
        balanced(scores, truth, strict),
        (yes < strict).mean(),
        (no < strict).mean(),
    )
    sizes = f"{len(scores):,} ({len(yes):,})"
    print_row(name, sizes, judge, *(f"{one:.3f}" for one in figures))


def print_proof(name: str, some: Sequence[Claim], model: SupportModel) -> None:
    """Print how many claims the proof shows: with its rules alone, and with the model too."""
    for proof_name, judge in (
        ("rules", lambda text, passages: 1.0),
        ("rules and model", lambda text, passages: model.probabilities([(text, passages)])[0]),
    ):
        shown = {True: [0, 0, 0], False: [0, 0, 0]}
        for one in some:
            passages = {1: _evidence(one.evidence)}
            parts = [one.text[a:b] for a, b in sentences(one.text)]
            proofs = [
                prove_sentence(Sentence(part, (1,)), passages, "", judge, SUPPORTED)
                for part in parts
            ]
            shown[one.supported][0] += all(proof.shown is not None for proof in proofs)
            shown[one.supported][1] += 1
            shown[one.supported][2] += all(proof.shown or proof.contradicts for proof in proofs)
        yes, no = shown[True], shown[False]
        shares = (yes[0] / max(1, yes[1]), yes[2] / max(1, yes[1]), no[0] / max(1, no[1]))
        sizes = f"{len(some):,} ({yes[1]:,})"
        print_row(name, sizes, proof_name, *(f"{one:.3f}" for one in shares))


def _evidence(text: str) -> Evidence:
    return Evidence("", text, tuple(text[a:b] for a, b in sentences(text)))


def seconds(model: SupportModel, some: Sequence[Claim]) -> float:
    """The median of the seconds that a judgement takes."""
    taken = []
    for one in [one for one in some if one.kind == "summary"][:60]:
        started = time.perf_counter()
        supported(model, [one])
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def _of(some: Sequence[Claim], origin: str) -> npt.NDArray[np.bool_]:
    return np.array([claims.origin(one) == origin for one in some])


def _truth(some: Sequence[Claim]) -> npt.NDArray[np.bool_]:
    return np.array([one.supported for one in some])


if __name__ == "__main__":
    main()
