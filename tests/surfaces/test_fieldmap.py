"""The field map is true: a field that a vendor adds, or that we read differently, fails with the line to write."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from typing_extensions import TypedDict

from gateway.types import Part
from tests.support.fieldmap import FOLDER, SOURCES, Source, difference, made, reviewed


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_map_is_true(source: Source) -> None:
    told = difference(source)
    assert not told, "\n".join(["review, and write with `python -m tests.support.fieldmap --write`:", *told])


def test_each_file_is_of_a_source() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == {source.name for source in SOURCES}


def test_nothing_is_unread() -> None:
    unread = [f"{s.name}: {path}" for s in SOURCES for path, fate in reviewed(s).items() if "UNREAD" in fate]
    assert unread == []


def test_no_known_field_is_scanned_as_unknown_alone() -> None:
    """It would be where a surface has no line for it."""
    odd = [f"{s.name}: {path}" for s in SOURCES for path, fate in reviewed(s).items() if fate == "scanned unknown"]
    assert odd == []


class Known(TypedDict, total=False):
    text: str


class Grown(Known, total=False):
    brand_new: str
    words: Literal["a", "b"]


def test_a_new_field_fails_with_its_line() -> None:
    source = Source("made.up", (Known,), lambda body: ([Part(body["text"])] if body.get("text") else [], []))
    assert made(source) == {"text": "scanned text"}
    told = difference(replace(source, types=(Grown,)))
    assert "tests/fieldmap/made.up.txt: add      brand_new  UNREAD" in told
    assert "tests/fieldmap/made.up.txt: add      words  inert a|b" in told
