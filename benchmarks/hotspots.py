"""
Where the gateway spends a request's time: the same load as in `relay`, with a sampling profiler inside.

Shares of samples times the processor time of a request: microseconds by function, `own` in the function
itself (and in C code that it calls), `total` with what it calls.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from benchmarks import systems
from benchmarks.machine import Cpus, facts
from benchmarks.relay import generator, measure
from benchmarks.sampling import BEGIN
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
        load = stack.enter_context(generator(cpus.load))
        behind = systems.upstream("upstream-behind", folder, cpus.upstream, chunks=1, gap_ms=1)
        stack.callback(behind.stop)
        behind.wait()
        gateway = systems.gateway(folder, cpus.server, behind.port, args.policy, samples)
        with ExitStack() as running:
            running.callback(gateway.stop)
            gateway.wait()
            measure(load, gateway, args.size, args.connections, 1, argparse.Namespace(seconds=args.warmup, warmup=0))
            os.kill(gateway.pid, BEGIN)
            result = measure(
                load, gateway, args.size, args.connections, 0, argparse.Namespace(seconds=args.seconds, warmup=0)
            )
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
    return {"benchmark": "hotspots", "version": 1, "machine": facts(), "cell": result, "functions": functions}


def tables(report: Figures, count: int) -> list[Rows]:
    cost = report["cell"]["cpu_us"]
    out = []
    for key, what in (("own_us", "in the function itself"), ("total_us", "with what it calls")):
        rows = Rows(f"Of {cost:,.0f} us a request, {what}", "function", "us", "%")
        known = [f for f in report["functions"] if f["total_us"] < MOST * cost]
        for f in sorted(known, key=lambda f: -f[key])[:count]:
            rows.add(f["function"], figure(f[key], 1), figure(100 * f[key] / cost, 1))
        out.append(rows)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench hotspots", description=__doc__, allow_abbrev=False)
    parser.add_argument("--size", type=int, default=2000, help="bytes of a prompt (default 2000)")
    parser.add_argument("--connections", type=int, default=8, help="default 8")
    parser.add_argument("--seconds", type=float, default=20, help="default 20")
    parser.add_argument("--warmup", type=float, default=5, help="seconds before that (default 5)")
    parser.add_argument("--policy", default="default", help="the gateway's policy (default: default)")
    parser.add_argument("--count", type=int, default=30, help="functions to show (default 30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    report = run(args)
    show(Console(), tables(report, args.count))
    if args.json:
        args.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if args.markdown:
        args.markdown.write_text(markdown(tables(report, args.count)))
    return 1 if report["cell"]["errors"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
