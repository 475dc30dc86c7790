"""
What a guard API costs over the gateway's own: processor time of a scan through each endpoint, less that of the
same text through POST /guard/v1/scan. In one process and without sockets, the endpoints taking turns.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

import orjson
from rich.console import Console
from starlette.types import ASGIApp, Message

from benchmarks.machine import Cpus, facts, pin
from benchmarks.tables import Rows, deliver, figure
from benchmarks.texts import CORPORA
from gateway.settings import ModelSettings, Settings
from gateway.web.app import create_app

__all__ = ["ENDPOINTS", "NATIVE", "main"]

Figures = dict[str, Any]
Body = dict[str, Any]
KIB = 1024
LIMIT_US = 300

NATIVE = "native"


def _messages(texts: Sequence[str], **more: Any) -> Body:
    return {"messages": [{"role": "user", "content": text} for text in texts], **more}


_POLICIES = ["Default_Policy_GeneralPromptAttackProtection", "Default_Policy_PIISensitiveDataProtection"]
_ALL: Body = {"payload": True, "breakdown": True, "dev_info": True}

ENDPOINTS: dict[str, tuple[str, Callable[[Sequence[str]], Body]]] = {
    NATIVE: ("/guard/v1/scan", _messages),
    "xecguard": ("/xecguard/v1/scan", lambda t: _messages(t, policy_names=_POLICIES)),
    "xecguard, all policies": ("/xecguard/v1/scan", lambda t: _messages(t, policy_names=["*"])),
    "sagexai and promptguard": ("/api/v1/guard", _messages),
    "the same, all asked for": ("/api/v1/guard", lambda t: _messages(t, **_ALL)),
    "promptguard scan": ("/api/v1/security/scan", lambda t: {"content": "\n".join(t)}),
    "lakera": ("/v2/guard", lambda t: _messages(t, payload=True)),
    "lakera, all asked for": ("/v2/guard", lambda t: _messages(t, **_ALL)),
    "evalguard firewall": ("/api/v1/firewall/check", lambda t: {"input": "\n".join(t)}),
    "litellm": ("/beta/litellm_basic_guardrail_api", lambda t: {"texts": list(t)}),
    "presidio": ("/analyze", lambda t: {"text": list(t)}),
    "trustyai": ("/api/v1/text/contents", lambda t: {"contents": list(t)}),
}

# name, how many messages, characters of each
SHAPES = {"one of 200": (1, 200), "one of 4 KiB": (1, 4 * KIB), "20 of 200": (20, 200)}


def run(args: argparse.Namespace) -> Figures:
    """The whole benchmark; returns the report that --json writes."""
    pin(Cpus.here().server)
    report: Figures = {"benchmark": "dialects", "version": 1, "machine": facts(), "cells": [], "limit_us": LIMIT_US}
    report["cells"] = asyncio.run(_measure(args))
    return report


async def _measure(args: argparse.Namespace) -> list[Figures]:
    app = create_app(
        Settings(watch_policies=False, models=ModelSettings(enabled=())), environ={}, sink=lambda event: None
    )
    make = next(iter(CORPORA.values()))
    cells = []
    async with app.router.lifespan_context(app):
        gc.collect()
        gc.disable()
        for shape, (count, size) in SHAPES.items():
            texts = [[make(seed * 100 + i, size) for i in range(count)] for seed in range(args.texts)]
            times = await _times(app, texts, args.rounds)
            base = times[NATIVE]
            cells += [
                {"shape": shape, "endpoint": name, "us": us, "over_native_us": us - base} for name, us in times.items()
            ]
        gc.enable()
    return cells


async def _times(app: ASGIApp, texts: Sequence[Sequence[str]], rounds: int) -> dict[str, float]:
    """Microseconds of one call: for each text the best of the rounds, of these the median."""
    out: dict[str, float] = {}
    bodies = {name: [orjson.dumps(body(t)) for t in texts] for name, (_, body) in ENDPOINTS.items()}
    best: dict[tuple[str, int], int] = {}
    for _ in range(rounds + 1):  # the first warms up
        for name, (path, _) in ENDPOINTS.items():
            for index in range(len(texts)):  # never the same text twice in a row: what is remembered of it would help
                began = process_time_ns()
                await _post(app, path, bodies[name][index])
                took = process_time_ns() - began
                best[name, index] = min(best.get((name, index), took), took)
    for name in ENDPOINTS:
        out[name] = median(best[name, index] for index in range(len(texts))) / 1000
    return out


async def _post(app: ASGIApp, path: str, body: bytes) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        "app": app,
    }
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")


def tables(report: Figures) -> list[Rows]:
    rows = Rows("Processor time over the native scan, microseconds", "endpoint", *SHAPES)
    cells = {(c["endpoint"], c["shape"]): c for c in report["cells"]}
    native = [figure(cells[NATIVE, shape]["us"], 0) for shape in SHAPES]
    rows.add("native scan itself", *native)
    for name in ENDPOINTS:
        if name != NATIVE:
            rows.add(name, *(figure(cells[name, shape]["over_native_us"], 0) for shape in SHAPES))
    return [rows]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench dialects", description=__doc__, allow_abbrev=False)
    parser.add_argument("--texts", type=int, default=20, help="texts of each shape (default 20)")
    parser.add_argument("--rounds", type=int, default=15, help="times each is sent; the best counts (default 15)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    args = parser.parse_args(argv)
    console = Console()
    report = run(args)
    console.print(f"{report['machine']['cpu']}; {report['machine']['python']}\n")
    deliver(console, tables(report), report, args.json, args.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
