"""Rewrite one text: overlapping replacements become one, and JSON stays JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.text.json_text import Replacement, begins_json, fit
from gateway.types import Effect, Kind, Part, Span, Transcript, Violation

__all__ = ["Replacement", "as_json", "may_be_json", "render", "replacements"]


def may_be_json(part: Part) -> bool:
    """What a model says may be JSON where nothing declares it: its beginning decides."""
    return part.kind is Kind.TEXT and not part.json


def as_json(answer: Transcript) -> Transcript:
    """The same answer, its texts that are JSON marked as such: what reads them must be able to, edited or not."""
    if not any(may_be_json(part) and begins_json(part.text) for part in answer.parts):
        return answer
    parts = (replace(p, json=True) if may_be_json(p) and begins_json(p.text) else p for p in answer.parts)
    return replace(answer, parts=tuple(parts))


def replacements(
    text: str, violations: Iterable[Violation], *, json: bool = False, inside_string: bool = False
) -> list[Replacement]:
    """
    What to put where, sorted, without overlaps.

    Where findings overlap, their union is replaced once, by what the longest of them asks for: no
    part of any of them stays readable.
    """
    wanted = sorted(
        (v for v in violations if v.effect is Effect.REDACT and v.replacement is not None),
        key=lambda v: (v.hit.finding.span.start, -v.hit.finding.span.end),
    )
    clusters: list[tuple[Span, Violation]] = []
    for violation in wanted:
        span = violation.hit.finding.span
        if clusters and span.start < clusters[-1][0].end:
            outer, best = clusters[-1]
            clusters[-1] = (Span(outer.start, max(outer.end, span.end)), max(best, violation, key=_weight))
        else:
            clusters.append((span, violation))
    out = [Replacement(span, v.replacement or "") for span, v in clusters]
    return fit(text, out, inside_string) if json else out


def render(text: str, start: int, end: int, edits: Sequence[Replacement]) -> str:
    """`text[start:end]` with the replacements that lie in it made."""
    out: list[str] = []
    at = start
    for edit in edits:
        if edit.span.start < start or edit.span.end > end:
            continue
        out += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    out.append(text[at:end])
    return "".join(out)


def _weight(violation: Violation) -> tuple[bool, int, float, str]:
    """Hiding a value goes before restoring one; then the longer, the more certain."""
    finding = violation.hit.finding
    return (
        violation.action != "restore",
        finding.span.end - finding.span.start,
        finding.score,
        finding.category,
    )
