import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from retrieval.errors import ModelError
from retrieval.models import onnx
from retrieval.models.support import SUPPORTED, SupportModel, closest

PASSAGE = (
    "The bridge of Halvik opened on Monday after two years of work. The mayor, Anna Berg, said "
    "that it was safe. Lars Dahl, who leads the opposition, criticised Berg for its cost."
)
OTHER = "Rain is expected in the south of the country over the weekend."


@pytest.fixture(scope="module")
def model() -> SupportModel:
    return SupportModel()


def judged(model: SupportModel, sentence: str, *passages: str) -> float:
    return model.probabilities([(sentence, passages)])[0]


WEAK = pytest.mark.xfail(strict=True, reason="what the card says it is bad at")


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("The bridge of Halvik opened on Monday.", "The bridge of Halvik closed on Monday."),
        ("Anna Berg said that it was safe.", "Anna Berg said that it was not safe."),
        pytest.param("Dahl criticised Berg for the cost.", "Berg criticised Dahl for the cost.",
                     marks=WEAK),
        ("Dahl criticised Berg for the cost.", "Dahl praised Berg for the cost."),
    ],
    ids=["opposite", "negation", "roles", "verb"],
)  # fmt: skip
def test_a_supported_sentence_is_likelier_than_an_edited_one(
    model: SupportModel, said: str, changed: str
) -> None:
    assert judged(model, said, PASSAGE) > judged(model, changed, PASSAGE) + 0.1


def test_support_is_over_the_threshold_and_denial_under_it(
    model: SupportModel,
) -> None:
    assert judged(model, "The bridge of Halvik opened on Monday.", PASSAGE) >= SUPPORTED
    assert judged(model, "Anna Berg said that it was not safe.", PASSAGE) < SUPPORTED


def test_a_passage_on_something_else_supports_little(model: SupportModel) -> None:
    said = "The bridge of Halvik opened on Monday."

    assert judged(model, said, OTHER) < judged(model, said, PASSAGE) - 0.3


def test_without_passages_nothing_is_supported(model: SupportModel) -> None:
    assert model.probabilities([]) == []
    assert model.probabilities([("Anna Berg spoke.", []), ("Anna Berg spoke.", [" "])]) == [0, 0]
    assert judged(model, " ", PASSAGE) == 0


def test_one_supporting_passage_is_enough(model: SupportModel) -> None:
    said = "Anna Berg said that the bridge was safe."

    assert judged(model, said, OTHER, PASSAGE) >= SUPPORTED
    assert judged(model, said, *[OTHER * 40] * 4, PASSAGE) >= SUPPORTED


def test_many_threads_judge_at_once() -> None:
    model, found = SupportModel(), []

    def judge() -> None:
        found.append(judged(model, "Anna Berg said that it was safe.", PASSAGE))

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        (["One cat sat. A dog ran.\nA cat ran off."], "One cat sat. A cat ran off."),
        (["A cat ran off.", "Birds sing here. A cat ran off."], "A cat ran off."),
        (["Birds sing. " * 3 + "Many cats slept on the old sofa all day."],
         "Many cats slept on the old sofa all day."),
        ([], ""),
    ],
)  # fmt: skip
def test_the_closest_sentences_are_read_in_text_order(
    passages: Sequence[str], expected: str
) -> None:
    assert closest("The cats ran.", passages, 28) == expected


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_weights_that_cannot_be_read_are_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    (tmp_path / "weights").mkdir()
    if damage == "damaged":
        whole = (files("retrieval.models") / "weights/support.onnx").read_bytes()
        (tmp_path / "weights/support.onnx").write_bytes(whole[:1000])
    monkeypatch.setattr(onnx, "package_files", lambda package: tmp_path)
    onnx._open_weights.cache_clear()
    try:
        with pytest.raises(ModelError, match=f"support's weights are {damage}"):
            SupportModel().probabilities([("Anna Berg spoke.", [PASSAGE])])
    finally:
        onnx._open_weights.cache_clear()
