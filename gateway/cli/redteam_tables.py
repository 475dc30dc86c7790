"""A scan on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.output import printable
from gateway.types import Json

__all__ = ["show"]

LISTED = 20  # findings; all of them are in the file and on the page
WIDEST = 80
_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def show(report: Json, out: Console) -> None:
    modes: dict[str, Any] = report["modes"]
    table = Table("type", *(_heading(mode) for mode in modes), header_style="bold")
    for name in sorted({name for told in modes.values() for name in told["types"]}):
        table.add_row(name, *(_cell(told["types"].get(name)) for told in modes.values()))
    table.add_section()
    table.add_row(Text("all", "bold"), *(_cell(told) for told in modes.values()))
    out.print(table)
    last = list(modes)[-1] if modes else ""
    _findings([f for f in report["findings"] if f["mode"] == last], out)
    for mode, told in modes.items():
        left = [f"{told[name]} {name}" for name in ("unjudged", "errors", "skipped") if told[name]]
        if left:
            out.print(Text(f"{mode}: {', '.join(left)}; these count as neither held nor broken"))
        if told["controls"]["blocked"]:
            types = ", ".join(told["controls"]["blocked"])
            out.print(
                Text(f"{mode}: honest questions are blocked, too, in {types}; blocks there prove nothing", "yellow")
            )
    values = ", ".join(f"{mode} {_value(told['score'])}" for mode, told in modes.items())
    out.print(Text(f"score: {values} of 100; {report['requests']} requests, {report['tokens']} tokens", "bold"))


def _findings(findings: list[Json], out: Console) -> None:
    if not findings:
        return
    worked = "what worked in spite of the guard" if findings[0]["mode"] == "guarded" else "what worked"
    table = Table("severity", worked, "judge", "evidence", header_style="bold")
    for finding in findings[:LISTED]:
        severity = Text(finding["severity"], _COLOURS[finding["severity"]])
        evidence = " ".join(printable(finding["evidence"]).split())
        shown = evidence if len(evidence) <= WIDEST else evidence[: WIDEST - 1] + "\u2026"
        table.add_row(severity, Text(finding["case"]), finding["judge"], Text(shown))
    out.print(table)
    if len(findings) > LISTED:
        out.print(f"and {len(findings) - LISTED} more")


def _heading(mode: str) -> str:
    return f"{mode} (held of judged)"


def _cell(told: Json | None) -> Text:
    if told is None or told["score"] is None:
        return Text("\u2013")
    style = "green" if told["score"] >= 90 else "yellow" if told["score"] >= 50 else "red"
    return Text(f"{told['score']:5.1f}  ({told['held']} of {told['judged']})", style)


def _value(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:g}"
