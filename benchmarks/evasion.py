"""
How many of the texts that the rules catch plainly are still caught in each disguise, what that costs,
and how much the views raise the number of honest texts with a finding.

The disguised texts are ours (`gateway.redteam.plain`). Honest sets are read from a folder of
`<name>.jsonl.gz` files with the field `text`; without the folder that table is left out. On demand: two sets of texts
that the views were not built with (`other_texts`), all ordered pairs of encodings, and one or two disguises on top of
each other at some place of a long text.
"""

from __future__ import annotations

import argparse
import gzip
import math
import string
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import orjson
from rich.console import Console

from benchmarks.figures import Figures
from benchmarks.other_texts import LATER, OTHERS
from benchmarks.tables import Rows, deliver
from benchmarks.texts import CORPORA
from gateway.detectors import BUILTIN
from gateway.engine.scan import scan_parts
from gateway.redteam.plain import PLAIN
from gateway.redteam.transforms import TRANSFORMS, Family, Transform, chain
from gateway.types import Detector, Kind, Part

HONEST_SETS = (
    "arena_hard", "xquad_multilingual_h", "codealpaca", "coconot_contrast", "banking77_test", "clinc150_test",
    "injecagent_simulated_outputs",
)  # fmt: skip
FAMILIES = ("injection", "secret", "pii")


def _drawn(make: Callable[[int, int], str]) -> Callable[[Random, int], str]:
    return lambda random, size: make(random.randrange(1 << 20), size)


_WORDS = string.ascii_letters + string.digits + " " * 8
CARRIERS: dict[str, Callable[[Random, int], str]] = {
    **{name: _drawn(make) for name, make in CORPORA.items()},
    "random ASCII": lambda random, size: "".join(random.choices("".join(map(chr, range(32, 127))), k=size)),
    "random words": lambda random, size: "".join(random.choices(_WORDS, k=size)),
    "lines of random words": lambda random, size: "\n".join(
        "".join(random.choices(_WORDS, k=70)) for _ in range(size // 71)
    ),
}
SIGNS = 2000  # characters of one honest text


def rate(detectors: Sequence[Detector], transform: Transform, repeats: int) -> Figures:
    """Of each family: how many there are and how many are caught; milliseconds for one text."""
    out: Figures = {"name": transform.name, "family": str(transform.family), "exact": transform.exact}
    counts = {family: [0, 0] for family in FAMILIES}
    spent = 0.0
    for seed in range(repeats):
        random = Random(seed)
        for family, text in PLAIN:
            disguised = Part(transform(text, random))
            began = process_time()
            hits = scan_parts(detectors, [disguised]).hits
            spent += process_time() - began
            counts[family][0] += 1
            counts[family][1] += any(hit.finding.category.startswith(f"{family}/") for hit in hits)
    return out | {"counts": counts, "ms": spent * 1000 / (repeats * len(PLAIN))}


def caught(detectors: Sequence[Detector], family: str, text: str, at: range | None = None) -> bool:
    """Is there a finding of this family, and of some character in `at`?"""
    found = [
        hit.finding for hit in scan_parts(detectors, [Part(text)]).hits if hit.finding.category.startswith(f"{family}/")
    ]
    return any(at is None or (f.span.start < at.stop and at.start < f.span.end) for f in found)


def other(detectors: Sequence[Detector], name: str, texts: Sequence[tuple[str, str]], seeds: Sequence[int]) -> Figures:
    """Of these texts in each technique, once for each seed: how many there are, and how many of which get through."""
    missed: dict[str, int] = {}
    for transform, seed in product(TRANSFORMS, seeds):
        random = Random(seed)
        for family, text in texts:
            if not caught(detectors, family, transform(text, random)):
                missed[transform.name] = missed.get(transform.name, 0) + 1
    return {"set": name, "texts": len(texts), "disguised": len(texts) * len(TRANSFORMS) * len(seeds), "missed": missed}


def pairs(detectors: Sequence[Detector], repeats: int, seed: int) -> Figures:
    """Encodings in encodings: so many texts of each family for each ordered pair."""
    random = Random(seed)
    encodings = [t for t in TRANSFORMS if t.family is Family.ENCODING and t.name not in ("url_twice", "url_thrice")]
    missed: dict[str, int] = {}
    texts = {family: [text for of, text in PLAIN if of == family] for family in FAMILIES}
    for inner, outer in product(encodings, encodings):
        both = chain(inner, outer)
        for family in [family for family in FAMILIES for _ in range(repeats)]:
            if not caught(detectors, family, both(random.choice(texts[family]), random)):
                missed[both.name] = missed.get(both.name, 0) + 1
    return {"pairs": len(encodings) ** 2, "of_each": repeats * len(FAMILIES), "missed": missed}


def carried(detectors: Sequence[Detector], count: int, depth: int, seed: int) -> list[Figures]:
    """Texts in `depth` disguises, each at some place of a longer text, by what that one is."""
    random = Random(seed)
    rows: dict[str, Figures] = {name: {"carrier": name, "depth": depth, "texts": 0, "caught": 0} for name in CARRIERS}
    for _ in range(count):
        family, text = random.choice(PLAIN)
        name = random.choice(list(CARRIERS))
        around = CARRIERS[name](random, random.choice((6000, 12000, 30000)))
        hidden = f"\n{chain(*random.choices(TRANSFORMS, k=depth))(text, random)}\n"
        at = random.randrange(len(around))
        whole = around[:at] + hidden + around[at:]
        rows[name]["texts"] += 1
        rows[name]["caught"] += caught(detectors, family, whole, range(at, at + len(hidden)))
    return list(rows.values())


def honest(detectors: Sequence[Detector], name: str, texts: Sequence[str]) -> Figures:
    """Texts with a finding in the text itself, and those with one only in another view of it."""
    raw = rise = 0
    causes: dict[str, int] = {}
    for text in texts:
        hits = scan_parts(detectors, [Part(text, kind=Kind.TEXT)]).hits
        plain = {hit.finding.category.partition("/")[0] for hit in hits if hit.finding.via == "raw"}
        more = {
            f"{hit.finding.category} via {hit.finding.via}"
            for hit in hits
            if hit.finding.via != "raw" and hit.finding.category.partition("/")[0] not in plain
        }
        raw += bool(plain)
        rise += bool(more)
        for cause in more:
            causes[cause] = causes.get(cause, 0) + 1
    return {"set": name, "texts": len(texts), "raw": raw, "rise": rise, "causes": causes}


def read(path: Path) -> Iterator[str]:
    with gzip.open(path, "rb") as file:
        for line in file:
            row: dict[str, Any] = orjson.loads(line)
            if isinstance(row.get("text"), str) and row["text"]:
                yield row["text"][:SIGNS]


def tables(report: Figures) -> list[Rows]:
    out = Rows("Caught of the texts that are caught plainly", "technique", *FAMILIES, "missed", "95 %", "ms a text")
    for r in report["techniques"]:
        total = sum(n for n, _ in r["counts"].values())
        missed = total - sum(c for _, c in r["counts"].values())
        low, high = _interval(missed, total)
        cells = (f"{caught}/{count}" for count, caught in r["counts"].values())
        out.add(r["name"], *cells, f"{100 * missed / total:.1f} %", f"{low:.1f}-{high:.1f}", f"{r['ms']:.2f}")
    sets = Rows("Honest texts with a finding", "set", "texts", "in the text", "only in a view", "points", "most often")
    for r in report["honest"]:
        cause = max(r["causes"], key=r["causes"].get) if r["causes"] else "-"
        sets.add(r["set"], f"{r['texts']}", f"{r['raw']}", f"{r['rise']}", f"{100 * r['rise'] / r['texts']:.2f}", cause)
    tables = [out, sets] if report["honest"] else [out]
    if report["others"]:
        rest = Rows("Other texts", "set", "texts", "disguised", "missed", "of all", "of one technique at most", "which")
        for r in report["others"]:
            missed, which = sum(r["missed"].values()), max(r["missed"], key=r["missed"].get, default="-")
            most = r["missed"].get(which, 0) * len(TRANSFORMS) / r["disguised"]
            shares = (f"{100 * missed / r['disguised']:.2f} %", f"{100 * most:.1f} %")
            rest.add(r["set"], f"{r['texts']}", f"{r['disguised']}", f"{missed}", *shares, which)
        tables.append(rest)
    if report["pairs"]:
        found = report["pairs"]
        both = Rows("Pairs of encodings", "pairs", "texts of each", "missed", "of one pair at most", "which")
        which = max(found["missed"], key=found["missed"].get, default="-")
        most = found["missed"].get(which, 0)
        both.add(f"{found['pairs']}", f"{found['of_each']}", f"{sum(found['missed'].values())}", f"{most}", which)
        tables.append(both)
    if report["carried"]:
        places = Rows("In long texts", "in", "disguises", "texts", "caught")
        for r in report["carried"]:
            places.add(r["carrier"], f"{r['depth']}", f"{r['texts']}", f"{r['caught']}")
        tables.append(places)
    return tables


def run(args: argparse.Namespace) -> Figures:
    detectors = [build() for build in BUILTIN]
    plain = Transform("none", Family.CHARACTER, lambda text, random: text)
    report: Figures = {"benchmark": "evasion", "version": 1, "repeats": args.repeats, "honest": []}
    report["techniques"] = [rate(detectors, transform, args.repeats) for transform in (plain, *TRANSFORMS)]
    if args.data:
        for name in HONEST_SETS:
            texts = list(read(args.data / f"{name}.jsonl.gz"))
            Random(1).shuffle(texts)
            if texts:
                report["honest"].append(honest(detectors, name, texts[: args.most]))
    sets = (("others", OTHERS), ("later", LATER)) if args.others else ()
    report["others"] = [other(detectors, name, texts, range(50, 50 + args.others)) for name, texts in sets]
    report["pairs"] = pairs(detectors, args.pairs, args.seed) if args.pairs else {}
    depths = (1, 2) if args.carried else ()
    report["carried"] = [row for depth in depths for row in carried(detectors, args.carried, depth, args.seed)]
    return report


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench evasion", description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="honest sets, <name>.jsonl.gz")
    parser.add_argument("--most", type=int, default=2000, help="texts of each honest set (default 2000)")
    parser.add_argument("--repeats", type=int, default=3, help="seeds for each technique (default 3)")
    parser.add_argument("--others", type=int, default=0, help="seeds for each technique, of other texts (default 0)")
    parser.add_argument("--pairs", type=int, default=0, help="texts of each family for each pair (default 0)")
    parser.add_argument("--carried", type=int, default=0, help="disguised texts put into long ones (default 0)")
    parser.add_argument("--seed", type=int, default=80, help="of pairs and of long texts (default 80)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    report = run(args)
    deliver(Console(), tables(report), report, args.json, args.markdown)
    return 0


def _interval(count: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval, in per cent."""
    z = 1.96
    p, scale = count / of, 1 + z * z / of
    middle = (p + z * z / (2 * of)) / scale
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / scale
    return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))


if __name__ == "__main__":
    raise SystemExit(main())
