"""
Rules for bodies that are lists of things of many types, each with fields of its own, as items of the
Responses API are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.surfaces.edit import KeyName
from gateway.surfaces.fields import Collector, Obj, Rule, Text, Wrapped
from gateway.surfaces.media import Base64
from gateway.text.json_text import is_json
from gateway.types import Kind, Path, Role

__all__ = ["By", "Credential", "Encrypted", "Headers", "Result", "Typed"]

_CREDENTIAL = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)?")  # perhaps behind the name of its scheme


class By(Wrapped):
    """What somebody else says than the rest of the body: of this role and, where a kind is given, of this kind."""

    def __init__(self, role: Role, rule: Rule, kind: Kind | None = None) -> None:
        self.role, self.rule, self.kind = role, rule, kind
        self.rules = (rule,)

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        role, kind = out.role, out.kind
        out.role, out.kind = self.role, self.kind or kind
        self.rule.read(value, path, key, out)
        out.role, out.kind = role, kind


class Typed(Wrapped):
    """
    An object that says in `type` which fields it has; without a type it is a `default`.

    An object of a type that we do not know is read leaf by leaf, and is reported as `reason`.
    """

    def __init__(self, known: Mapping[str, Rule], *, reason: str, default: str = "") -> None:
        self.known = dict(known)
        self.rules = tuple(self.known.values())
        self.reason, self.default = reason, default
        self._unknown = Obj({})

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is not dict:
            out.walk(value, (*path, key), out.kind if type(value) is str else Kind.UNKNOWN)
            return
        named = value.get("type", self.default)
        rule = self.known.get(named) if type(named) is str else None
        if rule is None:
            out.skip((*path, key), self.reason, 0)
            rule = self._unknown
        rule.read(value, path, key, out)


class Result(Text):
    """What a tool said, perhaps as JSON: then detectors see its strings as they are meant."""

    def __init__(self) -> None:
        super().__init__(Kind.TOOL_RESULT)

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is str:
            out.add(value, (*path, key), Kind.TOOL_RESULT, json=is_json(value))
        else:
            super().read(value, path, key, out)


class Encrypted(Base64):
    """What only the model's server can read. Anything that is not of that form is a text."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        before = len(out.unscanned)
        super().read(value, path, key, out)
        out.unscanned[before:] = [replace(item, reason="encrypted") for item in out.unscanned[before:]]


class Credential:
    """
    What the model's server shows to another one. It is a secret and must arrive as it is, so it is listed
    as not scanned; what cannot be a credential is a text.
    """

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is str and _CREDENTIAL.fullmatch(value):
            out.skip(at, "credential", len(value))
        else:
            out.walk(value, at, Kind.METADATA)


class Headers:
    """Names and values of headers: the names are texts, the values credentials."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not dict:
            out.walk(value, at, Kind.METADATA)
            return
        for name, item in value.items():
            out.add(name, (*at, KeyName(name)), Kind.METADATA, whole=True)
            _CREDENTIAL_RULE.read(item, at, name, out)


_CREDENTIAL_RULE = Credential()
