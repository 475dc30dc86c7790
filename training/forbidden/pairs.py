"""
System prompts that forbid something, each with requests against it and with honest ones, all written for this.

`S` is a system prompt, `+` asks for what it forbids, `-` is what it is there for, `~` is honest and close by: the
same words for something else, or a request that keeps to what is forbidden. Every second prompt is held out: rules,
words and thresholds are chosen on the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Pair", "read_pairs"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A request under a system prompt. `number` is the prompt's."""

    number: int
    system: str
    request: str
    mark: str

    @property
    def against(self) -> bool:
        return self.mark == "+"

    @property
    def held_out(self) -> bool:
        return self.number % 2 == 1


def read_pairs() -> tuple[Pair, ...]:
    """All of them, in order."""
    return tuple(_pairs())


def _pairs() -> Iterator[Pair]:
    number, system = -1, ""
    for path in sorted(Path(__file__).parent.glob("pairs*.txt")):
        for line in path.read_text("utf-8").splitlines():
            mark, _, text = line.partition(" ")
            if mark == "S":
                number, system = number + 1, text
            elif text:
                yield Pair(number, system, text, mark)
