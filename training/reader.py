"""Trains the reader, in one command.

    python -m training --data FOLDER [--work FOLDER]

FOLDER holds `reading/` and `news/`. The training takes about an hour on two idle cores with AVX-512
and bfloat16, and many hours without. If it is interrupted, the same command continues it. It writes
the network and `reader.json`, with settings, counts, the curve and measurements, into
`retrieval/models/weights/`.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from retrieval.evaluation import squad_f1, squad_plain
from retrieval.models.passage_reader import PassageReader
from training import groups, loop
from training.export import agreement, carry, export, write_card
from training.groups import Group
from training.reader_network import Network, batch, losses, tokenizer

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
_READING_HELD_BACK = 150  # groups
_WATCH = 900  # steps between measurements on the held-back groups
_KEEP = 150  # steps between checkpoints


def main() -> None:
    """Prepare the data, train, round, measure, write."""
    data, work = loop.folders(__doc__)
    if not (work / "groups.jsonl").exists():
        prepare(data, work)
    to_train_on = groups.read(work / "groups.jsonl")
    held_back = groups.read(work / "held.jsonl")
    files = export(train(to_train_on, held_back, work), work)
    carry("reader", files["int8"])
    card = {
        "settings": SETTINGS | COUNTS,
        "groups": Counter(group.kind for group in to_train_on),
        "passages": Counter(group.kind for group in to_train_on for _ in group.candidates),
        "rounding": agreement(files, held_back),
        "reading held back": reading_alone(data),
        "curve": loop.curve(work, "reader"),
    }
    write_card("reader", card)


def prepare(data: Path, work: Path) -> None:
    """Write the groups to train on, and those held back."""
    archive = groups.Archive(data / "news/train.articles.jsonl.gz", work)
    questions, held_back_questions = groups.split_news(data)
    size, seed = COUNTS["news_size"], SETTINGS["seed"]
    to_train_on = [*groups.reading(data, COUNTS["reading"], work, seed)]
    for turn in range(COUNTS["news_rounds"]):
        to_train_on += groups.news(archive, questions, size, seed + turn)
    to_train_on += groups.masked(archive, COUNTS["masked"], COUNTS["masked_size"], seed)
    held_back = [*groups.news(archive, held_back_questions, 2 * size, seed)]
    held_back += groups.held_back_reading(data)[:_READING_HELD_BACK]
    groups.write(held_back, work / "held.jsonl")
    groups.write(to_train_on, work / "groups.jsonl")


def reading_alone(data: Path) -> dict[str, float]:
    """SQuAD's exact match and F1 of the rounded network on the held-back tenth of `reading`.

    A question without an answer must be declined. It is if the rank is under 0: the network then
    holds an answer to be less likely than not.
    """
    network, exact, overlap, answerable = PassageReader(), [], [], []
    for group in groups.held_back_reading(data):
        (one,) = group.candidates
        judgement = network.read(group.question, [("", one.text)])[0]
        span = judgement.span(0, len(one.text))
        first, last = span[1] if span else (0, 0)
        answer = " ".join(one.text[a:b] for a, b in one.spans[:1])
        marked = one.text[first:last]
        answerable.append(bool(answer))
        shown = marked if judgement.rank >= 0 else ""
        exact.append([squad_plain(one) == squad_plain(answer) for one in (marked, shown)])
        overlap.append([squad_f1(one, answer) for one in (marked, shown)])
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


def in_batches(every: Sequence[Group]) -> list[list[Group]]:
    """Batches in order: reading and masked headlines, then news with the rest of reading."""
    draw = random.Random(SETTINGS["seed"])
    kinds: dict[str, list[Group]] = {"reading": [], "news": [], "masked": []}
    for group in every:
        kinds[group.kind].append(group)
    for some in kinds.values():
        draw.shuffle(some)
    early = int(len(kinds["reading"]) * SETTINGS["reading_first"])
    first = [*_packed(kinds["reading"][:early]), *_packed(kinds["masked"])]
    last = [*_packed(kinds["reading"][early:]), *_packed(kinds["news"])]
    draw.shuffle(first)
    draw.shuffle(last)
    return first + last


def _packed(every: Sequence[Group]) -> Iterator[list[Group]]:
    """Batches of groups of about one length, of at most `ROWS` passages each."""
    for first in range(0, len(every), 512):
        some: list[Group] = []
        for group in sorted(every[first : first + 512], key=_length):
            if sum(len(one.candidates) for one in some) + len(group.candidates) > ROWS:
                yield some
                some = []
            some = [*some, group]
        yield some


def _length(group: Group) -> int:
    return max(len(one.title) + len(one.text) for one in group.candidates) + len(group.question)


def train(every: Sequence[Group], held: Sequence[Group], work: Path) -> Network:
    """The trained network; its checkpoint and curve are in `work`."""
    torch.manual_seed(int(SETTINGS["seed"]))
    network, words = Network(), tokenizer()
    batches = in_batches(every)
    torch._dynamo.config.recompile_limit = 32
    compiled = torch.compile(network, dynamic=False)

    def step_losses(step: int) -> dict[str, Tensor]:
        given = batch(words, batches[step], ROWS)
        with loop.half_precision():
            logits = compiled(given.ids, given.mask, given.types)
        return losses(given, *logits)

    plan = loop.Plan(
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
        network, heads, plan, step_losses, lambda: watch(network, words, held), work, "reader"
    )
    return network


def _rate(step: int, steps: int) -> float:
    warmup = SETTINGS["warmup"]
    return min(1.0, (step + 1) / warmup, max(0.02, (steps - step) / (steps - warmup + 1)))


@torch.no_grad()
def watch(network: Network, words: Tokenizer, held: Sequence[Group]) -> dict[str, float]:
    """Measures on the held-back groups.

    - `held_first`: the share of groups in which a right passage ranks first;
    - `held_exact`: the share in which the likeliest start and end, over all passages of the
      question, are those of an answer;
    - `held_right_rank`, `held_wrong_rank`: the mean ranks of right and of wrong passages.
    """
    first, exact, right_ranks, wrong_ranks = [], [], [], []
    for group in held:
        given = batch(words, [group], 1)
        with loop.half_precision():
            rank, start, end = network(given.ids, given.mask, given.types)
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
