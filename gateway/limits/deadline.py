"""
A deadline that does not mistake our own slowness for another's.

When the event loop was busy past a deadline, the answer may have come long ago and not been read yet. So
before a call is cut off, the loop goes round a few times more; where it is idle that takes no time at all.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

__all__ = ["Deadline"]

ROUNDS = 10  # of the event loop: enough to read a reply and to wake whom it is for


class Deadline:
    """`async with Deadline(seconds):` raises TimeoutError where the block takes longer."""

    __slots__ = ("_handle", "_seconds", "_timeout")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._handle: asyncio.Handle | None = None

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(self._seconds, self._ring, loop, ROUNDS)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._handle is not None
        self._handle.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _ring(self, loop: asyncio.AbstractEventLoop, rounds: int) -> None:
        if rounds:
            self._handle = loop.call_soon(self._ring, loop, rounds - 1)
        else:
            self._timeout.reschedule(loop.time())
