"""Local inference: a question and a passage, read together → how well it answers, and where.

The network is our own (training/, weights/): the bundled encoder with a rank for the passage and a
start and an end for each token. It is carried as ONNX with weights of eight bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    pass
from retrieval.models.onnx import Logits, Network, Pair, Span

_QUESTION_TOKENS = 64


_TITLE_TOKENS = 24


_PAIR_TOKENS = 384  # a passage of 1,000 characters has some 210


_SPAN_TOKENS = 24


_CLS, _SEP = 101, 102  # BERT's vocabulary


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the network makes of one passage; all are logits, comparable between passages.

    `rank` is that of the passage's answering at all; `starts` and `ends` are those of the
    answer's beginning and ending with the token at `offsets`.
    """

    rank: float
    offsets: Sequence[Span]
    starts: Logits
    ends: Logits

    def span(self, first: int, last: int) -> tuple[float, Span] | None:
        """The likeliest span between two places of the text and its logit; None if unread."""
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
    """Reads passages for a question; loads at first use, safe to use from threads."""

    def __init__(self) -> None:
        self._network = Network("reader", ["rank", "start", "end"])

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Judgement]:
        """One judgement a (title, text), in order. Raises ModelError without weights."""
        words = self._network.tokenizer
        pairs = [pair(words, question, title, text) for title, text in passages]
        read = zip(pairs, self._network.read(pairs), strict=True)
        return [Judgement(float(rank), one.offsets, a, b) for one, (rank, a, b) in read]


def pair(
    tokenizer: Any, question: str, title: str, text: str, asked_tokens: int = _QUESTION_TOKENS
) -> Pair:
    """[CLS] question [SEP] title [SEP] text [SEP], without the title where there is none.

    Of the question no more than `asked_tokens` are read.
    """
    asked, titled, read = tokenizer.encode_batch([question, title, text], add_special_tokens=False)
    before = [_CLS, *asked.ids[:asked_tokens], _SEP]
    types = [0] * len(before)
    if title:
        before += [*titled.ids[:_TITLE_TOKENS], _SEP]
    room = _PAIR_TOKENS - len(before) - 1
    ids = [*before, *read.ids[:room], _SEP]
    types += [1] * (len(ids) - len(types))
    return Pair(ids, types, [(0, 0)] * len(before) + read.offsets[:room] + [(0, 0)])
