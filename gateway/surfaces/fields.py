"""
What a field can be, as rules that tables are made of.

A rule reads one value and hands each text in it to a `Collector`. Nothing is left out: a key that a
table does not know is walked leaf by leaf, and a value that its rule does not expect is treated so too.
Only what a rule calls inert (an enumeration, a number, an id of a known form) is not scanned, and that
only while it has that form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from gateway.errors import RequestError
from gateway.surfaces.edit import KeyName
from gateway.surfaces.walk import leaves, number_text
from gateway.types import Kind, Part, Path, Payload, Role, Unscanned

__all__ = [
    "Collector",
    "Each",
    "Either",
    "Enum",
    "Keyed",
    "Number",
    "Obj",
    "Rule",
    "Text",
    "Token",
    "Tree",
    "Words",
    "Wrapped",
    "fold",
    "inert",
    "show",
]


class Rule(Protocol):
    """Reads the value under `key` of the object or list at `path`."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None: ...


class Collector:
    """
    The texts found so far, and whose they are.

    `strict` refuses keys that another parser might take for a key we know (requests).
    """

    def __init__(self, role: Role, *, strict: bool = False) -> None:
        self.parts: list[Part] = []
        self.unscanned: list[Unscanned] = []
        self.role = role
        self.message = 0
        self.kind = Kind.TEXT  # of message content
        self.name = ""
        self.strict = strict

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        """`whole`: in a stream this text continues nothing and is continued by nothing."""
        if text:
            self.parts.append(Part(text, path, self.role, self.message, kind, self.name, json))

    def skip(self, path: Path, reason: str, size: int, data: bytes = b"") -> None:
        """`data`: of a file that came along."""
        payload = None
        if data:
            payload = Payload(data, Part("", (), self.role, self.message, Kind.DOCUMENT, self.name))
        self.unscanned.append(Unscanned(path, reason, size, payload))

    def walk(self, value: Any, path: Path, kind: Kind) -> None:
        for at, text in leaves(value, path):
            self.add(text, at, kind, whole=isinstance(at[-1], KeyName))

    def member(self, key: str, value: Any, path: Path) -> None:
        """An object's member of which nothing is known."""
        self.add(key, (*path, KeyName(key)), Kind.UNKNOWN, whole=True)
        self.walk(value, (*path, key), Kind.UNKNOWN)


class Text:
    """A text to scan. `kind` None: the kind of the message's content."""

    def __init__(self, kind: Kind | None = None, *, json: bool = False, whole: bool = False) -> None:
        self.kind, self.json, self.whole = kind, json, whole

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        kind = out.kind if self.kind is None else self.kind
        if type(value) is str:
            out.add(value, (*path, key), kind, json=self.json, whole=self.whole)
        elif value is not None:
            out.walk(value, (*path, key), kind)


class Tree:
    """Any JSON; each of its strings, keys and long numbers is a text, but for the `inert` words."""

    def __init__(self, kind: Kind, inert: frozenset[str] = frozenset()) -> None:
        self.kind, self.inert = kind, inert

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        for at, text in leaves(value, (*path, key)):
            if text not in self.inert:
                out.add(text, at, self.kind, whole=isinstance(at[-1], KeyName))


class Words:
    """Any JSON whose strings and keys are plain identifiers; one that is not is scanned."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._fits = re.compile(pattern).fullmatch

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if self._inert(value):  # always, but for odd servers
            return
        for at, text in leaves(value, (*path, key)):
            if self._fits(text) is None:
                out.add(text, at, Kind.UNKNOWN, whole=isinstance(at[-1], KeyName))

    def _inert(self, value: Any) -> bool:
        """Is there nothing else in it? The parser bounds its depth."""
        kind = type(value)
        if kind is str:
            return self._fits(value) is not None
        if kind is dict:
            return all(self._fits(name) is not None and self._inert(item) for name, item in value.items())
        if kind is list:
            return all(map(self._inert, value))
        return number_text(value) is None


class Number:
    """A number, truth value or null: inert. Anything else is scanned."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) in (str, list, dict):
            out.walk(value, (*path, key), Kind.UNKNOWN)


class Enum:
    """One of a few words: inert. Anything else is scanned."""

    def __init__(self, *words: str) -> None:
        self.words = frozenset(words)

    @property
    def pattern(self) -> str:
        return "|".join(map(re.escape, sorted(self.words)))

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is str:
            if value not in self.words:
                out.add(value, (*path, key), Kind.UNKNOWN, whole=True)
        elif value is not None:
            out.walk(value, (*path, key), Kind.UNKNOWN)


class Token:
    """An id or name of a known form: inert. Any other text is scanned as `kind`."""

    def __init__(self, pattern: str, kind: Kind = Kind.METADATA) -> None:
        self.pattern, self.kind = pattern, kind
        self._fits = re.compile(pattern).fullmatch

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is str:
            if not self._fits(value):
                out.add(value, (*path, key), self.kind, whole=True)
        elif value is not None:
            out.walk(value, (*path, key), Kind.UNKNOWN)


class Wrapped:
    """A rule that leaves the reading to others: `rules`."""

    rules: tuple[Rule, ...] = ()


class Obj:
    """
    An object with known fields. `named`: the field whose text names what the others belong to.

    Where a collector is strict, a key that is not known but may be read as one that is (another case,
    full-width or invisible characters) raises RequestError `ambiguous_key`.
    """

    def __init__(self, fields: Mapping[str, Rule], *, named: str = "") -> None:
        self.fields = dict(fields)
        self.named = named
        self._folded = frozenset(map(fold, fields))

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not dict:
            out.walk(value, at, Kind.UNKNOWN)
            return
        if self.named:
            self._read_named(value, at, out)
            return
        self.members(value, at, out)

    def _read_named(self, value: Mapping[str, Any], at: Path, out: Collector) -> None:
        outer, name = out.name, value.get(self.named)
        out.name = name if type(name) is str else ""
        self.members(value, at, out)
        out.name = outer

    def members(self, value: Mapping[str, Any], at: Path, out: Collector) -> None:
        fields = self.fields
        for key, item in value.items():
            rule = fields.get(key)
            if rule is not None:
                rule.read(item, at, key, out)
            else:
                self._unknown(key, item, at, out)

    def member(self, key: str, item: Any, at: Path, out: Collector) -> None:
        """One of them."""
        rule = self.fields.get(key)
        if rule is not None:
            rule.read(item, at, key, out)
        else:
            self._unknown(key, item, at, out)

    def _unknown(self, key: str, item: Any, at: Path, out: Collector) -> None:
        if out.strict and (known := fold(key)) in self._folded:
            param = show((*at, known))
            raise RequestError(f"A key looks like {param} but is not the same.", param=param, code="ambiguous_key")
        out.member(key, item, at)


class Each:
    """A list of things of one kind."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is list:
            for index, item in enumerate(value):
                self.rule.read(item, at, index, out)
        elif value is not None:
            out.walk(value, at, Kind.UNKNOWN)


class Either:
    """A text, or else something with structure."""

    def __init__(self, text: Rule, other: Rule) -> None:
        self.text, self.other = text, other

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if value is not None:
            (self.text if type(value) is str else self.other).read(value, path, key, out)


class Keyed:
    """An object with free keys, each of a known form, and values of one kind."""

    def __init__(self, pattern: str, rule: Rule) -> None:
        self.pattern, self.rule = pattern, rule
        self._fits = re.compile(pattern).fullmatch

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not dict:
            out.walk(value, at, Kind.UNKNOWN)
            return
        for name, item in value.items():
            if self._fits(name) is None:
                out.add(name, (*at, KeyName(name)), Kind.UNKNOWN, whole=True)
            self.rule.read(item, at, name, out)


def fold(key: str) -> str:
    """What a careless parser may take this key for."""
    if not key.isascii():
        key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
        key = "".join(c for c in key if unicodedata.category(c) not in ("Cf", "Cc", "Cn", "Mn", "Zs"))
    if not key.isprintable():
        key = "".join(c for c in key if c.isprintable())
    return key.casefold().strip()


def show(path: Path) -> str:
    """A path as error messages name it: `messages[2].content`."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else str(step)
    return out


def inert(rule: Rule, at: str = "") -> Iterator[tuple[str, str]]:
    """The inert fields below a rule: (glob of the path, pattern of what is not scanned there)."""
    if isinstance(rule, Enum | Token):
        yield at, rule.pattern
    elif isinstance(rule, Words):
        yield f"{at}.**", rule.pattern
    elif isinstance(rule, Tree) and rule.inert:
        yield f"{at}.**", "|".join(map(re.escape, sorted(rule.inert)))
    elif isinstance(rule, Obj):
        for key, field in rule.fields.items():
            yield from inert(field, f"{at}.{key}" if at else key)
    elif isinstance(rule, Each):
        yield from inert(rule.rule, f"{at}.*")
    elif isinstance(rule, Either):
        yield from inert(rule.text, at)
        yield from inert(rule.other, at)
    elif isinstance(rule, Wrapped):
        for inner in rule.rules:
            yield from inert(inner, at)
    elif isinstance(rule, Keyed):
        yield f"{at}.*", rule.pattern
        yield from inert(rule.rule, f"{at}.*")
