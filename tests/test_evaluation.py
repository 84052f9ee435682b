import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import ReadError
from retrieval.evaluation import (
    Case,
    Outcome,
    area,
    evaluate,
    figures,
    flipped,
    holds,
    load,
    read_cases,
    risk_coverage,
    save,
    squad_f1,
    squad_plain,
)
from retrieval.newsdesk import Newsdesk

NOTHING = Outcome(
    case=Case("who?", "Ann Lee"),
    found=False,
    text="",
    span="",
    probability=0.1,
    rank=None,
    in_text=False,
    exact=False,
    f1=0.0,
    quotes=0,
    exact_quotes=0,
    right_article=None,
    seconds=1.0,
)


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("It was the Dodgers.", "dodgers", True),
        ("It was the Dodgers' day.", "A Dodgers", True),
        ("It was dodgersville.", "dodgers", False),
        ("In “Squid Game” he", "Squid Game", True),
        ("about 1,000 people", "1 000", True),
    ],
)
def test_a_text_holds_an_answer_if_it_has_its_words(text: str, answer: str, expected: bool) -> None:
    assert holds(text, answer) is expected


@pytest.mark.parametrize(
    ("given", "answer", "expected"),
    [
        ("the Los Angeles Dodgers", "Los Angeles Dodgers.", 1.0),
        ("Dodgers", "Los Angeles Dodgers", 0.5),
        ("", "Dodgers", 0.0),
        ("Yankees", "Dodgers", 0.0),
        ("an “Ox”", "ox", 1.0),
    ],
)
def test_f1_counts_words_as_squad_does(given: str, answer: str, expected: float) -> None:
    assert squad_f1(given, answer) == expected
    assert (squad_plain(given) == squad_plain(answer)) == (expected == 1.0)


def test_area_is_the_chance_that_an_answerable_question_gets_the_higher_probability() -> None:
    assert area([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert area([0.5], [0.5]) == 0.5
    assert area([0.1, 0.9], [0.5]) == 0.5
    assert area([], [0.5]) is None


def test_figures_count_what_their_names_say() -> None:
    right = replace(
        NOTHING, found=True, probability=0.9, rank=1, in_text=True, exact=True, f1=1.0,
        quotes=2, exact_quotes=2, right_article=True, seconds=3.0,
    )  # fmt: skip
    third = replace(NOTHING, rank=3, in_text=True, exact=True, f1=1.0)
    unknown = replace(NOTHING, case=Case("who else?", None))
    invented = replace(unknown, found=True, probability=0.8)

    got = figures([right, third, unknown, invented])

    assert (got["questions"], got["answerable"], got["quotes"]) == (4, 2, 2)
    assert (got["answer@1"], got["answer@3"], got["answer@10"]) == (0.5, 1.0, 1.0)
    assert (got["answer in text"], got["answer in text, none declined"]) == (0.5, 1.0)
    assert (got["span exact match"], got["span exact match, none declined"]) == (0.5, 1.0)
    assert (got["answerable answered"], got["unanswerable declined (recall)"]) == (0.5, 0.5)
    assert got["declining precision"] == 0.5
    assert got["declining area"] == (1 + 1 + 0.5 + 0) / 4
    assert (got["quotes exact"], got["right article cited"]) == (1.0, 1.0)
    assert (got["seconds p50"], got["seconds p95"]) == (1.0, pytest.approx(2.7))
    assert [one.right for one in (right, third, unknown, invented)] == [True, False, True, False]


def test_figures_without_questions_are_none() -> None:
    assert figures([])["answer@1"] is None
    assert figures([replace(NOTHING, case=Case("who?", None))])["answer in text"] is None


def test_risk_falls_with_coverage() -> None:
    right = replace(NOTHING, found=True, probability=0.9, in_text=True)
    wrong = replace(NOTHING, probability=0.2)
    unknown = replace(NOTHING, case=Case("who else?", None), probability=0.3)

    assert risk_coverage([wrong, right, unknown]) == [
        (1 / 3, 0.0, 0.9), (2 / 3, 0.5, 0.3), (1.0, 2 / 3, 0.2),
    ]  # fmt: skip


def test_cases_are_read_from_lines_plain_or_gzipped(tmp_path: Path) -> None:
    lines = (
        '\ufeff{"question": "who?", "answer": "Lee", "article_urls": ["https://a.example/1"]}\n'
        '\n{"question": "why?", "answer": null, "more": 1}\n'
    )
    plain, packed = tmp_path / "q.jsonl", tmp_path / "q.jsonl.gz"
    plain.write_text(lines, encoding="utf-8")
    packed.write_bytes(gzip.compress(lines.encode()))

    expected = [Case("who?", "Lee", ("https://a.example/1",)), Case("why?", None)]
    assert read_cases(plain) == read_cases(packed) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "not valid JSON"),
        ("[1]", "no `question`"),
        ('{"question": " ", "answer": null}', "no `question`"),
        ('{"question": "who?"}', "no `answer`"),
        ('{"question": "who?", "answer": "…"}', "neither words nor null"),
        ('{"question": "who?", "answer": 7}', "neither words nor null"),
        ('{"question": "who?", "answer": null, "article_urls": "x"}', "not a list"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "who?", "answer": "Lee"}\n' + line + "\n", encoding="utf-8")

    with pytest.raises(ReadError, match=reason) as raised:
        read_cases(file)
    assert raised.value.place == f"{file}:2"


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe{", b"\x1f\x8b"])
def test_a_file_without_questions_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "q.jsonl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ReadError):
        read_cases(file)
    packed = tmp_path / "q.gz"
    packed.write_bytes(b"\x1f\x8bdamaged")
    with pytest.raises(ReadError):
        read_cases(packed)


def test_a_run_is_saved_and_compared(tmp_path: Path, seeded: Newsdesk) -> None:
    cases = [
        Case("how many prisoners will be exchanged?", "1,000"),
        Case("who won the 2022 World Cup?", None),
    ]
    run = [evaluate(seeded, case) for case in cases]
    assert [one.right for one in run] == [True, True]
    assert run[0].rank == 1
    assert run[0].exact
    assert (run[0].quotes, run[0].passages[0].source) == (run[0].exact_quotes, "Reuters")

    save(run, tmp_path / "run.json")

    assert load(tmp_path / "run.json") == run
    other = [replace(run[0], in_text=False), run[1]]
    assert flipped(run, other) == [(run[0], other[0])]
    assert flipped(run, run) == []
    figured = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["figures"]
    assert figured == json.loads(json.dumps(figures(run)))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "outcomes": [{"case": 3}]}']
)
def test_a_file_that_is_not_a_run_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)

    with pytest.raises(ReadError, match="not a saved run"):
        load(tmp_path / "run.json")
    with pytest.raises(ReadError, match="can't be read"):
        load(tmp_path / "missing.json")
