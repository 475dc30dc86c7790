"""A scan as one page that needs nothing else: no scripts, no fonts, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from gateway.cli.html import document
from gateway.cli.output import printable
from gateway.types import Json

__all__ = ["page"]

STYLE = """\
:root { color-scheme: light dark; --page: #fcfcfb; --text: #1c1c1a; --dim: #5f5e59; --line: #dddcd6; --box: #f2f1ec;
  --direct: #d0611c; --guarded: #3574c4; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #191918; --text: #ecebe6; --dim: #a3a29b; --line: #3a3a37;
  --box: #242422; --direct: #ec8a4c; --guarded: #6ba2ea; --bad: #f2837b; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p { color: var(--dim); margin: .2rem 0 .8rem; }
.scores { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.2rem 0; }
.score { border: 1px solid var(--line); border-left: 6px solid var(--c); border-radius: 6px; padding: .7rem 1.1rem;
  min-width: 14rem; }
.score b { display: block; font-size: 2.4rem; line-height: 1.1; }
.score span { color: var(--dim); font-size: .88rem; display: block; }
.direct { --c: var(--direct); } .guarded { --c: var(--guarded); }
.bars { border-collapse: collapse; width: 100%; font-size: .9rem; }
.bars th { text-align: left; font-weight: 400; padding: .35rem .8rem .35rem 0; width: 13rem; vertical-align: middle; }
.bars td { padding: .2rem 0; border-bottom: 1px solid var(--line); } .bars th { border-bottom: 1px solid var(--line); }
.bar { display: grid; grid-template-columns: 1fr 8.5rem; gap: .7rem; align-items: center; }
.bar i { display: block; height: .7rem; background: var(--box); border-radius: 3px; overflow: hidden; }
.bar i u { display: block; height: 100%; background: var(--c); }
.bar span { color: var(--dim); font-variant-numeric: tabular-nums; white-space: nowrap; font-size: .82rem; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .4em 0 1em;
  background: var(--c); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .45rem 0; padding: .5rem .9rem; }
summary { cursor: pointer; } summary small { color: var(--dim); }
.sev { display: inline-block; min-width: 4.3rem; font-weight: 600; font-size: .82rem; }
.critical, .high { color: var(--bad); }
pre { background: var(--box); border-radius: 4px; padding: .5rem .7rem; margin: .3rem 0; white-space: pre-wrap;
  overflow-wrap: anywhere; font: .82rem/1.4 ui-monospace, monospace; }
.who { color: var(--dim); font-size: .82rem; margin: .5rem 0 0; }
@media (max-width: 40rem) { .bars th { width: 7rem; } .bar { grid-template-columns: 1fr; gap: .1rem; } }
.warn { border-left: 4px solid var(--bad); padding-left: .8rem; }
"""

NAMES = {"direct": "the model alone", "guarded": "with the guard in front"}


def page(report: Json) -> str:
    """`report` is that of gateway.redteam.report."""
    modes: dict[str, Any] = report["modes"]
    began = f", begun {escape(report['began'])}" if report["began"] else ""
    policy = f", policy {escape(report['policy'])}" if report["policy"] else ""
    body = [
        "<h1>Red-team scan</h1>",
        f"<p>Model {_shown(report['model'])} at {_shown(report['target'])}, Portcullis {escape(report['portcullis'])}"
        f"{policy}, attacks {escape(report['packs'])}, seed {report['seed']}{began}. "
        f"{report['requests']} requests, {report['tokens']} tokens.</p>",
        '<div class="scores">',
        *(_score(mode, modes[mode]) for mode in modes),
        "</div>",
        *_doubts(modes),
        "<h2>By type</h2>",
        _key(modes),
        _bars(modes, "types", report["titles"]),
        "<h2>By strategy</h2>",
        _bars(modes, "strategies", {}),
        "<h2>What worked</h2>",
        *_findings(report["findings"]),
    ]
    return document(f"Red-team scan of {report['model']}", STYLE, body)


def _score(mode: str, told: Json) -> str:
    counts = f"{told['held']} of {told['judged']} attacks held"
    beside = [f"{told[name]} {name}" for name in ("unjudged", "errors", "skipped") if told[name]]
    worst = ", ".join(f"{count} {name}" for name, count in told["severities"].items() if count)
    return (
        f'<div class="score {escape(mode)}"><span>{escape(NAMES.get(mode, mode))}</span><b>{_value(told["score"])}</b>'
        f"<span>{counts}</span><span>{'worked: ' + worst if worst else 'none worked'}</span>"
        f"<span>{', '.join(beside)}</span></div>"
    )


def _doubts(modes: dict[str, Any]) -> Iterator[str]:
    for mode, told in modes.items():
        blocked = told["controls"]["blocked"]
        if blocked:
            yield (
                f'<p class="warn">{escape(NAMES.get(mode, mode).capitalize())}, honest questions are blocked, too: in '
                f"{escape(', '.join(blocked))}. What was blocked there counts as neither held nor broken.</p>"
            )


def _key(modes: dict[str, Any]) -> str:
    keys = (f'<span class="key {escape(mode)}"></span>{escape(NAMES.get(mode, mode))}' for mode in modes)
    return f"<p>Share of the judged attacks that held: {''.join(keys)}</p>"


def _bars(modes: dict[str, Any], group: str, titles: Json) -> str:
    names = sorted({name for told in modes.values() for name in told[group]})
    rows = []
    for name in names:
        bars = "".join(_bar(mode, told[group][name]) for mode, told in modes.items() if name in told[group])
        rows.append(f'<tr><th scope="row">{escape(titles.get(name, name))}</th><td>{bars}</td></tr>')
    return '<table class="bars">\n' + "\n".join(rows) + "\n</table>"


def _bar(mode: str, told: Json) -> str:
    width = told["score"] or 0
    words = f"{_value(told['score'])} ({told['held']} of {told['judged']})"
    return f'<div class="bar {escape(mode)}"><i><u style="width:{width}%"></u></i><span>{words}</span></div>'


def _findings(findings: Sequence[Json]) -> Iterator[str]:
    if not findings:
        yield "<p>None of the attacks that could be judged.</p>"
    for finding in findings:
        other = finding.get("other")
        beside = f"; {escape(other['mode'])}: {escape(other['ruling'])}" if other else ""
        said = "\n".join(
            f'<p class="who">{escape(str(message["role"]))}</p><pre>{_shown(str(message["content"]))}</pre>'
            for message in finding["exchange"]
        )
        yield (
            f'<details><summary><span class="sev {escape(finding["severity"])}">{escape(finding["severity"])}</span> '
            f"{escape(finding['case'])} <small>{escape(finding['mode'])}{beside}</small></summary>\n"
            f"<p>{_shown(finding['goal'])}</p>\n"
            f"<p>Seen by {escape(finding['judge'])}: {_shown(finding['evidence'])}</p>\n{said}\n</details>"
        )


def _shown(text: str) -> str:
    """What is invisible is shown as an escape: a reader must see what was sent."""
    return escape(printable(text))


def _value(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:g}"
