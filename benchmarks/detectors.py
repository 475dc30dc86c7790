"""
What each detector costs: microseconds for 2,000 characters of prose, of figures and of code.

`fresh` is text that was not seen before, after others of its kind: what traffic is. `seen` is the same
text once more: RE2 builds its automata while it reads, so the difference is what building costs.
`rows` is the part of `seen` that goes to the rows of a table that match (their spans and check digits),
`set` the rest: the pass over all rows at once that finds out which do. `pending` is asked for each
piece of a stream.
"""

from __future__ import annotations

import argparse
import gc
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from time import perf_counter, perf_counter_ns
from typing import Any, TypeVar

import orjson
from rich.console import Console

from benchmarks.machine import Cpus, facts, pin
from benchmarks.tables import Rows, figure, markdown, show
from benchmarks.texts import CORPORA
from gateway.detectors import BUILTIN
from gateway.detectors.base import RegexDetector, Row, compile_re2, matches
from gateway.types import Detector, Part

__all__ = ["main", "measure_detector"]

SIZE = 2000
TAIL = 200  # characters of a stream's window that `pending` is asked about
Figures = dict[str, Any]
T = TypeVar("T")


def measure_detector(detector: Detector, texts: Sequence[str], warm: int) -> Figures:
    """
    Times in microseconds, medians over all texts but the first `warm`, each timed once as fresh text.
    """
    parts = [[Part(text)] for text in texts]
    for part in parts[:warm]:
        detector.scan(part)
    fresh = [_once(detector.scan, part) for part in parts[warm:]]
    seen = [_once(detector.scan, part) for part in parts[warm:]]
    out: Figures = {
        "fresh_us": median(fresh),
        "fresh_mean_us": mean(fresh),
        "seen_us": median(seen),
        "findings": sum(len(detector.scan(part)[0]) for part in parts[warm:]) / len(fresh),
        "set_us": None,
        "rows_us": None,
        "rows": None,
        "pending_us": None,
    }
    if detector.reach is not None:
        tails = [text[:TAIL] for text in texts[warm:]]
        out["pending_us"] = median(_once(detector.pending, tail) for tail in tails)
    return out


def row_costs(detector: RegexDetector, texts: Sequence[str]) -> tuple[list[float], list[Figures]]:
    """
    Microseconds of all rows on each text, and the rows that match by what they cost a text.

    On text seen before, so that no row pays for building its automaton.
    """
    patterns = [compile_re2(row.pattern) for row in detector.rows]
    spent: Counter[int] = Counter()
    runs: Counter[int] = Counter()
    whole: list[float] = []
    for text in texts:
        data = text.encode()
        times = {i: _row(detector.rows[i], p, data) for i, p in enumerate(patterns) if p.search(data) is not None}
        spent.update(times)
        runs.update(times.keys())
        whole.append(sum(times.values()) / 1000)
    rows = [
        {
            "detector": detector.name,
            "category": detector.rows[index].category,
            "pattern": detector.rows[index].pattern,
            "runs": runs[index] / len(texts),
            "us": time / 1000 / len(texts),
        }
        for index, time in spent.most_common()
    ]
    return whole, rows


def run(args: argparse.Namespace, console: Console) -> Figures:
    """The whole benchmark; returns the report that --json writes."""
    pin(Cpus.here().server)
    report: Figures = {"benchmark": "detectors", "version": 1, "machine": facts(), "characters": SIZE}
    report["detectors"], report["rows"], detectors = [], [], []
    for build in BUILTIN:
        began = perf_counter()
        detector = build()
        detectors.append((detector, (perf_counter() - began) * 1000))
    corpora = {name: [make(seed, SIZE) for seed in range(args.warm + args.texts)] for name, make in CORPORA.items()}
    gc.collect()
    gc.disable()
    with console.status("") as state:
        for detector, build_ms in detectors:
            for corpus, texts in corpora.items():
                state.update(f"{detector.name}, {corpus}")
                found = measure_detector(detector, texts, args.warm)
                if isinstance(detector, RegexDetector):
                    whole, rows = row_costs(detector, texts[args.warm :])
                    found |= {"rows_us": median(whole), "rows": sum(row["runs"] for row in rows)}
                    found["set_us"] = max(0.0, found["seen_us"] - found["rows_us"])
                    report["rows"] += [{"corpus": corpus, **row} for row in rows]
                report["detectors"].append({"detector": detector.name, "corpus": corpus, "build_ms": build_ms} | found)
    gc.enable()
    report["rows"].sort(key=lambda row: -row["us"])
    return report


def tables(report: Figures, rows: int) -> list[Rows]:
    out = Rows(
        f"Detectors: microseconds for {SIZE:,} characters",
        "detector", "text", "fresh", "fresh, mean", "seen", "set", "rows", "rows run", "findings", "pending",
        "build (ms)",
    )  # fmt: skip
    for d in report["detectors"]:
        numbers = (
            ("fresh_us", 1), ("fresh_mean_us", 1), ("seen_us", 1), ("set_us", 1), ("rows_us", 1), ("rows", 1),
            ("findings", 2), ("pending_us", 1), ("build_ms", 0),
        )  # fmt: skip
        out.add(d["detector"], d["corpus"], *(figure(d[name], digits) for name, digits in numbers))
    for corpus in CORPORA:
        mine = [d for d in report["detectors"] if d["corpus"] == corpus]
        sums = [figure(sum(d[name] for d in mine), 1) for name in ("fresh_us", "fresh_mean_us", "seen_us")]
        out.add("all", corpus, *sums, *["-"] * 6)
    dear = Rows("Rows that cost most", "detector", "text", "category", "runs a text", "us a text", "pattern")
    for r in report["rows"][:rows]:
        pattern = r["pattern"] if len(r["pattern"]) <= 60 else r["pattern"][:57] + "..."
        dear.add(r["detector"], r["corpus"], r["category"], figure(r["runs"]), figure(r["us"], 1), f"`{pattern}`")
    return [out, dear] if rows else [out]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench detectors", description=__doc__, allow_abbrev=False)
    parser.add_argument("--texts", type=int, default=200, help="texts that are timed, of each kind (default 200)")
    parser.add_argument("--warm", type=int, default=1000, help="texts before that (default 1000)")
    parser.add_argument("--rows", type=int, default=15, help="how many of the dearest rows to show (default 15)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    console = Console()
    report = run(args, console)
    console.print(f"{report['machine']['cpu']}; {report['machine']['python']}\n")
    show(console, tables(report, args.rows))
    if args.json:
        args.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if args.markdown:
        args.markdown.write_text(markdown(tables(report, args.rows)))
    return 0


def _row(row: Row, pattern: Any, data: bytes) -> int:
    """Nanoseconds of one row on one text, check digits included."""
    began = perf_counter_ns()
    for match in matches(pattern, data):
        if row.valid is not None:
            row.valid(data[match.value_start : match.value_end].decode())
    return perf_counter_ns() - began


def _once(work: Callable[[T], object], subject: T) -> float:
    """Microseconds."""
    began = perf_counter_ns()
    work(subject)
    return (perf_counter_ns() - began) / 1000


if __name__ == "__main__":
    raise SystemExit(main())
