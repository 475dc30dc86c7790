"""Where the end of a text is undecided: a run of some code, a list of numbers, an unfinished escape."""

from __future__ import annotations

import re

from gateway.text.decode.basen import adjoin, is_mixed
from gateway.text.decode.escapes import open_escape

__all__ = ["MAX_OPEN", "open_tail"]

# What a block of a run and its look ahead may span: two characters between units of two, or 320 numbers.
MAX_OPEN = 5120

_STEPS = (160, 1280, MAX_OPEN)
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]+")


def open_tail(text: str) -> int:
    """At most MAX_OPEN characters before the end."""
    return min(open_escape(text), _open_run(text), _open_list(text))


def _open_run(text: str) -> int:
    """Words that may turn out to be pieces of one run of base64; also a single long one."""
    size = len(text)
    for step in _STEPS:
        begin = max(0, size - step)
        at = _run_start(text, [m.span() for m in _TOKEN.finditer(text, begin)])
        if at > begin or begin == 0:
            return at
    return size - MAX_OPEN


def _run_start(text: str, spans: list[tuple[int, int]]) -> int:
    size = len(text)
    if not spans or size - spans[-1][1] > 2 or not (text[spans[-1][1] :] or " ").isspace():
        return size
    first = len(spans) - 1
    while first > 0 and adjoin(text, spans[first - 1], spans[first]):
        before, span = spans[first - 1], spans[first]
        growing = span[1] == size
        shorter = span[1] - span[0] <= before[1] - before[0]
        if not (shorter or (is_mixed(text, before) and (growing or is_mixed(text, span)))):
            break
        first -= 1
    # A run begins with one word at most that looks like any other.
    while first + 1 < len(spans) and not (
        is_mixed(text, spans[first]) or is_mixed(text, spans[first + 1]) or spans[first + 1][1] == size
    ):
        first += 1
    return spans[first][0]


def _open_list(text: str) -> int:
    """Numbers with gaps between them."""
    size = at = len(text)
    floor = max(0, size - MAX_OPEN)
    while at > floor:
        gap = at
        while gap > floor and text[gap - 1] in " \t\r\n\f\v,;:|/_-":
            gap -= 1
        token = gap
        while token > floor and gap - token < 12 and text[token - 1] in "0123456789abcdefABCDEFxXhHoO$#":
            token -= 1
        if at - gap > 3 or (gap == at and at != size) or token == gap:
            break
        at = token
    return at
