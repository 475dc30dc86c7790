"""A deadline cuts what is slow, and not what a busy loop has not read yet."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway.limits.deadline import Deadline


async def test_in_time() -> None:
    async with Deadline(1):
        await asyncio.sleep(0)


async def test_too_slow() -> None:
    with pytest.raises(TimeoutError):
        async with Deadline(0.01):
            await asyncio.sleep(10)


async def test_errors_and_cancellation_pass() -> None:
    with pytest.raises(LookupError):
        async with Deadline(1):
            raise LookupError

    async def wait() -> None:
        async with Deadline(10):
            await asyncio.sleep(10)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_answer_that_came_while_the_loop_was_busy_is_read() -> None:
    """The reply is in the socket's buffer long before the deadline; the loop looks long after it."""
    left, right = await _pair()
    async with Deadline(0.05):
        right[1].write(b"reply\n")
        await right[1].drain()
        asyncio.get_running_loop().call_soon(time.sleep, 0.1)
        assert await left[0].readline() == b"reply\n"
    left[1].close()
    right[1].close()


async def test_a_busy_loop_is_no_excuse_for_long() -> None:
    async def wait() -> None:
        async with Deadline(0.01):
            asyncio.get_running_loop().call_soon(time.sleep, 0.05)
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        await wait()


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _pair() -> tuple[Streams, Streams]:
    other: asyncio.Future[Streams] = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other.set_result((reader, writer))

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    one = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    server.close()
    return one, await other
