"""Real servers on free loopback ports, and raw bytes to talk to them with."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any

import uvicorn

__all__ = ["black_hole", "free_port", "raw", "serve", "serve_in_thread"]

START = 60.0  # seconds a server may take to come up


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        """The test runner keeps its own signal handlers."""
        return nullcontext()

    async def main_loop(self) -> None:
        """uvicorn looks ten times a second whether to stop; a suite has hundreds of servers."""
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 (a plain flag)
            await asyncio.sleep(0.002)


def free_port() -> int:
    """A port nobody listens on now; connecting to it is refused."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def black_hole() -> Iterator[int]:
    """A port where connecting never completes: the backlog is full and nobody accepts."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(0)
        port = int(s.getsockname()[1])
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for filler in fillers:
                filler.close()


def _prepare(app: Any, options: dict[str, Any]) -> tuple[_Server, socket.socket, str]:
    # asyncio turns Nagle's algorithm off only where it is told that this is TCP; with it, answers wait 40 ms for an ACK
    sock = socket.socket(proto=socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    defaults: dict[str, Any] = {
        "http": "httptools",
        "ws": "none",
        "log_config": None,
        "log_level": "critical",
        "access_log": False,
        "timeout_graceful_shutdown": 1,
    }
    server = _Server(uvicorn.Config(app, **(defaults | options)))
    return server, sock, f"http://127.0.0.1:{sock.getsockname()[1]}"


@asynccontextmanager
async def serve(app: Any, **options: Any) -> AsyncIterator[str]:
    """
    Run an ASGI app under uvicorn in this event loop; gives its base URL, without a slash at the end.

    Options go to uvicorn.Config. The lifespan runs. On leaving, open answers get a second to end.
    """
    server, sock, url = _prepare(app, options)
    with sock:
        task = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            async with asyncio.timeout(START):
                while not server.started and not task.done():  # noqa: ASYNC110 (uvicorn sets a plain flag)
                    await asyncio.sleep(0.001)
            if task.done():
                await task
                raise RuntimeError("the server stopped while it was starting")
            yield url
        finally:
            server.should_exit = True
            await task


@contextmanager
def serve_in_thread(app: Any, **options: Any) -> Iterator[str]:
    """The same in a thread with its own event loop, for blocking clients."""
    server, sock, url = _prepare(app, options)
    with sock:
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[sock]),), daemon=True)
        thread.start()
        try:
            end = time.monotonic() + START
            while not server.started:
                if not thread.is_alive() or time.monotonic() > end:
                    raise RuntimeError("the server did not start")
                time.sleep(0.002)
            yield url
        finally:
            server.should_exit = True
            thread.join(START)


async def raw(host: str, port: int, data: bytes, *, quiet: float = 0.3, finish: bool = False) -> bytes:
    """
    Send bytes as they are and return all that comes back until the server closes the connection or
    says nothing for `quiet` seconds. `finish` closes our sending side after the last byte.
    """
    reader, writer = await asyncio.open_connection(host, port)
    received = bytearray()
    try:
        writer.write(data)
        await writer.drain()
        if finish:
            writer.write_eof()
        while True:
            async with asyncio.timeout(quiet):
                piece = await reader.read(65_536)
            if not piece:
                break
            received += piece
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return bytes(received)
