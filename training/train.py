"""Groups → weights: one pass, resumable, watched on what was held back."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from torch.nn.utils import clip_grad_norm_

from training.material import Group
from training.model import Batch, Network, batch, losses, tokenizer

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
_EVERY = 900  # steps between looks at the held-back groups
_KEEP = 150  # steps between checkpoints


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
    """The trained network; goes on from `work/checkpoint.pt` where there is one.

    The curve (losses, and the measures on what was held back) goes to `work/curve.jsonl`.
    """
    torch.manual_seed(int(SETTINGS["seed"]))
    network, words = Network(), tokenizer()
    batches = plan(groups)
    optimizer = torch.optim.AdamW(_parameters(network), betas=(0.9, 0.98), fused=True)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, len(batches)))
    file, done = work / "checkpoint.pt", 0
    if file.exists():
        state = torch.load(file)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        rate.load_state_dict(state["rate"])
        done = state["done"]
    _cut_curve(work / "curve.jsonl", done)
    torch._dynamo.config.recompile_limit = 32
    read = torch.compile(network, dynamic=False)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    sums: dict[str, float] = {}
    started = time.perf_counter()
    with (
        Progress(*columns) as progress,
        (work / "curve.jsonl").open("a", encoding="utf-8") as curve,
    ):
        task = progress.add_task("training", total=len(batches), completed=done)
        for step in range(done, len(batches)):
            parts = _step(read, network, batch(words, batches[step], ROWS), optimizer)
            rate.step()
            progress.advance(task)
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + value / 50
            if (step + 1) % 50 == 0:
                _note(curve, step + 1, started, sums)
                sums = {}
            if (step + 1) % _EVERY == 0:
                _note(curve, step + 1, started, watch(network, words, held))
            if (step + 1) % _KEEP == 0 or step + 1 == len(batches):
                state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(),
                         "rate": rate.state_dict(), "done": step + 1}  # fmt: skip
                torch.save(state, file.with_suffix(".new"))
                file.with_suffix(".new").replace(file)
        if done < len(batches):
            _note(curve, len(batches), started, watch(network, words, held))
    return network


def _step(
    read: Network, network: Network, given: Batch, optimizer: torch.optim.Optimizer
) -> dict[str, float]:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
        logits = read(given.ids, given.mask, given.types)
    parts = losses(given, *logits)
    sum(parts.values()).backward()  # type: ignore[union-attr]
    clip_grad_norm_([one for one in network.parameters() if one.requires_grad], 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return {name: float(value.detach()) for name, value in parts.items()}


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
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
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


def has_bfloat16() -> bool:
    """Whether the CPU computes in bfloat16; where it is emulated, a step takes minutes."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def _parameters(network: Network) -> list[dict[str, object]]:
    heads = [*network.rank.parameters(), *network.ends.parameters()]
    encoder = [one for one in network.encoder.parameters() if one.requires_grad]
    decay = SETTINGS["weight_decay"]
    return [
        {"params": encoder, "lr": SETTINGS["learning_rate"], "weight_decay": decay},
        {"params": heads, "lr": SETTINGS["heads_learning_rate"], "weight_decay": decay},
    ]


def _rate(step: int, steps: int) -> float:
    warmup = SETTINGS["warmup"]
    return min(1.0, (step + 1) / warmup, max(0.02, (steps - step) / (steps - warmup + 1)))


def _cut_curve(file: Path, done: int) -> None:
    """Forget what was noted after the checkpoint; those steps are done again."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    kept = [line for line in lines if json.loads(line)["step"] <= done]
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _note(curve: object, step: int, started: float, values: dict[str, float]) -> None:
    line = {"step": step, "seconds": round(time.perf_counter() - started)}
    line |= {name: round(value, 4) for name, value in values.items()}
    curve.write(json.dumps(line) + "\n")  # type: ignore[attr-defined]
    curve.flush()  # type: ignore[attr-defined]
