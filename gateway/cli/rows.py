"""Labelled texts from JSON lines, packed or not. All of a file is read, and every mistake in it found, first."""

from __future__ import annotations

import gzip
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import orjson

from gateway.cli.metrics import Tagged
from gateway.errors import MalformedBody, RequestError
from gateway.types import Direction, Kind, Part, Role, Span, Transcript

__all__ = ["Fields", "Presentation", "Row", "read_rows", "sample"]

E = TypeVar("E", bound=StrEnum)

Messages = tuple[tuple[Role, str], ...]


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
    `group` is what it says in the field that rows are grouped by. `before` are the other messages of a row that
    has some, with the place of the text among them.
    """

    line: int
    text: str
    label: bool | None
    presentation: Presentation
    spans: tuple[Tagged, ...] | None = None
    group: str = ""
    before: Messages = ()
    after: Messages = ()

    def with_text(self, text: str) -> Row:
        """Another text in its place; spans do not hold for it."""
        return replace(self, text=text, spans=None, group="")

    def counts(self, part: Part) -> bool:
        """Is a finding there one of this row? The operator's own words are nobody's attack."""
        return part.role not in (Role.SYSTEM, Role.DEVELOPER) or part.message == len(self.before)

    def transcripts(self) -> tuple[Transcript | None, Transcript]:
        """What the gateway sees: what to judge and, if that is an answer to something, the request."""
        direction, role, kind = self.presentation.resolved()
        said = [*self.before, (role, self.text), *self.after]
        parts = [_part(at, who, text) for at, (who, text) in enumerate(said)]
        own = len(self.before)
        parts[own] = replace(parts[own], kind=kind)
        if direction is Direction.INPUT:
            return None, Transcript(tuple(parts), direction)
        request = Transcript(tuple(parts[:own]), Direction.INPUT) if own else None
        return request, Transcript((parts[own],), direction)


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
        there = f" ({', '.join(map(str, value))[:200]} are there)" if isinstance(value, dict) and value else ""
        raise MalformedBody(f"no text in the field {fields.text!r}{there}; name another with --text-field")
    label = value.get(fields.label)
    if isinstance(label, str):  # as tables have them, whose cells are all texts
        label = {"0": 0, "1": 1, "": None}.get(label.strip(), label)
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
    spans = _spans(value, text)
    before, after = _messages(value, presentation.resolved()[0])
    if spans is not None and (before or after):
        raise MalformedBody("spans of a row with messages cannot be compared")
    return Row(number, text, None if label is None else bool(label), presentation, spans, named, before, after)


def _messages(value: dict[str, Any], direction: Direction) -> tuple[Messages, Messages]:
    """What was said before the row's own text and after it: that is the last thing a user says, or the answer."""
    said = value.get("messages")
    if said is None:
        return (), ()
    if not isinstance(said, list):
        raise MalformedBody("messages is not a list")
    messages = tuple(_message(message) for message in said)
    wanted = Role.USER if direction is Direction.INPUT else Role.ASSISTANT
    own = next((at for at in reversed(range(len(messages))) if messages[at][0] is wanted), None)
    if own is None:
        return messages, ()
    return messages[:own], messages[own + 1 :] if direction is Direction.INPUT else ()


def _message(message: Any) -> tuple[Role, str]:
    match message:
        case {"role": str(role), "content": str(content)} if role in set(Role):
            return Role(role), content
    raise MalformedBody("a message is not a role and content, which is a text")


def _part(at: int, role: Role, text: str) -> Part:
    kind = Kind.TOOL_RESULT if role in (Role.TOOL, Role.FUNCTION) else Kind.TEXT
    return Part(text, ("messages", at, "content"), role, at, kind)


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
