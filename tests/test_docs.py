import re
import string
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate

from bot.cli import app
from bot.settings import Settings
from retrieval.answers.prompts import load_prompt
from retrieval.newsdesk import Newsdesk
from tests.conftest import SEEDS

ROOT = SEEDS.parent


def test_the_langchain_example_runs(
    seeded: Newsdesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", (ROOT / "docs/langchain.md").read_text(), re.S)
    (tmp_path / "data").symlink_to(seeded.index.library.folder.parent)

    exec(compile(code, "docs/langchain.md", "exec"), {})

    assert capsys.readouterr().out == "He called the demands unacceptable [1].\n"


def test_the_retriever_gives_documents_that_lead_back_to_their_place(seeded: Newsdesk) -> None:
    documents = seeded.search.invoke("what did Starmer say?")

    assert len(documents) == 10
    assert "completely unacceptable" in documents[0].page_content
    for rank, document in enumerate(documents, 1):
        assert isinstance(document, Document)
        where = document.metadata
        article = seeded.article(where["article_id"])
        assert article.text[where["start"] : where["end"]] == document.page_content
        assert (where["rank"], where["title"]) == (rank, article.title)


def test_prompts_take_what_the_code_gives_them() -> None:
    given = {
        "answer": {"fence", "passages", "question"},
        "followup": {"fence", "talk", "question"},
    }

    for name, variables in given.items():
        assert isinstance(load_prompt(name), ChatPromptTemplate)
        assert set(load_prompt(name).input_variables) == variables
    for path in (ROOT / "prompts").iterdir():
        assert path.suffix == ".txt"
        names = {name for _, name, _, _ in string.Formatter().parse(path.read_text()) if name}
        assert names <= given[path.name.partition(".")[0]]


def test_every_command_is_in_the_readme_and_has_help() -> None:
    readme = (ROOT / "README.md").read_text()

    groups = [("", app), *((f"{one.name} ", one.typer_instance) for one in app.registered_groups)]
    for name, group in groups:
        for command in group.registered_commands if group else []:
            assert command.callback is not None
            assert command.callback.__doc__
            said = f"newsdesk {name}{command.name or command.callback.__name__}"
            assert said in readme, said


def test_every_setting_and_extra_of_language_models_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    for name in Settings.model_fields:
        assert not name.startswith("model") or f"NEWSDESK_{name.upper()}" in readme, name
    for extra in set(project["optional-dependencies"]) - {"dev"}:
        assert f"[{extra}]" in readme, extra


def test_every_make_target_in_the_readme_exists() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)

    named = re.findall(r"(?:^    |`)make (\w+)", (ROOT / "README.md").read_text(), re.M)
    assert {"ask", "test"} <= set(named) <= {*targets}


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [*chain(*project["optional-dependencies"].values())]
    pinned = re.findall(r"^([\w.-]+)==\S+$", (ROOT / "constraints.txt").read_text(), re.M)

    names = {re.split(r"[<>=\[ ]", one)[0].lower() for one in wanted}
    assert names <= {name.lower().replace("_", "-") for name in pinned}


def test_made_up_seeds_say_so() -> None:
    for path in SEEDS.glob("*.md"):
        text = path.read_text()
        real = path.name == "istanbul-talks.md"
        assert ("(made up)" in text and "Made up as a sample" in text) != real
