"""Where the results of a scan go, and the exit status that they come to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from gateway.cli.output import complain, console, warn
from gateway.cli.redteam_ci import junit, sarif
from gateway.cli.redteam_html import page
from gateway.cli.redteam_tables import show
from gateway.errors import ConfigError
from gateway.redteam.journal import About
from gateway.redteam.model import CONTROL, Result, Ruling, Severity
from gateway.redteam.report import decisive, report, worst

__all__ = ["add_output", "deliver"]

FEW = 0.1  # share of errors that a scan may have and still say something


def add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("results")
    group.add_argument("--json", action="store_true", help="one JSON object on stdout in place of tables")
    group.add_argument("--html", type=Path, metavar="FILE", help="write a page")
    group.add_argument("--sarif", type=Path, metavar="FILE", help="write SARIF 2.1.0")
    group.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit's XML")
    group.add_argument(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        help="exit with 1 if an attack of this severity or worse worked; with --compare, in spite of the guard",
    )


def deliver(arguments: argparse.Namespace, about: About, results: Sequence[Result]) -> int:
    """Write what was asked for. 0; 1 for what --fail-on asks about; 2 where the scan says nothing."""
    told = report(about, results)
    if arguments.html is not None:
        _write(arguments.html, page(told).encode("utf-8", "backslashreplace"))
    if arguments.sarif is not None:
        _write(arguments.sarif, orjson.dumps(sarif(about, results), option=orjson.OPT_INDENT_2))
    if arguments.junit is not None:
        _write(arguments.junit, junit(about, results).encode())
    if arguments.json:
        sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    else:
        show(told, console())
    return _status(results, arguments.fail_on)


def _status(results: Sequence[Result], fail_on: str | None) -> int:
    attacks = [r for r in results if r.strategy != CONTROL]
    errors = [r for r in attacks if r.ruling is Ruling.ERROR]
    if errors:
        warn(f"{len(errors)} attacks had no answer; the first: {errors[0].evidence}")
    if not decisive(results) or not any(r.ruling in (Ruling.HELD, Ruling.BROKEN) for r in decisive(results)):
        complain("nothing could be judged: this scan says nothing")
        return 2
    found = worst(decisive(results))
    if fail_on is not None and found is not None and found.rank <= Severity(fail_on).rank:
        return 1
    if len(errors) > FEW * len(attacks):
        complain("too many attacks had no answer: this scan is not complete")
        return 2
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as e:
        raise ConfigError(f"{path}: cannot be written: {e.strerror}") from None
