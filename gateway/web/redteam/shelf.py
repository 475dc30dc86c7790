"""
Scans in the store: begun, on their way, ended. What runs them says every now and then that it still does, so that
one whose process has died can be told from one that takes its time.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from gateway.errors import StoreError
from gateway.redteam.model import Result
from gateway.store import RedTeamScan, Store
from gateway.types import Json

__all__ = ["LOST", "RUNNING", "Progress", "is_lost", "new_id", "run_kept"]

BEAT = 1.0  # seconds between signs of life
LOST = 30.0  # seconds of silence after which a scan that runs does so no more

RUNNING = "running"


def new_id() -> str:
    """A UUID that sorts by its time (version 7)."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    return str(UUID(int=(number & ~(0x3 << 62)) | (0x2 << 62)))


def is_lost(scan: RedTeamScan) -> bool:
    return scan.status == RUNNING and time.time() - scan.updated_at > LOST


@dataclass(slots=True)
class Progress:
    """Results as they come."""

    total: int
    results: list[Result]

    def add(self, result: Result) -> None:
        self.results.append(result)

    def told(self) -> Json:
        broken = sum(result.ruling.value == "broken" and result.strategy != "control" for result in self.results)
        return {"done": len(self.results), "total": self.total, "broken": broken}


async def run_kept(
    store: Store | None,
    id: str,
    work: asyncio.Task[None],
    progress: Progress,
    ended: Callable[[Sequence[Result]], tuple[str, Json]],
    record: Json,
) -> tuple[str, Json]:
    """
    Wait for `work` and keep how it goes. `ended` makes status and record of what has come of it. A scan that somebody
    has deleted meanwhile is stopped. Raises what the work raises.
    """
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=BEAT)
            if not work.done() and store is not None:
                await _beat(store, id, {**record, "progress": progress.told()})
        work.result()
    finally:
        work.cancel()
    status, made = ended(progress.results)
    if store is not None:
        await store.scans.change(id, {"status": status, "record": {**record, **made}}, tenant=None)
    return status, made


async def _beat(store: Store, id: str, record: Json) -> None:
    """Raises NotFound where the scan is gone; a store that is away for a moment stops nothing."""
    with suppress(StoreError):
        await store.scans.change(id, {"record": record}, tenant=None)
