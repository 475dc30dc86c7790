"""Scans at work, whether or not somebody waits for them. They end with the process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from gateway.errors import Overloaded

__all__ = ["Jobs"]


class Jobs:
    """At most so many at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._seats = 0

    @contextmanager
    def seat(self) -> Iterator[None]:
        """A place for a scan that is to be started within. Raises Overloaded."""
        if len(self._tasks) + self._seats >= self._most:
            raise Overloaded("other scans are running; try again later", code="too_many_scans")
        self._seats += 1
        try:
            yield
        finally:
            self._seats -= 1

    def start(self, id: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[id] = task
        task.add_done_callback(lambda done: self._ended(id, done))
        return task

    def cancel(self, id: str) -> None:
        if (task := self._tasks.get(id)) is not None:
            task.cancel()

    async def aclose(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, id: str, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(id, None)
        if not task.cancelled():
            task.exception()  # who waited has seen it; who did not finds it in the scan
