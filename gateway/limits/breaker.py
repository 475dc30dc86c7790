"""
Leave a counter alone that fails, and find out cheaply when it is back.

It opens when `failures` calls have failed within `within` seconds, refuses for `open_for` seconds, then
lets one call through; that one's outcome closes it or opens it again. Times in seconds; no I/O, no locks.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

__all__ = ["Breaker"]

WITHIN = 10.0


class Breaker:
    """Ask `admit` before each call, and report each admitted one with `succeed`, `fail` or `drop`."""

    def __init__(
        self,
        failures: int = 5,
        open_for: float = 1.0,
        *,
        within: float = WITHIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._open_for = open_for
        self._within = within
        self._clock = clock
        self._failed: deque[float] = deque(maxlen=failures)
        self._until: float | None = None  # set: open until then, half-open after it
        self._probing = False

    @property
    def closed(self) -> bool:
        return self._until is None

    def admit(self) -> bool:
        if self._until is None:
            return True
        if self._probing or self._clock() < self._until:
            return False
        self._probing = True
        return True

    def succeed(self) -> None:
        self._probing = False
        if self._until is not None:
            self._until = None
            self._failed.clear()

    def fail(self) -> None:
        now = self._clock()
        self._failed.append(now)
        recent = len(self._failed) == self._failures and now - self._failed[0] <= self._within
        if self._probing or recent:
            self._until = now + self._open_for
        self._probing = False

    def drop(self) -> None:
        """The call was given up before its outcome was known."""
        self._probing = False
