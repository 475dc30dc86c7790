"""The figures as tables for a terminal, or in Markdown for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["Rows", "deliver", "figure", "markdown", "relay_tables", "show"]

Figures = Mapping[str, Any]


class Rows:
    """A table in the making: a title, columns, and cells that are strings already."""

    def __init__(self, title: str, *columns: str) -> None:
        self.title = title
        self.columns = columns
        self.rows: list[Sequence[str]] = []

    def add(self, *cells: str) -> None:
        assert len(cells) == len(self.columns)
        self.rows.append(cells)


def figure(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def show(console: Console, tables: Iterable[Rows]) -> None:
    for rows in tables:
        table = Table(title=rows.title, title_justify="left", title_style="bold")
        for index, column in enumerate(rows.columns):
            text = all(not _is_figure(row[index]) for row in rows.rows)
            table.add_column(column, justify="left" if text else "right", no_wrap=not text)
        for row in rows.rows:
            table.add_row(*map(Text, row))  # not str: cells may look like markup
        console.print(table)
        console.print()


def markdown(tables: Iterable[Rows]) -> str:
    blocks = []
    for rows in tables:
        text = [all(not _is_figure(row[i]) for row in rows.rows) for i in range(len(rows.columns))]
        lines = [
            f"**{rows.title}**",
            "",
            _line(rows.columns),
            _line(["---" if t else "---:" for t in text]),
            *map(_line, rows.rows),
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def deliver(
    console: Console, tables: Sequence[Rows], report: Figures, json: Path | None = None, page: Path | None = None
) -> None:
    """Show the tables; write all figures, or the tables in Markdown, where asked."""
    show(console, tables)
    if json:
        json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if page:
        page.write_text(markdown(tables))


def relay_tables(report: Figures) -> list[Rows]:
    """Every table of one run of the relay benchmark."""
    tables = []
    if report["cells"]:
        derived = _derived(report["derived"], "bare"), _derived(report["derived_direct"], "direct")
        tables = [_cells(report["cells"]), *derived]
    if report["streaming"]:
        tables.append(_streaming(report["streaming"], report["options"]))
    if report["targets"]:
        tables.append(_targets(report["targets"]))
    return tables


def _cells(cells: Sequence[Figures]) -> Rows:
    rows = Rows(
        "Whole answers, closed loop",
        "prompt (bytes)", "connections", "system", "requests/s", "p50 (ms)", "p99 (ms)", "CPU (us/request)", "CPU (%)",
        "peak RSS (MB)", "errors",
    )  # fmt: skip
    for cell in cells:
        rows.add(
            f"{cell['size']:,}",
            str(cell["connections"]),
            cell["system"],
            figure(cell["rps"], 0),
            figure(cell["p50_ms"]),
            figure(cell["p99_ms"]),
            figure(cell["cpu_us"], 0),
            _percent(cell["cpu_share"]),
            figure(cell["peak_rss_mb"], 0),
            str(sum(cell["errors"].values())),
        )
    return rows


def _derived(derived: Sequence[Figures], base: str) -> Rows:
    rows = Rows(
        f"The gateway against the {base} relay",
        "prompt (bytes)", "connections", "added p50 (ms)", "added p99 (ms)", "added CPU (us/request)", "throughput (%)",
        "by CPU (%)",
    )  # fmt: skip
    for row in derived:
        rows.add(
            f"{row['size']:,}",
            str(row["connections"]),
            figure(row["added_p50_ms"]),
            figure(row["added_p99_ms"]),
            figure(row["added_cpu_us"], 0),
            _percent(row["throughput_ratio"]),
            _percent(row["cpu_ratio"]),
        )
    return rows


_STREAMED = (
    ("request_ms", 1, "request to first text (ms)"),
    ("first_ms", 2, "first text behind the upstream (ms)"),
    ("first_chunks", 1, "first text behind the upstream (chunks)"),
    ("first_most_chunks", 0, "first text behind the upstream (chunks, most)"),
    ("word_p50_ms", 2, "a word behind the upstream, p50 (ms)"),
    ("word_p99_ms", 2, "a word behind the upstream, p99 (ms)"),
    ("word_mean_chunks", 2, "a word behind the upstream (chunks, mean)"),
    ("word_max_chunks", 0, "a word behind the upstream (chunks, most)"),
    ("gap_p50_ms", 2, "between deliveries, p50 (ms)"),
    ("gap_p99_ms", 2, "between deliveries, p99 (ms)"),
    ("deliveries", 0, "deliveries of text"),
    ("cpu_us", 0, "CPU (us/chunk)"),
    ("streams", 0, "streams"),
)


def _streaming(streaming: Mapping[str, Figures], options: Figures) -> Rows:
    rows = Rows(f"Streamed answers: {options['chunks']} words, one each {options['gap_ms']:g} ms", "", *streaming)
    for name, digits, label in _STREAMED:
        rows.add(label, *(figure(f.get(name), digits) for f in streaming.values()))
    rows.add("errors", *(str(sum(f["errors"].values())) for f in streaming.values()))
    return rows


def _targets(targets: Sequence[Figures]) -> Rows:
    rows = Rows("Targets", "target", "limit", "measured", "met")
    for target in targets:
        rows.add(target["target"], target["limit"], target["value"], "yes" if target["met"] else "no")
    return rows


def _percent(share: float | None) -> str:
    return figure(None if share is None else 100 * share, 0)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _is_figure(cell: str) -> bool:
    return cell[:1].isdigit() or (cell[:1] == "-" and cell[1:2].isdigit())
