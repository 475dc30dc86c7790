"""
Who may import whom. A module imports from lines above its own or from its own folder; siblings on
one line never import each other. No cycles, no imports of our own package inside functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gateway"

LAYERS = (
    {"types", "errors"},
    {"text", "settings", "resources", "logs"},
    {"surfaces", "detectors", "extract", "policy", "limits", "store"},
    {"engine"},
    {"redteam"},
    {"dialects"},
    {"web"},
    {"", "cli"},  # "" is gateway/__init__.py, the facade
    {"__main__"},
)
RANK = {unit: rank for rank, units in enumerate(LAYERS) for unit in units}

# The facade holds the version, a constant that anybody may read.
VERSION = ("", {"__version__"})

# Where anything that goes wrong must be caught: a detector's fault becomes data, a request's an answer.
CATCH_ALL = ("engine/scan.py", "web/")

# What loads modules of ours when they are asked for (decision 12). These of importlib load none.
LATE = ("gateway", "gateway.cli")
DATA = {"importlib.metadata", "importlib.resources", "importlib.util"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def unit(module: str) -> str:
    """`gateway.web.app` -> `web`."""
    return module.split(".")[1] if "." in module else ""


def imports(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Modules of ours that a tree imports, and the names it takes from each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "gateway":
                    yield alias.name, set()
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module and node.module.split(".")[0] == "gateway":
                yield from resolved(node.module, {alias.name for alias in node.names})


def resolved(module: str, names: set[str]) -> Iterator[tuple[str, set[str]]]:
    """`from gateway.web import app` imports the module `gateway.web.app`."""
    modules = {name for name in names if f"{module}.{name}" in MODULES}
    for name in modules:
        yield f"{module}.{name}", set()
    if names - modules:
        yield module, names - modules


def parse(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_above(module: str) -> None:
    own = unit(module)
    assert own in RANK, f"{own} stands in no layer"
    for target, names in imports(parse(module)):
        other = unit(target)
        if other == own or (other, names) == VERSION:
            continue
        assert RANK[other] < RANK[own], f"{module} must not import {target}"


@pytest.mark.parametrize("module", MODULES)
def test_no_import_of_ours_inside_a_function(module: str) -> None:
    functions = (n for n in ast.walk(parse(module)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    late = [f"{function.name}: {target}" for function in functions for target, _ in imports(function)]
    assert not late


@pytest.mark.parametrize("module", MODULES)
def test_loads_by_name_only_at_the_doors(module: str) -> None:
    """A module that a table names is seen by no test here: only the facade and the command have such tables."""
    names = {n.name for node in ast.walk(parse(module)) if isinstance(node, ast.Import) for n in node.names}
    names |= {str(node.module) for node in ast.walk(parse(module)) if isinstance(node, ast.ImportFrom)}
    assert module in LATE or not any(name.partition(".")[0] == "importlib" for name in names - DATA)


def test_no_cycles() -> None:
    graph = {module: {target for target, _ in imports(parse(module)) if target in MODULES} for module in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError
    assert len(graph) > 100


@pytest.mark.parametrize("module", MODULES)
def test_catches_everything_only_at_the_edges(module: str) -> None:
    place = MODULES[module].relative_to(PACKAGE).as_posix()
    if place.startswith(CATCH_ALL):
        return
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.ExceptHandler):
            assert not caught(node) & {"everything", "Exception", "BaseException"}, f"{place}:{node.lineno}"


def caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"everything"}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
