"""
What could still become a match: a pattern that accepts every beginning of another pattern's matches.

Streams need it. A character may leave the gateway only when no rule can claim it any more, whatever
comes next. Waiting a fixed number of characters for that would hold back all text; asking "does the
end of this text begin something?" holds back a word or two.

The answer may be too wide (then a little more text waits), never too narrow: repetitions `{m,n}`
are widened to `*`, assertions about what follows are dropped, characters beyond ASCII are told apart
only where a pattern spells them out. Patterns are in the common subset of RE2 and Python syntax, in
ASCII mode, and are read with Python's own pattern parser. What is made of them is for the bytes of
UTF-8, since RE2 turns `[^a]` over code points into dozens of states and over bytes into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from re import A as ASCII
from re import I as IGNORECASE
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["Shape", "shape"]

VALUE = "v"  # the group that is the finding; what stands before it is context

Node = tuple[Any, Any]

_CHARACTER = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
_ASCII, _BEYOND = r"\x{0}-\x{7f}", r"\x{80}-\x{ff}"
_RUN = f"[{_BEYOND}]+"
_CATEGORY = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """`beginning` matches context plus a started value; widths are in characters."""

    beginning: str
    reach: int
    behind: int


def shape(pattern: str) -> Shape:
    """
    Read a pattern. Raises ValueError where a match has no longest length (use `{0,n}`, not `*`),
    or where the group `v` is not at the top level.
    """
    tree = parser.parse(pattern, ASCII)
    width = tree.getwidth()[1]
    if width > 20_000:
        raise ValueError(f"this pattern has no longest match, use bounded repetitions: {pattern}")
    nodes = list(tree)
    at = _value_index(nodes, tree.state.groupdict.get(VALUE))
    context, value = nodes[:at], nodes[at:]
    behind = parser.SubPattern(tree.state, context).getwidth()[1]
    text = _full(context) + _begun(value)
    if tree.state.flags & IGNORECASE:
        text = f"(?i:{text})"
    return Shape(text, width, behind)


def _value_index(nodes: Sequence[Node], group: int | None) -> int:
    if group is None:
        return 0
    for index, (kind, arg) in enumerate(nodes):
        if kind is op.SUBPATTERN and arg[0] == group:
            return index
    raise ValueError("the group 'v' must stand at the top level of the pattern")


def _begun(nodes: Sequence[Node]) -> str:
    """Beginnings with at least one character, where the first node must have one."""
    first = nodes[0]
    if first[0] is op.SUBPATTERN and not (first[1][1] or first[1][2]):
        return _begun([*first[1][3], *nodes[1:]])
    kind, arg = first
    if kind in _CHARACTER:
        return _character(first) + _prefix(nodes[1:])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0] and len(arg[2]) == 1 and arg[2][0][0] in _CHARACTER:
        return f"(?:{_full(list(arg[2]))})+{_prefix(nodes[1:])}"
    if kind is op.BRANCH and all(arg[1]):
        begun = "|".join(_begun(list(branch)) for branch in arg[1])
        return f"(?:{begun}|{_full(nodes[:1])}{_prefix(nodes[1:])})"
    return _prefix(nodes)


def _prefix(nodes: Sequence[Node]) -> str:
    """Every beginning of what the nodes match in sequence, the empty one included."""
    if not nodes:
        return ""
    (kind, arg), rest = nodes[0], nodes[1:]
    if kind in _CHARACTER:
        return f"(?:{_character(nodes[0])}{_prefix(rest)})?"
    if kind is op.AT:
        return _prefix(rest)
    if kind is op.SUBPATTERN:
        _, add, remove, inner = arg
        if not (add or remove):
            return _prefix([*inner, *rest])
        return f"(?:{_flags(add, remove)}{_prefix(list(inner))})|{_full(nodes[:1])}{_prefix(rest)})"
    if kind is op.BRANCH:
        begun = "|".join(_prefix(list(branch)) for branch in arg[1])
        return f"(?:{begun}|{_full(nodes[:1])}{_prefix(rest)})"
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        _, high, inner = arg
        if high == 1:
            return f"(?:{_prefix(list(inner))}|{_full(nodes[:1])}{_prefix(rest)})"
        return f"(?:{_full(list(inner))})*(?:{_prefix(list(inner))}|{_prefix(rest)})"
    raise ValueError(f"this kind of pattern cannot be streamed: {kind}")


def _full(nodes: Sequence[Node]) -> str:
    """All that the nodes match in sequence, and more: repetitions are widened."""
    return "".join(map(_full_node, nodes))


def _full_node(node: Node) -> str:
    kind, arg = node
    if kind in _CHARACTER:
        return _character(node)
    if kind is op.AT:
        return "^" if arg is op.AT_BEGINNING else ""
    if kind is op.SUBPATTERN:
        _, add, remove, inner = arg
        return f"{_flags(add, remove) or '(?:'}{_full(list(inner))})"
    if kind is op.BRANCH:
        return "(?:" + "|".join(_full(list(branch)) for branch in arg[1]) + ")"
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, inner = arg
        times = "" if low == high == 1 else "?" if high == 1 else "+" if low else "*"
        return f"(?:{_full(list(inner))}){times}"
    raise ValueError(f"this kind of pattern cannot be streamed: {kind}")


def _flags(add: int, remove: int) -> str:
    if add & IGNORECASE:
        return "(?i:"
    return "(?-i:" if remove & IGNORECASE else ""


def _character(node: Node) -> str:
    """One character, as bytes of UTF-8. Beyond ASCII a class stands for any run of such bytes."""
    kind, arg = node
    if kind is op.LITERAL:
        return _literal(arg)
    if kind is op.NOT_LITERAL:
        return f"(?:[^{_escape(arg)}{_BEYOND}]|{_RUN})" if arg < 128 else f"(?:[{_ASCII}]|{_RUN})"
    if kind is op.ANY:
        return f"(?:[^{_escape(10)}{_BEYOND}]|{_RUN})"
    if arg[0][0] is op.NEGATE:
        inside = "".join(_item(item) for item in arg[1:])
        return f"(?:[^{inside}{_BEYOND}]|{_RUN})"
    inside = "".join(_item(item) for item in arg)
    wide = any(_beyond(item) for item in arg)
    if not inside:
        return f"(?:{_RUN})"
    return f"(?:[{inside}]|{_RUN})" if wide else f"[{inside}]"


def _literal(code: int) -> str:
    if code < 128:
        return _escape(code)
    return "(?:" + "".join(map(_escape, chr(code).encode())) + ")"


def _beyond(item: Node) -> bool:
    kind, arg = item
    if kind is op.RANGE:
        return bool(arg[1] > 127)
    if kind is op.LITERAL:
        return bool(arg > 127)
    return arg in (op.CATEGORY_NOT_DIGIT, op.CATEGORY_NOT_SPACE, op.CATEGORY_NOT_WORD)


def _item(item: Node) -> str:
    """The ASCII part of an item of a class."""
    kind, arg = item
    if kind is op.RANGE:
        low, high = arg[0], min(arg[1], 127)
        return f"{_escape(low)}-{_escape(high)}" if low <= high else ""
    if kind is op.CATEGORY:
        return _CATEGORY[arg]
    return _escape(arg) if arg < 128 else ""


def _escape(code: int) -> str:
    character = chr(code)
    return character if character.isascii() and character.isalnum() else f"\\x{{{code:x}}}"
