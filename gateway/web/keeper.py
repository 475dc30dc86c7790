"""
The store at work beside the requests: events on their way into it, keys and policies out of it.

Three tasks: the writer, one that looks for changes every `store.poll` seconds, and one that deletes
what is too old. None of them is on the path of a request, and a database that is away stops none of
them for good.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from gateway.errors import ConfigError, StoreError
from gateway.settings import StoreSettings
from gateway.store import EventWriter, Store, reason_of
from gateway.web.events import Event
from gateway.web.kept import Kept
from gateway.web.metrics import Metrics

__all__ = ["Keeper"]

log = logging.getLogger("gateway.store")

DAY = 86_400.0
CLEAN = 60.0  # seconds between looks for what is too old


class Keeper:
    """`on_change` is called after keys, tenants or policies have changed."""

    def __init__(self, settings: StoreSettings, metrics: Metrics, on_change: Callable[[], Awaitable[None]]) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.writer = EventWriter(self.store.events, settings)
        self._metrics = metrics
        self._on_change = on_change
        self._tasks: list[asyncio.Task[None]] = []
        self._opened = False
        self._started = False
        self._starting, self._looking = asyncio.Lock(), asyncio.Lock()
        self._stop = asyncio.Event()
        self._counted = {"written": 0, "lost": 0}
        self.reachable = False

    async def start(self) -> None:
        """Once. Raises ConfigError where the database is of another version; one that is away is waited for."""
        if self._started:
            return
        async with self._starting:
            if self._started:
                return
            try:
                await self.look()
            except ConfigError:
                await self.store.aclose()
                raise
            self.writer.start()
            self._tasks = [asyncio.create_task(self._poll()), asyncio.create_task(self._clean())]
            self._started = True

    async def aclose(self) -> None:
        self._stop.set()
        if self._tasks:  # nobody is torn out of the middle of a query
            _, hanging = await asyncio.wait(self._tasks, timeout=self.settings.timeout + 1)
            for task in hanging:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self.writer.aclose()
        self.count()
        await self.store.aclose()

    async def look(self) -> None:
        """
        Take what has changed: once this returns, what was changed before it was called is in force here.
        A database that is away is noted, not raised.
        """
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        try:
            if not self._opened:
                await self.store.open()
                self._opened = changed = True
            else:
                changed = await self.store.ring.refresh()
        except StoreError as e:
            if self.reachable or not self._tasks:
                log.error(
                    "the store cannot be reached", extra={"store": str(self.store.database), "reason": reason_of(e)}
                )
            self.reachable = False
            self.count()
            return
        if not self.reachable:
            log.info("the store is there", extra={"store": str(self.store.database)})
            self.writer.try_again()
        self.reachable = True
        self.count()
        if changed:
            await self._on_change()

    def put(self, event: Event, kept: Kept, wanted: str) -> None:
        if kept.seat:
            self.writer.seats -= 1
        self.writer.put(kept.record(event, wanted, self.settings.max_text, self.store.digest))

    def take_seat(self, kept: Kept) -> None:
        """Raises StoreError where this request's event might not be recorded."""
        if not self.reachable or not self.writer.works:
            raise StoreError("this request could not be recorded", code="audit_unavailable")
        self.writer.seats += 1
        kept.seat = True

    def count(self) -> None:
        """Into the metrics."""
        for name in self._counted:
            now = getattr(self.writer, name)
            if more := now - self._counted[name]:
                self._metrics.events.labels(name).inc(more)
                self._counted[name] = now
        self._metrics.waiting.set(len(self.writer))
        self._metrics.store_up.set(self.reachable and not self.writer.failing)

    def health(self) -> dict[str, object]:
        """For /readyz: numbers, never where the database is."""
        fresh = self.store.ring.fresh_at
        return {
            "status": "ok" if self.reachable and self.writer.works else "failing",
            "events_waiting": len(self.writer),
            "events_lost": self.writer.lost,
            "keys_age_seconds": None if fresh is None else round(max(0.0, time.time() - fresh), 1),
        }

    async def _poll(self) -> None:
        while await self._rest(self.settings.poll):
            await self.look()
            self.count()

    async def _rest(self, seconds: float) -> bool:
        """False once it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return not self._stop.is_set()

    async def _clean(self) -> None:
        days, keep = self.settings.retention_days, self.settings.retention_events
        while await self._rest(CLEAN * random.uniform(0.5, 1.5)):  # noqa: S311 (so that replicas take turns)
            before = time.time() - days * DAY if days is not None else None
            with suppress(StoreError):
                await self.store.answers.clean(before=time.time() - DAY)
                gone = await self.store.events.clean(before=before, keep=keep)
                if gone:
                    log.info("old events deleted", extra={"events": gone})
                if before is not None and (gone := await self.store.scans.clean(before=before)):
                    log.info("old red-team scans deleted", extra={"scans": gone})
