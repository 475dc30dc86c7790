"""Random texts of the shape a pattern describes, from Python's own reading of the pattern."""

from __future__ import annotations

from random import Random
from re import A as ASCII
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from string import ascii_letters, digits
from typing import Any

__all__ = ["sample_value"]

_CLASSES = {op.CATEGORY_DIGIT: digits, op.CATEGORY_WORD: ascii_letters + digits + "_", op.CATEGORY_SPACE: " "}
_ANYTHING = ascii_letters + digits + " .,:;"


def sample_value(pattern: str, random: Random) -> str:
    """A text that the group `v` of the pattern accepts."""
    tree = parser.parse(pattern, ASCII)
    group = tree.state.groupdict["v"]
    (nodes,) = (arg[3] for kind, arg in tree if kind is op.SUBPATTERN and arg[0] == group)
    return "".join(_draw(node, random) for node in nodes)


def _draw(node: tuple[Any, Any], random: Random) -> str:
    kind, arg = node
    if kind is op.LITERAL:
        return chr(arg)
    if kind is op.NOT_LITERAL:
        return random.choice(_ANYTHING.replace(chr(arg), ""))
    if kind is op.IN:
        return _draw_character(arg, random)
    if kind is op.SUBPATTERN:
        return "".join(_draw(inner, random) for inner in arg[3])
    if kind is op.BRANCH:
        return "".join(_draw(inner, random) for inner in random.choice(arg[1]))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, inner = arg
        return "".join(_draw(n, random) for _ in range(random.randint(low, high)) for n in inner)
    assert kind is op.AT, kind
    return ""


def _draw_character(items: list[tuple[Any, Any]], random: Random) -> str:
    if items[0][0] is op.NEGATE:
        refused = "".join(_all(items[1:]))
        return random.choice([c for c in _ANYTHING if c not in refused])
    return random.choice(_all(items))


def _all(items: list[tuple[Any, Any]]) -> str:
    found = ""
    for kind, arg in items:
        if kind is op.RANGE:
            found += "".join(map(chr, range(arg[0], min(arg[1], arg[0] + 200) + 1)))
        elif kind is op.LITERAL:
            found += chr(arg)
        else:
            found += _CLASSES[arg]
    return found
