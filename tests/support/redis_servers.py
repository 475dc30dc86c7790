"""
Real Redis servers on free ports, and a proxy that makes the way to them bad.

    with redis_server() as redis: ...            # one; redis.url
    with redis_cluster() as nodes: ...           # three masters with all slots
    async with fault_proxy(redis.port) as proxy: # proxy.fault = "black_hole"

Without `redis-server` tests that need one are skipped and say so; where CI is set they fail.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
import redis

from gateway.limits.redis import SCRIPTS, Script, Scripts
from tests.support.servers import free_port

__all__ = [
    "FaultProxy",
    "Server",
    "TestClock",
    "fault_proxy",
    "redis_cluster",
    "redis_sentinel",
    "redis_server",
    "require_redis",
    "url_of",
]

START = 15.0  # seconds until a server must be up
SLOTS = 16_384


def require_redis() -> str:
    """The program; skips the test where there is none, and fails it where there must be one."""
    program = shutil.which("redis-server")
    if program is None:
        message = "redis-server is not installed (apt-get install redis-server)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return program


@dataclass(slots=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    client: redis.Redis

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self, *words: Any) -> Any:
        return self.client.execute_command(*words)  # type: ignore[no-untyped-call]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def redis_server(*options: str, port: int | None = None) -> Iterator[Server]:
    """Nothing is written to disk but what the server cannot do without, in a folder that goes with it."""
    program = require_redis()
    with TemporaryDirectory() as folder:
        at = port or free_port()
        command = [program, *_file(options, folder), "--port", str(at), "--dir", folder]
        command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *_flags(options)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = redis.Redis(port=at, decode_responses=True, protocol=2)
        try:
            until(lambda: process.poll() is not None or client.ping(), "Redis to come up")
            yield Server(at, process, client)
        finally:
            client.close()
            process.kill()
            process.wait()


def _flags(options: Sequence[str]) -> list[str]:
    return [option for option in options if option != "--sentinel" and "\n" not in option]


def _file(options: Sequence[str], folder: str) -> list[str]:
    """Sentinels keep their state in their configuration file, so that they need one."""
    text = next((option for option in options if "\n" in option), None)
    if text is None:
        return []
    path = Path(folder) / "redis.conf"
    path.write_text(text)
    return [str(path), "--sentinel"]


@contextmanager
def redis_cluster() -> Iterator[list[Server]]:
    """Three masters that share all slots and know each other."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
    with ExitStack() as stack:
        nodes = [stack.enter_context(redis_server(*options, port=_cluster_port())) for _ in range(3)]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            node.command("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in nodes[1:]:
            node.command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port)
        until(lambda: all(_whole(node) for node in nodes), "the cluster to be whole")
        yield nodes


def _cluster_port() -> int:
    """The bus is 10,000 above."""
    while True:
        port = free_port()
        if port < 55_000:
            return port


def _whole(node: Server) -> bool:
    info = node.command("CLUSTER", "INFO")
    return "cluster_state:ok" in str(info) or (isinstance(info, dict) and info.get("cluster_state") == "ok")


@contextmanager
def redis_sentinel() -> Iterator[tuple[str, Server]]:
    """The URL of a master that a sentinel watches, and the master."""
    with redis_server() as master:
        text = f"sentinel monitor main 127.0.0.1 {master.port} 1\nsentinel down-after-milliseconds main 500\n"
        with redis_server(text) as sentinel:
            yield f"redis+sentinel://127.0.0.1:{sentinel.port}/main", master


def url_of(nodes: Sequence[Server]) -> str:
    return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes)


def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + START
    while True:
        with suppress(redis.RedisError, OSError):
            if true():
                return
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.01)


class TestClock:
    """A clock that tests move: for the limiter in memory, and for scripts in the place of Redis' own."""

    __test__ = False

    def __init__(self, client: redis.Redis | None = None, now: int = 1_700_000_000_123) -> None:
        self._client = client
        self.now = now
        self.advance(0)

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds
        if self._client is not None:
            seconds, rest = divmod(self.now, 1000)
            self._client.mset({"clock:seconds": seconds, "clock:micros": rest * 1000})

    @staticmethod
    def scripts() -> Scripts:
        ours, tests = "redis.call('TIME')", "redis.call('MGET', 'clock:seconds', 'clock:micros')"

        def moved(script: Script) -> Script:
            assert script.text.count(ours) == 1
            return Script.of(script.text.replace(ours, tests))

        return Scripts(moved(SCRIPTS.admit), moved(SCRIPTS.extend), moved(SCRIPTS.settle))


Fault = Literal["", "black_hole", "reset", "refuse"]


@dataclass(slots=True)
class FaultProxy:
    """`fault` and `delay` (seconds each way) hold from now on, for open connections too."""

    target: int
    port: int = 0
    fault: Fault = ""
    delay: float = 0.0
    opened: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.writers.add(writer)
        if self.fault in ("reset", "refuse"):
            _abort(writer)
            return
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _abort(writer)
            return
        self.writers.add(forth)
        for source, sink in ((reader, forth), (back, writer)):
            task = asyncio.create_task(self._carry(source, sink))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                if self.fault == "black_hole":
                    continue
                if self.fault:
                    break
                if self.delay:
                    await asyncio.sleep(self.delay)
                sink.write(data)
                await sink.drain()
        _abort(sink)

    def drop(self) -> None:
        """All connections that are open now."""
        for writer in self.writers:
            _abort(writer)
        self.writers.clear()


def _abort(writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()


@asynccontextmanager
async def fault_proxy(target: int) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.drop()
        for task in list(proxy.tasks):
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
