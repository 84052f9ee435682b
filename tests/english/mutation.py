"""Mutations: whether a test notices when an entry of a table of words is taken out.

    assert survivors("retrieval.english.hedges:HEDGES", "tests.english.test_hedges:results") == []

The second name is a function without arguments. It returns what the tests of the table compare, as
something with a stable `repr`, such as a list of strings. An entry survives where the results are
the same without it: no test would fail.

Every mutant is a process of its own. There the table loses the entry right after it is assigned,
before anything is built from it; all modules of ours are imported anew. So the code under test may
compile its patterns at import, and needs no hooks.
"""

import ast
import importlib
import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence, Set
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = ("retrieval", "bot", "tests", "training", "benchmarks")


def survivors(table: str, results: str, most: int | None = None) -> list[str]:
    """The entries of the table without which the results stay as they are.

    `table` is "module:NAME", where NAME is assigned at the top level of the module: a mapping, a
    sequence or set, or a string of words. Where a mapping's value is itself a sequence or set of
    several items, each of these is an entry too. With `most`, a seeded sample of so many is tried.
    """
    command = [sys.executable, "-m", "tests.english.mutation", table, results, str(most or 0)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return list(json.loads(found.stdout.splitlines()[-1]))


def variants(table: Any) -> list[tuple[str, Any]]:
    """Each entry in words, and the table without it."""
    if isinstance(table, str):
        return [(one, " ".join(rest)) for one, rest in variants(tuple(table.split()))]
    if not isinstance(table, Mapping):
        items = sorted(table) if isinstance(table, Set) else list(table)
        return [
            (str(one), type(table)(items[:place] + items[place + 1 :]))
            for place, one in enumerate(items)
        ]
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        found.append((str(key), {one: table[one] for one in table if one != key}))
        if isinstance(value, Sequence | Set) and not isinstance(value, str) and len(value) > 1:
            found += [(f"{key}: {one}", {**table, key: rest}) for one, rest in variants(value)]
    return found


class _Mutating(SourceFileLoader):
    """Loads a module; its table is replaced right after the statement that assigns it."""

    table = ""
    number = -1

    def exec_module(self, module: Any) -> None:
        body = ast.parse(self.get_data(self.path), self.path).body
        cut = next(place for place, node in enumerate(body, 1) if self.table in _assigned(node))
        space = module.__dict__
        for number, part in ((self.number, body[:cut]), (-1, body[cut:])):
            exec(compile(ast.Module(part, []), self.path, "exec"), space)
            if number >= 0:
                space[self.table] = variants(space[self.table])[number][1]


def _assigned(node: ast.stmt) -> list[str]:
    """The names that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets += [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for one in targets if isinstance(one, ast.Name)]


class _Finder:
    """Finds the one module whose table is to lose an entry."""

    def __init__(self, module: str, table: str, number: int) -> None:
        self._module, self._table, self._number = module, table, number

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self._module:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.origin is not None
        loader = _Mutating(name, spec.origin)
        loader.table, loader.number = self._table, self._number
        return importlib.util.spec_from_file_location(name, spec.origin, loader=loader)


def _computed(module: str, table: str, number: int, results: str) -> str:
    """The results with the table that lacks entry `number`; -1 for the whole table."""
    reads, writes = os.pipe()
    if child := os.fork():
        os.close(writes)
        with os.fdopen(reads, encoding="utf-8") as said:
            found = said.read()
        os.waitpid(child, 0)
        return found
    try:
        sys.meta_path.insert(0, _Finder(module, table, number))  # type: ignore[arg-type]
        place, _, function = results.partition(":")
        found = repr(getattr(importlib.import_module(place), function)())
    except BaseException as error:  # noqa: BLE001 - a mutant that fails is noticed
        found = f"raised {error!r}"
    with os.fdopen(writes, "w", encoding="utf-8") as said:
        said.write(found)
    os._exit(0)


def main(table: str, results: str, most: int) -> None:
    """Print the surviving entries as JSON."""
    module, _, name = table.partition(":")
    entries = [entry for entry, _ in variants(getattr(importlib.import_module(module), name))]
    importlib.import_module(results.partition(":")[0])  # libraries of others are imported once
    for one in [one for one in sys.modules if one.partition(".")[0] in OURS]:
        del sys.modules[one]
    whole = _computed(module, name, -1, results)
    if whole.startswith("raised "):
        raise SystemExit(whole)
    numbers: Sequence[int] = range(len(entries))
    if most and most < len(entries):
        numbers = sorted(random.Random(0).sample(numbers, most))
    alike = [n for n in numbers if _computed(module, name, n, results) == whole]
    print(json.dumps([entries[n] for n in alike]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
