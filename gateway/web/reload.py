"""Policies are taken anew on SIGHUP and when their files change: all of them, or none."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import current_thread, main_thread

from watchfiles import awatch

from gateway.web.state import Gateway

__all__ = ["watch_policies"]

LOOK = 1000  # milliseconds between looks at the files themselves
RETRY = 5.0  # seconds until folders that cannot be watched are tried again

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
    while not stop.is_set():
        try:
            await _follow(gateway, stop)
        except OSError as e:  # no more watches, say; SIGHUP still works
            log.error("policy files are not watched", extra={"reason": e.strerror or type(e).__name__})
            await asyncio.sleep(RETRY)


async def _follow(gateway: Gateway, stop: asyncio.Event) -> None:
    """
    Until a folder is another one: a link to it was turned, or it was made anew. No watch tells that, nor what changed
    before it began; some file systems tell nothing. So now and then the files themselves are looked at.
    """
    before = _identity(gateway)
    async for changes in awatch(
        *gateway.watched_folders,
        stop_event=stop,
        step=100,
        debounce=400,
        rust_timeout=LOOK,
        yield_on_timeout=True,
    ):
        if changes or gateway.policy_files() != gateway.files_read:
            gateway.reload()
        if _identity(gateway) != before:
            return


def _identity(gateway: Gateway) -> list[tuple[int, int]]:
    return [(about.st_dev, about.st_ino) for about in map(os.stat, gateway.watched_folders)]
