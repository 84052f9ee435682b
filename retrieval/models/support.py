"""Support: whether the passages that a sentence cites say what it says.

The network is our own (training/, weights/). Plain rules check numbers, names and quotations; the
network judges what they can't see: who did what to whom, whether it was done, and who said it.
"""

from collections.abc import Sequence

import numpy as np

from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems, overlap
from retrieval.models.onnx import Network
from retrieval.models.passage_reader import pair

# Sentences with a lower probability aren't shown. Of the worst kind, freely worded summaries, it
# loses one supported claim in a hundred on the data that it was chosen on, and one in thirty on the
# data that figures are reported on. `weights/README.md` says what it catches.
SUPPORTED = 0.124

TEMPERATURE = 0.88  # fitted on the same sentences
_READ = 900  # characters of the passages that are read
SENTENCE_TOKENS = 96


class SupportModel:
    """Judges whether passages support a sentence; loads at first use, safe to use from threads."""

    def __init__(self) -> None:
        self._network = Network("support", ["support"])

    def probabilities(self, cited: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """For each sentence with its passages, the probability that they support it.

        It is 0 without passages. Raises ModelError without weights.
        """
        words = self._network.tokenizer
        read = [(sentence, closest(sentence, passages)) for sentence, passages in cited]
        pairs = [pair(words, one, "", text, SENTENCE_TOKENS) for one, text in read]
        logits = [float(output[0]) for output in self._network.read(pairs)]
        return [
            float(1 / (1 + np.exp(-logit / TEMPERATURE))) if one.strip() and text else 0.0
            for logit, (one, text) in zip(logits, read, strict=True)
        ]


def closest(sentence: str, passages: Sequence[str], room: int = _READ) -> str:
    """The passages' sentences that share most words with this sentence, as one text.

    They are in the passages' order, each once, and as many as fit in `room` characters, but at
    least one.
    """
    found = [text[first:last] for text in passages for first, last in sentences(text)]
    parts = list(dict.fromkeys(" ".join(one.split()) for one in found))
    wanted = content_stems(sentence)
    shared = [overlap(wanted, content_stems(one)) for one in parts]
    kept: list[int] = []
    for place in sorted(range(len(parts)), key=lambda n: -shared[n]):
        room -= len(parts[place]) + 1
        if kept and room < 0:
            break
        kept.append(place)
    return " ".join(parts[place] for place in sorted(kept))
