"""The training loop that all trainers share: checkpoints, a curve, and progress on the screen."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train, how fast, and how often to look.

    `rate` turns a step (0 is the first) into a factor of the learning rates. Every `note` steps
    the mean losses are noted in the curve, every `watch` steps the measures on held-back data;
    every `keep` steps a checkpoint is written.
    """

    steps: int
    learning_rate: float
    heads_learning_rate: float
    weight_decay: float
    rate: Callable[[int], float]
    note: int = 50
    watch: int = 200
    keep: int = 50


def train(
    network: nn.Module,
    heads: Sequence[nn.Module],
    plan: Plan,
    losses: Callable[[int], dict[str, Tensor]],
    watch: Callable[[], Measures],
    work: Path,
    name: str,
) -> None:
    """Train the network in place; goes on from `work/NAME.pt` where there is one.

    `losses` gives the losses of a step's batch, which are added up. `heads` are the parts of the
    network with a learning rate of their own. The curve is written to `work/NAME.curve`, one JSON
    object a line.
    """
    optimizer = torch.optim.AdamW(
        _parameters(network, heads, plan),
        betas=(0.9, 0.98),
        weight_decay=plan.weight_decay,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, plan.rate)
    parts = {"network": network, "optimizer": optimizer, "rate": schedule}
    checkpoint, curve = work / f"{name}.pt", work / f"{name}.curve"
    done = _resume(parts, checkpoint)
    _cut(curve, done)
    weights = [one for one in network.parameters() if one.requires_grad]
    sums: Measures = {}
    started = time.perf_counter()
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task(f"training the {name}", total=plan.steps, completed=done)
        for step in range(done + 1, plan.steps + 1):
            is_last = step == plan.steps
            network.train()
            found = losses(step - 1)
            torch.stack([*found.values()]).sum().backward()
            clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            progress.advance(task)
            for loss, value in found.items():
                sums[loss] = sums.get(loss, 0.0) + float(value.detach()) / plan.note
            noted: Measures = {}
            if step % plan.note == 0:
                noted, sums = sums, {}
            if step % plan.watch == 0 or is_last:
                network.eval()
                noted |= watch()
            if noted:
                _note(curve, step, started, noted)
            if step % plan.keep == 0 or is_last:
                _save(parts, step, checkpoint)


def curve(work: Path, name: str) -> list[Measures]:
    """What was noted while the network of that name was trained, in order."""
    return [json.loads(line) for line in (work / f"{name}.curve").read_text().splitlines()]


def has_bfloat16() -> bool:
    """Whether the CPU computes in bfloat16; where it is emulated, a step takes minutes."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def half_precision() -> torch.autocast:
    """A context in which networks compute in bfloat16 where the CPU can."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16())


def _parameters(
    network: nn.Module, heads: Sequence[nn.Module], plan: Plan
) -> list[dict[str, object]]:
    own = [one for head in heads for one in head.parameters()]
    known = {id(one) for one in own}
    rest = [one for one in network.parameters() if one.requires_grad and id(one) not in known]
    return [
        {"params": rest, "lr": plan.learning_rate},
        {"params": own, "lr": plan.heads_learning_rate},
    ]


def _resume(parts: dict[str, object], checkpoint: Path) -> int:
    """How many steps the checkpoint has behind it; 0 without one."""
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint)
    for name, part in parts.items():
        part.load_state_dict(state[name])  # type: ignore[attr-defined]
    return int(state["done"])


def _save(parts: dict[str, object], step: int, checkpoint: Path) -> None:
    state = {name: part.state_dict() for name, part in parts.items()}  # type: ignore[attr-defined]
    torch.save(state | {"done": step}, checkpoint.with_suffix(".new"))
    checkpoint.with_suffix(".new").replace(checkpoint)


def _cut(file: Path, done: int) -> None:
    """Drop what was noted after the checkpoint: those steps are done again."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    kept = [line for line in lines if json.loads(line)["step"] <= done]
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _note(file: Path, step: int, started: float, values: Measures) -> None:
    line = {"step": step, "seconds": round(time.perf_counter() - started)}
    line |= {name: round(value, 4) for name, value in values.items()}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
