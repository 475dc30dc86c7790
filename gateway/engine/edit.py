"""Rewrite one text: overlapping replacements become one, and JSON stays JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from json import dumps

from gateway.text.json_text import Replacement, begins_json, fit
from gateway.types import Effect, Kind, Part, Span, Transcript, Violation

__all__ = ["NEAR", "Replacement", "as_json", "may_be_json", "render", "replacements"]

REVERSIBLE = ("placeholder", "restore")
NEAR = 32  # characters before a value that are looked at for its key

_KEY = re.compile(r'(?<!\\)((?:\\|\\{3}|\\{7})?)"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}$')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


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
    text: str, violations: Iterable[Violation], *, json: bool = False, inside_string: bool = False, before: str = ""
) -> list[Replacement]:
    """
    What to put where, sorted, without overlaps. `before`: what stands in front of the text.

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
    out = [Replacement(span, _as_value(text, span, v, json, before)) for span, v in clusters]
    return fit(text, out, inside_string) if json else out


def _as_value(text: str, span: Span, violation: Violation, json: bool, before: str) -> str:
    """
    What is put in; in quotes where a number is replaced that is the value of a key, in JSON in a fence, behind words or
    in a string of other JSON. A number that comes back (a placeholder) is left one.
    """
    value = violation.replacement or ""
    if violation.action in REVERSIBLE or not _NUMBER.fullmatch(text, span.start, span.end):
        return value
    front = text[max(0, span.start - NEAR) : span.start]
    key = _KEY.search(front if len(front) == NEAR else before[-NEAR:] + front)
    if key is None:
        return value
    depth = (len(key[1]) + 1).bit_length() - 1  # no backslash before the quote, one, three, seven
    if json and not depth:
        return value  # `fit` sees to it
    value = dumps(value, ensure_ascii=False)
    for _ in range(depth - json):
        value = dumps(value, ensure_ascii=False)[1:-1]
    return value


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
