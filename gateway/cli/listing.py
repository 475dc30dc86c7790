"""`portcullis list`: what there is to detect, to decide and to set."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from rich.table import Table
from rich.text import Text

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.example import example, settings
from gateway.cli.output import console
from gateway.engine import Guard, load_models
from gateway.policy import load_policies
from gateway.resources import folder
from gateway.types import Detector

__all__ = ["register"]

Rows = list[dict[str, Any]]

MANY = 10  # categories; more are counted in a table, and listed in JSON


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=sorted(LISTS))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--yaml", action="store_true", help="settings as a commented configuration file")
    add_config(parser)
    parser.set_defaults(run=run, fail=parser.error)


def run(arguments: argparse.Namespace) -> int:
    if arguments.yaml:
        if arguments.what != "settings":
            arguments.fail("--yaml goes with `list settings`")
        print(example(), end="")
        return 0
    rows = LISTS[arguments.what](arguments)
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        _show(rows)
        if arguments.what == "detectors" and not load_models(load(config_path(arguments)).models).loaded:
            console().print("no models are loaded: only rules look at texts")
    return 0


def _detectors(arguments: argparse.Namespace) -> Rows:
    return [
        {
            "detector": detector.name,
            "categories": sorted(detector.categories),
            "reads": sorted(detector.kinds) if detector.kinds is not None else ["all kinds of text"],
            "streams": _reach(detector),
        }
        for detector in _guard(arguments).detectors
    ]


def _categories(arguments: argparse.Namespace) -> Rows:
    """What no detector of ours finds by itself is what a policy tells it to look for."""
    guard = _guard(arguments)
    names = {c: sorted(d.name for d in guard.detectors if c in d.categories) for c in sorted(guard.categories)}
    return [{"category": category, "detectors": found or ["as policies say"]} for category, found in names.items()]


def _policies(arguments: argparse.Namespace) -> Rows:
    chosen = load(config_path(arguments))
    book = load_policies([folder("policies"), *chosen.policies], _guard(arguments).categories)
    return [
        {
            "policy": name + (" (default)" if name == chosen.policy and not arguments.json else ""),
            "version": book[name].version,
            "mode": book[name].policy.mode,
            "rules": len(book[name].rules),
            "description": book[name].policy.description.strip(),
        }
        for name in book
    ]


def _settings(arguments: argparse.Namespace) -> Rows:
    return [{"setting": s.name, "default": s.default, "help": s.help} for s in settings()]


def _guard(arguments: argparse.Namespace) -> Guard:
    return Guard(models=load_models(load(config_path(arguments)).models))


LISTS: dict[str, Callable[[argparse.Namespace], Rows]] = {
    "detectors": _detectors,
    "categories": _categories,
    "policies": _policies,
    "settings": _settings,
}


def _reach(detector: Detector) -> str:
    if detector.reach is None:
        return "judges the whole text"
    return f"looks at up to {detector.reach} characters"


def _show(rows: Rows) -> None:
    table = Table(*rows[0], header_style="bold")
    for row in rows:
        table.add_row(*(Text(_cell(name, value)) for name, value in row.items()))
    out = console()
    out.print(table)
    out.print(f"{len(rows)} in all")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, list):
        return str(value)
    if name == "categories" and len(value) > MANY:
        families = Counter(category.partition("/")[0] for category in value)
        return ", ".join(f"{count} of {family}/*" for family, count in families.items())
    return ", ".join(value)
