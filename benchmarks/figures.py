"""From rounds to figures: medians over the rounds, what follows from them, and the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, median
from typing import Any

from benchmarks.load import percentile

__all__ = ["added", "cell_figures", "stream_figures", "targets"]

Figures = dict[str, Any]

MAX_ADDED_MS = 2.0
MIN_RATIO = 0.40
MAX_FIRST_CHUNKS = 1


def cell_figures(rounds: Sequence[Figures]) -> Figures:
    """Medians of one system's rounds of one cell; of errors the sum, of memory the most."""
    peaks = [r["peak_rss"] for r in rounds if r["peak_rss"] is not None]
    costs = [r["cpu_us"] for r in rounds if r["cpu_us"] is not None]
    shares = [r["cpu_share"] for r in rounds if r["cpu_share"] is not None]
    errors: dict[str, int] = {}
    for r in rounds:
        for what, number in r["errors"].items():
            errors[what] = errors.get(what, 0) + number
    return {
        "rps": median(r["rps"] for r in rounds),
        "p50_ms": median(r["p50_ms"] for r in rounds),
        "p99_ms": median(r["p99_ms"] for r in rounds),
        "cpu_us": median(costs) if costs else None,
        "cpu_share": median(shares) if shares else None,
        "peak_rss_mb": max(peaks) / 1e6 if peaks else None,
        "measured": sum(r["measured"] for r in rounds),
        "errors": errors,
        "rounds": list(rounds),
    }


def stream_figures(results: Iterable[Figures]) -> Figures:
    """All streams of one system together."""
    errors: dict[str, int] = {}
    streams: list[Figures] = []
    costs: list[float] = []
    for result in results:
        streams += result["streams"]
        costs += [result["cpu_us"]] if result["cpu_us"] is not None else []
        for what, number in result["errors"].items():
            errors[what] = errors.get(what, 0) + number
    if not streams:
        return {"streams": 0, "errors": errors}
    words = sorted(delay for s in streams for delay in s["words_ms"])
    behind = [number for s in streams for number in s["words_chunks"]]
    gaps = sorted(gap for s in streams for gap in s["gaps_ms"])
    return {
        "streams": len(streams),
        "errors": errors,
        "request_ms": median(s["request_ms"] for s in streams),
        "first_ms": median(s["first_ms"] for s in streams),
        "first_chunks": median(s["first_chunks"] for s in streams),
        "first_most_chunks": max(s["first_chunks"] for s in streams),
        "word_p50_ms": percentile(words, 0.50),
        "word_p99_ms": percentile(words, 0.99),
        "word_mean_chunks": mean(behind),
        "word_max_chunks": max(behind),
        "gap_p50_ms": percentile(gaps, 0.50),
        "gap_p99_ms": percentile(gaps, 0.99),
        "cpu_us": median(costs) if costs else None,
        "deliveries": median(len(s["gaps_ms"]) + 1 for s in streams),
    }


def added(cells: Sequence[Figures], system: str = "gateway", base: str = "relay") -> list[Figures]:
    """What one system costs more than another, cell by cell."""
    by_cell = {(c["system"], c["size"], c["connections"]): c for c in cells}
    out = []
    for (name, size, connections), ours in by_cell.items():
        theirs = by_cell.get((base, size, connections))
        if name != system or theirs is None:
            continue
        costs = (ours["cpu_us"], theirs["cpu_us"])
        out.append(
            {
                "size": size,
                "connections": connections,
                "added_p50_ms": ours["p50_ms"] - theirs["p50_ms"],
                "added_p99_ms": ours["p99_ms"] - theirs["p99_ms"],
                "added_cpu_us": None if None in costs else costs[0] - costs[1],
                "cpu_ratio": None if None in costs else costs[1] / costs[0],
                "throughput_ratio": ours["rps"] / theirs["rps"] if theirs["rps"] else None,
            }
        )
    return out


def targets(derived: Sequence[Figures], streaming: Mapping[str, Figures], gap_ms: float) -> list[Figures]:
    """The three promises, each with its figure, as far as the run measured it."""
    out = [
        _target(
            f"added p50 at 1 connection, prompts of {row['size']} bytes",
            f"<= {MAX_ADDED_MS:g} ms",
            f"{row['added_p50_ms']:.2f} ms",
            row["added_p50_ms"] <= MAX_ADDED_MS,
        )
        for row in derived
        if row["connections"] == 1
    ]
    out += [
        _target(
            "throughput at 32 connections, prompts of 2000 bytes",
            f">= {MIN_RATIO:.0%} of the bare relay",
            f"{row['throughput_ratio']:.0%}",
            row["throughput_ratio"] >= MIN_RATIO,
        )
        for row in derived
        if (row["connections"], row["size"]) == (32, 2000) and row["throughput_ratio"] is not None
    ]
    ours, theirs = streaming.get("gateway", {}), streaming.get("relay", {})
    if ours.get("streams") and theirs.get("streams"):
        later = ours["first_chunks"] - theirs["first_chunks"]
        milliseconds = ours["first_ms"] - theirs["first_ms"]
        out.append(
            _target(
                "first streamed text after that of the bare relay, what is held back included",
                f"<= {MAX_FIRST_CHUNKS} upstream chunk",
                f"{later:g} chunk{'s' * (later != 1)}, {milliseconds:.1f} ms ({milliseconds / gap_ms:.2f} chunks)",
                later <= MAX_FIRST_CHUNKS,
            )
        )
    return out


def _target(name: str, limit: str, value: str, met: bool) -> Figures:
    return {"target": name, "limit": limit, "value": value, "met": met}
