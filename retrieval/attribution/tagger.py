"""Tagger: text → Attributions, with every speaker, cue and content that a small network finds.

The network is our own (training/tagger.py, models/weights/). For each token it predicts whether a
speaker, a cue or a content begins or continues there. It also gives four vectors a token: their
products link each content to its cue, and each cue to its speaker.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.attribution.attribution import Attribution, Span
from retrieval.models.onnx import CLS, SEP, Logits, Network, Pair

LAYERS = ("speaker", "cue", "content")
OUTSIDE, BEGIN, INSIDE = range(3)
WINDOW = 384  # tokens read at once, two of them [CLS] and [SEP]
LINK = 32  # dimensions of the vectors
_LIKELY = 0.2  # probability from which a token is part of a cue or a speaker
_CHANGE = 0.7  # cost in log-likelihood where a content begins or ends
_REACH = 384  # tokens between two linked spans at most; keeps the time linear
NEARNESS = 0.5  # times the logarithm of the distance is what a link loses
_BLOCK = 100_000  # characters in memory at once
_STOPS = 999, 1012, 1029  # "!", "." and "?" in the vocabulary of BERT
_LONE = re.compile("[\ud800-\udfff]")  # lone surrogates, which the tokenizer refuses

Numbers = npt.NDArray[np.int64]
Chances = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


class Tagger:
    """Finds who is said to have said what; loads at first use, safe to use from threads."""

    def __init__(self) -> None:
        self._network = Network("tagger", ["tags", "links"])

    def attributions(self, text: str) -> list[Attribution]:
        """The text's attributions, in order; each has a content.

        Spans have no blanks at their ends. Raises ModelError if the weights are missing.
        """
        found = []
        for start, end in blocks(text):
            part = _LONE.sub("\ufffd", text[start:end])
            encoded = self._network.tokenizer.encode(part, add_special_tokens=False)
            if encoded.ids:
                places = np.array(encoded.offsets, dtype=np.int64)
                lines = line_numbers(part, places)
                found += linked(places + start, lines, *self._read(encoded.ids, lines))
        return found

    def _read(self, ids: list[int], lines: Numbers) -> tuple[Logits, Logits]:
        """The network's outputs for all tokens."""
        pairs = [pair(ids[first:last]) for first, last in windows(ids, lines)]
        kept = [[output[1:-1] for output in outputs] for outputs in self._network.read(pairs)]
        tags, links = (np.concatenate(parts) for parts in zip(*kept, strict=True))
        return tags, links


def pair(ids: list[int]) -> Pair:
    """A window's tokens as input of the network."""
    return Pair([CLS, *ids, SEP], [0] * (len(ids) + 2), [])


def windows(ids: Sequence[int], lines: Numbers) -> list[Span]:
    """The windows in which tokens are read: the first token of each, and the one after its last.

    They have about the same size. Each ends with a line, so that a speaker and their words are read
    together; within a long line, with a sentence. `lines` is the line number of each token.
    """
    room, cuts = WINDOW - 2, [0]
    ends = np.flatnonzero(np.diff(lines)) + 1, np.flatnonzero(np.isin(ids, _STOPS)) + 1
    while (left := len(ids) - cuts[-1]) > room:
        first, last = cuts[-1] + room // 3, cuts[-1] + room
        wanted = cuts[-1] + left / -(-left // room)
        near = [some[(first < some) & (some <= last)] for some in ends]
        some = next((some for some in near if len(some)), np.array([last]))
        cuts.append(int(some[np.abs(some - wanted).argmin()]))
    return list(pairwise([*cuts, len(ids)]))


def blocks(text: str) -> Iterator[Span]:
    """The text in parts of bounded length, cut at line ends if possible."""
    start = 0
    while start < len(text):
        end = min(len(text), start + _BLOCK)
        if end < len(text):
            end = max(text.rfind("\n", start, end) + 1, start) or end
            end = end if end > start else start + _BLOCK
        yield start, end
        start = end


def line_numbers(text: str, places: Numbers) -> Numbers:
    """The number of the line in which each token begins."""
    ends = np.array([n for n, sign in enumerate(text) if sign in "\r\n"], dtype=np.int64)
    return np.searchsorted(ends, places[:, 0])


def linked(places: Numbers, lines: Numbers, tags: Logits, links: Logits) -> list[Attribution]:
    """The attributions in the network's outputs; `places` and `lines` are the tokens'."""
    logits = tags.reshape(len(tags), len(LAYERS), 3).astype(np.float64)
    chances = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    breaks = np.concatenate([[True], lines[1:] != lines[:-1]])
    speakers, cues = (_short(chances[:, layer], breaks) for layer in range(2))
    contents = _long(chances[:, 2], breaks)
    vectors = links.reshape(len(links), 4, LINK)
    cue_of = _partners(vectors[:, 0], vectors[:, 1], contents, cues)
    speaker_of = _partners(vectors[:, 2], vectors[:, 3], cues, speakers)
    grouped: dict[int, list[int]] = {}
    for content, (cue, _) in enumerate(cue_of):
        grouped.setdefault(cue if cue >= 0 else -1 - content, []).append(content)
    found = []
    for cue, some in grouped.items():
        speaker, sure = speaker_of[cue] if cue >= 0 else (-1, 0.0)
        sure *= min((cue_of[content][1] for content in some), default=0.0)
        for layer, spans in ((0, [speakers[speaker]] if speaker >= 0 else []),
                             (1, [cues[cue]] if cue >= 0 else []),
                             (2, [contents[content] for content in some])):  # fmt: skip
            sure *= _sureness(chances[:, layer], spans)
        one = Attribution(
            (_characters(places, speakers[speaker]),) if speaker >= 0 else (),
            (_characters(places, cues[cue]),) if cue >= 0 else (),
            tuple(_characters(places, contents[content]) for content in some),
            sure,
        )
        found.append((min(one.speaker_spans + one.cue + one.content), one))
    return [one for _, one in sorted(found, key=lambda each: each[0])]


def _short(chances: Chances, breaks: Marks) -> list[Span]:
    """The first and last token of each cue or speaker above a low threshold."""
    inside = chances[:, OUTSIDE] < np.log(1 - _LIKELY)
    begins = breaks | (chances[:, BEGIN] > np.log(0.5))
    return _runs(inside, begins)


def _long(chances: Chances, breaks: Marks) -> list[Span]:
    """The first and last token of each content: the likeliest sequence of tags.

    Each begin or end has a cost, except at line breaks; without it, long contents would fall apart.
    """
    best, steps = [0.0, -np.inf, -np.inf], []
    for (out, begin, inside), is_break in zip(chances.tolist(), breaks.tolist(), strict=True):
        cost = 0.0 if is_break else _CHANGE
        within = BEGIN if best[BEGIN] > best[INSIDE] else INSIDE
        leaves = best[within] - cost > best[OUTSIDE]
        follows = best[within] > best[OUTSIDE]
        steps.append((within if leaves else OUTSIDE, within if follows else OUTSIDE, within))
        best = [
            out + (best[within] - cost if leaves else best[OUTSIDE]),
            begin + best[steps[-1][BEGIN]] - cost,
            -np.inf if is_break else inside + best[within],
        ]
    tags = np.zeros(len(chances), dtype=np.int64)
    tag = int(np.argmax(best))
    for place in range(len(chances) - 1, -1, -1):
        tags[place] = tag
        tag = steps[place][tag]
    return _runs(tags != OUTSIDE, breaks | (tags == BEGIN))


def _runs(inside: Marks, begins: Marks) -> list[Span]:
    """The first and last token of each run; a run ends where another begins."""
    starts = inside & (begins | ~np.concatenate([[False], inside[:-1]]))
    ends = inside & np.concatenate([~inside[1:] | begins[1:], [True]])
    return list(zip(np.flatnonzero(starts).tolist(), np.flatnonzero(ends).tolist(), strict=True))


def _sureness(chances: Chances, spans: list[Span]) -> float:
    """The mean probability of the spans' tokens to be inside such spans."""
    if not spans:
        return 1.0
    tokens = np.concatenate([np.arange(first, last + 1) for first, last in spans])
    return float(1 - np.exp(chances[tokens, OUTSIDE]).mean())


def _partners(
    asking: Logits, answering: Logits, some: list[Span], others: list[Span]
) -> list[tuple[int, float]]:
    """For each of some spans: the number of its partner, -1 for none, and how probable that is."""
    if not others:
        return [(-1, 0.0)] * len(some)
    places = np.array([first for first, _ in others])
    found = []
    for first, _ in some:
        low, high = np.searchsorted(places, [first - _REACH, first + _REACH])
        near = places[low:high]
        if not len(near):
            found.append((-1, 0.0))
            continue
        logits = answering[near] @ asking[first] - NEARNESS * np.log1p(np.abs(near - first))
        best = int(logits.argmax())
        chance = float(1 / (1 + np.exp(-logits[best])))
        found.append((int(low) + best if logits[best] > 0 else -1, chance))
    return found


def _characters(places: Numbers, span: Span) -> Span:
    return int(places[span[0], 0]), int(places[span[1], 1])
