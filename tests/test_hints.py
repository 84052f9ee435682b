"""Retrieval names no command: its errors carry a hint, and each front end words it."""

import ast
import re
from pathlib import Path

import discord
import pytest
from typer.main import get_command

from bot.cli import app
from bot.discord.commands import command_tree
from bot.text.hints import DISCORD, TERMINAL, with_hint
from retrieval.errors import Hint, LibraryError, ReadError

ROOT = Path(__file__).parent.parent
COMMANDS = get_command(app).commands
NAMES_A_COMMAND = re.compile(
    rf"\bnewsdesk\s+(?:{'|'.join(COMMANDS)}|--?\w)|(?<!\w)/[a-z]+ [a-z]+\b"
)
FILES = sorted((ROOT / "retrieval").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_string_of_retrieval_names_a_command(path: Path) -> None:
    texts = [
        str(node.value)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert [text for text in texts if re.search(NAMES_A_COMMAND, " ".join(text.split()))] == []


@pytest.mark.parametrize(
    "text", ["Rebuild it: newsdesk reindex", "`newsdesk index` does it", "See /articles list."]
)
def test_the_name_of_a_command_is_found(text: str) -> None:
    assert re.search(NAMES_A_COMMAND, text)


def test_each_front_end_words_each_hint_with_commands_that_it_has() -> None:
    tree = command_tree(discord.Client(intents=discord.Intents.none()))
    slash = {f"/{command.qualified_name}" for command in tree.walk_commands()}

    assert {*TERMINAL} == {*DISCORD} == {*Hint}
    for words in TERMINAL.values():
        name = re.search(r"newsdesk (\w+)", words)
        assert name, words
        assert name[1] in COMMANDS
    for words in DISCORD.values():
        assert {*re.findall(r"/\w+ \w+", words)} <= slash, words
        assert "newsdesk" not in words


def test_an_error_is_shown_with_its_hint_in_the_words_of_the_front_end() -> None:
    missing = LibraryError("There is no library in data/shared yet.", hint=Hint.INDEX)
    damaged = ReadError("it is not a saved run", "run.json", hint=Hint.SAVE_EVALUATION)

    assert with_hint(missing) == (
        "There is no library in data/shared yet. Make one with: newsdesk index PATH"
    )
    assert with_hint(missing, DISCORD) == (
        "There is no library in data/shared yet. Add articles with /articles add."
    )
    assert with_hint(damaged).startswith("run.json: it is not a saved run. Make one with: ")
    assert with_hint(LibraryError("It is damaged.")) == "It is damaged."
