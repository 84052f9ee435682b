"""Reranker: any sentence-transformers cross-encoder ranks passages instead of our reader."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker:
    """A `CrossEncoder`; loads at first use, safe to use from threads."""

    def __init__(self, name: str) -> None:
        """`name` is the model's name or folder."""
        self.name = name
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None

    def ranks(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the question, higher is better. Raises ModelError."""
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
            raise ModelError(f"The reranker {self.name!r} doesn't give one score per passage.")
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
