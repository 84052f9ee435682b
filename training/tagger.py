"""Trains the tagger, in one command.

    python -m training.tagger --data FOLDER [--work FOLDER]

FOLDER holds `quotes/`. The training starts from the reader's weights. If it is interrupted, the
same command continues it. It writes `tagger.onnx` and `tagger.json`, with settings, counts and the
curve, into `retrieval/models/weights/`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from benchmarks.questions import rows
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
from training.export import carry, export, reader_encoder, write_card
from training.reader_network import padded, tokenizer

SETTINGS = {
    "layers": 4, "rows": 16, "steps": 500, "learning_rate": 3e-4, "heads_learning_rate": 1e-3,
    "warmup": 50, "weight_decay": 0.01, "dropout": 0.1, "seed": 1,
}  # fmt: skip
_HELD = 10  # one article in so many is held back
_NOTE = 50  # steps between notes in the curve, and between checkpoints
_IGNORED = -100
_NEVER = -1e4
_KEYS = ("source", "cue", "content")  # of an attribution in the files


class TaggerNetwork(nn.Module):
    """Reads a window of text: for each token the logits of nine tags, and four link vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = reader_encoder()
        self.encoder.encoder.layer = self.encoder.encoder.layer[: int(SETTINGS["layers"])]
        for name, part in self.encoder.named_modules():
            if isinstance(part, nn.Dropout) and "attention.self" not in name:
                part.p = float(SETTINGS["dropout"])
        self.encoder.set_attn_implementation("sdpa")  # trains faster than "eager"
        width = self.encoder.config.hidden_size
        self.tags = nn.Linear(width, 3 * len(LAYERS))
        self.links = nn.Linear(width, 4 * LINK)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits of tags (row, token, 9), and vectors (row, token, 4 x LINK)."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.tags(hidden), self.links(hidden)


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article as tokens, with the tags (token, layer) and the links between its tokens.

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
    """The texts of a file, each with its annotated attributions."""
    return [(row["text"], [_attribution(one) for one in row["attributions"]]) for row in rows(file)]


def _attribution(row: dict[str, list[list[int]]]) -> Attribution:
    return Attribution(*(tuple((a, b) for a, b in sorted(row[key])) for key in _KEYS))


def annotated(words: Tokenizer, text: str, attributions: list[Attribution]) -> Annotated:
    """The article as tokens, with its tags and links."""
    encoded = words.encode(text, add_special_tokens=False)
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
    pairs = [pair(one.ids[first:last]) for one, first, last in some]
    ids, mask, _ = padded(pairs, len(some), length)
    tags = np.full((len(some), length, len(LAYERS)), _IGNORED)
    links = []
    for row, (one, first, last) in enumerate(some):
        tags[row, 1 : last - first + 1] = one.tags[first:last]
        for kind, token, partner in one.links:
            if first <= token < last and (partner < 0 or first <= partner < last):
                links.append((row, kind, token - first + 1, max(partner - first + 1, -1)))
    as_tensor = torch.tensor(links, dtype=torch.long).reshape(-1, 4)
    return Batch(ids, mask, torch.from_numpy(tags), as_tensor)


def losses(given: Batch, tags: Tensor, links: Tensor) -> dict[str, Tensor]:
    """The losses of the batch's tags and links."""
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


def in_batches(every: Sequence[Annotated]) -> list[list[tuple[Annotated, int, int]]]:
    """Batches in order: all articles, again and again, each time cut in other places."""
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
    """The trained network; its checkpoint and curve are in `work`."""
    torch.manual_seed(int(SETTINGS["seed"]))
    network, batches = TaggerNetwork(), in_batches(every)

    def step_losses(step: int) -> dict[str, Tensor]:
        given = batch(batches[step])
        with loop.half_precision():
            outputs = network(given.ids, given.mask, torch.zeros_like(given.ids))
        return losses(given, *outputs)

    plan = loop.Plan(
        len(batches),
        float(SETTINGS["learning_rate"]),
        float(SETTINGS["heads_learning_rate"]),
        float(SETTINGS["weight_decay"]),
        lambda step: min((step + 1) / SETTINGS["warmup"], 1 - step / (1.14 * len(batches))),
        note=_NOTE,
        keep=_NOTE,
    )
    heads = [network.tags, network.links]
    loop.train(network, heads, plan, step_losses, lambda: watch(network, held), work, "tagger")
    return network


@torch.no_grad()
def watch(network: TaggerNetwork, held: Sequence[Annotated]) -> dict[str, float]:
    """F1 of the tagged tokens for each layer, on the first window of each article."""
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
    """Read the articles, train, round, write."""
    data, work = loop.folders(__doc__)
    words = tokenizer()
    every = [annotated(words, *one) for one in articles(data / "quotes/train.jsonl.gz")]
    held = every[::_HELD]
    network = train([one for n, one in enumerate(every) if n % _HELD], held, work)
    network.encoder.set_attn_implementation("eager")  # the export can't round "sdpa"
    files = export(network, work, "tagger", ["tags", "links"])
    carry("tagger", files["int8"])
    card = {
        "settings": SETTINGS | {"window": WINDOW, "link": LINK},
        "articles": {"trained on": len(every) - len(held), "held back": len(held)},
        "curve": loop.curve(work, "tagger"),
    }
    write_card("tagger", card)


if __name__ == "__main__":
    main()
