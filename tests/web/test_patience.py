"""Waits with a deadline: as `asyncio.timeout`, with one timer for many."""

from __future__ import annotations

import asyncio

import pytest

from gateway.web.patience import Patience


async def test_each_wait_has_its_own_deadline() -> None:
    patience = Patience()
    loop = asyncio.get_running_loop()
    for seconds in (0.02, 0.05, 0.01, 0.03):
        began = loop.time()
        with pytest.raises(TimeoutError), patience.within(seconds):
            await asyncio.sleep(5)
        assert loop.time() - began >= seconds * 0.9
    patience.close()


async def test_short_waits_add_up_to_nothing() -> None:
    patience = Patience()
    for _ in range(8):
        with patience.within(0.03):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # the timer rings, and nobody waits
    with pytest.raises(TimeoutError), patience.within(0.01):
        await asyncio.sleep(5)
    patience.close()


async def test_no_time_left() -> None:
    with pytest.raises(TimeoutError), Patience().within(-1.0):
        await asyncio.sleep(5)


async def test_a_long_wait_before_does_not_lengthen_the_next() -> None:
    patience = Patience()
    with patience.within(60):
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), patience.within(0.01):
        await asyncio.sleep(5)


async def test_what_else_goes_wrong_goes_on() -> None:
    patience = Patience()
    with pytest.raises(ValueError), patience.within(1.0):
        raise ValueError("x")
    patience.close()


async def test_being_cancelled_is_not_being_late() -> None:
    patience = Patience()

    async def wait() -> None:
        with patience.within(5):
            await asyncio.sleep(5)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    patience.close()


async def test_cancelled_and_late_at_once_is_cancelled() -> None:
    patience = Patience()

    async def wait() -> None:
        with patience.within(0.01):
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                asyncio.get_running_loop().call_soon(task.cancel)
                await asyncio.sleep(0.01)
                raise

    task = asyncio.create_task(wait())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_was_late_may_wait_again() -> None:
    patience = Patience()
    task = asyncio.current_task()
    assert task is not None
    for _ in range(3):
        with pytest.raises(TimeoutError), patience.within(0.005):
            await asyncio.sleep(5)
        assert task.cancelling() == 0
    async with asyncio.timeout(1):
        await asyncio.sleep(0)
    patience.close()
