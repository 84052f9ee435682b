import importlib.util
import re
import shlex
import shutil
import string
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import discord
import pytest
from discord import app_commands
from langchain_core.prompts import ChatPromptTemplate
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import retrieval
from bot.cli import app
from bot.discord.commands import command_tree
from bot.settings import Settings
from retrieval.answers.prompts import load_prompt
from retrieval.newsdesk import Newsdesk
from tests.conftest import SEEDS
from tests.test_structure import FILES, ROOMS, imports, relative

ROOT = SEEDS.parent
ORDER = [*ROOMS, "bot.settings", "bot.text", "bot.discord", "bot.cli"]
DOCS = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
PAGES = ["README.md", "CONTRIBUTING.md", "retrieval/models/weights/README.md", *DOCS]
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def read(page: str) -> str:
    return (ROOT / page).read_text()


# Command lines of blocks, and commands that are mentioned in a sentence or a table.
COMMANDS = [
    (page, line)
    for page in PAGES
    for line in re.findall(r"^(?: {4})?(?:\$ |\.venv/bin/)?(newsdesk (?!-->).+)$", read(page), re.M)
]
MENTIONED = [
    (page, line) for page in PAGES for line in re.findall(r"`(newsdesk [^`\n]+)`", read(page))
]


def test_the_examples_in_python_run_and_print_what_they_say(
    seeded: Newsdesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = seeded.index.library.folder
    shutil.copytree(library, tmp_path / "data/shared")
    (tmp_path / "data/.models").symlink_to(library.parent / ".models")
    (tmp_path / "seeds").symlink_to(SEEDS)
    blocks = re.findall(r"^```python\n(.+?)^```", read("docs/python.md"), re.M | re.S)

    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)

        said = re.findall(r"^ *print\(.*\)  # (.+)$", block, re.M)
        assert capsys.readouterr().out.splitlines() == said
        assert block.count("print(") == len(said)


def test_every_public_name_is_in_the_docs() -> None:
    named = {*re.findall(r"\w+", read("docs/python.md"))}

    assert {*retrieval.__all__} <= {*named, "__version__"}


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


# What the docs show, exists


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 900


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_the_command_lines_in_the_docs_work(page: str, line: str) -> None:
    command, given = found_command(shlex.split(line, comments=True))

    command.make_context(line, given)  # an unknown option or a wrong value is an error


@pytest.mark.parametrize(("page", "line"), MENTIONED)
def test_the_commands_mentioned_in_the_docs_exist(page: str, line: str) -> None:
    command, given = found_command(shlex.split(line))

    assert {word for word in given if word.startswith("-") and word != "-"} <= options(command)


def test_a_page_of_the_docs_describes_each_command_with_its_options() -> None:
    for name, command in leaves(get_command(app)):
        words = name.split()
        pages = {page for page, line in COMMANDS if line.split()[: len(words)] == words}
        left_out = {page: left_out_of(read(page), options(command)) for page in pages & {*DOCS}}

        assert command.help, name
        assert any(not missing for missing in left_out.values()), f"{name}: {left_out}"


def left_out_of(text: str, options: set[str]) -> list[str]:
    return [option for option in options if not re.search(rf"(?<![\w-]){option}\b", text)]


def test_the_docs_have_exactly_the_settings_that_exist() -> None:
    settings = {f"NEWSDESK_{name.upper()}" for name in Settings.model_fields}
    named = {page: re.findall(r"NEWSDESK_[A-Z_]*[A-Z]\b", read(page)) for page in PAGES}

    assert {*chain(*named.values())} <= settings
    assert settings == {*chain(*(named[page] for page in DOCS))}


def test_every_extra_is_in_the_docs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    for extra in set(project["optional-dependencies"]) - {"dev"}:
        assert f"[{extra}]" in read("docs/models.md"), extra


def test_every_command_on_discord_is_in_the_docs_with_its_options() -> None:
    tree = command_tree(discord.Client(intents=discord.Intents.none()))
    text = read("docs/discord.md")

    for menu in tree.get_commands(type=discord.AppCommandType.message):
        assert menu.name in text
    for command in tree.walk_commands():
        if isinstance(command, app_commands.Command):
            assert f"`/{command.qualified_name}" in text
            for option in command.parameters:
                assert re.search(rf"\b{option.name}:|`{option.name}`", text), option.name


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_file_named_in_the_docs_exists(page: str) -> None:
    text = read(page)

    for name in re.findall(r"python -m ([\w.]+)", text):
        module = importlib.util.find_spec(name)
        assert module, name
        assert module.submodule_search_locations is None or importlib.util.find_spec(
            f"{name}.__main__"
        ), name
    for path in re.findall(
        r"`((?:bot|retrieval|tests|training|benchmarks|prompts)/[^`\s]*)`", text
    ):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_named_in_the_docs_exists(page: str) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)

    assert {*re.findall(r"(?:^    |`)make (\w+)", read(page), re.M)} <= {*targets}


@pytest.mark.parametrize("page", ["CHANGELOG.md", *PAGES])
def test_every_link_in_the_docs_works(page: str) -> None:
    text = FENCED.sub("", read(page))

    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        address, _, place = link.partition("#")
        if not re.match(r"\w+:", address):
            there = (ROOT / page).parent / address if address else ROOT / page
            assert there.exists(), link
            assert not place or place in headings(there.read_text()), link


# The drawing of the rooms


def test_the_drawing_of_the_rooms_is_what_the_code_imports() -> None:
    drawn = edges(read("docs/architecture.md"))

    assert drawn == edges(drawing()), f"paste this into docs/architecture.md:\n\n{drawing()}"


def test_the_tables_of_the_rooms_are_in_import_order() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|", read("docs/architecture.md"), re.M)
    found = [path for path in (ROOT / "bot").iterdir() if path.is_dir() or path.suffix == ".py"]
    rooms = {f"bot.{path.stem}" for path in found if path.stem[0] != "_"}

    assert rows == ORDER
    assert rooms == {*ORDER} - {*ROOMS}


def drawing() -> str:
    """The imports between rooms as a graph, without those that follow from others.

    Imports that point upwards are left out: test_structure.py forbids them.
    """
    below: dict[str, set[str]] = {room: set() for room in ORDER}
    for path in FILES:
        for name in imports(path):
            upper, lower = room_of(name), room_of(relative(path).removesuffix(".py"))
            if upper and lower and ORDER.index(upper) < ORDER.index(lower):
                below[lower].add(upper)
    reached: dict[str, set[str]] = {}
    lines = ["flowchart BT"]
    for room in ORDER:
        direct = below[room]
        beyond = set().union(*(reached[one] for one in direct))
        reached[room] = direct | beyond
        lines += [f"    {room} --> {one}" for one in ORDER if one in direct - beyond]
    return "\n".join(lines) + "\n"


def edges(graph: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^ *(\S+) --> (\S+)$", graph, re.M))


def room_of(name: str) -> str | None:
    """The room of a module or file, None if it is in none."""
    package, room, *_ = [*re.split("[./]", name), ""]
    room = room if package == "retrieval" else f"{package}.{room}"
    return room if room in ORDER else None


# Reading the pages and the command line


def found_command(words: list[str]) -> tuple[TyperCommand, list[str]]:
    """The command that these words name, and the words after its name."""
    command, given = get_command(app), words[1:]
    while isinstance(command, TyperGroup) and given:
        word, *given = given
        assert word in command.commands, f"there is no command {word}"
        command = command.commands[word]
    return command, given


def leaves(command: TyperCommand, name: str = "newsdesk") -> Iterator[tuple[str, TyperCommand]]:
    """The commands below a group, each with its whole name."""
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    for word, one in command.commands.items():
        yield from leaves(one, f"{name} {word}")


def options(command: TyperCommand) -> set[str]:
    return {
        name
        for one in command.params
        if one.param_type_name == "option"
        for name in one.opts + one.secondary_opts
    }


def headings(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    found = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


# The rest


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
