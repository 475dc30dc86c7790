"""
Where the gateway spends its time: the same load as in `relay`, with a sampling profiler inside.

Shares of samples times the processor time of a request, or of a chunk of a streamed answer: microseconds
by function, in the function itself (and in C code that it calls) or with what it calls.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from benchmarks import systems
from benchmarks.machine import Cpus, facts
from benchmarks.relay import Generator, generator, measure, measure_streams
from benchmarks.sampling import BEGIN
from benchmarks.systems import System
from benchmarks.tables import Rows, figure, markdown, show

__all__ = ["main"]

Figures = dict[str, Any]

MOST = 0.97  # functions with a greater share only contain the rest


def run(args: argparse.Namespace) -> Figures:
    """Load the gateway once and read its samples; returns the report that --json writes."""
    cpus = Cpus.here()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portcullis-bench-")))
        samples = folder / "samples.json"
        behind = systems.upstream("upstream-behind", folder, cpus.upstream, args.chunks, args.gap_ms)
        stack.callback(behind.stop)
        behind.wait()
        gateway = systems.gateway(folder, cpus.server, behind.port, args.policy, samples)
        with ExitStack() as running:
            running.callback(gateway.stop)
            gateway.wait()
            load = running.enter_context(generator(cpus.load))
            _load(load, gateway, behind, args.warmup, 0, args)
            os.kill(gateway.pid, BEGIN)
            result = _load(load, gateway, behind, args.seconds, 1, args)
        profile = orjson.loads(samples.read_bytes())
    cost = result["cpu_us"]
    if cost is None or not profile["samples"]:
        raise SystemExit("this system does not tell what a process costs")
    share = cost / profile["samples"]
    functions = [
        {"function": name, "own_us": own * share, "total_us": total * share}
        for name, own, total in profile["functions"]
    ]
    functions.sort(key=lambda f: -f["own_us"])
    unit = "chunk" if args.stream else "request"
    return {
        "benchmark": "hotspots",
        "version": 1,
        "machine": facts(),
        "unit": unit,
        "cpu_us": cost,
        "errors": result["errors"],
        "functions": functions,
    }


def _load(
    load: Generator, gateway: System, behind: System, seconds: float, seed: int, args: argparse.Namespace
) -> Figures:
    if args.stream:
        count = ceil(seconds * 1000 / (args.gap_ms * args.chunks))
        return measure_streams(load, gateway, behind, count, args)
    cell = argparse.Namespace(seconds=seconds, warmup=0)
    return measure(load, gateway, args.size, args.connections, seed, cell)


def tables(report: Figures, count: int) -> list[Rows]:
    cost = report["cpu_us"]
    out = []
    for key, what in (("own_us", "in the function itself"), ("total_us", "with what it calls")):
        rows = Rows(f"Of {cost:,.0f} us a {report['unit']}, {what}", "function", "us", "%")
        known = [f for f in report["functions"] if f["total_us"] < MOST * cost]
        for f in sorted(known, key=lambda f: -f[key])[:count]:
            rows.add(f["function"], figure(f[key], 1), figure(100 * f[key] / cost, 1))
        out.append(rows)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench hotspots", description=__doc__, allow_abbrev=False)
    parser.add_argument("--size", type=int, default=2000, help="bytes of a prompt (default 2000)")
    parser.add_argument("--connections", type=int, default=8, help="default 8")
    parser.add_argument("--stream", action="store_true", help="streamed answers, one after another")
    parser.add_argument("--chunks", type=int, default=60, help="words of a streamed answer (default 60)")
    parser.add_argument("--gap-ms", type=float, default=5, help="between two words at the upstream (default 5)")
    parser.add_argument("--seconds", type=float, default=20, help="default 20")
    parser.add_argument("--warmup", type=float, default=5, help="seconds before that (default 5)")
    parser.add_argument("--policy", default="default", help="the gateway's policy (default: default)")
    parser.add_argument("--count", type=int, default=30, help="functions to show (default 30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    systems.end_on_sigterm()
    report = run(args)
    show(Console(), tables(report, args.count))
    if args.json:
        args.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if args.markdown:
        args.markdown.write_text(markdown(tables(report, args.count)))
    return 1 if report["errors"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
