"""`portcullis redteam`: attack a model, show what came of it, list what there is to attack with."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from gateway.cli.configuration import add_config
from gateway.cli.output import console
from gateway.cli.redteam_output import add_output, deliver
from gateway.cli.redteam_run import run_scan
from gateway.redteam.journal import read_journal
from gateway.redteam.model import Pack
from gateway.redteam.packs import load_packs
from gateway.redteam.strategies import STRATEGIES

__all__ = ["register"]

MOST = 400  # requests of a scan, unless told otherwise


def register(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(required=True, metavar="TASK")
    _run(tasks)
    show = tasks.add_parser("show", help="show a scan again, or write it in another form", allow_abbrev=False)
    show.add_argument("file", type=Path, metavar="FILE", help="what `run --out` wrote")
    add_output(show)
    show.set_defaults(run=_shown)
    lists = tasks.add_parser("list", help="show types, attacks or strategies", allow_abbrev=False)
    lists.add_argument("what", choices=sorted(LISTS))
    lists.add_argument("--packs", type=Path, action="append", default=[], metavar="FOLDER", help="more attack packs")
    lists.add_argument("--json", action="store_true", help="as JSON")
    lists.set_defaults(run=_listed)


def _run(tasks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = tasks.add_parser(
        "run",
        help="run a scan",
        epilog="Exit status: 0 done, 1 an attack worked that --fail-on asks about, 2 an error or an incomplete scan.",
        allow_abbrev=False,
    )
    target = parser.add_argument_group("what is attacked")
    target.add_argument("--model", required=True, metavar="NAME", help="model to ask for")
    target.add_argument(
        "--url", metavar="URL", help="an OpenAI API, up to /v1 (default: the upstreams of the settings)"
    )
    target.add_argument("--key-env", metavar="NAME", help="environment variable with the key for --url")
    target.add_argument("--prompt", type=Path, metavar="FILE", help="system prompt to test (default: one of ours)")
    target.add_argument("--answer-tokens", type=_count, default=512, metavar="N", help="most tokens of an answer")
    guard = parser.add_mutually_exclusive_group()
    guard.add_argument("--guarded", action="store_true", help="with the guard in between")
    guard.add_argument("--compare", action="store_true", help="without it and with it, side by side")
    parser.add_argument("--policy", metavar="NAME", help="the guard's policy (default: that of the settings)")
    attacks = parser.add_argument_group("with what")
    attacks.add_argument("--type", action="append", default=[], metavar="GLOB", help="types of attacks (default: all)")
    attacks.add_argument("--strategy", action="append", default=[], metavar="GLOB", help="strategies or their families")
    attacks.add_argument("--packs", type=Path, action="append", default=[], metavar="FOLDER", help="more attack packs")
    attacks.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same scan")
    attacks.add_argument(
        "--judge", action="store_true", help="ask the LLM of the setting `judge` what rules cannot tell"
    )
    bounds = parser.add_argument_group("how much")
    bounds.add_argument("--max-requests", type=_count, default=MOST, metavar="N", help=f"in all (default: {MOST})")
    bounds.add_argument("--max-tokens", type=_count, metavar="N", help="tokens in all, as the upstream counts them")
    bounds.add_argument("--concurrency", type=_count, default=8, metavar="N", help="calls at a time (default: 8)")
    bounds.add_argument("--deadline", type=float, metavar="SECONDS", help="longest that the scan may take")
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep results in it; if it is there, go on with it")
    add_output(parser)
    add_config(parser)
    parser.set_defaults(run=run_scan)


def _shown(arguments: argparse.Namespace) -> int:
    about, results = read_journal(arguments.file)
    return deliver(arguments, about, results)


def _listed(arguments: argparse.Namespace) -> int:
    rows = LISTS[arguments.what](load_packs(arguments.packs))
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    table = Table(*rows[0], header_style="bold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row.values()))
    out = console()
    out.print(table)
    out.print(f"{len(rows)} in all")
    return 0


def _types(packs: dict[str, Pack]) -> list[dict[str, Any]]:
    return [
        {"type": p.type, "owasp": p.owasp, "attacks": len(p.attacks), "about": p.about.strip()} for p in packs.values()
    ]


def _attacks(packs: dict[str, Pack]) -> list[dict[str, Any]]:
    return [
        {"attack": a.id, "severity": a.severity.value, "judged by": ", ".join(c.kind for c in a.checks), "goal": a.goal}
        for pack in packs.values()
        for a in pack.attacks
    ]


def _strategies(packs: dict[str, Pack]) -> list[dict[str, Any]]:
    return [{"strategy": s.name, "family": s.family, "about": s.about} for s in STRATEGIES.values()]


LISTS = {"types": _types, "attacks": _attacks, "strategies": _strategies}


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("not 1 or more")
    return number
