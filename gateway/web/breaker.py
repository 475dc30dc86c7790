"""
Stop calling an upstream that fails, and find out cheaply when it is back.

Closed: calls pass and the last `window` outcomes are kept; when failures among them reach
`failures * window`, it opens. Open: every call is refused for `open_for` seconds. Half-open: one
probe passes, the rest are refused; the probe's outcome closes or opens it again.

A window that is not full counts what is missing as success, so that one failure after a quiet
night does not open it. No I/O, no locks: it belongs to one event loop.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from gateway import settings

__all__ = ["Breaker", "Permit", "State"]


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Permit:
    """Leave to make one call. Exactly the first of `succeed`, `fail` and `drop` counts."""

    __slots__ = ("_breaker", "_epoch")

    def __init__(self, breaker: Breaker, epoch: int) -> None:
        self._breaker: Breaker | None = breaker
        self._epoch = epoch

    def succeed(self) -> None:
        self._report(True)

    def fail(self) -> None:
        self._report(False)

    def drop(self) -> None:
        """The call was given up before its outcome was known: our client left, say."""
        self._report(None)

    def _report(self, good: bool | None) -> None:
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker._record(self._epoch, good)


class Breaker:
    """One upstream's breaker. `clock` gives seconds and never goes back."""

    __slots__ = ("_clock", "_epoch", "_failed", "_outcomes", "_probing", "_settings", "_state", "_until")

    def __init__(self, config: settings.Breaker, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = config
        self._clock = clock
        self._state = State.CLOSED
        self._outcomes: deque[bool] = deque()
        self._failed = 0
        self._until = 0.0
        self._probing = False
        self._epoch = 0  # outcomes of calls from an earlier state say nothing about this one

    @property
    def state(self) -> State:
        self._settle()
        return self._state

    def admit(self) -> Permit | None:
        """Leave for one call, or None: the caller must report on each permit it takes."""
        self._settle()
        if self._state is State.OPEN or self._probing:
            return None
        if self._state is State.HALF_OPEN:
            self._probing = True
        return Permit(self, self._epoch)

    def fault(self) -> None:
        """A call that had been reported as good failed after all: its answer broke off, say."""
        if self._state is State.CLOSED:
            self._count(False)

    def _settle(self) -> None:
        if self._state is State.OPEN and self._clock() >= self._until:
            self._change(State.HALF_OPEN)

    def _record(self, epoch: int, good: bool | None) -> None:
        if epoch != self._epoch:
            return
        if self._state is State.HALF_OPEN:
            self._probing = False
            if good is not None:
                self._change(State.CLOSED if good else State.OPEN)
        elif good is not None:
            self._count(good)

    def _count(self, good: bool) -> None:
        self._outcomes.append(good)
        self._failed += not good
        if len(self._outcomes) > self._settings.window:
            self._failed -= not self._outcomes.popleft()
        if self._failed >= self._settings.failures * self._settings.window:
            self._change(State.OPEN)

    def _change(self, state: State) -> None:
        self._state = state
        self._epoch += 1
        self._outcomes.clear()
        self._failed = 0
        self._probing = False
        if state is State.OPEN:
            self._until = self._clock() + self._settings.open_for
