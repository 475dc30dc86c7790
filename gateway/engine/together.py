"""
Scans of several requests side by side.

A scan walks through many automata, each large; the next request finds none of them in the processor's caches
any more. So requests that wait at the same time take each step together, one after the other: the first of
them warms it for all. What is found is the same, and a fault of one is its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from gateway.engine.scan import Scan, Steps, step

__all__ = ["Together"]


class _Job(NamedTuple):
    size: int
    steps: Steps
    done: asyncio.Future[None]


class Together:
    """Of the first event loop that uses it. `most`: bytes of text that are scanned before that has its turn again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[_Job] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, size: int, out: Scan, steps: Steps) -> Scan:
        """Take these steps, which fill `out`. Whoever is cancelled while it waits costs nothing more."""
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:  # another thread's, say
            for _ in steps:
                pass
            return out
        job = _Job(size, steps, loop.create_future())
        self._waiting.append(job)
        if len(self._waiting) == 1:
            loop.call_soon(self._go)
        await job.done
        return out

    def _go(self) -> None:
        waiting = self._waiting
        left, jobs = self._most, list[_Job]()
        while waiting and (not jobs or waiting[0].size <= left):
            job = waiting.popleft()
            if not job.done.done():
                jobs.append(job)
                left -= job.size
        if waiting and self._loop is not None:
            self._loop.call_soon(self._go)
        while jobs:
            going = list[_Job]()
            for job in jobs:
                goes_on, error = step(job.steps)
                if goes_on:
                    going.append(job)
                elif error is not None:
                    job.done.set_exception(error)
                else:
                    job.done.set_result(None)
            jobs = going
