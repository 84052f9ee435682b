"""How long the reader takes, beside the same network in PyTorch.

    python -m benchmarks.reader [--passages N …]

Reads passages of about 1,000 characters of the sample articles: loaded from nothing, and then warm
(the best and the middle of ten). The PyTorch rows run a network of the same shape, untrained, which
takes as long; batches of eight, padded, as fast as it got.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from retrieval.articles.passages import split
from retrieval.models.passage_reader import PassageReader
from retrieval.sources import files
from training.loop import has_bfloat16
from training.material import Candidate, Group
from training.model import Network, batch, tokenizer

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "how many prisoners will be exchanged, and when?"
_BATCH = 8


def main() -> None:
    """Load, read, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.reader")
    parser.add_argument("--passages", type=int, nargs="+", default=[24, 32])
    given = parser.parse_args()
    found = [
        (article.title, passage.text)
        for path in files.find([SEEDS])
        for article in files.read(path)
        for passage in split(article)
        if len(passage.text) > 700
    ]
    started = time.perf_counter()
    network = PassageReader()
    network.read(QUESTION, found[:1])
    print(f"loaded and first passage read: {time.perf_counter() - started:.2f} s")
    plain = Network().eval()
    for count in given.passages:
        passages = (found * count)[:count]
        print(f"{count} passages, {np.mean([len(text) for _, text in passages]):.0f} characters")
        _time("as carried (ONNX Runtime, int8)", lambda some=passages: network.read(QUESTION, some))
        for half in (True, False) if has_bfloat16() else (False,):
            name = f"PyTorch, {'bfloat16' if half else 'float32'}"
            _time(name, lambda some=passages, half=half: _read(plain, some, half))


def _read(network: Network, passages: list[tuple[str, str]], half: bool) -> None:
    words = tokenizer()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        for first in range(0, len(passages), _BATCH):
            some = tuple(Candidate(*one, ()) for one in passages[first : first + _BATCH])
            given = batch(words, [Group("news", QUESTION, some)], 1)
            network(given.ids, given.mask, given.types)


def _time(name: str, work: Callable[[], object]) -> None:
    work()
    seconds = []
    for _ in range(10):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    print(
        f"  {name:34} best {min(seconds) * 1000:5.0f} ms, middle {np.median(seconds) * 1000:5.0f}"
    )


if __name__ == "__main__":
    main()
