"""
The fixed sentences that frameworks write around what a user says.

Agents and retrieval put orders of their own into the user's turn ("New task:", "answer from the context alone", "fix
the errors and call it again"). To a model that looks for orders these are some. A sentence that is one of them, word
for word, is left out of what models read of a user's turn; all that is left is read as one text. So whoever writes
such sentences around an attack has it read as if they were not there. Rules read everything.

The file holds lengths and fingerprints, not other people's texts; `fingerprint` makes a line of it. `^`: only where
the text begins with it. No sentence belongs there that would be an attack by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from gateway.types import Span

__all__ = ["Unframed", "fingerprint", "sentences", "unframed"]

LONGEST = 400  # characters of a sentence

_SENTENCE = re.compile(r"[^\s][^\n]*?(?:[.!?:;](?=\s|$)|(?=\n|$))")


@dataclass(frozen=True, slots=True)
class Unframed:
    """What is left of a text. `kept[i]` is a stretch of the original that stands at `starts[i]` of it."""

    text: str
    kept: tuple[Span, ...]
    starts: tuple[int, ...]

    def original(self, span: Span) -> Span:
        """From the first character to the last, whatever was left out between them."""
        return Span(self._place(span.start), self._place(max(span.end - 1, span.start)) + (span.end > span.start))

    def _place(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        return self.kept[index].start + at - self.starts[index]


def unframed(text: str) -> Unframed | None:
    """None where there is no such sentence. What has nothing but such sentences is empty."""
    known, kept, end = _known(), list[Span](), 0
    for number, (begin, stop) in enumerate(sentences(text)):
        if stop - begin <= LONGEST and _is_frame(text[begin:stop], known, first=number == 0):
            if begin > end:
                kept.append(Span(end, begin))
            end = stop
    if not end:
        return None
    if end < len(text):
        kept.append(Span(end, len(text)))
    pieces = [text[span.start : span.end] for span in kept]
    if not "".join(pieces).strip():
        return Unframed("", (Span(0, 0),), (0,))
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece)
    return Unframed("".join(pieces), tuple(kept), tuple(starts))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end; a line is at least one."""
    return (found.span() for found in _SENTENCE.finditer(text))


def fingerprint(sentence: str) -> str:
    """Its length and 64 bits, as they stand in the file."""
    plain = _plain(sentence)
    return f"{len(plain)} {blake2b(plain.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def _is_frame(sentence: str, known: _Known, *, first: bool) -> bool:
    plain = _plain(sentence)
    if len(plain) not in known.lengths:
        return False
    made = fingerprint(plain)
    return made in known.anywhere or (first and made in known.first)


def _plain(sentence: str) -> str:
    return " ".join(sentence.lower().split())


@dataclass(frozen=True, slots=True)
class _Known:
    lengths: frozenset[int]
    anywhere: frozenset[str]
    first: frozenset[str]


@cache
def _known() -> _Known:
    lines = (Path(__file__).parent / "data" / "frames.txt").read_text("ascii").splitlines()
    given = [line for line in lines if line and not line.startswith("#")]
    first = frozenset(line.removeprefix("^") for line in given if line.startswith("^"))
    anywhere = frozenset(line for line in given if not line.startswith("^"))
    return _Known(frozenset(int(line.split()[0]) for line in first | anywhere), anywhere, first)
