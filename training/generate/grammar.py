"""
A small grammar in text files: `% name` opens a slot (items part at `;`), `= name` opens a list of lines.

In both, `{name}` stands for an item of a slot and `[one|two|]` for one of its parts; they nest. Not a
language: no weights, no variables, no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

__all__ = ["Grammar", "dress"]

HOLE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Grammar:
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, *paths: Path) -> Grammar:
        """Later files add to the lists of earlier ones."""
        slots: dict[str, list[str]] = {}
        lines: dict[str, list[str]] = {}
        for path in paths:
            kind, name = "", ""
            for line in map(str.strip, path.read_text("utf-8").splitlines()):
                if not line or line.startswith("# "):
                    continue
                if line.startswith(("% ", "= ")):
                    kind, name = line[0], line[2:].strip()
                elif kind == "%":
                    slots.setdefault(name, []).extend(item.strip() for item in line.split(";") if item.strip())
                else:
                    lines.setdefault(name, []).append(line)
        return cls(
            {name: tuple(dict.fromkeys(items)) for name, items in slots.items()},
            {name: tuple(dict.fromkeys(items)) for name, items in lines.items()},
        )

    def write(self, random: Random, template: str, **given: str) -> str:
        """One sentence of a template; `given` fills holes before the slots do."""

        def fill(match: re.Match[str]) -> str:
            name: str | None = match[2]
            if name is None:
                parts: list[str] = match[1].split("|")
                return random.choice(parts)
            return given[name] if name in given else random.choice(self.slots[name])

        text = template
        while HOLE.search(text):
            text = HOLE.sub(fill, text)
        return " ".join(text.split()).replace(" ,", ",").replace(" .", ".").replace(" ?", "?")

    def pick(self, random: Random, name: str, **given: str) -> tuple[str, str]:
        """A sentence of the list `name`, and the group that its template makes: `name/index`."""
        index = random.randrange(len(self.lines[name]))
        return self.write(random, self.lines[name][index], **given), f"{name}/{index}"


def dress(random: Random, text: str) -> str:
    """How people type: mostly with a capital, often without, sometimes without the last full stop or question mark."""
    roll = random.random()
    if roll < 0.62:
        return text[:1].upper() + text[1:]
    if roll < 0.80:
        return text.lower().rstrip(".?!")
    if roll < 0.92:
        return text[:1].upper() + text[1:].rstrip(".?")
    if roll < 0.96:
        return text.lower()
    return text.upper() if len(text) < 90 else text
