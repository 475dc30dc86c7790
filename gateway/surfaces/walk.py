"""Every text in a piece of JSON of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.surfaces.edit import KeyName
from gateway.types import Path

__all__ = ["leaves", "number_text"]

LONG_NUMBER = 10**8  # nine digits: the shortest personal numbers we look for


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """
    String leaves, object keys (their path ends in a `KeyName`) and whole numbers of nine digits or more,
    in document order. No recursion: depth is bounded by the parser, not by Python's stack.
    """
    stack: list[tuple[Any, Path]] = [(value, path)]
    while stack:
        node, at = stack.pop()
        kind = type(node)
        if kind is str:
            yield at, node
        elif kind is dict:
            for key, child in reversed(node.items()):
                stack.append((child, (*at, key)))
                stack.append((_Name(key), at))
        elif kind is list:
            stack.extend((node[i], (*at, i)) for i in range(len(node) - 1, -1, -1))
        elif kind is _Name:
            yield (*at, KeyName(node)), str(node)
        elif (text := number_text(node)) is not None:
            yield at, text


class _Name(str):
    """A key on the stack, between the values."""

    __slots__ = ()


def number_text(value: Any) -> str | None:
    """A whole number of nine digits or more, as text: it may be a card or a telephone."""
    kind = type(value)
    if kind is float and value.is_integer():
        value, kind = int(value), int
    if kind is int and abs(value) >= LONG_NUMBER:
        return str(value)
    return None
