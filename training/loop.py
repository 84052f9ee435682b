"""What all trainers share: the command line, and a loop with checkpoints, a curve and progress."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from benchmarks.questions import options

Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train, with which learning rates, and how often to measure.

    `rate` gives the factor of the learning rates for a step, the first being 0. The curve gets the
    mean losses every `note` steps and the measures on held-back data every `watch` steps. A
    checkpoint is written every `keep` steps.
    """

    steps: int
    learning_rate: float
    heads_learning_rate: float
    weight_decay: float
    rate: Callable[[int], float]
    note: int = 50
    watch: int = 200
    keep: int = 50


class _Stateful(Protocol):
    """A part of the training whose state a checkpoint holds."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> object: ...


def folders(description: str | None) -> tuple[Path, Path]:
    """The folders of the data and for the work, from the command line of a trainer."""
    parser = options(description)
    parser.add_argument("--work", type=Path, default=Path("data/training"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    return given.data, given.work


def train(
    network: nn.Module,
    heads: Sequence[nn.Module],
    plan: Plan,
    losses: Callable[[int], dict[str, Tensor]],
    watch: Callable[[], Measures],
    work: Path,
    name: str,
) -> None:
    """Train the network in place, from the checkpoint `work/NAME.pt` on if there is one.

    `losses` gives the losses of a step's batch, whose sum is minimised. `heads` are the modules
    that learn with `plan.heads_learning_rate`. `work/NAME.curve` gets one JSON object per line.
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
    """The curve of a training: losses and measures, step by step."""
    return [json.loads(line) for line in (work / f"{name}.curve").read_text().splitlines()]


def has_bfloat16() -> bool:
    """Whether the CPU computes in bfloat16; if it has to emulate that, a step takes minutes."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def half_precision() -> torch.autocast:
    """A context in which networks compute in bfloat16, if the CPU can."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16())


def _parameters(
    network: nn.Module, heads: Sequence[nn.Module], plan: Plan
) -> list[dict[str, object]]:
    """Parameter groups: the encoder with one learning rate, the heads with the other."""
    own = [one for head in heads for one in head.parameters()]
    known = {id(one) for one in own}
    rest = [one for one in network.parameters() if one.requires_grad and id(one) not in known]
    return [
        {"params": rest, "lr": plan.learning_rate},
        {"params": own, "lr": plan.heads_learning_rate},
    ]


def _resume(parts: dict[str, _Stateful], checkpoint: Path) -> int:
    """Load the checkpoint, and return how many steps it has done; 0 without a checkpoint."""
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["done"])


def _save(parts: dict[str, _Stateful], step: int, checkpoint: Path) -> None:
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save(state | {"done": step}, checkpoint.with_suffix(".new"))
    checkpoint.with_suffix(".new").replace(checkpoint)


def _cut(file: Path, done: int) -> None:
    """Drop the lines after the checkpoint, because those steps are done again."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    kept = [line for line in lines if json.loads(line)["step"] <= done]
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _note(file: Path, step: int, started: float, values: Measures) -> None:
    line = {"step": step, "seconds": round(time.perf_counter() - started)}
    line |= {name: round(value, 4) for name, value in values.items()}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
