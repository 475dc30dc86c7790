"""docs/clients.md: its program runs, and the lines for other frameworks are at least Python."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.clients.conftest import Gate

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python (run|seen)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_program_runs(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    ((_, program),) = [block for block in BLOCKS if block[0] == "run"]
    named: dict[str, object] = {}
    exec(program.replace("http://127.0.0.1:8080", gate.url), named)
    named["client"].close()  # type: ignore[attr-defined]
    assert capsys.readouterr().out == "I will write to ann.lee@example.org today.\ncontent_filter\n"
    assert len(gate.seen) == 1


def test_all_of_it_is_python() -> None:
    assert len(BLOCKS) > 4
    for _, program in BLOCKS:
        ast.parse(program)
