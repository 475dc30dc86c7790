"""
Text grammars: files of rules, read once, expanded with a seeded random. Knows nothing of attacks or labels.

A file is a list of rules. A header stands at the line's start (`kind name flag...`), its alternatives follow,
indented, one a line. In an alternative `{a|b|}` is a choice, `$name` another rule, `$Name` the same with a capital,
`$name1` the same with one value per text, `\\n` a line break; a backslash makes the next character plain.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

__all__ = ["Grammar", "GrammarError", "Rule", "read"]

REFERENCE = re.compile(r"\$([A-Z]?[a-z][a-z_]*)(\d?)")
HEADER = re.compile(r"(?P<kind>[a-z]+) (?P<name>[a-z_]+)(?P<flags>( [a-z]+)*)$")


class GrammarError(ValueError):
    """A grammar file that cannot be read, or a reference to a rule that is not there."""


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    slot: str
    capital: bool


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[tuple[Part, ...], ...]


Part = str | Reference | Choice
Sequence = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    name: str
    flags: frozenset[str]
    options: tuple[Sequence, ...]


def parse(text: str) -> Sequence:
    """The alternative in `text`. Raises GrammarError when its braces do not pair."""
    options, end = parse_options(text, 0, "")
    if end != len(text):
        raise GrammarError(f"a brace too many: {text}")
    return options[0]


def parse_options(text: str, at: int, closing: str) -> tuple[list[Sequence], int]:
    options: list[list[Part]] = [[]]
    plain = ""

    def flush() -> None:
        nonlocal plain
        if plain:
            options[-1].append(plain)
        plain = ""

    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            plain += "\n" if text[at + 1] == "n" else text[at + 1]
            at += 2
        elif char == "{":
            flush()
            inner, at = parse_options(text, at + 1, "}")
            options[-1].append(Choice(tuple(inner)))
        elif char == "}":
            if not closing:
                break
            flush()
            return [tuple(option) for option in options], at + 1
        elif char == "|" and closing:
            flush()
            options.append([])
            at += 1
        elif char == "$" and (match := REFERENCE.match(text, at)):
            flush()
            name = match[1]
            options[-1].append(Reference(name[0].lower() + name[1:], match[2], name[0].isupper()))
            at = match.end()
        else:
            plain += char
            at += 1
    if closing:
        raise GrammarError(f"a brace is not closed: {text}")
    flush()
    return [tuple(option) for option in options], at


def read(path: Path) -> dict[str, Rule]:
    """The rules of a file by name. Raises GrammarError with the file's name and line."""
    rules: dict[str, Rule] = {}
    header: re.Match[str] | None = None
    options: list[Sequence] = []

    def close() -> None:
        if header is None:
            return
        name = header["name"]
        if name in rules or not options:
            raise GrammarError(f"{path.name}: {name} is empty or there twice")
        rules[name] = Rule(header["kind"], name, frozenset(header["flags"].split()), tuple(options))

    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            try:
                options.append(parse(line.strip()))
            except GrammarError as error:
                raise GrammarError(f"{path.name}:{number}: {error}") from None
            continue
        close()
        header, options = HEADER.match(line), []
        if header is None:
            raise GrammarError(f"{path.name}:{number}: not a header: {line}")
    close()
    return rules


@dataclass(slots=True)
class Grammar:
    """Rules that may name each other. Raises GrammarError at once when one names a rule that is not there."""

    rules: Mapping[str, Rule]
    weights: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes: dict[str, float] = {}
        for rule in self.rules.values():
            for option in rule.options:
                self.weights[id(option)] = math.log2(1.0 + self.size(option, sizes, (rule.name,)))

    def size(self, parts: Iterable[Part], sizes: dict[str, float], path: tuple[str, ...]) -> float:
        """How many texts a sequence has, at most 1e12; the more it has, the more often it is drawn."""
        total = 1.0
        for part in parts:
            if isinstance(part, Choice):
                total *= sum(self.size(option, sizes, path) for option in part.options)
            elif isinstance(part, Reference):
                if part.name not in sizes:
                    rule = self.rules.get(part.name)
                    if rule is None or part.name in path:
                        raise GrammarError(f"{path[0]}: ${part.name} is not there, or names itself")
                    sizes[part.name] = sum(self.size(option, sizes, (*path, part.name)) for option in rule.options)
                total *= sizes[part.name]
        return min(total, 1e12)

    def breadth(self, rule: Rule) -> float:
        """How often a rule should be drawn: the logarithm of how many texts it has."""
        return math.sqrt(sum(self.weights[id(option)] for option in rule.options))

    def draw(self, random: Random, name: str) -> tuple[str, int]:
        """One text of the rule `name`, and which of its alternatives it is."""
        return self.rule(random, name, {})

    def rule(self, random: Random, name: str, slots: dict[str, str]) -> tuple[str, int]:
        options = self.rules[name].options
        index = random.choices(range(len(options)), [self.weights[id(option)] for option in options])[0]
        return self.sequence(random, options[index], slots), index

    def sequence(self, random: Random, parts: Sequence, slots: dict[str, str]) -> str:
        written = ""
        for part in parts:
            if isinstance(part, str):
                written += part
            elif isinstance(part, Choice):
                written += self.sequence(random, random.choice(part.options), slots)
            else:
                key = part.name + part.slot
                text = slots[key] if part.slot and key in slots else self.rule(random, part.name, slots)[0]
                if part.slot:
                    slots[key] = text
                written += text[:1].upper() + text[1:] if part.capital else text
        return written
