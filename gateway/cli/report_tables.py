"""The figures of an evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from gateway.types import Json

__all__ = ["auc_cell", "share", "tables"]


def share(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def auc_cell(figures: Json) -> str:
    """With a star where the negatives are those of the pool."""
    if figures["auc"] is None and figures["auc_against_pool"] is not None:
        return share(figures["auc_against_pool"]) + "*"
    return share(figures["auc"])


def tables(report: Json) -> Iterator[Table]:
    """No texts, but for the examples where the report has them."""
    yield _detectors(report)
    yield _policy(report)
    if any(s["entities"] for s in report["sets"]):
        yield _entities(report)
    if report["evasion"]:
        yield _evasion(report)
    for figures in report["sets"]:
        if any(figures.get("examples", {}).values()):
            yield _examples(figures)


def _detectors(report: Json) -> Table:
    """What scores tell, whatever the policy."""
    pool = report["pool"]
    pooled = ["FP\n@1%"] if pool else []
    table = _table("detectors", "n", "pos", "neg", "AUC", "recall\n@1%", *pooled, "recall\n@0.1%")
    for s in report["sets"]:
        at = s["at_fpr"]
        cells = [str(s["rows"]), str(s["positives"]), str(s["negatives"]), auc_cell(s), share(at["0.01"]["recall"])]
        cells += [share(at["0.01"]["fpr"])] if pool else []
        table.add_row(Text(s["set"]), *cells, share(at["0.001"]["recall"]))
    return table


def _policy(report: Json) -> Table:
    title = f"policy {report['policy']['name']}, {report['least']} or more"
    table = _table(title, "precision", "recall", "F1", "FP", "p50\nms", "p99\nms")
    for s in report["sets"]:
        cells = [share(s["policy"][name]) for name in ("precision", "recall", "f1", "fpr")]
        table.add_row(Text(s["set"]), *cells, *(share(s["latency_ms"][name], 2) for name in ("p50", "p99")))
    return table


def _entities(report: Json) -> Table:
    table = _table(
        "spans", "label", "true", "found", "precision", "recall", "F1", "overlap P", "overlap R", "overlap F1"
    )
    for s in report["sets"]:
        for label, figures in s["entities"].items():
            rates = [
                share(figures[how][name]) for how in ("exact", "overlap") for name in ("precision", "recall", "f1")
            ]
            table.add_row(Text(s["set"]), Text(label), str(figures["true"]), str(figures["found"]), *rates)
    return table


def _evasion(report: Json) -> Table:
    table = Table(title="caught texts that are still caught in disguise", title_justify="left", header_style="bold")
    table.add_column("technique")
    table.add_column("family")
    for name in ("texts", "caught", "share", "95 %"):
        table.add_column(name, justify="right")
    for e in sorted(report["evasion"], key=lambda e: (e["share"] is None, e["share"], e["technique"])):
        interval = " - ".join(share(end, 2) for end in e["share_95"] or ())
        table.add_row(e["technique"], e["family"], str(e["texts"]), str(e["caught"]), share(e["share"]), interval)
    return table


def _examples(figures: Json) -> Table:
    table = Table(title=Text(f"mistakes in {figures['set']}"), title_justify="left", header_style="bold")
    for name in ("", "line", "score", "found", "text"):
        table.add_column(name, overflow="fold")
    for what, examples in figures["examples"].items():
        for e in examples:
            found = ", ".join(e["categories"])
            table.add_row(what.replace("_", " "), str(e["line"]), share(e["score"], 2), Text(found), Text(e["text"]))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", header_style="bold")
    table.add_column("set", overflow="fold")
    for name in columns:
        table.add_column(name, justify="left" if name == "label" else "right", no_wrap=True)
    return table
