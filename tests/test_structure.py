import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A room imports only from those above it.
ROOMS = [
    "errors", "english", "articles", "sources", "models", "attribution", "library", "watching",
    "questions", "search", "quotes", "proof", "answers", "newsdesk", "evaluation",
]  # fmt: skip
# Edges that point upwards until what they need is moved down.
UPWARD: set[tuple[str, str]] = set()
# Files, or folders with all that is in them.
PLACES = {
    "chromadb": ("retrieval/library/vectors.py",),
    "tantivy": ("retrieval/library/keywords.py", "retrieval/english/words.py"),  # one stemmer
    "sqlite3": ("retrieval/library/database.py",),
    "watchfiles": ("retrieval/watching/folders.py",),
    "sentence_transformers": ("retrieval/models/embedder.py", "retrieval/models/reranker.py"),
    "torch": ("retrieval/models/embedder.py",),
    "onnxruntime": ("retrieval/models/embedder.py", "retrieval/models/onnx.py"),
    "langchain": ("retrieval/answers/language_model.py",),
    "rensa": ("retrieval/articles/duplicates.py",),
    "jinja2": ("bot/text/report.py",),
    "trafilatura": ("retrieval/sources/documents.py",),
    "discord": ("bot/discord/",),
    "aiohttp": ("bot/discord/",),
    "httpcore": ("retrieval/sources/addresses.py", "retrieval/sources/http.py"),
    "idna": ("retrieval/sources/addresses.py",),
    "feedparser": ("retrieval/sources/feeds.py", "retrieval/sources/feed_parser.py"),
    "protego": ("retrieval/sources/robots.py",),
    "typer": ("bot/cli/",),
    "pydantic_settings": ("bot/settings.py",),
    "dotenv": ("bot/settings.py",),
}
# Words of English stand in these rooms; elsewhere only where a reason is given.
KNOWS_ENGLISH = ("retrieval/english/", "retrieval/attribution/", "retrieval/questions/")
OTHER_WORDS = {
    "retrieval/articles/article.py": "parameters of addresses that only track",
    "retrieval/sources/feed_parser.py": "names of HTML elements",
    "retrieval/sources/feeds.py": "names of HTML elements",
}
FILES = sorted(path for folder in ("bot", "retrieval") for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The modules that a file imports, for running or for type checking."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_room_of_retrieval_is_in_the_import_order() -> None:
    folder = ROOT / "retrieval"
    rooms = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert rooms - {"__init__", "__pycache__"} == set(ROOMS)


def upward() -> set[tuple[str, str]]:
    """Each file of retrieval with a room below its own that it imports from."""
    found = set()
    for path in FILES:
        parts = relative(path).removesuffix(".py").split("/")
        if parts[0] == "retrieval" and parts[1] != "__init__":
            above = ROOMS[: ROOMS.index(parts[1]) + 1]
            for name in imports(path):
                room = [*name.split("."), ""][1]
                if name.startswith("retrieval.") and room not in above:
                    found.add((relative(path), room))
    return found


def test_a_room_imports_only_from_those_above_it() -> None:
    assert upward() == UPWARD


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_retrieval_knows_nothing_of_the_front_ends(path: Path) -> None:
    if relative(path).startswith("retrieval/"):
        assert not [name for name in imports(path) if name.split(".")[0] == "bot"]


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_each_third_party_package_is_imported_in_its_own_place_only(path: Path) -> None:
    for name in imports(path):
        place = PLACES.get(name.split(".")[0])
        assert place is None or relative(path).startswith(place), name


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_the_environment_is_read_in_one_file_only(path: Path) -> None:
    if relative(path) not in ("bot/settings.py", "retrieval/models/embedder.py"):
        text = path.read_text(encoding="utf-8")
        assert "os.environ" not in text
        assert "getenv" not in text


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_module_and_public_definition_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def handlers(source: str) -> list[tuple[str, bool]]:
    """What Discord calls on an interaction, and whether it answers within Discord's 3 seconds.

    An autocomplete can't defer, so it must not queue in the work pool; all others defer first.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.AsyncFunctionDef):
            continue
        marks = " ".join(map(ast.unparse, node.decorator_list))
        returns = ast.unparse(node.returns) if node.returns else ""
        if ".autocomplete(" in marks or "Choice" in returns:
            found.append((node.name, ".pool" not in ast.unparse(node)))
        elif node.name == "callback" or re.search(r"\b(command|context_menu)\(", marks):
            first = node.body[1 if ast.get_docstring(node) else 0]
            defers = ast.unparse(first).startswith("await interaction.response.defer(")
            found.append((node.name, defers))
    return found


def test_interactions_are_deferred_before_any_work() -> None:
    sources = (ROOT / "bot/discord").rglob("*.py")
    found = [one for path in sources for one in handlers(path.read_text(encoding="utf-8"))]

    assert len(found) >= 23
    assert [name for name, in_time in found if not in_time] == []


@pytest.mark.parametrize(
    "source",
    [
        "@tree.command(name='x')\nasync def late(interaction): await work()",
        "@app_commands.context_menu()\nasync def late(interaction):\n 'Doc.'\n await work()",
        "class B:\n async def callback(self, interaction):\n  if x: await y()\n"
        "  await interaction.response.defer()",
        "@command()\nasync def late(interaction): interaction.response.defer()",
        "@x.autocomplete('y')\nasync def late(i, now): return await i.client.pool.run(work)",
    ],
)
def test_a_handler_that_does_not_defer_is_found(source: str) -> None:
    assert [in_time for _, in_time in handlers(source)] == [False]


def test_benchmarks_and_training_import_only_loopback_servers_from_tests() -> None:
    for folder in ("benchmarks", "training"):
        for path in (ROOT / folder).rglob("*.py"):
            of_tests = [name for name in imports(path) if name.split(".")[0] == "tests"]
            assert not [name for name in of_tests if not name.startswith("tests.loopback")], path


def bot_imports(folder: str) -> set[tuple[str, str]]:
    """Each file of a folder of `bot/` with a name that it imports."""
    files = (ROOT / "bot" / folder).rglob("*.py")
    return {(relative(path), name) for path in files for name in imports(path)}


def test_bot_imports_no_private_name() -> None:
    private = {
        (file, name)
        for file, name in bot_imports("")
        if any(re.match("_(?!_)", part) for part in name.split("."))
    }

    assert private == set()


def test_the_front_ends_meet_only_in_two_commands() -> None:
    users = {file for file, name in bot_imports("cli") if name.startswith("bot.discord")}

    assert users == {"bot/cli/discord.py", "bot/cli/doctor.py"}
    assert not [one for one in bot_imports("discord") if one[1].startswith("bot.cli")]
    assert not [one for one in bot_imports("text") if one[1].startswith("bot.cli")]


LISTED = [f"retrieval/{room}" for room in ROOMS if (ROOT / "retrieval" / room).is_dir()]
LISTED += ["bot/discord", "bot/discord/text"]


def listed(folder: str) -> list[str]:
    """The files and rooms of a folder in the order of its docstring: `    name    what it is`."""
    text = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
    return re.findall(r"^    (\w+)  +\S", text, re.M)


@pytest.mark.parametrize("folder", LISTED)
def test_every_file_of_a_room_is_listed(folder: str) -> None:
    inside = [one for one in (ROOT / folder).iterdir() if one.suffix == ".py" or one.is_dir()]

    assert sorted(listed(folder)) == sorted(
        {one.stem for one in inside} - {"__init__", "__pycache__"}
    )


@pytest.mark.parametrize("folder", LISTED)
def test_a_file_imports_only_files_above_it_in_its_room(folder: str) -> None:
    package, order = folder.replace("/", "."), listed(folder)
    for place, name in enumerate(order):
        for path in [ROOT / folder / f"{name}.py", *(ROOT / folder / name).rglob("*.py")]:
            for one in imports(path) if path.exists() else ():
                inside = one.removeprefix(f"{package}.").split(".")[0]
                if one.startswith(f"{package}.") and inside in order:
                    own = inside == name and path.parent.name == name
                    assert own or inside in order[:place], (relative(path), one)


def strings(tree: ast.AST) -> Iterator[str]:
    """Each string of the code but docstrings; what an f-string puts in is left out."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            yield "\0".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "" if id(node) in skipped else node.value


def words_of_english(source: str) -> list[str]:
    """The patterns with three words or more to choose from, and the sets of four or more."""
    tree = ast.parse(source)
    alternative = re.compile(r"(?:(?<=[|(:])|^)[A-Za-z]{3,}(?=[|()?\[]|$)")
    found = [one for one in strings(tree) if "|" in one and len(alternative.findall(one)) > 2]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            part = node.args if name == "frozenset" else [node.func]
            words = " ".join(one for each in part for one in strings(each)).split()
            if name == "frozenset" or name.endswith(".split"):
                is_list = all(re.fullmatch("[a-z]+", one) for one in words)
                found += [" ".join(words)] if is_list and len(words) > 3 else []
    return found


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_words_of_english_stand_in_their_rooms(path: Path) -> None:
    if not relative(path).startswith(KNOWS_ENGLISH):
        found = words_of_english(path.read_text(encoding="utf-8"))
        assert bool(found) == (relative(path) in OTHER_WORDS), found


@pytest.mark.parametrize(
    "source",
    [
        'SAYS = re.compile(r"\\b(?:said|told|claim(?:s|ed))\\b")',
        'SAYS = rf"(said|told|added) {WHO}"',
        'NOT = frozenset(("not", "never", "none", "nobody"))',
        'NOT = "not never none nobody".split()',
    ],
)
def test_words_of_english_are_found(source: str) -> None:
    assert words_of_english(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Said|told|added, says the docstring."""', 'print("a | b | c")', "re.compile('no|yes')",
        'STATES = ("ready", "pending", "gone", "lost")', "re.compile(f'{A}|{B}|{C}')",
    ],
)  # fmt: skip
def test_other_strings_are_no_words_of_english(source: str) -> None:
    assert not words_of_english(source)
