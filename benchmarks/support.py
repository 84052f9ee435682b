"""How well cited passages are judged to support a sentence, beside likeness and shared words.

    python -m benchmarks.support --data FOLDER [--work FOLDER] [--kinds]

FOLDER holds `claims/` and `news/`. Reported is on claims that were held back: a fifth of fever,
10 of the 25 articles of news_summaries, and edited sentences of a tenth of news/train. Every judge
has two thresholds, chosen on claims that are neither these nor trained on: the one of the best
balanced accuracy for each origin, and one for all, at which no origin loses over 5 % of its
supported claims.
"""

import argparse
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.evaluation import area
from retrieval.models.embedder import BUNDLED, Embedder, Vector
from retrieval.models.support import SUPPORTED, SupportModel
from retrieval.proof.sentence import Evidence, Sentence, prove_sentence
from training import claims as material
from training.claims import Claim

Scores = npt.NDArray[np.float64]

_LOST = 0.05


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.support", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("data/benchmark"))
    parser.add_argument("--kinds", action="store_true", help="tell the kinds of edits apart")
    given = parser.parse_args()
    model, embedder = SupportModel(), Embedder(BUNDLED, given.work / "models")
    judges = {
        "model": lambda some: supported(model, some),
        "embedding": lambda some: likest(embedder, some),
        "words": lambda some: np.array([shared(one) for one in some]),
    }
    tuned, held = material.tuning(given.data), material.held_claims(given.data)
    print("| claims | n (supported) | judge | AUC | balanced accuracy | at 5 % lost: balanced "
          "accuracy | supported lost | unsupported caught |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for name, judge in judges.items():
        before, now = judge(tuned), judge(held)
        strict = SUPPORTED if name == "model" else min(
            float(np.quantile(before[_of(tuned, origin) & _truth(tuned)], _LOST))
            for origin in material.ORIGINS
        )  # fmt: skip
        for origin in material.ORIGINS:
            own, chosen = _of(held, origin), _of(tuned, origin)
            best = best_threshold(before[chosen], _truth(tuned)[chosen])
            print_row(origin, name, now[own], _truth(held)[own], best, strict)
            kinds = sorted({one.kind for one in held if material.origin(one) == origin})
            for kind in kinds if given.kinds and name == "model" and len(kinds) > 1 else ():
                own = np.array([one.kind == kind for one in held])
                print_row(kind, name, now[own], _truth(held)[own], best, strict)
    print("\n| claims | n (supported) | proof | supported shown | or the cited "
          "sentence instead | unsupported shown |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for origin in material.ORIGINS:
        own = [one for one in held if material.origin(one) == origin]
        print_proof(origin, own, model)
        for kind in sorted({one.kind for one in own}) if given.kinds else ():
            print_proof(kind, [one for one in own if one.kind == kind], model)
    print(f"\n{1000 * seconds(model, held):.0f} ms a judgement, one at a time, on news summaries")


def supported(model: SupportModel, claims: Sequence[Claim]) -> Scores:
    """The model's probabilities."""
    return np.array(model.probabilities([(one.text, [one.evidence]) for one in claims]))


def likest(embedder: Embedder, claims: Sequence[Claim]) -> Scores:
    """The cosine between each claim and the likest sentence of its evidence, or all of it."""

    @cache
    def vectors(evidence: str) -> Vector:
        parts = [evidence[first:last] for first, last in sentences(evidence)]
        return embedder.passages([evidence, *parts])

    return np.array([(vectors(one.evidence) @ embedder.question(one.text)).max() for one in claims])


def shared(one: Claim) -> float:
    """The share of the claim's telling words that the evidence has."""
    wanted = content_stems(one.text)
    return len(wanted & content_stems(one.evidence)) / max(1, len(wanted))


def best_threshold(scores: Scores, truth: npt.NDArray[np.bool_]) -> float:
    """The threshold of the best balanced accuracy."""
    return float(max(scores, key=lambda one: balanced(scores, truth, float(one))))


def balanced(scores: Scores, truth: npt.NDArray[np.bool_], threshold: float) -> float:
    """The mean of the shares of supported and of unsupported claims that are told rightly."""
    return float((scores[truth] >= threshold).mean() + (scores[~truth] < threshold).mean()) / 2


def print_row(
    claims: str, judge: str, scores: Scores, truth: npt.NDArray[np.bool_], best: float,
    strict: float,
) -> None:  # fmt: skip
    """One row of the table."""
    there, gone = scores[truth], scores[~truth]
    print(
        f"| {claims} | {len(scores):,} ({len(there):,}) | {judge} "
        f"| {area([*there], [*gone]) or 0:.3f} "
        f"| {balanced(scores, truth, best):.3f} | {balanced(scores, truth, strict):.3f} "
        f"| {(there < strict).mean():.3f} | {(gone < strict).mean():.3f} |"
    )


def print_proof(claims: str, some: Sequence[Claim], model: SupportModel) -> None:
    """Rows of what the proof of drafted sentences shows of them: its rules alone, and all of it."""
    for name, judge in (
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
        there, gone = shown[True], shown[False]
        print(
            f"| {claims} | {len(some):,} ({there[1]:,}) | {name} "
            f"| {there[0] / max(1, there[1]):.3f} | {there[2] / max(1, there[1]):.3f} "
            f"| {gone[0] / max(1, gone[1]):.3f} |"
        )


def _evidence(text: str) -> Evidence:
    return Evidence("", text, tuple(text[a:b] for a, b in sentences(text)))


def seconds(model: SupportModel, claims: Sequence[Claim]) -> float:
    """The median time of a judgement."""
    taken = []
    for one in [one for one in claims if one.kind == "summary"][:60]:
        started = time.perf_counter()
        supported(model, [one])
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def _of(claims: Sequence[Claim], origin: str) -> npt.NDArray[np.bool_]:
    return np.array([material.origin(one) == origin for one in claims])


def _truth(claims: Sequence[Claim]) -> npt.NDArray[np.bool_]:
    return np.array([one.supported for one in claims])


if __name__ == "__main__":
    main()
