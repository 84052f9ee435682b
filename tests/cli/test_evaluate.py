import json
import re
from pathlib import Path

import pytest

from tests.cli.command import newsdesk

QUESTIONS = """
{"question": "how many prisoners will be exchanged?", "answer": "1,000"}
{"question": "who leads the Russian delegation?", "answer": "Nobody <script>alert(1)</script>"}
{"question": "who won the 2022 World Cup?", "answer": null}
"""


@pytest.mark.slow
def test_eval_prints_figures_and_writes_a_report(shared: Path, tmp_path: Path) -> None:
    file, page, run = (tmp_path / name for name in ("q.jsonl", "page.html", "run.json"))
    file.write_text(QUESTIONS)

    ended = newsdesk("eval", str(file), "--report", str(page), "--save", str(run), data=shared)

    assert (ended.returncode, ended.stderr) == (0, "")
    printed = dict(re.findall(r"^(\S.*?) {2,}(\S+)\s*$", ended.stdout, re.M))
    assert printed["questions"] == "3"
    assert printed["answer@1"] == "0.500"
    assert printed["unanswerable declined (recall)"] == "1.000"
    assert printed["quotes exact"] == "1.000"
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "Nobody &lt;script&gt;" in html
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import", html)
    assert "<polyline" in html
    assert "who leads the Russian delegation?" in html
    assert "how many prisoners will be exchanged?" not in html  # it was answered correctly

    changed = json.loads(run.read_text())
    changed["outcomes"][0]["in_text"] = False
    run.write_text(json.dumps(changed))
    second = newsdesk("eval", str(file), "--compare", str(run), data=shared)

    assert "now right  how many prisoners will be exchanged?" in second.stdout
    assert "now wrong" not in second.stdout
    assert "difference" in second.stdout


def test_eval_lists_questions_that_it_could_not_ask(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(QUESTIONS + json.dumps({"question": "why? " * 1000, "answer": None}) + "\n")

    ended = newsdesk("eval", str(file), data=shared)

    assert ended.returncode == 1
    assert "not asked: 'why? " in ended.stderr
    assert "questions" in ended.stdout

    file.write_text("nonsense")
    broken = newsdesk("eval", str(file), data=shared)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert f"{file}:1: the line is not valid JSON" in broken.stderr
