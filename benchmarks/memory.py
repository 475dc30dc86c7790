"""
What memory a worker takes: `portcullis serve` as it is installed, with its model and its default policy, when it is
ready and after so many requests. Texts of all kinds and lengths; every fourth answer is a stream.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import Progress

from benchmarks.machine import Cpus, facts, peak_rss, rss
from benchmarks.systems import HOST, PATH, System, end_on_sigterm, shipped, upstream
from benchmarks.tables import Rows, deliver, figure
from benchmarks.texts import CORPORA
from benchmarks.upstream import FAST, MODEL

__all__ = ["main"]

Figures = dict[str, Any]

SIZES = (120, 1200, 6000)  # characters
STREAMED = 4  # of so many requests one is
TIMEOUT = 60.0
SETTLE = 8.0  # seconds until the worker has asked for large pages


def run(args: argparse.Namespace, console: Console) -> Figures:
    cpus = Cpus.here()
    report: Figures = {"benchmark": "memory", "machine": facts(), "looks": [], "answers": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = upstream("upstream", folder, cpus.upstream, chunks=60, gap_ms=0)
        try:
            model.wait()
            worker = shipped(folder, cpus.server, model.port)
            try:
                worker.wait()
                time.sleep(args.settle)
                _load(worker, args, report, console)
            finally:
                worker.stop()
        finally:
            model.stop()
    return report


def _load(worker: System, args: argparse.Namespace, report: Figures, console: Console) -> None:
    _look(worker, 0, report)
    kinds = tuple(CORPORA.values())
    connection = HTTPConnection(HOST, worker.port, timeout=TIMEOUT)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("requests", total=args.requests)
        for number in range(1, args.requests + 1):
            text = kinds[number % len(kinds)](number, SIZES[number // len(kinds) % len(SIZES)])
            status = str(_ask(connection, text, stream=number % STREAMED == 0))
            report["answers"][status] = report["answers"].get(status, 0) + 1
            progress.advance(task)
            if number % args.every == 0 or number == args.requests:
                _look(worker, number, report)
                worker.forget_log()
    connection.close()


def _ask(connection: HTTPConnection, text: str, *, stream: bool) -> int:
    body = {"model": MODEL if stream else FAST, "stream": stream, "messages": [{"role": "user", "content": text}]}
    connection.request("POST", PATH, orjson.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status


def _look(worker: System, requests: int, report: Figures) -> None:
    now, most = rss(worker.pid), peak_rss(worker.pid)
    report["looks"].append(
        {
            "requests": requests,
            "rss_mb": None if now is None else now / 1e6,
            "peak_rss_mb": None if most is None else most / 1e6,
        }
    )


def tables(report: Figures) -> list[Rows]:
    out = Rows("Memory of one worker (MB), model and default policy", "after so many requests", "RSS", "most so far")
    for look in report["looks"]:
        out.add(str(look["requests"]), figure(look["rss_mb"], 0), figure(look["peak_rss_mb"], 0))
    return [out]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench memory", description=__doc__, allow_abbrev=False)
    parser.add_argument("--requests", type=int, default=2000, help="requests in all (default 2000)")
    parser.add_argument("--every", type=int, default=500, help="look after so many (default 500)")
    parser.add_argument("--settle", type=float, default=SETTLE, help=f"seconds to wait first (default {SETTLE:g})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    end_on_sigterm()
    console = Console()
    report = run(args, console)
    console.print(
        f"{report['machine']['cpu']}; {report['machine']['python']}; answers by status: {report['answers']}\n"
    )
    deliver(console, tables(report), report, args.json, args.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
