"""From annotated articles to the tagger's weights, in one command.

    python -m training.tagger --data FOLDER [--work FOLDER]

FOLDER holds `quotes/`. Starts from the reader's weights; interrupted, the same command goes on.
Writes `retrieval/models/weights/tagger.onnx` and `tagger.json` with settings, counts and the curve.
"""

import argparse
import gzip
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.tagger import (
    BEGIN,
    INSIDE,
    LAYERS,
    LINK,
    NEARNESS,
    WINDOW,
    line_numbers,
    pair,
    windows,
)
from training import loop
from training.export import WEIGHTS, export, load_reader
from training.model import Network, tokenizer

SETTINGS = {
    "layers": 4, "rows": 16, "steps": 500, "learning_rate": 3e-4, "heads_learning_rate": 1e-3,
    "warmup": 50, "weight_decay": 0.01, "dropout": 0.1, "seed": 1,
}  # fmt: skip
_HELD = 10  # one article of so many is tuned on
_NOTE = 50  # steps between notes in the curve, and between checkpoints
_IGNORED = -100
_NEVER = -1e4
_KEYS = ("source", "cue", "content")  # of an attribution in the files


class TaggerNetwork(nn.Module):
    """A window of text → for each token nine tags' logits, and four vectors to be linked by."""

    def __init__(self) -> None:
        super().__init__()
        network = Network()
        load_reader(network)
        self.encoder = network.encoder
        self.encoder.encoder.layer = self.encoder.encoder.layer[: int(SETTINGS["layers"])]
        for name, part in self.encoder.named_modules():
            if isinstance(part, nn.Dropout) and "attention.self" not in name:
                part.p = float(SETTINGS["dropout"])
        self.encoder.set_attn_implementation("sdpa")  # trains in less time than "eager"
        width = self.encoder.config.hidden_size
        self.tags = nn.Linear(width, 3 * len(LAYERS))
        self.links = nn.Linear(width, 4 * LINK)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tags (row, token, 9) and vectors (row, token, 4 x LINK)."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.tags(hidden), self.links(hidden)


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article as tokens: what each is tagged (token, layer), and what is linked to what.

    `links` are from a content to its cue (0) and from a cue to its speaker (1), by their first
    tokens; -1 for none.
    """

    text: str
    ids: list[int]
    places: np.ndarray
    tags: np.ndarray
    links: list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of one length, padded; `links` as (row, kind, token, token or -1)."""

    ids: Tensor
    mask: Tensor
    tags: Tensor
    links: Tensor


def articles(file: Path) -> list[tuple[str, list[Attribution]]]:
    """The texts of a file and their attributions, as they are annotated."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [(row["text"], [_attribution(one) for one in row["attributions"]])
                for row in map(json.loads, lines)]  # fmt: skip


def _attribution(row: dict[str, list[list[int]]]) -> Attribution:
    return Attribution(*(tuple((a, b) for a, b in sorted(row[key])) for key in _KEYS))


def annotated(words: object, text: str, attributions: list[Attribution]) -> Annotated:
    """The article as tokens."""
    encoded = words.encode(text, add_special_tokens=False)  # type: ignore[attr-defined]
    places = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)
    tags, links = np.zeros((len(places), len(LAYERS)), dtype=np.int64), []
    begins: list[tuple[int, int]] = []
    for one in attributions:
        firsts: dict[str, list[int]] = {}
        parts = (one.speaker_spans, one.cue, one.content)
        for layer, (name, part) in enumerate(zip(LAYERS, parts, strict=True)):
            spans = [_tokens(places, span) for span in part]
            firsts[name] = [first for first, last in spans if first < last]
            for first, last in spans:
                tags[first:last, layer] = INSIDE
            begins += [(first, layer) for first in firsts[name]]
        cue, speaker = (firsts[name][0] if firsts[name] else -1 for name in ("cue", "speaker"))
        links += [(0, content, cue) for content in firsts["content"]]
        links += [(1, cue, speaker)] if cue >= 0 else []
    for first, layer in begins:
        tags[first, layer] = BEGIN
    return Annotated(text, encoded.ids, places, tags, links)


def _tokens(places: np.ndarray, span: tuple[int, int]) -> tuple[int, int]:
    """The tokens that touch the span, as a slice."""
    return (
        int(np.searchsorted(places[:, 1], span[0], "right")),
        int(np.searchsorted(places[:, 0], span[1], "left")),
    )


def batch(some: Sequence[tuple[Annotated, int, int]]) -> Batch:
    """Windows (article, first token, last token) as one batch."""
    length = max(last - first for _, first, last in some) + 2
    ids, mask = (np.zeros((len(some), length), dtype=np.int64) for _ in range(2))
    tags = np.full((len(some), length, len(LAYERS)), _IGNORED)
    links = []
    for row, (one, first, last) in enumerate(some):
        filled = last - first + 2
        ids[row, :filled], mask[row, :filled] = pair(one.ids[first:last]).ids, 1
        tags[row, 1 : filled - 1] = one.tags[first:last]
        for kind, token, partner in one.links:
            if first <= token < last and (partner < 0 or first <= partner < last):
                links.append((row, kind, token - first + 1, max(partner - first + 1, -1)))
    return Batch(
        torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(tags),
        torch.tensor(links, dtype=torch.long).reshape(-1, 4),
    )  # fmt: skip


def losses(given: Batch, tags: Tensor, links: Tensor) -> dict[str, Tensor]:
    """What is wrong with the batch's tags and links."""
    rows, length = given.ids.shape
    tags = tags.float().reshape(rows, length, len(LAYERS), 3)
    tagging = nn.functional.cross_entropy(
        tags.flatten(0, 2), given.tags.flatten(), ignore_index=_IGNORED
    )
    row, kind, token, partner = given.links.unbind(1)
    vectors = links.float().reshape(rows, length, 4, LINK)
    asking, answering = vectors[row, token, 2 * kind], vectors[row, :, 2 * kind + 1]
    logits = (answering @ asking[:, :, None])[:, :, 0]
    far = (torch.arange(length) - token[:, None]).abs()
    logits = logits - NEARNESS * torch.log1p(far.float())
    logits = logits.masked_fill(given.mask[row] == 0, _NEVER)
    none = torch.zeros(len(row), 1)
    wanted = torch.where(partner < 0, 0, partner + 1)
    linking = nn.functional.cross_entropy(torch.cat([none, logits], dim=1), wanted)
    return {"tags": tagging, "links": 0.1 * linking if len(row) else tagging * 0}


def plan(every: Sequence[Annotated]) -> list[list[tuple[Annotated, int, int]]]:
    """Batches in order: all articles again and again, each time cut at other places."""
    draw, size = random.Random(SETTINGS["seed"]), int(SETTINGS["rows"])
    batches: list[list[tuple[Annotated, int, int]]] = []
    while len(batches) < int(SETTINGS["steps"]):
        cut = []
        for one in every:
            lines = line_numbers(one.text, one.places)
            ends = np.flatnonzero(np.diff(lines[:WINDOW])) + 1
            late = draw.choice([0, *ends.tolist()]) if len(one.ids) > WINDOW else 0
            cut += [(one, 0, late)] * (late > 0)
            some = windows(one.ids[late:], lines[late:])
            cut += [(one, late + a, late + b) for a, b in some]
        cut.sort(key=lambda window: window[2] - window[1] + draw.random())
        packed = [cut[n : n + size] for n in range(0, len(cut), size)]
        draw.shuffle(packed)
        batches += packed
    return batches[: int(SETTINGS["steps"])]


def train(every: Sequence[Annotated], held: Sequence[Annotated], work: Path) -> TaggerNetwork:
    """The trained network, with its checkpoint and curve in `work`."""
    torch.manual_seed(int(SETTINGS["seed"]))
    network, batches = TaggerNetwork(), plan(every)

    def step_losses(step: int) -> dict[str, Tensor]:
        given = batch(batches[step])
        with loop.half_precision():
            outputs = network(given.ids, given.mask, torch.zeros_like(given.ids))
        return losses(given, *outputs)

    schedule = loop.Plan(
        len(batches),
        float(SETTINGS["learning_rate"]),
        float(SETTINGS["heads_learning_rate"]),
        float(SETTINGS["weight_decay"]),
        lambda step: min((step + 1) / SETTINGS["warmup"], 1 - step / (1.14 * len(batches))),
        note=_NOTE,
        keep=_NOTE,
    )
    heads = [network.tags, network.links]
    loop.train(network, heads, schedule, step_losses, lambda: watch(network, held), work, "tagger")
    return network


@torch.no_grad()
def watch(network: TaggerNetwork, held: Sequence[Annotated]) -> dict[str, float]:
    """F1 of the tags' tokens, layer by layer; of their first windows."""
    counts = np.zeros((len(LAYERS), 3))
    for one in held:
        given = batch([(one, 0, min(len(one.ids), WINDOW - 2))])
        with loop.half_precision():
            tags, _ = network(given.ids, given.mask, torch.zeros_like(given.ids))
        found = tags.float()[0, 1:-1].reshape(-1, len(LAYERS), 3).argmax(-1).numpy() > 0
        wanted = given.tags[0, 1:-1].numpy() > 0
        counts += np.stack([(found & wanted).sum(0), found.sum(0), wanted.sum(0)], axis=1)
    return {name: round(float(2 * both / max(1, a + b)), 4)
            for name, (both, a, b) in zip(LAYERS, counts, strict=True)}  # fmt: skip


def main() -> None:
    """Read, train, round, write."""
    parser = argparse.ArgumentParser(prog="training.tagger")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("data/training"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    words = tokenizer()
    every = [annotated(words, *one) for one in articles(given.data / "quotes/train.jsonl.gz")]
    held = every[::_HELD]
    network = train([one for n, one in enumerate(every) if n % _HELD], held, given.work)
    network.encoder.set_attn_implementation("eager")  # which ONNX's rounding knows
    files = export(network, given.work, "tagger", ["tags", "links"])
    shutil.copyfile(files["int8"], WEIGHTS / "tagger.onnx")
    card = {
        "settings": SETTINGS | {"window": WINDOW, "link": LINK},
        "articles": {"trained on": len(every) - len(held), "held back": len(held)},
        "curve": loop.curve(given.work, "tagger"),
    }
    (WEIGHTS / "tagger.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
