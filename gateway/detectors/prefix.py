"""
What could still become a match: a pattern that accepts every beginning of another pattern's matches.

Streams need it. A character may leave the gateway only when no rule can claim it any more, whatever
comes next. Waiting a fixed number of characters for that would hold back all text; asking "does the
end of this text begin something?" holds back a word or two.

The answer may be too wide (then a little more text waits), never too narrow: repetitions
`{m,n}` of many are widened to `*`, assertions about what follows are dropped, what a negated class matches
beyond ASCII is not told apart. What is made of a pattern (`tree`) is for the bytes of UTF-8, since RE2
turns `[^a]` over code points into dozens of states and over bytes into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from re import I as IGNORECASE
from re import _constants as op  # type: ignore[attr-defined]

from gateway.detectors.tree import Node, parsed, width

__all__ = ["CATEGORY", "VALUE", "Shape", "extent", "marked", "shape"]

VALUE = "v"  # the group that is the finding; what stands before it is context

# RE2 takes the long s for an `s` and the Kelvin sign for a `k`, where case does not count; as one byte each they cost
# no branches.
_MARKS = {0x17F: 1, 0x212A: 2}
_MARKED = r"\x{1}\x{2}"

_CHARACTER = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
_ASCII, _BEYOND = r"\x{0}-\x{7f}", r"\x{80}-\x{ff}"
_FEW = 8  # repetitions of one character up to this are counted, not widened: `\\d{2}` is what tells an IBAN from prose
_MANY = 4096  # a range with more characters is one of a script without cases
CATEGORY = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """
    `beginning` matches context plus a started value; widths are in characters. `utf8`: it is written
    for code points, not for bytes.
    """

    beginning: str
    reach: int
    behind: int
    utf8: bool = False


def shape(pattern: str, *, counted: bool = False, marks: bool = False) -> Shape:
    """
    Read a pattern. Raises ValueError where a match has no longest length (use `{0,n}`, not `*`),
    or where the group `v` is not at the top level. `marks`: it is for texts that are `marked`.

    `counted`: groups that are repeated a few times are counted as well. It tells a phrase with room for
    five words from one with room for any number, and is for patterns with an automaton of their own.
    """
    reach, behind, at = _read(pattern)
    tree = parsed(pattern)
    writer = _writer("(?i" in pattern, counted, marks)
    text = writer.full(tree.nodes[:at]) + writer.begun(tree.nodes[at:])
    return Shape(f"(?i:{text})" if tree.fold else text, reach, behind)


def marked(text: str) -> str:
    """The same text, as long, with control characters for a long s and a Kelvin sign."""
    return text if text.isascii() else text.translate(_MARKS)


def extent(pattern: str) -> tuple[int, int]:
    """`reach` and `behind` of its shape, at a fraction of the work. Raises ValueError as `shape` does."""
    return _read(pattern)[:2]


def _read(pattern: str) -> tuple[int, int, int]:
    """Reach, behind, and which node of the top level is the value."""
    tree = parsed(pattern)
    longest = width(tree.nodes)
    if longest > 20_000:
        raise ValueError(f"this pattern has no longest match, use bounded repetitions: {pattern}")
    at = _value_index(tree.nodes, tree.groups.get(VALUE))
    return longest, width(tree.nodes[:at]), at


def _value_index(nodes: Sequence[Node], group: int | None) -> int:
    if group is None:
        return 0
    for index, (kind, arg) in enumerate(nodes):
        if kind is op.SUBPATTERN and arg[0] == group:
            return index
    raise ValueError("the group 'v' must stand at the top level of the pattern")


class _Writer:
    """
    Writes patterns from a parse tree. `fold`: letters may stand for their other case. `counted` and `marks`: see
    `shape`.
    """

    def __init__(self, fold: bool, counted: bool, marks: bool) -> None:
        self._fold = fold
        self._counted = counted
        self._marks = _MARKS if marks else {}
        self._run = f"[{_BEYOND}{_MARKED if marks else ''}]+"
        # The same few classes again and again; bounded, since patterns of policies come here too.
        self.character = lru_cache(maxsize=4096)(self._character)

    def begun(self, nodes: Sequence[Node]) -> str:
        """Beginnings with at least one character, where the first node must have one."""
        first = nodes[0]
        if first[0] is op.SUBPATTERN and not (first[1][1] or first[1][2]):
            return self.begun((*first[1][3], *nodes[1:]))
        kind, arg = first
        if kind in _CHARACTER:
            return self.character(first) + self.prefix(nodes[1:], self._after(first))
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0] and len(arg[2]) == 1 and arg[2][0][0] in _CHARACTER:
            return self._repeated(arg[2][0], 1, arg[1]) + self.prefix(nodes[1:], self._counted)
        if kind is op.BRANCH and all(arg[1]):
            begun = "|".join(self.begun(branch) for branch in arg[1])
            return f"(?:{begun}|{self.full(nodes[:1])}{self.prefix(nodes[1:], self._counted)})"
        return self.prefix(nodes)

    def prefix(self, nodes: Sequence[Node], words: bool = False) -> str:
        """
        Every beginning of what the nodes match in sequence, the empty one included. `words`: instead of the beginnings
        of a word any word. Behind the first word of a phrase that holds a few characters more, until the word ends, and
        takes much less memory.
        """
        if not nodes:
            return ""
        (kind, arg), rest = nodes[0], nodes[1:]
        if kind in _CHARACTER:
            size = _word(nodes) if words else 0
            if size > 1:
                return self._any_word(nodes, size)
            return f"(?:{self.character(nodes[0])}{self.prefix(rest, self._after(nodes[0], words))})?"
        if kind is op.AT:
            return self.prefix(rest, words)
        if kind is op.SUBPATTERN:
            _, add, remove, inner = arg
            if not (add or remove):
                return self.prefix((*inner, *rest), words)
            inside, then = self.prefix(inner, words), self.prefix(rest, words)
            return f"(?:{_flags(add, remove)}{inside})|{self.full(nodes[:1])}{then})"
        if kind is op.BRANCH:
            begun = "|".join(dict.fromkeys(self.prefix(branch, words) for branch in arg[1]))
            then = self.prefix(rest, words or (self._counted and all(arg[1])))
            return f"(?:{begun}|{self.full(nodes[:1])}{then})"
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, inner = arg
            then = self.prefix(rest, words or (self._counted and low > 0))
            if _is_character(inner):
                return self._repeated(inner[0], 0, high) + then
            if high == 1:
                return f"(?:{self.prefix(inner, words)}|{self.full(nodes[:1])}{then})"
            times = f"{{0,{high}}}" if self._counted and high <= _FEW else "*"
            return f"(?:{self.full(inner)}){times}(?:{self.prefix(inner, words)}|{then})"
        raise ValueError(f"this kind of pattern cannot be streamed: {kind}")

    def _after(self, node: Node, words: bool = False) -> bool:
        """Is the first word over behind this character?"""
        return words or (self._counted and node[0] is not op.LITERAL)

    def _any_word(self, nodes: Sequence[Node], size: int) -> str:
        """As `prefix`, where the first nodes are so many letters or digits."""
        begun = r"\w*"
        if self._fold and self._marks:
            begun = rf"[\w{_MARKED}]*"
        elif self._fold and any(chr(arg) in "kKsS" for _, arg in nodes[:size]):
            begun = f"(?:\\w|{self._literal(ord('k'))}|{self._literal(ord('s'))})*"
        if size == len(nodes):
            return begun
        return f"(?:{begun}|{self.full(nodes[:size])}{self.prefix(nodes[size:], True)})"

    def full(self, nodes: Sequence[Node]) -> str:
        """All that the nodes match in sequence, and more: repetitions are widened."""
        return "".join(map(self.full_node, nodes))

    def full_node(self, node: Node) -> str:
        kind, arg = node
        if kind in _CHARACTER:
            return self.character(node)
        if kind is op.AT:
            return "^" if arg is op.AT_BEGINNING else ""
        if kind is op.SUBPATTERN:
            _, add, remove, inner = arg
            return f"{_flags(add, remove) or '(?:'}{self.full(inner)})"
        if kind is op.BRANCH:
            return "(?:" + "|".join(self.full(branch) for branch in arg[1]) + ")"
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, inner = arg
            if _is_character(inner):
                return self._repeated(inner[0], low, high)
            if 1 < high <= _FEW and self._counted:
                return f"(?:{self.full(inner)}){{{low},{high}}}"
            times = "" if low == high == 1 else "?" if high == 1 else "+" if low else "*"
            return f"(?:{self.full(inner)}){times}"
        raise ValueError(f"this kind of pattern cannot be streamed: {kind}")

    def _repeated(self, node: Node, low: int, high: int) -> str:
        """One character, so many times. What a negated class matches beyond ASCII has no end anyway."""
        kind, arg = node
        negated = self._counted and kind is op.IN and arg[0][0] is op.NEGATE
        if negated and not (self._marks and any(map(_is_control, arg[1:]))):  # bytes beyond ASCII are in it
            inside = "".join(map(_item, arg[1:]))
            return (f"[^{inside}]" if inside else f"[{_ASCII}{_BEYOND}]") + ("+" if low else "*")
        times = "" if low == high == 1 else "?" if high == 1 else "+" if low else "*"
        return f"(?:{self.character(node)})" + (f"{{{low},{high}}}" if 1 < high <= _FEW else times)

    def _character(self, node: Node) -> str:
        """One character, as bytes of UTF-8. Beyond ASCII a class stands for any run of such bytes."""
        kind, arg = node
        if kind is op.LITERAL:
            return self._literal(arg)
        if kind is op.NOT_LITERAL:
            return f"(?:[^{_escape(arg)}{_BEYOND}]|{self._run})" if arg < 128 else f"(?:[{_ASCII}]|{self._run})"
        if kind is op.ANY:
            return f"(?:[^{_escape(10)}{_BEYOND}]|{self._run})"
        if arg[0][0] is op.NEGATE:
            inside = "".join(_item(item) for item in arg[1:])
            return f"(?:[^{inside}{_BEYOND}]|{self._run})"
        inside = "".join(_item(item) for item in arg)
        if self._everything_beyond(arg):
            return f"(?:[{inside}]|{self._run})" if inside else f"(?:{self._run})"
        beyond = self._beyond(arg)
        inside += "".join(
            _escape(m) for code, m in self._marks.items() if any(low <= code <= high for low, high in beyond)
        )
        ranges = [(low, high) for low, high in beyond if not (low == high and low in self._marks)]
        more = [sequence for low, high in ranges for sequence in _sequences(low, high)]
        if not more:
            return f"[{inside}]"
        return f"(?:{'|'.join([f'[{inside}]', *more] if inside else more)})"

    def _everything_beyond(self, items: Sequence[Node]) -> bool:
        negated = (op.CATEGORY_NOT_DIGIT, op.CATEGORY_NOT_SPACE, op.CATEGORY_NOT_WORD)
        return any(arg in negated for kind, arg in items if kind is op.CATEGORY)

    def _beyond(self, items: Sequence[Node]) -> list[tuple[int, int]]:
        """The ranges of a class beyond ASCII, other cases of its letters included where they count."""
        ranges = [(a, b) for kind, arg in items if kind is op.RANGE for a, b in (arg,)]
        ranges += [(arg, arg) for kind, arg in items if kind is op.LITERAL]
        if self._fold:
            spelled = [code for a, b in ranges if b - a < _MANY for code in range(a, b + 1)]
            if any(kind is op.CATEGORY and arg is op.CATEGORY_WORD for kind, arg in items):
                spelled += map(ord, "ks")
            ranges += [(c, c) for code in spelled for c in _cases().get(chr(code).lower(), ()) if c != code]
        return _merged((max(a, 128), b) for a, b in ranges if b >= 128)

    def _literal(self, code: int) -> str:
        if code < 128 and not (self._fold and chr(code) in "kKsS"):
            return _escape(code)
        cases = sorted({code, *(_cases().get(chr(code).lower(), ()) if self._fold else ())})
        single = [_escape(self._marks.get(case, case)) for case in cases if case < 128 or case in self._marks]
        if self._marks and len(single) == len(cases):
            return f"[{''.join(single)}]"
        return "(?:" + "|".join(_escape(self._marks[c]) if c in self._marks else _bytes(c) for c in cases) + ")"


@cache
def _writer(fold: bool, counted: bool, marks: bool) -> _Writer:
    return _Writer(fold, counted, marks)


@cache
def _cases() -> dict[str, list[int]]:
    """Characters by what they are in lower case, as RE2 folds them: the Kelvin sign is a case of k."""
    out: dict[str, list[int]] = {}
    for code in range(0x1E944):  # beyond, no script has two cases
        character = chr(code)
        small, capital = character.lower(), character.upper()
        if small == character == capital:
            continue
        for lower in {small, capital.lower()}:
            if len(lower) == 1:
                out.setdefault(lower, []).append(code)
    return out


def _flags(add: int, remove: int) -> str:
    if add & IGNORECASE:
        return "(?i:"
    return "(?-i:" if remove & IGNORECASE else ""


def _is_character(nodes: Sequence[Node]) -> bool:
    return len(nodes) == 1 and nodes[0][0] in _CHARACTER


def _word(nodes: Sequence[Node]) -> int:
    """So many of the first nodes are a letter or a digit each."""
    size = 0
    for kind, arg in nodes:
        if kind is not op.LITERAL or arg >= 128 or not chr(arg).isalnum():
            break
        size += 1
    return size


def _is_control(item: Node) -> bool:
    """May an item of a class be one of the control characters that are marks?"""
    kind, arg = item
    if kind is op.RANGE:
        return bool(arg[0] <= max(_MARKS.values()))
    if kind is op.CATEGORY:
        return arg in (op.CATEGORY_NOT_DIGIT, op.CATEGORY_NOT_SPACE, op.CATEGORY_NOT_WORD)
    return arg in _MARKS.values()


def _bytes(code: int) -> str:
    return "".join(map(_escape, chr(code).encode()))


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def _sequences(low: int, high: int) -> list[str]:
    """Patterns for the UTF-8 bytes of a range of code points: one for each run that differs only at its end."""
    for edge in (0x7FF, 0xFFFF):
        if low <= edge < high:
            return _sequences(low, edge) + _sequences(edge + 1, high)
    first, last = chr(low).encode("utf-8", "surrogatepass"), chr(high).encode("utf-8", "surrogatepass")
    return _byte_ranges(first, last)


def _byte_ranges(first: bytes, last: bytes) -> list[str]:
    """Sequences of equal length between two, both included, in bytes of continuation."""
    if len(first) == 1:
        return [f"[{_escape(first[0])}-{_escape(last[0])}]"]
    if first[0] == last[0]:
        return [_escape(first[0]) + rest for rest in _byte_ranges(first[1:], last[1:])]
    least, most = b"\x80" * (len(first) - 1), b"\xbf" * (len(first) - 1)
    out: list[str] = []
    begin, end = first[0], last[0]
    if first[1:] != least:
        out += [_escape(begin) + rest for rest in _byte_ranges(first[1:], most)]
        begin += 1
    tail: list[str] = []
    if last[1:] != most:
        tail = [_escape(end) + rest for rest in _byte_ranges(least, last[1:])]
        end -= 1
    if begin <= end:
        out += [f"[{_escape(begin)}-{_escape(end)}]" + rest for rest in _byte_ranges(least, most)]
    return out + tail


def _item(item: Node) -> str:
    """The ASCII part of an item of a class."""
    kind, arg = item
    if kind is op.RANGE:
        low, high = arg[0], min(arg[1], 127)
        return f"{_escape(low)}-{_escape(high)}" if low <= high else ""
    if kind is op.CATEGORY:
        return CATEGORY[arg]
    return _escape(arg) if arg < 128 else ""


def _escape(code: int) -> str:
    character = chr(code)
    return character if character.isascii() and character.isalnum() else f"\\x{{{code:x}}}"
