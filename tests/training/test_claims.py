import gzip
import json
import random
from pathlib import Path

import pytest

from training import claims
from training.claims import HELD_BACK, TRAIN, TUNE, statement
from training.edits import EDITS

SENTENCE = "Anna Berg praised Lars Dahl because of the bridge, which opened in 2021."
HERE = ["Anna Berg", "Lars Dahl", "Ida Moe"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("roles", ["Lars Dahl praised Anna Berg because"]),
        ("name", ["Ida Moe praised Lars Dahl because", "Anna Berg praised Ida Moe because"]),
        ("opposite", ["criticised", "criticized", "condemned", "closed"]),
        ("modality", ["despite", "although"]),
        ("number", ["in 1721", "in 1921", "in 2121", "in 2221", "in 2521",
                    "in 2018", "in 2020", "in 2022", "in 2023", "in 2026",
                    "in 1991", "in 2011", "in 2031", "in 2041", "in 2071"]),
    ],
)  # fmt: skip
def test_an_edit_changes_what_a_sentence_says(kind: str, expected: list[str]) -> None:
    for seed in range(10):
        edited = EDITS[kind](SENTENCE, HERE, random.Random(seed))

        assert any(part in edited for part in expected), edited


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The bridge is safe.", {"The bridge is not safe.", "The bridge is never safe."}),
        ("The bridge has not opened.", {"The bridge has opened.", "The bridge has not opened."}),
        ("Berg signed it.", {"Berg did not sign it.", "Berg didn't sign it.",
                             "Berg never signed it."}),
    ],
)  # fmt: skip
def test_a_negation_is_added_or_removed(sentence: str, expected: set[str]) -> None:
    edit = EDITS["negation"]

    assert {edit(sentence, [], random.Random(seed)) or sentence for seed in range(30)} == expected


def test_a_statement_is_attributed_to_another_speaker() -> None:
    edited = EDITS["attribution"]("Anna Berg said that the bridge is safe.", HERE, random.Random(1))

    assert edited in {
        "Lars Dahl said that the bridge is safe.",
        "Ida Moe said that the bridge is safe.",
    }


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Who built the bridge?", "Berg", "Berg built the bridge."),
        ("How many people crossed it?", "two hundred", "Two hundred people crossed it."),
        ("Which firm built it?", "Dahl", "Dahl built it."),
        ("When was the bridge opened?", "in 2021", "The bridge opened in 2021."),
        ("Why is it there?", "for traffic", None),
    ],
)
def test_a_question_and_its_answer_become_a_statement(
    question: str, answer: str, expected: str | None
) -> None:
    assert statement(question, answer) == expected


def test_no_claim_or_evidence_is_in_two_parts(tmp_path: Path) -> None:
    rows = [
        {"claim": f"Claim {n % 200}.", "evidence": f"Evidence {n % 130}.", "supported": n % 2}
        for n in range(400)
    ]
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims/fever.jsonl.gz").write_bytes(
        gzip.compress("\n".join(map(json.dumps, rows)).encode())
    )

    parts = [claims.fever(tmp_path, part) for part in (TRAIN, TUNE, HELD_BACK)]

    assert all(parts)
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            assert not {row.text for row in one} & {row.text for row in other}
            assert not {row.evidence for row in one} & {row.evidence for row in other}


def test_one_claim_of_each_generated_pair_is_supported(tmp_path: Path) -> None:
    texts = [
        f"Anna Berg of Halvik praised Lars Dahl on Monday for the bridge number {n} of the town. "
        "The bridge was built by people from Halvik who had worked with Ida Moe. "
        "It will be opened to all cars next year, the mayor said."
        for n in range(60)
    ]
    (tmp_path / "news").mkdir()
    (tmp_path / "news/train.articles.jsonl.gz").write_bytes(
        gzip.compress("\n".join(json.dumps({"url": text, "text": text}) for text in texts).encode())
    )

    made = list(claims.edited_news(tmp_path, 20, 2, 1, TRAIN))

    assert made == list(claims.edited_news(tmp_path, 20, 2, 1, TRAIN))
    assert [one.supported for one in made] == [True, False] * (len(made) // 2)
    for one, other in zip(made[::2], made[1::2], strict=True):
        assert one.kind == other.kind
        assert (one.text, one.evidence) != (other.text, other.evidence)
