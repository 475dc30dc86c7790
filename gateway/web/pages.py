"""
Memory in large pages, on Linux.

Tables and automata are some hundred megabytes, and every request touches them in many places. In pages of 4 KiB
finding out where those are takes a part of its time of its own [measured: a twentieth, more on a busy machine]. So
what is resident is asked for in pages of 2 MiB; where that cannot be, nothing happens.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator

__all__ = ["LARGE", "mostly_used", "use_large_pages"]

LARGE = 2 << 20
_AT_ONCE = 8 * LARGE  # what one call may take: a process that ends waits for the call
_USED = 0.75
_ADVISE, _NOW = 14, 25  # MADV_HUGEPAGE; MADV_COLLAPSE, of Linux 6.1
_OURS = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ [0-9a-f:]+ 0 *(?:\[heap\]|\[anon:.*\])?$")
_HEAD = re.compile(r"[0-9a-f]+-[0-9a-f]+ ")
_RESIDENT = re.compile(r"Rss: *([0-9]+) kB$")


def use_large_pages() -> int:
    """
    How many bytes are asked for. On a busy machine it takes seconds, without the interpreter's lock: call it in a
    thread, and again when there is more memory.
    """
    if not sys.platform.startswith("linux"):
        return 0
    try:
        advise = ctypes.CDLL(None).madvise
        with open("/proc/self/smaps", encoding="utf-8", errors="replace") as lines:
            ours = list(mostly_used(lines))
    except (OSError, AttributeError):
        return 0
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    total = 0
    for begin, end in ours:
        for at in range(begin, end, _AT_ONCE):
            size = min(_AT_ONCE, end - at)
            if advise(at, size, _ADVISE) == 0:
                advise(at, size, _NOW)  # older kernels do it by and by
                total += size
    return total


def mostly_used(lines: Iterable[str]) -> Iterator[tuple[int, int]]:
    """
    From /proc/PID/smaps: whole large pages of a process's own memory. Not of mappings that are mostly empty, as
    stacks of threads are: they would come to cost what they may grow to.
    """
    begin = end = 0
    for line in lines:
        if _HEAD.match(line):
            head = _OURS.match(line)
            begin, end = (int(head[1], 16), int(head[2], 16)) if head else (0, 0)
        elif begin < end and (found := _RESIDENT.match(line)):
            first, last = -(-begin // LARGE) * LARGE, end // LARGE * LARGE
            if first < last and int(found[1]) << 10 >= _USED * (end - begin):
                yield first, last
