"""
Rules that conversations need beside those of `fields`: texts whose owner depends on the block they stand in,
values that are read as JSON, and what only its vendor can read.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.body import dump_json
from gateway.surfaces.edit import Dumped
from gateway.surfaces.fields import Collector, Each, Rule
from gateway.surfaces.media import Base64
from gateway.text.json_text import is_json
from gateway.types import Kind, Part, Path, Role, Unscanned

__all__ = ["Blocks", "Encrypted", "JsonText", "Shaped"]


class Blocks(Collector):
    """Collects texts of messages. `called`: names of tools by the id of their call."""

    def __init__(self, role: Role, *, strict: bool = False) -> None:
        super().__init__(role, strict=strict)
        self.called: dict[str, str] = {}

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        if text:
            self.parts.append(self.part(text, path, kind, json))

    def part(self, text: str, path: Path, kind: Kind, json: bool) -> Part:
        # Where a tool says JSON, detectors shall see its strings as they are meant.
        json = json or (kind is Kind.TOOL_RESULT and is_json(text))
        return Part(text, path, self.role, self.message, kind, self.name, json)


class Encrypted(Base64):
    """What only the vendor can read. A text in its place is scanned."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        before = len(out.unscanned)
        super().read(value, path, key, out)
        out.unscanned[before:] = [Unscanned(u.path, "encrypted", u.size) for u in out.unscanned[before:]]


class JsonText:
    """Any JSON as one text, as it is where it comes in a stream: detectors see what stands beside what."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) in (dict, list):
            if value:
                out.add(dump_json(value).decode(), (*path, Dumped(key)), self.kind, json=True, whole=True)
        elif value is not None:
            out.walk(value, (*path, key), self.kind)


class Shaped:
    """A text, a list or an object."""

    def __init__(self, text: Rule, items: Rule, single: Rule) -> None:
        self.text, self.items, self.single = text, Each(items), single

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        rule = self.items if type(value) is list else self.single if type(value) is dict else self.text
        if value is not None:
            rule.read(value, path, key, out)
