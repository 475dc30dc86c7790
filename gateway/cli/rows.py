"""Labelled texts from JSON lines, packed or not. All of a file is read, and every mistake in it found, first."""

from __future__ import annotations

import gzip
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import orjson

from gateway.cli.metrics import Tagged
from gateway.errors import MalformedBody, RequestError
from gateway.types import Direction, Kind, Role, Span

__all__ = ["Fields", "Presentation", "Row", "read_rows", "sample"]

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fields:
    """Which field of an object is what. `group`: by whose value rows are told apart; empty: they are not."""

    text: str = "text"
    label: str = "label"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """As what a text comes to the gateway. What is left open follows from the rest."""

    direction: Direction = Direction.INPUT
    role: Role | None = None
    kind: Kind | None = None

    def resolved(self) -> tuple[Direction, Role, Kind]:
        """Results are a tool's words, and a tool's words are results."""
        tool = self.role in (Role.TOOL, Role.FUNCTION)
        kind = self.kind or (Kind.TOOL_RESULT if tool else Kind.TEXT)
        if self.role is not None:
            return self.direction, self.role, kind
        if kind is Kind.TOOL_RESULT:
            return self.direction, Role.TOOL, kind
        return self.direction, Role.USER if self.direction is Direction.INPUT else Role.ASSISTANT, kind


@dataclass(frozen=True, slots=True)
class Row:
    """
    `label`: True is what should be found, None is unknown. `spans` is None where the row has none to compare.
    `group` is what it says in the field that rows are grouped by.
    """

    line: int
    text: str
    label: bool | None
    presentation: Presentation
    spans: tuple[Tagged, ...] | None = None
    group: str = ""

    def with_text(self, text: str) -> Row:
        """Another text in its place; spans do not hold for it."""
        return Row(self.line, text, self.label, self.presentation)


def read_rows(path: Path, fields: Fields, given: Presentation) -> list[Row]:
    """
    All rows; empty lines are none. What a row says of itself goes over `given`.

    Raises RequestError where the file cannot be read, MalformedBody with file and line where a row is wrong.
    """
    rows = []
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                rows.append(_row(number, line, fields, given))
            except MalformedBody as e:
                raise MalformedBody(f"{path}:{number}: {e.message}") from None
    if not rows:
        raise RequestError(f"{path}: there are no rows in it")
    return rows


def sample(rows: list[Row], limit: int | None, seed: int) -> list[Row]:
    """So many of them by chance, in their order."""
    if limit is None or len(rows) <= limit:
        return rows
    return [rows[i] for i in sorted(Random(seed).sample(range(len(rows)), limit))]  # noqa: S311 - no secret


def _lines(path: Path) -> Iterator[bytes]:
    try:
        if str(path) == "-":
            yield from sys.stdin.buffer
        else:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
                yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RequestError(f"{path}: not a whole gzip file") from None
    except OSError as e:
        raise RequestError(f"{path}: cannot be read: {e.strerror}") from None


def _row(number: int, line: bytes, fields: Fields, given: Presentation) -> Row:
    try:
        value = orjson.loads(line.removeprefix(BOM_UTF8) if number == 1 else line)
    except orjson.JSONDecodeError:
        raise MalformedBody("not JSON") from None
    text = value.get(fields.text) if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise MalformedBody(f"no text in the field {fields.text!r}; name another with --text-field")
    label = value.get(fields.label)
    if label is not None and (not isinstance(label, int) or label not in (0, 1)):
        raise MalformedBody(f"the label in the field {fields.label!r} is not 0, 1 or null")
    presentation = Presentation(
        _choice(value, "direction", Direction, given.direction) or given.direction,
        _choice(value, "role", Role, given.role),
        _choice(value, "kind", Kind, given.kind),
    )
    group = value.get(fields.group) if fields.group else None
    if not isinstance(group, str | int | None):
        raise MalformedBody(f"the group in the field {fields.group!r} is no word, number, true, false or null")
    named = "" if group is None else str(group)
    return Row(number, text, None if label is None else bool(label), presentation, _spans(value, text), named)


def _choice(value: dict[str, Any], field: str, words: type[E], default: E | None) -> E | None:
    word = value.get(field)
    if word is None:
        return default
    try:
        return words(word)
    except ValueError:
        raise MalformedBody(f"unknown {field}; there are: {', '.join(words)}") from None


def _spans(value: dict[str, Any], text: str) -> tuple[Tagged, ...] | None:
    spans = value.get("spans")
    if spans is None:
        return None
    if not isinstance(spans, list):
        raise MalformedBody("spans is not a list")
    return tuple(_span(span, len(text)) for span in spans)


def _span(span: Any, size: int) -> Tagged:
    match span:
        case {"start": int(start), "end": int(end), "label": str(label)} if 0 <= start < end <= size:
            return Span(start, end), label
    raise MalformedBody("a span is not start, end and label with 0 <= start < end <= length of the text")
