"""
What a red-team scan costs beside the time of the model that it attacks: processor time of a full default scan, as
a share of its wall time. The model is a stand-in in a process of its own that answers after a fixed time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import orjson
from rich.console import Console

from benchmarks import redteam_scores
from benchmarks.machine import facts
from benchmarks.tables import Rows, deliver, figure
from gateway.engine import Guard
from gateway.policy import load_policies
from gateway.redteam.chat import Guarded, Send
from gateway.redteam.judge import Examiner
from gateway.redteam.model import Result
from gateway.redteam.packs import load_packs
from gateway.redteam.plan import make_plan, strategies_of
from gateway.redteam.runner import Runner
from gateway.resources import folder
from gateway.settings import Upstream
from gateway.web.redteam.send import over
from gateway.web.upstream import UpstreamPool

__all__ = ["main"]

Figures = dict[str, Any]
LIMIT = 0.05  # share of the wall time
MOST = 400
ANSWER = (
    "I would rather talk about our garden chairs. They come in green, in blue and in oak, and all of them fold. " * 4
)


async def serve(delay: float) -> None:
    """The stand-in: reads a request, waits, answers. Tells its port on stdout."""
    said = {"role": "assistant", "content": ANSWER}
    body = orjson.dumps(
        {"choices": [{"index": 0, "message": said, "finish_reason": "stop"}], "usage": {"total_tokens": 300}}
    )
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(request.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(delay)
                writer.write(head + body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.asynccontextmanager
async def upstream(delay: float) -> AsyncIterator[str]:
    command = [sys.executable, "-m", "benchmarks.redteam", "--serve", str(delay)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        await process.wait()


async def measure(args: argparse.Namespace) -> list[Figures]:
    guard = Guard()
    policy = load_policies([folder("policies")], guard.categories)["default"]
    cells = []
    async with upstream(args.delay / 1000) as url:
        pool = UpstreamPool([Upstream.model_validate({"name": "up", "url": url, "key": "none"})], environ={})
        for mode in ("direct", "guarded"):
            send: Send = over(pool)
            if mode == "guarded":
                send = Guarded(send, guard, (policy,))
            cells.append(await scan(mode, send, guard, args))
        await pool.aclose()
    guard.close()
    return cells


async def scan(mode: str, send: Send, guard: Guard, args: argparse.Namespace) -> Figures:
    """Planning included; building the detectors is not, which every command does once."""
    wall, cpu = perf_counter(), process_time()
    plan = make_plan(list(load_packs().values()), strategies_of(["*"]), seed=1, most=args.requests)
    results: list[Result] = []
    runner = Runner(send, Examiner(guard), results.append, mode=mode, model="m", concurrency=args.concurrency)
    await runner.run(plan)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    requests = sum(result.requests for result in results)
    if errors := [result.evidence for result in results if result.ruling == "error"]:
        raise RuntimeError(f"{len(errors)} attacks had no answer: {errors[0]}")
    return {"mode": mode, "requests": requests, "wall_s": wall, "cpu_s": cpu, "share": cpu / wall}


def tables(report: Figures) -> list[Rows]:
    rows = Rows("A scan beside its model", "mode", "calls", "wall time (s)", "own work (s)", "a call (ms)", "share")
    for cell in report["cells"]:
        each = cell["cpu_s"] / cell["requests"] * 1000
        share = f"{cell['share']:.1%}"
        rows.add(
            cell["mode"],
            str(cell["requests"]),
            figure(cell["wall_s"], 1),
            figure(cell["cpu_s"], 2),
            figure(each, 2),
            share,
        )
    return [rows] + ([redteam_scores.table(report["scores"], report["seed"])] if "scores" in report else [])


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench redteam", description=__doc__, allow_abbrev=False)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--delay", type=float, default=300, metavar="MS", help="the model's time (default 300)")
    parser.add_argument("--requests", type=int, default=MOST, help=f"calls of a scan (default {MOST})")
    parser.add_argument("--concurrency", type=int, default=8, help="calls at a time (default 8)")
    parser.add_argument("--policies", action="store_true", help="also what each policy leaves of a model that obeys")
    parser.add_argument("--seed", type=int, default=7, help="of the scans that --policies makes (default 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    args = parser.parse_args(argv)
    if args.serve is not None:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(args.serve))
        return 0
    console = Console()
    report: Figures = {"benchmark": "redteam", "version": 1, "machine": facts(), "limit": LIMIT}
    report["cells"] = asyncio.run(measure(args))
    if args.policies:
        report["seed"] = args.seed
        report["scores"] = asyncio.run(redteam_scores.measure(args.seed, args.requests))
    console.print(f"{report['machine']['cpu']}; {report['machine']['python']}\n")
    deliver(console, tables(report), report, args.json, args.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
