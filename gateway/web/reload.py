"""Policies are taken anew on SIGHUP and when their files change: all of them, or none."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import current_thread, main_thread

from watchfiles import awatch

from gateway.web.state import Gateway

__all__ = ["watch_policies"]

log = logging.getLogger("gateway.web")


@asynccontextmanager
async def watch_policies(gateway: Gateway) -> AsyncIterator[None]:
    """While inside, reload on SIGHUP (in the main thread of a process of ours) and on file changes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = gateway.settings.server.reload_on_sighup and current_thread() is main_thread()
    if signals:
        loop.add_signal_handler(signal.SIGHUP, gateway.reload)
    task = asyncio.create_task(_watch(gateway, stop)) if gateway.settings.watch_policies else None
    try:
        yield
    finally:
        stop.set()
        if signals:
            loop.remove_signal_handler(signal.SIGHUP)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _watch(gateway: Gateway, stop: asyncio.Event) -> None:
    async for _changes in awatch(*gateway.watched_folders, stop_event=stop, step=100, debounce=400):
        gateway.reload()
