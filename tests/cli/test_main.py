import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import REPOSITORY, newsdesk
from tests.conftest import SEEDS


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["ask", "who?"], 1, "newsdesk index PATH", id="no library"),
        pytest.param(["ask"], 2, "--batch FILE", id="no question"),
        pytest.param(["ask", "who?", "--since", "lately"], 2, "lately", id="no date"),
        pytest.param(["ask", "who?", "--library", "../x"], 1, "library's name", id="a path"),
        pytest.param(["ask", "--batch", "none.txt"], 1, "none.txt", id="no file"),
        pytest.param(["articles"], 1, "newsdesk index PATH", id="nothing to list"),
        pytest.param(
            ["index", "none"], 1, "there is no such file or folder", id="nothing to index"
        ),
    ],
)
def test_bad_input_is_an_error_in_one_sentence_without_a_traceback(
    data: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    if "--batch" in arguments:
        newsdesk("index", str(SEEDS / "court-case.md"), data=data)

    result = newsdesk(*arguments, data=data)

    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == code


def test_a_file_in_place_of_the_data_folder_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    result = newsdesk("index", str(SEEDS), data=tmp_path / "file")

    assert "Not a directory" in result.stderr
    assert result.returncode == 1


def test_startup_imports_nothing_slow() -> None:
    slow = "{'torch', 'chromadb', 'langchain_core', 'discord', 'pydantic', 'numpy'}"
    code = f"import sys, bot.cli; print({slow} & sys.modules.keys())"

    started = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert started.stdout == "set()\n"
