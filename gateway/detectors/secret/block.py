"""
Secrets too long for a row: key files, JSON web tokens, session tokens of a kilobyte.

A block begins with fixed characters and goes on as long as its grammar allows, so that a key whose
end is missing is found as well, and prose that only names `BEGIN PRIVATE KEY` is let go at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.detectors.base import begun, compile_beginning, compile_re2
from gateway.detectors.needles import Also, Edged, Look
from gateway.detectors.prefix import shape
from gateway.text.patterns import searcher
from gateway.types import Finding, Kind, Part, Span

__all__ = ["MAX_BLOCK", "Block", "BlockDetector"]

# UTF-8 bytes (keys are ASCII) from the first to the last; what is longer is found up to here. The PEM of
# a 4096-bit RSA key has 3.2 kB, of a 16384-bit one 12 kB.
MAX_BLOCK = 8192

_MAX_EDGE = 2  # characters; the widest thing that may stand before a block: an escaped line end
_MAX_EDGE_BYTES = 4  # one character of UTF-8


@dataclass(frozen=True, slots=True)
class Block:
    """
    `literal` is what every match of `pattern` begins with; it is searched for first. `pattern` may use
    `{n,}`, for it never sees more than MAX_BLOCK bytes. `edge` is what may stand before a block:
    no sign that the pattern can repeat, so that a text full of literals is still read only once.
    """

    category: str
    literal: str
    pattern: str
    valid: Callable[[str], bool]
    edge: str = r"[^\w-]"

    @property
    def left(self) -> str:
        return rf"(?:^|{self.edge}|\\[nrt])"


class _Begun:
    """Asks a common look whether any of these literals stands in a text."""

    reach = 0  # blocks are looked for in whole texts

    def __init__(self, literals: Sequence[str]) -> None:
        exact = enumerate(literal.encode() for literal in literals)
        # Each its own row: what a row needs besides is told once for all of its needles.
        self.needles = [
            (each.lower(), Edged(row, 0, 0, None, None, also=(Also(True, (each,)),))) for row, each in exact
        ]


class BlockDetector:
    """Immutable; safe to share between threads. Linear: each block is read once from each of its literals."""

    kinds: frozenset[Kind] | None = None
    reach: int | None = MAX_BLOCK + _MAX_EDGE
    behind = _MAX_EDGE

    def __init__(self, name: str, blocks: Sequence[Block]) -> None:
        self.name = name
        self.categories = frozenset(block.category for block in blocks)
        self._blocks = [(b, compile_re2(b.pattern), compile_re2(rf"{b.left}\z")) for b in blocks]
        self._literals = tuple(sorted({block.literal for block in blocks}))
        self.begun = _Begun(self._literals)
        self._longest = max(map(len, self._literals))
        self._any = searcher(compile_re2("|".join(map(re.escape, self._literals))))
        self._beginning = compile_beginning([shape(f"{b.left}(?P<v>{_bounded(b.pattern)})") for b in blocks])

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [
            list(self._scan(part.text, data)) if self._has_any(data) else []
            for part, data in ((part, part.text.encode()) for part in parts)
        ]

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        """As `scan`, with looks that were taken for `begun` as well."""
        return [
            list(self._scan(part.text, look.data)) if self._is_begun(look) else []
            for part, look in zip(parts, looks, strict=True)
        ]

    def _is_begun(self, look: Look) -> bool:
        return self.begun in look.found if look.near is None else self._has_any(look.data)

    def _has_any(self, data: bytes) -> bool:
        """Nearly always there is nothing, and this is one look instead of one for each block."""
        return self._any(data, 0, len(data))[0][0] >= 0

    def pending(self, text: str) -> int:
        begin = max(0, len(text) - MAX_BLOCK - _MAX_EDGE + 1)
        opened = [at for literal in self._literals if (at := text.find(literal, begin)) >= 0]
        # No literal: only the last characters may be the beginning of one.
        at = min([*opened, len(text) - self._longest]) - _MAX_EDGE
        tail = text[max(begin, at) :].encode()
        return len(text) - begun(self._beginning, tail)

    def _scan(self, text: str, data: bytes) -> Iterator[Finding]:
        for block, pattern, edge in self._blocks:
            at, position = 0, 0  # the same place in bytes and in characters
            for start in _occurrences(data, block.literal.encode()):
                if edge.search(data[max(0, start - _MAX_EDGE_BYTES) : start]) is None:
                    continue
                match = pattern.match(data, start, start + MAX_BLOCK)
                if match is None or not block.valid(value := match.group().decode()):
                    continue
                at, position = start, position + len(data[at:start].decode())
                yield Finding(block.category, 1.0, Span(position, position + len(value)), self.name)


def _bounded(pattern: str) -> str:
    """A shape is read from bounded repetitions only; its beginning widens them again."""
    return re.sub(r"\{(\d+),\}", lambda low: f"{{{low[1]},{int(low[1]) + 20}}}", pattern)


def _occurrences(data: bytes, literal: bytes) -> Iterator[int]:
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)
