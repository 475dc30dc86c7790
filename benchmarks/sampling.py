"""
Where a process spends its time: a statistical profile by SIGPROF.

The timer counts processor time of all threads; the handler notes the stack of the main thread at its
next bytecode. So time in C code (a system call, RE2, orjson) counts for the Python function that
called it, and work of other threads counts for whatever the main thread does meanwhile: measure with
texts that are scanned without a thread.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Self

import orjson

__all__ = ["BEGIN", "Sampler"]

BEGIN = signal.SIGUSR2  # ends the time that does not count: starting up, warming up
INTERVAL = 0.001  # seconds of processor time between samples, or as often as the kernel's clock ticks


class Sampler:
    """
    A context manager for the main thread. It samples from the signal BEGIN on; `write` saves the counts
    by function, own and with callees.
    """

    def __init__(self) -> None:
        self._own: Counter[CodeType] = Counter()
        self._total: Counter[CodeType] = Counter()
        self._count = 0

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._sample)
        signal.signal(BEGIN, self._begin)
        return self

    def __exit__(self, *error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def write(self, path: Path) -> None:
        rows = [(_name(code), self._own[code], self._total[code]) for code in self._total]
        path.write_bytes(orjson.dumps({"samples": self._count, "functions": rows}))

    def _begin(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def _sample(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if frame is not None:
            self._own[frame.f_code] += 1
        seen: set[CodeType] = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._total.update(seen)


def _name(code: CodeType) -> str:
    path = Path(code.co_filename)
    module = path.parent.name if path.stem == "__init__" else path.stem
    return f"{path.parent.name}/{module}:{code.co_qualname}"
