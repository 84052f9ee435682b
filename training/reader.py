"""From data to the reader's weights, in one command.

    python -m training --data FOLDER [--work FOLDER]

FOLDER holds `reading/` and `news/`. Takes about an hour on two cores with AVX-512 and bfloat16, and
many hours without, and wants both cores for itself; if interrupted, the same command goes on.
Writes into `retrieval/models/weights/`: the network, and `reader.json` with settings, counts, the
curve and what was measured.
"""

import argparse
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from retrieval.evaluation import squad_f1, squad_plain
from retrieval.models.passage_reader import PassageReader
from training import loop, material
from training.export import WEIGHTS, agreement, export
from training.material import Group
from training.model import Network, batch, losses, tokenizer

ROWS = 16
SETTINGS = {
    "rows": ROWS,
    "learning_rate": 1e-4,
    "heads_learning_rate": 5e-4,
    "warmup": 200,
    "weight_decay": 0.01,
    "seed": 1,
    "reading_first": 0.55,
}
COUNTS = {"reading": 14_000, "news_rounds": 2, "news_size": 8, "masked": 1_000, "masked_size": 8}
_WATCHED_READING = 150
_WATCH = 900  # steps between looks at the held-back groups
_KEEP = 150  # steps between checkpoints


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
        "curve": loop.curve(given.work, "reader"),
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


def plan(groups: Sequence[Group]) -> list[list[Group]]:
    """Batches in order: reading and masked headlines first, then news with the rest of reading."""
    draw = random.Random(SETTINGS["seed"])
    kinds: dict[str, list[Group]] = {"reading": [], "news": [], "masked": []}
    for group in groups:
        kinds[group.kind].append(group)
    for some in kinds.values():
        draw.shuffle(some)
    early = int(len(kinds["reading"]) * SETTINGS["reading_first"])
    first = [*_packed(kinds["reading"][:early]), *_packed(kinds["masked"])]
    last = [*_packed(kinds["reading"][early:]), *_packed(kinds["news"])]
    draw.shuffle(first)
    draw.shuffle(last)
    return first + last


def _packed(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Groups of like length together, as many as there is room for."""
    for first in range(0, len(groups), 512):
        some: list[Group] = []
        for group in sorted(groups[first : first + 512], key=_length):
            if sum(len(one.candidates) for one in some) + len(group.candidates) > ROWS:
                yield some
                some = []
            some = [*some, group]
        yield some


def _length(group: Group) -> int:
    return max(len(one.title) + len(one.text) for one in group.candidates) + len(group.question)


def train(groups: Sequence[Group], held: Sequence[Group], work: Path) -> Network:
    """The trained network, with its checkpoint and curve in `work`."""
    torch.manual_seed(int(SETTINGS["seed"]))
    network, words = Network(), tokenizer()
    batches = plan(groups)
    torch._dynamo.config.recompile_limit = 32
    read = torch.compile(network, dynamic=False)

    def step_losses(step: int) -> dict[str, Tensor]:
        given = batch(words, batches[step], ROWS)
        with loop.half_precision():
            logits = read(given.ids, given.mask, given.types)
        return losses(given, *logits)

    schedule = loop.Plan(
        len(batches),
        SETTINGS["learning_rate"],
        SETTINGS["heads_learning_rate"],
        SETTINGS["weight_decay"],
        lambda step: _rate(step, len(batches)),
        watch=_WATCH,
        keep=_KEEP,
    )
    heads = [network.rank, network.ends]
    loop.train(
        network, heads, schedule, step_losses, lambda: watch(network, words, held), work, "reader"
    )
    return network


def _rate(step: int, steps: int) -> float:
    warmup = SETTINGS["warmup"]
    return min(1.0, (step + 1) / warmup, max(0.02, (steps - step) / (steps - warmup + 1)))


@torch.no_grad()
def watch(read: Network, words: object, held: Sequence[Group]) -> dict[str, float]:
    """How the network does on held-back groups.

    `held_first`: the share in which a right passage ranks first; `held_exact`: in which the
    likeliest start and end, over all passages of the question, are an answer's; and the mean
    ranks of right and of wrong passages.
    """
    first, exact, right_ranks, wrong_ranks = [], [], [], []
    for group in held:
        given = batch(words, [group], 1)
        with loop.half_precision():
            rank, start, end = read(given.ids, given.mask, given.types)
        rank = rank.float()[: len(group.candidates)]
        places = [bool(spans) for spans in given.spans]
        if any(places) and not all(places):
            first.append(places[int(rank.argmax())])
        if any(places):
            at = int(start.float().masked_fill(~given.readable, -1e4).argmax())
            to = int(end.float().masked_fill(~given.readable, -1e4).argmax())
            row, token = divmod(at, given.ids.shape[1])
            exact.append((token, to - row * given.ids.shape[1]) in given.spans[row])
        right_ranks += [
            float(value) for value, is_right in zip(rank, places, strict=True) if is_right
        ]
        wrong_ranks += [
            float(value) for value, is_right in zip(rank, places, strict=True) if not is_right
        ]
    parts = {"first": first, "exact": exact, "right_rank": right_ranks, "wrong_rank": wrong_ranks}
    return {f"held_{name}": sum(some) / max(1, len(some)) for name, some in parts.items()}
