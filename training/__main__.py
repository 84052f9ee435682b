"""From data to the reader's weights, in one command.

    python -m training --data FOLDER [--work FOLDER]

FOLDER holds `reading/` and `news/`. Runs for about an hour on two cores with AVX-512 and bfloat16,
for many hours without, and wants both for itself; interrupted, the same command goes on. Writes
`retrieval/models/weights/`: the network, and `reader.json` with settings, counts, the curve and what was
measured.
"""

import argparse
import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np

from retrieval.evaluation import squad_f1, squad_plain
from retrieval.models.passage_reader import PassageReader
from training import material
from training.export import agreement, export
from training.train import SETTINGS, train

WEIGHTS = Path(__file__).parent.parent / "retrieval" / "models" / "weights"
COUNTS = {"reading": 14_000, "news_rounds": 2, "news_size": 8, "masked": 1_000, "masked_size": 8}
_WATCHED_READING = 150


def main() -> None:
    """Prepare, train, round, measure, write."""
    parser = argparse.ArgumentParser(prog="training")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("data/training"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if not (given.work / "groups.jsonl").exists():
        prepare(given.data, given.work)
    groups = material.read(given.work / "groups.jsonl")
    held = material.read(given.work / "held.jsonl")
    network = train(groups, held, given.work)
    files = export(network, given.work)
    WEIGHTS.mkdir(exist_ok=True)
    shutil.copyfile(files["int8"], WEIGHTS / "reader.onnx")
    card = {
        "settings": SETTINGS | COUNTS,
        "groups": Counter(group.kind for group in groups),
        "passages": Counter(group.kind for group in groups for _ in group.candidates),
        "rounding": agreement(files, held),
        "reading held back": reading_alone(given.data),
        "curve": [json.loads(line) for line in (given.work / "curve.jsonl").open()],
    }
    (WEIGHTS / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def prepare(data: Path, work: Path) -> None:
    """Write the groups to train on and those held back."""
    archive = material.Archive(data / "news/train.articles.jsonl.gz", work)
    questions, watched = material.split_news(data)
    size, seed = COUNTS["news_size"], SETTINGS["seed"]
    groups = [*material.reading(data, COUNTS["reading"], work, seed)]
    for turn in range(COUNTS["news_rounds"]):
        groups += material.news(archive, questions, size, seed + turn)
    groups += material.masked(archive, COUNTS["masked"], COUNTS["masked_size"], seed)
    held = [*material.news(archive, watched, 2 * size, seed)]
    held += material.held_back_reading(data)[:_WATCHED_READING]
    material.write(held, work / "held.jsonl")
    material.write(groups, work / "groups.jsonl")


def reading_alone(data: Path) -> dict[str, float]:
    """SQuAD's exact match and F1 on the held-back tenth of `reading`, by the rounded network.

    A question without an answer is right when it is declined: when the rank is under 0, where the
    network thinks an answer less likely than not.
    """
    network, exact, overlap, answerable = PassageReader(), [], [], []
    for group in material.held_back_reading(data):
        (one,) = group.candidates
        judgement = network.read(group.question, [("", one.text)])[0]
        span = judgement.span(0, len(one.text))
        first, last = span[1] if span else (0, 0)
        answer = " ".join(one.text[a:b] for a, b in one.spans[:1])
        marked = one.text[first:last]
        answerable.append(bool(answer))
        shown = marked if judgement.rank >= 0 else ""
        exact.append(
            (
                (squad_plain(marked) == squad_plain(answer)),
                (squad_plain(shown) == squad_plain(answer)),
            )
        )
        overlap.append((squad_f1(marked, answer), squad_f1(shown, answer)))
    scores = np.array([(*a, *b) for a, b in zip(exact, overlap, strict=True)], dtype=float)
    there = np.array(answerable)
    return {
        "questions": len(there),
        "answerable": int(there.sum()),
        "exact match, answerable alone": round(scores[there, 0].mean(), 4),
        "F1, answerable alone": round(scores[there, 2].mean(), 4),
        "exact match, with unanswerable": round(scores[:, 1].mean(), 4),
        "F1, with unanswerable": round(scores[:, 3].mean(), 4),
    }


if __name__ == "__main__":
    main()
