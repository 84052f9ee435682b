import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
    "errors", "database", "articles", "sources.documents", "sources.apart", "sources.files",
    "sources.public", "sources.web", "sources.robots", "sources.feeds", "passages", "copies",
    "models", "crossencoder", "attribution", "tagger", "lexicon", "names", "people", "speakers",
    "statements", "library", "vectors", "words", "register", "claims", "projections", "index",
    "check", "search", "quotes", "asked_statement", "excerpt", "turned", "asked",
    "statement_reader", "reader", "draft", "answer", "voices", "said", "stated", "verdict", "proof",
    "language_model", "support", "followup", "writing", "dates", "incoming", "desk", "evaluation",
    "watch",
]  # fmt: skip
DISCORD = {
    f"bot/discord/{name}.py"
    for name in (
        "application",
        "asking",
        "checking",
        "client",
        "commands",
        "components",
        "feeding",
        "following",
        "patience",
        "quoting",
        "replies",
        "serving",
        "sharing",
    )
}
PLACES = {
    "chromadb": {"retrieval/vectors.py"},
    "tantivy": {"retrieval/words.py"},
    "sqlite3": {"retrieval/database.py"},
    "watchfiles": {"retrieval/watch.py"},
    "sentence_transformers": {"retrieval/models.py", "retrieval/crossencoder.py"},
    "torch": {"retrieval/models.py"},
    "onnxruntime": {"retrieval/models.py", "retrieval/crossencoder.py"},
    "langchain": {"retrieval/language_model.py"},
    "rensa": {"retrieval/copies.py"},
    "jinja2": {"bot/report.py"},
    "trafilatura": {"retrieval/sources/documents.py"},
    "discord": DISCORD,
    "aiohttp": {
        f"bot/discord/{name}.py" for name in ("application", "health", "patience", "serving")
    },
    "httpcore": {"retrieval/sources/public.py", "retrieval/sources/web.py"},
    "idna": {"retrieval/sources/public.py"},
    "feedparser": {"retrieval/sources/feeds.py"},
    "protego": {"retrieval/sources/robots.py"},
    "typer": {"bot/cli.py", "bot/following.py", "bot/quoting.py", "bot/terminal.py"},
    "pydantic_settings": {"bot/settings.py"},
    "dotenv": {"bot/settings.py"},
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


def test_every_module_of_retrieval_has_its_place_in_the_order() -> None:
    modules = {
        relative(path).removeprefix("retrieval/").removesuffix(".py").replace("/", ".")
        for path in FILES
        if relative(path).startswith("retrieval/") and path.name != "__init__.py"
    }

    assert modules == set(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_from_those_above_it(module: str) -> None:
    path = ROOT / "retrieval" / (module.replace(".", "/") + ".py")
    above = ORDER[: ORDER.index(module)]

    for name in imports(path):
        if name.startswith("retrieval."):
            inner = name.removeprefix("retrieval.")
            assert any(
                inner == one or inner.startswith(f"{one}.") for one in [*above, "sources"]
            ), name
        assert not name.startswith("bot")


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_each_library_has_its_one_place(path: Path) -> None:
    for name in imports(path):
        place = PLACES.get(name.split(".")[0])
        assert place is None or relative(path) in place, name


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if relative(path) not in ("bot/settings.py", "retrieval/models.py"):
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


@pytest.mark.parametrize("name", ["commands", "components", "feeding", "quoting"])
def test_interactions_are_deferred_before_any_work(name: str) -> None:
    found = handlers((ROOT / f"bot/discord/{name}.py").read_text(encoding="utf-8"))

    assert found
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
def test_a_handler_that_comes_late_is_found(source: str) -> None:
    assert [in_time for _, in_time in handlers(source)] == [False]
