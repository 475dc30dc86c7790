"""
What the gateway costs on the way: the same requests straight to a canned upstream, through a bare
relay, and through the gateway with all rule detectors on. All on this machine, each a process.

The systems take turns in every cell and every round, so that a change of the machine's mood hits all
alike. Exit status 0 whether targets are met or not; 1 if any answer was wrong.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from benchmarks import systems
from benchmarks.figures import added, cell_figures, stream_figures, targets
from benchmarks.machine import Cpus, cpu_seconds, facts, peak_rss, reset_peak_rss
from benchmarks.systems import System
from benchmarks.tables import markdown, relay_tables, show
from benchmarks.upstream import FAST, MODEL

__all__ = ["Generator", "generator", "main", "measure", "measure_streams"]

Figures = dict[str, Any]


class Generator:
    """The load generator's process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ask(self, do: str, **options: Any) -> Figures:
        """Run one measurement and wait for its result."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"do": do, **options}) + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load generator has died")
        result = orjson.loads(line)
        assert isinstance(result, dict)
        return result


@contextmanager
def generator(cpu: int | None) -> Iterator[Generator]:
    pinned = [] if cpu is None else ["--cpu", str(cpu)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", *pinned],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    with process:
        try:
            yield Generator(process)
        finally:
            process.terminate()


def measure(
    load: Generator, system: System, size: int, connections: int, seed: int, args: argparse.Namespace
) -> Figures:
    """One round of one cell. The same seed gives every system the same requests."""
    system.forget_log()
    reset_peak_rss(system.pid)
    before, began = cpu_seconds(system.pid), time.monotonic()
    result = load.ask(
        "cell",
        port=system.port,
        connections=connections,
        size=size,
        seed=seed,
        seconds=args.seconds,
        warmup=args.warmup,
        exact=system.exact,
    )
    after = cpu_seconds(system.pid)
    took = time.monotonic() - began
    spent = None if before is None or after is None else after - before
    result["cpu_us"] = spent * 1e6 / result["done"] if spent is not None and result["done"] else None
    result["cpu_share"] = None if spent is None else spent / took
    result["peak_rss"] = peak_rss(system.pid)
    return result


def measure_streams(
    load: Generator, system: System, upstream: System, count: int, args: argparse.Namespace, model: str = MODEL
) -> Figures:
    """One round of one system's streams."""
    system.forget_log()
    before = cpu_seconds(system.pid)
    result = load.ask("streams", port=system.port, upstream=upstream.port, count=count, chunks=args.chunks, model=model)
    after = cpu_seconds(system.pid)
    result["cpu_us"] = None if before is None or after is None else (after - before) * 1e6 / (count * args.chunks)
    return result


def run_cells(load: Generator, tested: Sequence[System], args: argparse.Namespace, console: Console) -> list[Figures]:
    cells = [(size, connections) for size in args.sizes for connections in args.connections]
    rounds: dict[tuple[str, int, int], list[Figures]] = {}
    with console.status("") as state:
        for number in range(args.rounds):
            for index, (size, connections) in enumerate(cells):
                for system in tested:
                    state.update(
                        f"round {number + 1} of {args.rounds}: {size} bytes, {connections} connections, {system.name}"
                    )
                    result = measure(load, system, size, connections, number * len(cells) + index, args)
                    rounds.setdefault((system.name, size, connections), []).append(result)
    return [
        {"system": system.name, "size": size, "connections": connections}
        | cell_figures(rounds[system.name, size, connections])
        for size, connections in cells
        for system in tested
    ]


def run_streams(
    load: Generator, tested: Sequence[tuple[System, System]], args: argparse.Namespace, console: Console
) -> dict[str, Figures]:
    """`tested`: each system with the upstream whose answers it relays."""
    results: dict[str, list[Figures]] = {system.name: [] for system, _ in tested}
    with console.status("streams, warming up") as state:
        for system, upstream in tested if args.streams else ():
            measure_streams(load, system, upstream, args.warm_streams, args, FAST)
        for number in range(args.rounds if args.streams else 0):
            for system, upstream in tested:
                state.update(f"streams, round {number + 1} of {args.rounds}: {system.name}")
                results[system.name].append(measure_streams(load, system, upstream, args.streams, args))
    return {name: stream_figures(found) for name, found in results.items() if found}


def start(folder: Path, cpus: Cpus, args: argparse.Namespace, stack: ExitStack) -> list[tuple[System, System]]:
    """Every system under test, with the upstream that its answers come from."""

    def up(system: System) -> System:
        stack.callback(system.stop)
        return system

    direct = up(systems.upstream("upstream", folder, cpus.server, args.chunks, args.gap_ms))
    behind = up(systems.upstream("upstream-behind", folder, cpus.upstream, args.chunks, args.gap_ms))
    tested = [
        (direct, direct),
        (up(systems.relay(folder, cpus.server, behind.port)), behind),
        (up(systems.relay(folder, cpus.server, behind.port, direct=True)), behind),
        (up(systems.gateway(folder, cpus.server, behind.port, args.policy)), behind),
    ]
    for name in args.peer:
        peer = systems.peer(name, folder, cpus.server, behind.port)
        if peer is None:
            print(f"{name}: skipped, the command is not installed", file=sys.stderr)
            continue
        tested.append((up(peer), behind))
    behind.wait()
    for system, _ in tested:
        system.wait()
    return tested


def run(args: argparse.Namespace, console: Console) -> Figures:
    """The whole benchmark; returns the report that --json writes."""
    cpus = Cpus.here()
    began = time.time()
    report: Figures = {"benchmark": "relay", "version": 1, "began": began, "machine": facts(), "pinning": str(cpus)}
    report["options"] = {name: value for name, value in vars(args).items() if name not in ("json", "markdown", "quick")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portcullis-bench-")))
        tested = start(folder, cpus, args, stack)
        load = stack.enter_context(generator(cpus.load))  # last, so that it ends first
        report["cells"] = run_cells(load, [system for system, _ in tested], args, console) if args.sizes else []
        report["streaming"] = run_streams(load, tested, args, console)
    report["derived"] = added(report["cells"])
    report["derived_direct"] = added(report["cells"], base="relay direct")
    report["targets"] = targets(report["derived"], report["streaming"], args.gap_ms)
    report["took_s"] = round(time.time() - began, 1)
    return report


def wrong(report: Figures) -> list[str]:
    """What was wrong with answers, if anything."""
    found = [
        f"{cell['system']}, {cell['size']} bytes, {cell['connections']} connections: {number} x {what}"
        for cell in report["cells"]
        for what, number in cell["errors"].items()
    ]
    return found + [
        f"{system}, streamed: {number} x {what}"
        for system, f in report["streaming"].items()
        for what, number in f["errors"].items()
    ]


def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    systems.end_on_sigterm()
    console = Console()
    report = run(args, console)
    machine = report["machine"]
    console.print(f"{machine['cpu']}, {machine['cores']} cores; {machine['python']}; {machine['system']}")
    console.print(f"{report['pinning']}; load average before {machine['load_average'][0]}; {report['took_s']} s\n")
    show(console, relay_tables(report))
    if args.json:
        args.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2, default=str))
    if args.markdown:
        args.markdown.write_text(markdown(relay_tables(report)))
    errors = wrong(report)
    for line in errors:
        print(line, file=sys.stderr)
    return 1 if errors else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench relay", description=__doc__, allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=5, help="measured time of a cell (default 5)")
    parser.add_argument("--warmup", type=float, default=1, help="seconds before that (default 1)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each cell is measured (default 3)")
    parser.add_argument("--quick", action="store_true", help="1 s a cell, 0.3 s warm-up, 1 round, 2 streams")
    parser.add_argument("--connections", type=_numbers, default=[1, 8, 32], help="default 1,8,32")
    parser.add_argument("--sizes", type=_numbers, default=[200, 2000, 64_000], help="bytes of a prompt; '' skips")
    parser.add_argument("--streams", type=int, default=5, help="streamed answers a round and system; 0 skips")
    parser.add_argument("--warm-streams", type=int, default=100, help="before that, without gaps (default 100)")
    parser.add_argument("--chunks", type=int, default=60, help="words of a streamed answer (default 60)")
    parser.add_argument("--gap-ms", type=float, default=20, help="between two words at the upstream (default 20)")
    parser.add_argument("--policy", default="default", help="the gateway's policy (default: default)")
    parser.add_argument("--peer", action="append", choices=systems.PEERS, default=[], help="if it is installed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    if args.quick:
        args.seconds, args.warmup, args.rounds, args.streams = 1.0, 0.3, 1, min(args.streams, 2)
    return args


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


if __name__ == "__main__":
    raise SystemExit(main())
