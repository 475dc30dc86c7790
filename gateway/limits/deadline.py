"""
A deadline that does not mistake our own slowness for another's.

When the event loop was busy past a deadline, the answer may have come long ago and not been read yet.
So a timer that rings late gives one more moment, once, before it cuts the call off.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

__all__ = ["Deadline"]

LATE = 0.005  # seconds; timers ring later than this only where the loop was busy
MOMENT = 0.02


class Deadline:
    """`async with Deadline(seconds):` raises TimeoutError where the block takes longer."""

    __slots__ = ("_seconds", "_timeout", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        await self._timeout.__aenter__()
        due = loop.time() + self._seconds
        self._timer = loop.call_at(due, self._ring, loop, due)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._timer is not None
        self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _ring(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        if now - due > LATE:
            self._timer = loop.call_at(now + MOMENT, self._timeout.reschedule, now)
        else:
            self._timeout.reschedule(now)
