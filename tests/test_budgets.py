"""Sizes that keep code readable: the largest file and function decide, not the average."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gateway"
FILES = sorted(PACKAGE.rglob("*.py"))

FILE = 400  # lines, exclusive
FUNCTION = 60


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < FILE


@pytest.mark.parametrize("path", FILES, ids=name)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            lines = node.end_lineno - node.lineno + 1
            assert lines < FUNCTION, f"{name(path)}: {node.name} has {lines} lines"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree) is not None, f"{name(path)} has no docstring"
