"""What may stand next to a literal of a pattern: tables of truth values for the 256 bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from re import A as ASCII
from re import I as IGNORECASE
from re import _constants as op  # type: ignore[attr-defined]
from string import ascii_letters, digits

from gateway.detectors.prefix import CATEGORY
from gateway.detectors.tree import Node

__all__ = ["apart", "beside", "either"]


_WORD = (ascii_letters + digits).encode()


def beside(nodes: Sequence[Node], side: int) -> bytes | None:
    """
    What may stand next to a literal that has these nodes on one side: a table of truth values for the 256 bytes.
    A text's or a line's end may always, and whatever is not ASCII. None where they tell little. `side`: 0 after
    it, -1 before it.
    """
    options: list[bytes | None] = []
    for node in nodes if side == 0 else reversed(nodes):
        kind, arg = node
        optional = kind in (op.MAX_REPEAT, op.MIN_REPEAT) and not arg[0]
        options.append(beside(arg[2], side) if optional else _edge(node, side))
        if options[-1] is None:
            return None
        if not optional:
            return either(options)
    return None  # what stands around all of them


@lru_cache(maxsize=1024)
def apart(edge: bytes | None) -> bool:
    """Does a word begin or end there: may neither a letter nor a digit stand beside it?"""
    return edge is not None and not any(edge[byte] for byte in _WORD)


def _edge(node: Node, side: int) -> bytes | None:
    """Of a node that is never empty, or None."""
    kind, arg = node
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return beside(arg[2], side)
    if kind is op.SUBPATTERN:
        return beside(arg[3], side)
    if kind is op.BRANCH:
        return either([beside(branch, side) for branch in arg[1]])
    if kind is op.AT and arg in (op.AT_BEGINNING, op.AT_END):
        return _ENDS
    if kind is op.LITERAL and arg < 128:
        return _one_of(chr(arg).lower() + chr(arg).upper())
    if kind is op.IN:
        return _one_in(tuple(arg))
    return None


def either(options: Sequence[bytes | None]) -> bytes | None:
    """What may stand in one of several places. None where one of them tells little."""
    known = [option for option in options if option is not None]
    if len(known) < len(options) or not known:
        return None
    together = 0
    for option in known:
        together |= int.from_bytes(option)
    return together.to_bytes(len(known[0]))


@lru_cache(maxsize=1024)
def _one_of(chars: str) -> bytes:
    return _table(lambda byte: chr(byte) in chars)


@lru_cache(maxsize=1024)
def _one_in(items: tuple[Node, ...]) -> bytes:
    """Of a class of characters, whatever their case. The tables of patterns use a few again and again."""
    characters = f"[{''.join(map(_item, items))}]"
    either = [re.compile(characters, ASCII | case) for case in (0, IGNORECASE)]
    return _table(lambda byte: any(one.match(chr(byte)) for one in either))


def _table(allowed: Callable[[int], bool]) -> bytes:
    return bytes(byte > 127 or byte == _LINE_END or allowed(byte) for byte in range(256))


_LINE_END = 10
_ENDS = _table(lambda byte: False)


def _item(item: Node) -> str:
    kind, arg = item
    if kind is op.NEGATE:
        return "^"
    if kind is op.RANGE:
        return f"\\U{arg[0]:08x}-\\U{arg[1]:08x}"
    return CATEGORY[arg] if kind is op.CATEGORY else f"\\U{arg:08x}"
