"""Passage reader: a question and a passage, read together → how well it answers, and where.

The network is our own (training/, weights/): the bundled encoder with one output that ranks the
passage, and two that mark each token as the start or the end of an answer. It is carried as ONNX
with weights of eight bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.models.onnx import CLS, SEP, Logits, Network, Pair, Span

# The most tokens of each.
_QUESTION_TOKENS = 64
_TITLE_TOKENS = 24
_PAIR_TOKENS = 384  # a passage of 1,000 characters has some 210
_SPAN_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the network says of one passage, in logits that can be compared between passages.

    `rank` is for the passage to have an answer; `starts` and `ends` are for the answer to start
    or end at the token with that place in `offsets`.
    """

    rank: float
    offsets: Sequence[Span]
    starts: Logits
    ends: Logits

    def span(self, first: int, last: int) -> tuple[float, Span] | None:
        """The likeliest answer between two places of the text, as (logit, span).

        None where the network has read none of it.
        """
        tokens = [n for n, (a, b) in enumerate(self.offsets) if first <= a < b <= last]
        if not tokens:
            return None
        low, high = tokens[0], tokens[-1] + 1
        size = high - low
        sums = self.starts[low:high, None] + self.ends[None, low:high]
        allowed = np.triu(np.ones((size, size), dtype=bool))
        allowed &= ~np.triu(np.ones((size, size), dtype=bool), _SPAN_TOKENS)
        place = int(np.where(allowed, sums, -np.inf).argmax())
        start, end = divmod(place, size)
        return float(sums[start, end]), (self.offsets[low + start][0], self.offsets[low + end][1])


class PassageReader:
    """Judges passages for a question; loads at first use, safe to use from threads."""

    def __init__(self) -> None:
        self._network = Network("reader", ["rank", "start", "end"])

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Judgement]:
        """One judgement for each (title, text), in order. Raises ModelError without weights."""
        words = self._network.tokenizer
        pairs = [pair(words, question, title, text) for title, text in passages]
        read = zip(pairs, self._network.read(pairs), strict=True)
        return [Judgement(float(rank), one.offsets, a, b) for one, (rank, a, b) in read]


def pair(
    tokenizer: Any, question: str, title: str, text: str, question_tokens: int = _QUESTION_TOKENS
) -> Pair:
    """[CLS] question [SEP] title [SEP] text [SEP], without the title where it is empty.

    The question is cut after `question_tokens`.
    """
    asked, titled, read = tokenizer.encode_batch([question, title, text], add_special_tokens=False)
    before = [CLS, *asked.ids[:question_tokens], SEP]
    types = [0] * len(before)
    if title:
        before += [*titled.ids[:_TITLE_TOKENS], SEP]
    room = _PAIR_TOKENS - len(before) - 1
    ids = [*before, *read.ids[:room], SEP]
    types += [1] * (len(ids) - len(types))
    return Pair(ids, types, [(0, 0)] * len(before) + read.offsets[:room] + [(0, 0)])
