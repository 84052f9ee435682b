import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import retrieval

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "chromadb", "langchain", "langchain_core", "numpy", "onnxruntime", "pydantic"}


def test_the_public_names_are_sorted_and_importable() -> None:
    assert retrieval.__all__ == sorted(retrieval.__all__)
    assert dir(retrieval) == retrieval.__all__
    for name in retrieval.__all__:
        assert getattr(retrieval, name) is not None
    with pytest.raises(AttributeError, match="'Nothing'"):
        _ = retrieval.Nothing


def test_type_checkers_find_a_name_where_it_is_loaded_from() -> None:
    tree = ast.parse((ROOT / "retrieval/__init__.py").read_text(encoding="utf-8"))
    places = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("retrieval.")
        for alias in node.names
    }

    assert {*places, "__version__"} == {*retrieval.__all__}
    for name, module in places.items():
        assert getattr(import_module(str(module)), name) is getattr(retrieval, name)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, retrieval; print(*{name.partition('.')[0] for name in sys.modules})"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not HEAVY & {*done.stdout.split()}


@pytest.mark.parametrize("package", ["retrieval", "bot"])
def test_the_packages_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
