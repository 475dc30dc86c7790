"""The figures of an evaluation as one page that needs nothing else: no scripts, no fonts, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from gateway.cli.evaluation import Evaluation
from gateway.cli.html import document
from gateway.cli.report_svg import histogram, precision_recall, roc
from gateway.cli.report_tables import auc_cell, share
from gateway.types import Json

__all__ = ["page"]

STYLE = """\
:root { color-scheme: light dark; --page: #fcfcfb; --text: #1c1c1a; --dim: #5f5e59; --line: #dddcd6;
  --benign: #3574c4; --positive: #d0611c; --curve: #1c1c1a; }
@media (prefers-color-scheme: dark) { :root { --page: #191918; --text: #ecebe6; --dim: #a3a29b; --line: #3a3a37;
  --benign: #6ba2ea; --positive: #ec8a4c; --curve: #ecebe6; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 82rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p { color: var(--dim); margin: .2rem 0 .8rem; max-width: 60rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: right; white-space: pre; }
td { vertical-align: top; }
th { color: var(--dim); font-weight: 600; vertical-align: bottom; white-space: normal; }
th.name, td.name { text-align: left; } td.text { text-align: left; white-space: pre-wrap; overflow-wrap: anywhere;
  min-width: 24rem; font-family: ui-monospace, monospace; font-size: .8rem; }
.charts { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
.charts p { align-self: center; }
svg { display: block; width: 100%; max-width: 26rem; height: auto; }
svg text { fill: var(--dim); font-size: 10px; } svg .title { fill: var(--text); font-size: 12px; font-weight: 600; }
.grid { stroke: var(--line); stroke-width: 1; }
.benign { fill: var(--benign); } .positive { fill: var(--positive); }
.curve { fill: none; stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; }
.chance { fill: none; stroke: var(--dim); stroke-width: 1; stroke-dasharray: 3 4; }
.policy { fill: var(--positive); stroke: var(--page); stroke-width: 2; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em 0 .9em; }
.key.benign { background: var(--benign); } .key.positive { background: var(--positive); }
.key.dot { background: var(--positive); border-radius: 50%; }
"""

KEY = (
    '<p><span class="key benign" style="margin-left:0"></span>benign<span class="key positive"></span>positive'
    '<span class="key dot"></span>what the policy does; the dashed line is chance. Point at a mark for its figures.</p>'
)


def page(report: Json, evaluations: Sequence[Evaluation]) -> str:
    """`report` and `evaluations` are of the same sets, in the same order."""
    policy = report["policy"]
    over = f"{report['pool']} texts of the benign pool" if report["pool"] else "each set's own negatives"
    body = [
        "<h1>Evaluation</h1>",
        f"<p>Portcullis {escape(report['portcullis'])}, policy {escape(policy['name'])} ({escape(policy['version'])}). "
        f"Precision, recall, F1 and false positives are of what this policy does: {report['least']} or more. "
        f"Recall at 1 % and 0.1 % is where so many of {over} score higher. "
        f"{'A star: the benign texts are those of the pool. ' if report['pool'] else ''}"
        "Below a share: its 95 % interval (Wilson).</p>",
        _sets(report),
        *_entities(report),
        KEY,
    ]
    for figures, evaluation in zip(report["sets"], evaluations, strict=True):
        body.append(f"<h2>{escape(figures['set'])}</h2>")
        body.append(f'<div class="charts">\n{_charts(figures, evaluation)}\n</div>')
        body += _examples(figures)
    body += _evasion(report)
    return document("Portcullis: evaluation", STYLE, body)


def _sets(report: Json) -> str:
    unlabelled = ["no label"] if any(s["unlabelled"] for s in report["sets"]) else []
    pooled = ["false positives at that cut"] if report["pool"] else []
    columns = [
        "texts", "positive", "benign", *unlabelled, "AUC", "recall at 1 %", *pooled, "recall at 0.1 %", "precision",
        "recall", "F1", "false positives", "p50 (ms)", "p99 (ms)",
    ]  # fmt: skip
    rows = []
    for s in report["sets"]:
        policy, one, tenth = s["policy"], s["at_fpr"]["0.01"], s["at_fpr"]["0.001"]
        rows.append(
            [
                s["set"],
                *(str(s[name]) for name in ("rows", "positives", "negatives")),
                *([str(s["unlabelled"])] if unlabelled else []),
                auc_cell(s),
                _with(one["recall"], one["recall_95"]),
                *([share(one["fpr"])] if report["pool"] else []),
                _with(tenth["recall"], tenth["recall_95"]),
                share(policy["precision"]),
                _with(policy["recall"], policy["recall_95"]),
                share(policy["f1"]),
                _with(policy["fpr"], policy["fpr_95"]),
                *(share(s["latency_ms"][name], 2) for name in ("p50", "p99")),
            ]
        )
    return _table(["set", *columns], rows, left=(0,))


def _entities(report: Json) -> Iterator[str]:
    rows = []
    for s in report["sets"]:
        for label, e in s["entities"].items():
            rates = [share(e[how][name]) for how in ("exact", "overlap") for name in ("precision", "recall", "f1")]
            rows.append([s["set"], label, str(e["true"]), str(e["found"]), *rates])
    if rows:
        columns = ["set", "label", "true", "found", "precision", "recall", "F1"]
        yield "<h2>Spans</h2>"
        yield _table([*columns, "overlap precision", "overlap recall", "overlap F1"], rows, left=(0, 1))


def _evasion(report: Json) -> Iterator[str]:
    if report["evasion"]:
        ordered = sorted(report["evasion"], key=lambda e: (e["share"] is None, e["share"], e["technique"]))
        rows = [
            [e["technique"], e["family"], str(e["texts"]), str(e["caught"]), _with(e["share"], e["share_95"])]
            for e in ordered
        ]
        yield "<h2>Disguises</h2>"
        yield "<p>Of the positive texts that are caught as they are: the share that is still caught in disguise.</p>"
        yield _table(["technique", "family", "texts", "caught", "share"], rows, left=(0, 1))


def _charts(figures: Json, evaluation: Evaluation) -> str:
    positives = evaluation.positives
    negatives = evaluation.negatives or list(evaluation.pool)
    if not positives and not negatives:
        return "<p>No labels: nothing to draw.</p>"
    charts = [histogram(positives, negatives)]
    if not positives or not negatives:
        missing = "benign" if positives else "positive"
        return "\n".join([*charts, f"<p>No curves: there are no {missing} texts in it.</p>"])
    policy = figures["policy"]
    at = [(policy["fpr"], policy["recall"]), (policy["recall"], policy["precision"])] if evaluation.negatives else []
    dots = [point if None not in point else None for point in at] or [None, None]
    charts += [roc(positives, negatives, dots[0]), precision_recall(positives, negatives, dots[1])]
    if not evaluation.negatives:
        charts.append("<p>The benign texts are those of the pool.</p>")
    return "\n".join(charts)


def _examples(figures: Json) -> Iterator[str]:
    for what, examples in figures.get("examples", {}).items():
        if examples:
            rows = [[str(e["line"]), share(e["score"], 2), ", ".join(e["categories"]), e["text"]] for e in examples]
            yield f"<h3>{escape(what.replace('_', ' '))}</h3>"
            yield _table(["line", "score", "found", "text"], rows, left=(2, 3), text=3)


def _table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[int], text: int | None = None
) -> str:
    """Figures stand at the right, the columns of `left` do not; one may hold a long text."""

    def kind(index: int) -> str:
        return ' class="text"' if index == text else ' class="name"' if index in left else ""

    names = [' class="name"' if index in left else "" for index in range(len(columns))]
    head = "".join(f'<th scope="col"{name}>{escape(column)}</th>' for name, column in zip(names, columns, strict=True))
    lines = ("".join(f"<td{kind(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) for row in rows)
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _with(value: float | None, interval: Sequence[float] | None) -> str:
    return share(value) if value is None or interval is None else f"{share(value)}\n{_range(interval)}"


def _range(interval: Sequence[float]) -> str:
    return "\u2013".join(share(end, 2) for end in interval)
