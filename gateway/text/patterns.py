"""Patterns that users and we write: RE2, linear in the text whatever the pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import re2

from gateway.errors import ConfigError

__all__ = ["MAX_MEMORY", "Search", "Sieve", "compile_re2", "compile_set", "searcher"]

# A DFA cache this large keeps all built-in rows of one detector fast; RE2 refills it when it is full.
MAX_MEMORY = 128 << 20


def compile_re2(pattern: str, max_memory: int = MAX_MEMORY, *, utf8: bool = True) -> Any:
    """Compile for UTF-8 text, or for its single bytes. Raises ConfigError with RE2's reason."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.UTF8 if utf8 else re2.Options.Encoding.LATIN1
    options.max_mem = max_memory
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as e:
        reason = e.args[0].decode() if isinstance(e.args[0], bytes) else str(e)
        raise ConfigError(f"RE2 does not accept the pattern {pattern!r}: {reason}") from None


# Between two bytes of a text: the first match and its groups, each (-1, -1) where there is none.
Search = Callable[[bytes, int, int], Sequence[tuple[int, int]]]


def searcher(pattern: Any) -> Search:
    """
    A compiled pattern's search without re2's wrapper, whose Python costs more than a short search. The
    wrapper's inside is not promised: where it has changed, its front door is used.
    """
    match = getattr(getattr(pattern, "_regexp", None), "Match", None)
    anchor = getattr(getattr(re2, "_Anchor", None), "UNANCHORED", None)
    if match is not None and anchor is not None:
        return partial(match, anchor)

    def search(data: bytes, begin: int, end: int) -> Sequence[tuple[int, int]]:
        found = pattern.search(data, begin, end)
        return ((-1, -1),) if found is None else [found.span(i) for i in range(pattern.groups + 1)]

    return search


def compile_set(patterns: Iterable[str]) -> Any:
    """
    An RE2 Set: which of these patterns match somewhere in a text of UTF-8 bytes. `Match` gives their
    numbers; nothing, or an empty list, for none. Without re2's wrapper where that can be, as in `searcher`.
    """
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    compiled = re2.Set.SearchSet(options)
    for pattern in patterns:
        compiled.Add(pattern.encode())
    compiled.Compile()
    return getattr(compiled, "_set", compiled)


class Sieve:
    """
    A pattern looked for only where an automaton, many times faster, has seen what it must contain.

    What `gate` sees first begins at most `before` characters after the match. ASCII alone counts.
    """

    def __init__(self, pattern: str, gate: str, before: int) -> None:
        self._pattern = re.compile(pattern)
        self._gate = searcher(compile_re2(gate, utf8=False))
        self._before = before

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        data = text.encode("ascii", "replace")  # a byte a character
        at = 0
        size = len(data)
        while at <= size and (seen := self._gate(data, at, size)[0][0]) >= 0:
            match = self._pattern.search(text, max(at, seen - self._before))
            if match is None:
                return
            yield match
            at = max(match.end(), at + 1)
