"""`portcullis eval`: how good the detectors are, and what a policy makes of them, on texts with labels."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import orjson
from rich.console import Console
from rich.progress import track
from rich.text import Text

from gateway import __version__
from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.evaluation import Evaluation, Judge, Judged, Question
from gateway.cli.evasion import Evaded, caught_plainly, disguise
from gateway.cli.output import console, warn
from gateway.cli.padding import ALONE, LENGTHS, PLACES, pad
from gateway.cli.report_html import page
from gateway.cli.report_tables import tables
from gateway.cli.rows import Fields, Presentation, Row, read_rows, sample
from gateway.cli.search import TRIES, search
from gateway.engine import Guard, load_models
from gateway.errors import RequestError, ScanError
from gateway.policy import Ruleset, load_policies
from gateway.redteam.swaps import SWAPS
from gateway.redteam.transforms import TRANSFORMS
from gateway.resources import folder
from gateway.types import Direction, Effect, Json, Kind, Role

__all__ = ["judge_rows", "register", "report", "write"]

T = TypeVar("T")

POOL = "benign pool"
PATIENCE = 3600.0  # seconds that a text may take: nobody waits for it


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Rows are JSON objects, one a line: text, label (1 is what should be found, 0, null), and where "
        "they have them role, kind, direction and spans."
    )
    parser.epilog = "Exit status: 0 measured, whatever the figures, 2 an error."
    parser.add_argument("sets", nargs="+", type=Path, metavar="FILE", help=".jsonl or .jsonl.gz, a set; - is stdin")
    parser.add_argument(
        "--benign", nargs="+", action="extend", default=[], type=Path, metavar="FILE",
        help="files of honest texts: false positives are counted over all of them together",
    )  # fmt: skip
    _add_rows(parser)
    parser.add_argument(
        "--category", action="append", metavar="GLOB",
        help="findings that count as positive (default: injection/*); may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--tags", type=_tags, default={}, metavar="CATEGORY=LABEL,...",
        help="compare spans: findings of a category with spans of a label, as pii/person=PERSON",
    )  # fmt: skip
    parser.add_argument("--policy", metavar="NAME", help="policy to judge by (default: that of the settings)")
    parser.add_argument(
        "--least", choices=["flag", "redact", "block"], default="flag",
        help="what the policy must do, or more, for a text to count as found (default: flag)",
    )  # fmt: skip
    parser.add_argument("--evasion", action="store_true", help="disguise what was caught, in every way we know")
    parser.add_argument(
        "--search", action="store_true",
        help=f"change words of what was caught until it passes, at most {TRIES} tries each way; takes minutes",
    )  # fmt: skip
    parser.add_argument(
        "--padding", action="store_true",
        help="put what was caught at the start, in the middle and at the end of long text from the files of --benign",
    )  # fmt: skip
    parser.add_argument(
        "--examples", type=_count, default=0, metavar="N", help="show N mistakes of each kind, with texts"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with figures and curves there")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    settings = load(config_path(arguments))
    sets = _read(arguments.sets, arguments)
    benign = _read(arguments.benign, arguments)
    question = Question(tuple(arguments.category or ["injection/*"]), Effect[arguments.least.upper()], arguments.tags)
    patient = settings.models.model_copy(update={"deadline": PATIENCE})
    guard = Guard(threads=settings.scan_threads, inline=settings.inline_scan, models=load_models(patient))
    try:
        book = load_policies([folder("policies"), *settings.policies], guard.categories)
        ruleset = book[arguments.policy or settings.policy]
        judge = Judge(guard, ruleset, [question])
        for glob in judge.unclaimed:
            warn(f"the policy {ruleset.name!r} has no rule for {glob}: it flags nothing of it")
        evaluations, evaded = asyncio.run(_measure(judge, question, sets, benign, arguments))
    finally:
        guard.close()
    found = report(ruleset, evaluations, evaded, arguments.examples)
    out = console()
    for table in tables(found):
        out.print(table)
    for note in _notes(found, sets, benign):
        out.print(Text(note))
    write(arguments.json, orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    write(arguments.html, page(found, evaluations).encode())
    return 0


async def judge_rows(judge: Judge, name: str, rows: Sequence[Row]) -> list[Judged]:
    """The first text once before, so that no figure holds what only the first text of a process costs."""
    try:
        await judge.judge(rows[0])
        return [await judge.judge(row) for row in _watched(rows, name)]
    except ScanError as e:
        raise ScanError(f"{name}: {e.message}") from None


def report(ruleset: Ruleset, evaluations: Sequence[Evaluation], evaded: Sequence[Evaded], examples: int = 0) -> Json:
    """All figures. Texts of rows are in it only where examples are asked for."""
    sets = [e.figures() | ({"examples": e.examples(examples)} if examples else {}) for e in evaluations]
    return {
        "version": 1,
        "portcullis": __version__,
        "policy": {"name": ruleset.name, "version": ruleset.version},
        "least": evaluations[0].question.least.name.lower(),
        "pool": next((len(e.pool) for e in evaluations if e.pool), 0),
        "sets": sets,
        "evasion": [e.figures() for e in evaded],
    }


def write(path: Path | None, data: bytes) -> None:
    if path is None:
        return
    try:
        path.write_bytes(data)
    except OSError as e:
        raise RequestError(f"{path}: cannot be written: {e.strerror}") from None


def _add_rows(parser: argparse.ArgumentParser) -> None:
    """What rows are and how they are presented."""
    parser.add_argument("--text-field", default="text", metavar="NAME", help="which field of an object is its text")
    parser.add_argument("--label-field", default="label", metavar="NAME", help="which field is its label")
    parser.add_argument(
        "--role", choices=[r.value for r in Role], help="who wrote the texts (default: user or assistant)"
    )
    parser.add_argument("--kind", choices=[k.value for k in Kind], help="what they are, as tool_result or document")
    parser.add_argument("--direction", choices=[d.value for d in Direction], default="input", help="prompts or answers")
    parser.add_argument("--by", default="", metavar="FIELD", help="each set also by what its rows say there, as lang")
    parser.add_argument("--limit", type=_count, metavar="N", help="only so many rows of each file, by chance")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another choice, other disguises (default: 0)")


async def _measure(
    judge: Judge,
    question: Question,
    sets: Mapping[str, list[Row]],
    benign: Mapping[str, list[Row]],
    arguments: argparse.Namespace,
) -> tuple[list[Evaluation], list[Evaded]]:
    honest = []
    for name, rows in benign.items():
        # Who calls a file benign says so of its rows without a label too.
        innocent = [replace(row, label=False) for row in rows if row.label is not True]
        honest += await judge_rows(judge, name, innocent) if innocent else []
    if benign and not honest:
        raise RequestError("the files of --benign hold no honest text: all of their rows have the label 1")
    pool = [j.score(question) for j in honest]
    whole = [Evaluation(name, await judge_rows(judge, name, rows), question, pool) for name, rows in sets.items()]
    evaded: list[Evaded] = []
    if arguments.evasion:
        caught = [c for e in whole for c in caught_plainly(e.judged, question)]
        evaded = [await disguise(judge, caught, question, t, arguments.seed) for t in _watched(TRANSFORMS, "evasion")]
    if arguments.search:
        caught = [c for e in whole for c in caught_plainly(e.judged, question)]
        evaded += [await search(judge, caught, question, swap) for swap in _watched(SWAPS, "search")]
    if arguments.padding:
        evaded += await _pad(judge, question, whole, honest, arguments.seed)
    out = [one for evaluation in whole for one in (evaluation, *evaluation.groups())]
    return [*out, *([Evaluation(POOL, honest, question)] if honest else [])], evaded


async def _pad(
    judge: Judge, question: Question, sets: Sequence[Evaluation], honest: Sequence[Judged], seed: int
) -> list[Evaded]:
    """In honest texts that are found to be so: else the padding is what is found."""
    quiet = [j.row.text for j in honest if not j.flagged(question) and j.row.text.strip()]
    if not quiet:
        raise RequestError("--padding needs honest texts that the policy lets pass: name files of them with --benign")
    caught = [c for e in sets for c in caught_plainly(e.judged, question)]
    cells = [(place, tokens) for tokens in LENGTHS for place in (*PLACES, ALONE)]
    return [await pad(judge, caught, question, quiet, *cell, seed) for cell in _watched(cells, "padding")]


def _read(paths: Iterable[Path], arguments: argparse.Namespace) -> dict[str, list[Row]]:
    """The rows of each file by its name."""
    fields = Fields(arguments.text_field, arguments.label_field, arguments.by)
    given = Presentation(
        Direction(arguments.direction),
        Role(arguments.role) if arguments.role else None,
        Kind(arguments.kind) if arguments.kind else None,
    )
    out: dict[str, list[Row]] = {}
    for path in paths:
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")
        name = name if name not in out else str(path)
        if name in out:
            raise RequestError(f"{path}: given twice")
        out[name] = sample(read_rows(path, fields, given), arguments.limit, arguments.seed)
    return out


def _notes(found: Json, sets: Mapping[str, list[Row]], benign: Mapping[str, list[Row]]) -> Iterable[str]:
    """What the tables do not say."""
    over = f"the {found['pool']} texts of the benign pool; * AUC too" if found["pool"] else "each set's own negatives"
    yield f"recall at 1 % and 0.1 % false positives over {over}"
    for figures in found["sets"]:
        name, unlabelled = figures["set"], figures["unlabelled"]
        if unlabelled:
            yield f"{name}: rows without a label, which count for latency and spans only: {unlabelled}"
        if not figures["entities"] and any(row.spans for row in sets.get(name, [])):
            yield f"{name}: its spans are not compared; --tags says which category is which label"
    guilty = sum(row.label is True for rows in benign.values() for row in rows)
    if guilty:
        yield f"benign pool: rows with the label 1, which are not in it: {guilty}"


def _watched(items: Sequence[T], what: str) -> Iterable[T]:
    """With a progress bar for whoever watches a terminal."""
    return track(items, what, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("not 1 or more")
    return number


def _tags(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(category and label for category, _, label in pairs):
        raise argparse.ArgumentTypeError("not CATEGORY=LABEL, with commas between several")
    return {category.strip(): label.strip() for category, _, label in pairs}
