"""
The tree of a pattern, as Python's own parser reads it, for all who ask what its matches hold.

Patterns are in the common subset of RE2 and Python syntax, in ASCII mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from re import A as ASCII
from re import I as IGNORECASE
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

__all__ = ["Node", "Tree", "parsed", "width"]

Node = tuple[Any, Any]


class Tree(NamedTuple):
    """`nodes` of the top level, `groups`: numbers by name, `fold`: does the case of letters count nowhere?"""

    nodes: tuple[Node, ...]
    groups: dict[str, int]
    fold: bool


@lru_cache(maxsize=16)
def parsed(pattern: str) -> Tree:
    """
    Not to be changed. Whoever reads a row reads it several times in a row, and to parse it is most of that work; no
    more trees than that are worth their memory.
    """
    tree = parser.parse(pattern, ASCII)
    return Tree(_plain(tree), tree.state.groupdict, bool(tree.state.flags & IGNORECASE))


def _plain(tree: Any) -> tuple[Node, ...]:
    """In tuples: the parser's own sequences are slow to go through, and each is gone through often."""
    return tuple([(kind, _argument(kind, arg)) for kind, arg in tree.data])


def _argument(kind: Any, arg: Any) -> Any:
    if kind is op.SUBPATTERN:
        group, add, remove, inner = arg
        return group, add, remove, _plain(inner)
    if kind is op.BRANCH:
        return None, tuple(map(_plain, arg[1]))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, inner = arg
        return int(low), int(high), _plain(inner)
    return tuple(arg) if kind is op.IN else arg


def width(nodes: Sequence[Node]) -> int:
    """Characters of the longest match of all of them."""
    return sum(map(_width, nodes))


def _width(node: Node) -> int:
    kind, arg = node
    if kind is op.LITERAL or kind is op.IN:
        return 1
    if kind is op.AT:
        return 0
    if kind is op.SUBPATTERN:
        return width(arg[3])
    if kind is op.BRANCH:
        return max(map(width, arg[1]))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return int(arg[1]) * width(arg[2])
    return 1
