"""
Events on their way to the store, off the path of requests: one task writes them in batches.

Nothing grows without bound. What finds the queue full is lost and counted; while the database is away
a batch is tried again and again, and the queue fills behind it. A batch that the database refuses
though it is there is cut in halves, until the one event that it does not take is found.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from gateway.errors import StoreError
from gateway.settings import StoreSettings
from gateway.store.database import Refused, reason_of
from gateway.store.records import EventRecord

__all__ = ["EventWriter", "Target"]

log = logging.getLogger("gateway.store")

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0  # seconds between tries


class Target(Protocol):
    """Where events go. Raises Refused for what it will never take, StoreError while it takes nothing."""

    async def add(self, records: Sequence[EventRecord]) -> None: ...


class EventWriter:
    """
    `put` never waits. `lost` and `written` only grow. Between `start` and `aclose` there is one task.

    Whoever may not go on without a record takes a `seat` before it begins and gives it back with `put`:
    as many requests are admitted as there is room for their events.
    """

    def __init__(self, target: Target, settings: StoreSettings) -> None:
        self._target = target
        self._settings = settings
        self._queue: deque[EventRecord] = deque()
        self._size = 0  # bytes of texts in the queue
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._again = asyncio.Event()
        self.failing = False  # did the last try fail?
        self.seats = 0
        self.lost = 0
        self.written = 0

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def has_room(self) -> bool:
        """For one more request beside those that have a seat."""
        return len(self._queue) + self.seats < self._settings.queue and self._size < self._settings.queue_bytes

    @property
    def works(self) -> bool:
        return not self.failing and self.has_room

    def put(self, record: EventRecord) -> bool:
        """Returns whether there was room."""
        size = len(record.texts or b"")
        if len(self._queue) >= self._settings.queue or self._size + size > self._settings.queue_bytes:
            self.lost += 1
            return False
        self._queue.append(record)
        self._size += size
        self._filled.set()
        return True

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def try_again(self) -> None:
        """The database is there once more: whoever may not go on without a record should not wait for the next try."""
        self._again.set()

    async def aclose(self, deadline: float = 5.0) -> None:
        """Write what waits, as far as it goes in time; the rest is lost."""
        self._closing.set()
        self._filled.set()
        if self._task is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline):
                    await asyncio.shield(self._task)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._queue:
            self.lost += len(self._queue)
            log.error("events lost at the end", extra={"events": len(self._queue)})
            self._queue.clear()

    async def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closing.is_set():
                    return
                self._filled.clear()
                await self._filled.wait()
                continue
            if len(self._queue) < self._settings.batch:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), self._settings.flush)
            batch = [self._queue[i] for i in range(min(len(self._queue), self._settings.batch))]
            await self._persist(batch)
            for record in batch:  # only now: until then they count as waiting
                self._queue.popleft()
                self._size -= len(record.texts or b"")

    async def _persist(self, batch: Sequence[EventRecord]) -> None:
        """Returns when each of the batch is written or given up."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._target.add(batch)
            except Refused:
                await self._halve(batch)
                return
            except StoreError as e:
                self._note(failing=True, reason=reason_of(e))
                self._again.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                self.written += len(batch)
                self._note(failing=False)
                return

    async def _halve(self, batch: Sequence[EventRecord]) -> None:
        if len(batch) == 1:
            self.lost += 1
            log.error("an event cannot be written", extra={"id": batch[0].id})
            return
        middle = len(batch) // 2
        await self._persist(batch[:middle])
        await self._persist(batch[middle:])

    def _note(self, *, failing: bool, reason: str = "") -> None:
        """Say it once for each change."""
        if failing != self.failing:
            self.failing = failing
            counts = {"waiting": len(self._queue), "lost": self.lost}
            if failing:
                log.error("events cannot be written", extra={"reason": reason, **counts})
            else:
                log.info("events are written again", extra=counts)
