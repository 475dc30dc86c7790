"""Labelled rows: what is read, and what is refused with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.rows import Fields, Presentation, Row, read_rows, sample
from gateway.errors import GatewayError
from gateway.types import Direction, Kind, Role, Span

FINE = '{"text": "fine", "label": 0}\n'


def rows_of(tmp_path: Path, *rows: Any, given: Presentation | None = None) -> list[Row]:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return read_rows(path, Fields(), given or Presentation())


def test_a_byte_order_mark_in_front_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(FINE, "utf-8-sig")
    assert [row.text for row in read_rows(path, Fields(), Presentation())] == ["fine"]


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ({"text": "x", "label": 1}, True),
        ({"text": "x", "label": 0}, False),
        ({"text": "x", "label": True}, True),
        ({"text": "x", "label": None}, None),
        ({"text": "x"}, None),
        ({"text": "", "label": 0, "whatever": [1]}, False),
    ],
)
def test_labels(tmp_path: Path, row: Any, label: bool | None) -> None:
    (found,) = rows_of(tmp_path, row)
    assert found.label is label


@pytest.mark.parametrize(
    ("row", "given", "resolved"),
    [
        ({}, Presentation(), (Direction.INPUT, Role.USER, Kind.TEXT)),
        ({"direction": "output"}, Presentation(), (Direction.OUTPUT, Role.ASSISTANT, Kind.TEXT)),
        ({"role": "tool"}, Presentation(), (Direction.INPUT, Role.TOOL, Kind.TOOL_RESULT)),
        ({"role": "tool", "kind": "text"}, Presentation(), (Direction.INPUT, Role.TOOL, Kind.TEXT)),
        ({}, Presentation(kind=Kind.TOOL_RESULT), (Direction.INPUT, Role.TOOL, Kind.TOOL_RESULT)),
        ({"kind": "document"}, Presentation(kind=Kind.TEXT), (Direction.INPUT, Role.USER, Kind.DOCUMENT)),
        ({"role": "system"}, Presentation(role=Role.TOOL), (Direction.INPUT, Role.SYSTEM, Kind.TEXT)),
        ({}, Presentation(Direction.OUTPUT, Role.USER), (Direction.OUTPUT, Role.USER, Kind.TEXT)),
        ({"role": None}, Presentation(role=Role.FUNCTION), (Direction.INPUT, Role.FUNCTION, Kind.TOOL_RESULT)),
    ],
)
def test_a_row_says_more_than_the_command(tmp_path: Path, row: Any, given: Presentation, resolved: Any) -> None:
    (found,) = rows_of(tmp_path, {"text": "x", **row}, given=given)
    assert found.presentation.resolved() == resolved


def test_spans(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 3, "label": "NAME", "text": "Ünä"}]
    rows = rows_of(tmp_path, {"text": "Ünä", "spans": spans}, {"text": "x", "spans": []}, {"text": "x"})
    assert [r.spans for r in rows] == [((Span(0, 3), "NAME"),), (), None]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(f"\n{FINE}  \n{FINE}".encode()))
    assert [row.line for row in read_rows(path, Fields(), Presentation())] == [2, 4]


def test_other_fields(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "x", "bad": 1, "text": 5, "label": "no"}')
    (row,) = read_rows(path, Fields("prompt", "bad"), Presentation())
    assert (row.text, row.label) == ("x", True)


@pytest.mark.parametrize(("label", "read"), [("1", True), ("0", False), ("", None), (" 1 ", True)])
def test_labels_of_tables_are_texts(tmp_path: Path, label: str, read: bool | None) -> None:
    (row,) = rows_of(tmp_path, {"text": "x", "label": label})
    assert row.label is read


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "not JSON"),
        ('{"text": "\\ud800"}', "not JSON"),
        ("[]", "no text in the field 'text'; name another with --text-field"),
        ('{"label": 1, "prompt": "x"}', "no text in the field 'text' (label, prompt are there); name another with"),
        ('{"text": 5}', "no text in the field 'text'"),
        ('{"text": "x", "label": 2}', "the label in the field 'label' is not 0, 1 or null"),
        ('{"text": "x", "label": "yes"}', "the label in the field 'label' is not 0, 1 or null"),
        ('{"text": "x", "label": 0.5}', "the label in the field"),
        ('{"text": "x", "label": 1.0}', "the label in the field"),
        ('{"text": "x", "role": "admin"}', "unknown role; there are: system, developer, user"),
        ('{"text": "x", "kind": 7}', "unknown kind; there are: text, tool_name"),
        ('{"text": "x", "direction": "in"}', "unknown direction; there are: input, output"),
        ('{"text": "x", "spans": {}}', "spans is not a list"),
        ('{"text": "x", "spans": [[0, 1]]}', "a span is not start, end and label"),
        ('{"text": "x", "spans": [{"start": 0, "end": 2, "label": "A"}]}', "a span is not"),
        ('{"text": "x", "spans": [{"start": -1, "end": 1, "label": "A"}]}', "a span is not"),
        ('{"text": "x", "spans": [{"start": 1, "end": 1, "label": "A"}]}', "a span is not"),
        ('{"text": "x", "spans": [{"start": 0, "end": 1}]}', "a span is not"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{FINE}\n{line}\n")
    with pytest.raises(GatewayError) as raised:
        read_rows(path, Fields(), Presentation())
    assert raised.value.message.startswith(f"{path}:3: {complaint}")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "cannot be read: No such file"),
        (b"", "there are no rows in it"),
        (b"\n \n", "there are no rows in it"),
        (b"caf\xe9", ":1: not JSON"),
    ],
)
def test_files_that_are_none(tmp_path: Path, data: bytes | None, complaint: str) -> None:
    path = tmp_path / "rows.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(GatewayError, match=complaint):
        read_rows(path, Fields(), Presentation())


@pytest.mark.parametrize(
    "data", [FINE.encode(), gzip.compress(FINE.encode() * 50, mtime=0)[:-20], b"\x1f\x8b\x08\x00" + b"x" * 40]
)
def test_broken_archives(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(data)
    with pytest.raises(GatewayError, match="not a whole gzip file"):
        read_rows(path, Fields(), Presentation())


def test_a_sample_is_in_order_and_the_same_again(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, *({"text": str(i)} for i in range(100)))
    some = sample(rows, 20, 1)
    assert len(some) == 20
    assert [r.line for r in some] == sorted(r.line for r in some)
    assert some == sample(rows, 20, 1)
    assert some != sample(rows, 20, 2)
    assert sample(rows, 100, 1) == sample(rows, None, 1) == rows
