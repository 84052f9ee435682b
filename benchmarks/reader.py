"""How fast the reader is, compared with the same network in PyTorch.

    python -m benchmarks.reader [--passages N …]

Reads passages of about 1,000 characters from the sample articles: one after loading, then N at a
time, warm (the best and the median of ten runs). PyTorch runs an untrained network of the same
shape, which takes the same time, in padded batches of eight, the fastest size that we found.
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
from training.groups import Candidate, Group
from training.loop import has_bfloat16
from training.reader_network import Network, batch, tokenizer

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "how many prisoners will be exchanged, and when?"
_BATCH = 8


def main() -> None:
    """Load, read, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader", description=__doc__)
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
    print(f"loading, and reading one passage: {time.perf_counter() - started:.2f} s")
    plain = Network().eval()
    for count in given.passages:
        passages = (found * count)[:count]
        print(f"{count} passages, {np.mean([len(text) for _, text in passages]):.0f} characters")
        _time("the reader (ONNX Runtime, int8)", lambda some=passages: network.read(QUESTION, some))
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
    best, median = 1000 * min(seconds), 1000 * np.median(seconds)
    print(f"  {name:34} best {best:5.0f} ms, median {median:5.0f} ms")


if __name__ == "__main__":
    main()
