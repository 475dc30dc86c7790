"""
What each detector costs: microseconds for 2,000 characters of prose, of prompts (prose with some
figures, dates and addresses), of numbers and of code.

`fresh` is text that was not seen before, after others of its kind: what traffic is. `seen` is the same
text once more: RE2 builds its automata while it reads, so the difference is what building costs.
`literals` is the one look for the literals of all tables, which the gateway takes once for a text. For a
table, `set` is what it asks after that to know which rows may match, `rows` what those cost between the
places where they may (their spans and check digits), both on seen text. `pending` is asked for each piece of a stream.
"""

from __future__ import annotations

import argparse
import gc
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from statistics import mean, median
from time import perf_counter, perf_counter_ns
from typing import Any, TypeVar

from rich.console import Console

from benchmarks.machine import Cpus, facts, pin
from benchmarks.tables import Rows, deliver, figure
from benchmarks.texts import CORPORA
from gateway.detectors import BUILTIN
from gateway.detectors.base import RegexDetector, Table, matches
from gateway.detectors.needles import Joint, Look, Stretches
from gateway.types import Contextual, Detector, Direction, Finding, Kind, Part, Transcript

__all__ = ["main", "measure_detector"]

SIZE = 2000
TAIL = 200  # characters of a stream's window that `pending` is asked about
Figures = dict[str, Any]
T = TypeVar("T")


def measure_detector(detector: Detector, texts: Sequence[str], warm: int, looks: Sequence[Look] = ()) -> Figures:
    """
    Times in microseconds, medians over all texts but the first `warm`, each timed once as fresh text. With
    `looks`, one for each text, a table is asked as the gateway asks it: after the common look.
    """
    kind = kind_for(detector)
    parts = [[Part(text, kind=kind)] for text in texts]
    subjects = [(part, look) for part, look in zip_longest(parts, [[look] for look in looks])]

    def scan(subject: tuple[list[Part], list[Look] | None]) -> list[list[Finding]]:
        part, look = subject
        return detector.scan_seen(part, look) if look and isinstance(detector, Table) else detector.scan(part)

    for subject in subjects[:warm]:
        scan(subject)
    fresh = [_once(scan, subject) for subject in subjects[warm:]]
    seen = [_once(scan, subject) for subject in subjects[warm:]]
    out = _figures(fresh, seen)
    out["findings"] = sum(len(scan(subject)[0]) for subject in subjects[warm:]) / len(fresh)
    if detector.reach is not None:
        tails = [text[:TAIL] for text in texts]
        out["pending_us"] = median([_once(detector.pending, tail) for tail in tails][warm:])
    return out


def measure_look(joint: Joint, texts: Sequence[str], warm: int) -> tuple[Figures, list[Look]]:
    """What the common look costs, and what it gave."""
    data = [text.encode() for text in texts]
    for text in data[:warm]:
        joint.look(text)
    fresh = [_once(joint.look, text) for text in data[warm:]]
    seen = [_once(joint.look, text) for text in data[warm:]]
    return _figures(fresh, seen), [joint.look(text) for text in data]


def _figures(fresh: Sequence[float], seen: Sequence[float]) -> Figures:
    return {
        "fresh_us": median(fresh),
        "fresh_mean_us": mean(fresh),
        "seen_us": median(seen),
        "findings": None,
        "set_us": None,
        "rows_us": None,
        "rows": None,
        "pending_us": None,
    }


def _answering(detector: Detector) -> Detector:
    """As it is for the answer to an empty request, if it looks at answers alone."""
    bound = detector.bind(Transcript((), Direction.INPUT)) if isinstance(detector, Contextual) else None
    return bound or detector


def kind_for(detector: Detector) -> Kind:
    """Plain text, unless the detector reads only something else."""
    if detector.kinds is None or Kind.TEXT in detector.kinds:
        return Kind.TEXT
    return min(detector.kinds)


def table_of(detector: Detector) -> RegexDetector | None:
    """The table that a detector is, or is made of."""
    table = getattr(detector, "_table", detector)
    return table if isinstance(table, RegexDetector) else None


def split(table: RegexDetector, looks: Sequence[Look]) -> tuple[Figures, list[Figures]]:
    """What it costs to know the rows that may match, and what those cost; and which those are."""
    whole, inner = [], []
    spent: Counter[int] = Counter()
    runs: Counter[int] = Counter()
    for look in looks:
        rows = table.sieve.candidates(look)
        whole.append(_once(table.sieve.candidates, look))
        times = {index: _row(table, index, look.data, stretches) for index, stretches in rows.items()}
        inner.append(sum(times.values()))
        spent.update({index: round(1000 * time) for index, time in times.items()})
        runs.update(times.keys())
    dear = [
        {
            "detector": table.name,
            "category": table.rows[index].category,
            "pattern": table.rows[index].pattern,
            "runs": runs[index] / len(looks),
            "us": time / 1000 / len(looks),
        }
        for index, time in spent.most_common()
    ]
    return {"set_us": median(whole), "rows_us": median(inner), "rows": runs.total() / len(looks)}, dear


def run(args: argparse.Namespace, console: Console) -> Figures:
    """The whole benchmark; returns the report that --json writes."""
    pin(Cpus.here().server)
    report: Figures = {"benchmark": "detectors", "version": 1, "machine": facts(), "characters": SIZE}
    report["detectors"], report["rows"], detectors = [], [], []
    for build in BUILTIN:
        began = perf_counter()
        detector = _answering(build())
        detectors.append((detector, (perf_counter() - began) * 1000))
    corpora = {name: [make(seed, SIZE) for seed in range(args.warm + args.texts)] for name, make in CORPORA.items()}
    gc.collect()
    gc.disable()
    # Tables that read plain text, as the gateway looks for them; one that reads only something else looks alone.
    reading = [d for d, _ in detectors if isinstance(d, Table) and kind_for(d) == Kind.TEXT]
    joint = Joint(tuple(sieve for detector in reading for sieve in detector.sieves))
    with console.status("") as state:
        looks: dict[str, list[Look]] = {}
        for corpus, texts in corpora.items():
            found, looks[corpus] = measure_look(joint, texts, args.warm)
            of = {"detector": "literals", "corpus": corpus, "kind": Kind.TEXT, "build_ms": 0.0}
            report["detectors"].append(of | found)
        for detector, build_ms in detectors:
            for corpus, texts in corpora.items():
                state.update(f"{detector.name}, {corpus}")
                mine = looks[corpus] if detector in reading else []
                found = measure_detector(detector, texts, args.warm, mine)
                if mine and (table := table_of(detector)) is not None:
                    part, rows = split(table, mine[args.warm :])
                    found |= part
                    report["rows"] += [{"corpus": corpus, **row} for row in rows]
                of = {"detector": detector.name, "corpus": corpus, "kind": kind_for(detector), "build_ms": build_ms}
                report["detectors"].append(of | found)
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
        text = d["corpus"] if d["kind"] == Kind.TEXT else f"{d['corpus']} ({d['kind']})"
        out.add(d["detector"], text, *(figure(d[name], digits) for name, digits in numbers))
    for corpus in CORPORA:
        mine = [d for d in report["detectors"] if d["corpus"] == corpus and d["kind"] == Kind.TEXT]
        sums = [figure(sum(d[name] for d in mine), 1) for name in ("fresh_us", "fresh_mean_us", "seen_us")]
        out.add("all that read text", corpus, *sums, *["-"] * 6)
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
    deliver(console, tables(report, args.rows), report, args.json, args.markdown)
    return 0


def _row(table: RegexDetector, index: int, data: bytes, stretches: Stretches | None) -> float:
    """Microseconds of one row on one text, check digits included."""
    valid = table.rows[index].valid
    began = perf_counter_ns()
    for match in matches(*table._patterns[index], data, stretches):
        if valid is not None:
            valid(data[match.value_start : match.value_end].decode())
    return (perf_counter_ns() - began) / 1000


def _once(work: Callable[[T], object], subject: T) -> float:
    """Microseconds."""
    began = perf_counter_ns()
    work(subject)
    return (perf_counter_ns() - began) / 1000


if __name__ == "__main__":
    raise SystemExit(main())
