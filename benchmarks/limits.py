"""
What a decision on limits costs, against one Redis that is started for it: ours, and the moving and sliding
windows of the package `limits`, in turn. Times of one call after the other; decisions a second of processes
that call at once; microseconds that Redis itself spends on each, which is what one shard can do at most.
Then Redis falls silent: how long requests wait until they are answered without it.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import redis
from rich.console import Console

from benchmarks.machine import facts
from benchmarks.tables import Rows, deliver, figure
from gateway.limits import (
    Bound,
    Charge,
    FailoverLimiter,
    Kind,
    MemoryLimiter,
    RedisLimiter,
    Reservation,
    connect,
)

__all__ = ["main"]

Figures = dict[str, Any]
Decide = Callable[[], Awaitable[object]]
Closing = Callable[[], Awaitable[object]]

PLENTY = 1 << 40  # a limit that is never reached
AT_ONCE = 32  # calls under way in each process

OURS = {
    "ours, 1 bound": (("key", Kind.REQUESTS),),
    "ours, 5 bounds and settlement": (
        ("key", Kind.REQUESTS),
        ("key", Kind.TOKENS),
        ("key", Kind.CONCURRENT),
        ("tenant", Kind.REQUESTS),
        ("tenant", Kind.TOKENS),
    ),
}
PEERS = {
    "limits, moving window": "MovingWindowRateLimiter",
    "limits, sliding window": "SlidingWindowCounterRateLimiter",
}


@contextmanager
def redis_server() -> Iterator[int]:
    """The port of a server that keeps nothing. Raises SystemExit where the program is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed (apt-get install redis-server)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"]
        process = subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
        try:
            with redis.Redis(port=port) as client:
                end = time.monotonic() + 10
                while time.monotonic() < end and not _answers(client):
                    time.sleep(0.01)
            yield port
        finally:
            process.kill()
            process.wait()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def system(name: str, port: int) -> tuple[Decide, Closing]:
    """How one decision is asked for, and what ends it all."""
    return _ours(name, port) if name in OURS else _peer(name, port)


def _ours(name: str, port: int) -> tuple[Decide, Closing]:
    limiter = RedisLimiter(connect(f"redis://127.0.0.1:{port}/0", AT_ONCE), deadline=30, connections=AT_ONCE)
    bounds = [Bound("t", scope, "k", kind, PLENTY) for scope, kind in OURS[name]]
    charges = tuple(Charge(b, 500 if b.kind is Kind.TOKENS else 1) for b in bounds)
    settles = any(b.kind is not Kind.REQUESTS for b in bounds)

    async def decide() -> None:
        reservation = Reservation(charges, 500 if settles else 0)
        admission = await limiter.admit(reservation)
        assert admission.refused is None
        if settles:
            await limiter.settle(reservation, 200)

    return decide, limiter.aclose


def _peer(name: str, port: int) -> tuple[Decide, Closing]:
    storage = import_module("limits.storage").storage_from_string(
        f"async+redis://127.0.0.1:{port}/0", implementation="redispy"
    )
    limiter = getattr(import_module("limits.aio.strategies"), PEERS[name])(storage)
    # Its moving window keeps an entry for each hit, up to the limit; ours and its sliding one keep sums.
    item = import_module("limits").RateLimitItemPerMinute(1_000_000)

    async def decide() -> None:
        assert await limiter.hit(item, "t", "k")

    async def close() -> None:
        pass

    return decide, close


async def _one_by_one(name: str, port: int, seconds: float) -> tuple[list[float], float]:
    """Wall times of single calls in milliseconds, and processor microseconds of each."""
    decide, close = system(name, port)
    for _ in range(50):
        await decide()
    times: list[float] = []
    end, began = time.perf_counter() + seconds, time.process_time()
    while (now := time.perf_counter()) < end:
        await decide()
        times.append((time.perf_counter() - now) * 1000)
    spent = time.process_time() - began
    await close()
    return times, spent / len(times) * 1e6


async def _at_once(name: str, port: int, seconds: float, start: float) -> float:
    """Decisions a second of one process."""
    decide, close = system(name, port)
    await decide()
    await asyncio.sleep(max(start - time.time(), 0))
    began, end, done = time.perf_counter(), time.perf_counter() + seconds, 0

    async def go_on() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await decide()
            done += 1

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
    rate = done / (time.perf_counter() - began)
    await close()
    return rate


def _process(name: str, port: int, seconds: float, start: float) -> float:
    return asyncio.run(_at_once(name, port, seconds, start))


def _in_redis(port: int, decisions: Callable[[], int]) -> float:
    """Microseconds that the server spends on one decision, by its own account."""
    with redis.Redis(port=port) as client:
        client.config_resetstat()
        count = decisions()
        stats = client.info("commandstats")
        assert isinstance(stats, dict)
    return float(sum(s["usec"] for n, s in stats.items() if n in ("cmdstat_evalsha", "cmdstat_eval"))) / count


async def _silence(calls: int) -> Figures:
    """A server that takes connections and never answers: milliseconds until a request is admitted without it."""
    times = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shared = RedisLimiter(connect(f"redis://127.0.0.1:{port}/0"))
    limiter = FailoverLimiter(shared, MemoryLimiter(), "local")
    charges = (Charge(Bound("t", "key", "k", Kind.REQUESTS, PLENTY)),)
    for _ in range(calls):
        began = time.perf_counter()
        admission = await limiter.admit(Reservation(charges))
        times.append((time.perf_counter() - began) * 1000)
        assert admission.refused is None
    await limiter.aclose()
    server.close()
    return {"calls": calls, "first_ms": times[:5], "later_p50_ms": median(times[5:]), "worst_ms": max(times)}


def measure(name: str, args: argparse.Namespace) -> Figures:
    with redis_server() as port:
        times: list[float] = []
        processor = 0.0

        def alone() -> int:
            nonlocal times, processor
            times, processor = asyncio.run(_one_by_one(name, port, args.seconds))
            return len(times) + 50

        in_redis = _in_redis(port, alone)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        with ProcessPoolExecutor(args.processes, mp_context=context) as pool:
            list(pool.map(time.sleep, [0.1] * args.processes))
            start = time.time() + 0.3
            asking = [pool.submit(_process, name, port, args.seconds, start) for _ in range(args.processes)]
            rate = sum(one.result() for one in asking)
    ordered = sorted(times)
    return {
        "system": name,
        "p50_ms": median(ordered),
        "p99_ms": ordered[int(len(ordered) * 0.99)],
        "calls": len(ordered),
        "cpu_us": processor,
        "rps": rate,
        "redis_us": in_redis,
    }


def run(args: argparse.Namespace) -> Figures:
    """The whole benchmark; returns the report that --json writes."""
    peers = list(PEERS) if find_spec("limits") else []
    names = [*OURS, *peers]
    report: Figures = {"benchmark": "limits", "version": 1, "machine": facts(), "processes": args.processes}
    rounds = [[measure(name, args) for name in names] for _ in range(args.rounds)]
    numbers = ("p50_ms", "p99_ms", "cpu_us", "rps", "redis_us")
    report["systems"] = [
        {"system": name, **{key: median(row[at][key] for row in rounds) for key in numbers}}
        for at, name in enumerate(names)
    ]
    report["silence"] = asyncio.run(_silence(50))
    return report


def tables(report: Figures) -> list[Rows]:
    rows = Rows(
        f"One decision; {report['processes']} processes at once",
        "system",
        "p50 ms",
        "p99 ms",
        "our processor, us",
        "in Redis, us",
        "decisions a second",
    )
    for row in report["systems"]:
        rows.add(
            row["system"],
            figure(row["p50_ms"], 3),
            figure(row["p99_ms"], 3),
            figure(row["cpu_us"]),
            figure(row["redis_us"], 1),
            figure(row["rps"]),
        )
    silence = Rows("Redis is silent: milliseconds until a request goes on", "the first five", "later, p50", "worst")
    first = ", ".join(figure(ms, 1) for ms in report["silence"]["first_ms"])
    silence.add(first, figure(report["silence"]["later_p50_ms"], 3), figure(report["silence"]["worst_ms"], 1))
    return [rows, silence]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench limits", description=__doc__, allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="times that all take their turn; medians (default 3)")
    parser.add_argument("--processes", type=int, default=2, help="processes that call at once (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    console = Console()
    report = run(args)
    console.print(f"{report['machine']['cpu']}; {report['machine']['python']}\n")
    if len(report["systems"]) == len(OURS):
        console.print("the package `limits` is not installed, so there is nothing to compare with\n")
    deliver(console, tables(report), report, args.json, args.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
