"""
Run detectors over texts, in every view. A detector that fails is data, not an exception: the policy
decides what its silence means. This is the one place below the web that catches all exceptions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TypeVar

from gateway.text.views import View, raw, unescaped
from gateway.types import Detector, Finding, Hit, Part, Span

__all__ = ["Scan", "attempt", "failed", "original", "scan_parts", "scan_window", "texts_for"]

log = logging.getLogger("gateway.engine")

T = TypeVar("T")


@dataclass(slots=True)
class Scan:
    """
    What all detectors found. `pending`: where in the text undecided characters begin. `overloaded`: models
    that had no time for it.
    """

    hits: list[Hit] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    pending: int = 0
    overloaded: list[str] = field(default_factory=list)

    def add(self, other: Scan) -> None:
        self.hits += other.hits
        self.errors += other.errors
        self.overloaded += other.overloaded
        self.timings_ms |= other.timings_ms


def scan_parts(detectors: Sequence[Detector], parts: Sequence[Part]) -> Scan:
    """Whole texts, each in every view."""
    out = Scan()
    views = [(part, view) for part in parts for view in _views(part, part.text)]
    for detector in detectors:
        mine = [(p, v) for p, v in views if detector.kinds is None or p.kind in detector.kinds]
        if not mine:
            continue
        texts = [part if view.starts is None else replace(part, text=view.text) for part, view in mine]
        began = perf_counter()
        found = _run(detector, texts, out.errors)
        for (part, view), findings in zip(mine, found, strict=True):
            out.hits += [Hit(part, _original(f, view)) for f in findings]
        out.timings_ms[detector.name] = out.timings_ms.get(detector.name, 0) + (perf_counter() - began) * 1000
    out.hits = list(dict.fromkeys(out.hits)) if len(out.hits) > 1 else out.hits
    return out


def scan_window(detectors: Sequence[Detector], part: Part, window: str, cut: int) -> Scan:
    """
    The end of a growing text. Each detector gets what has not left plus its own left context.

    A finding whose context would begin at the first character of a window is never in the fresh
    part: the window begins `behind` + 1 characters before it.
    """
    out = Scan(pending=len(window))
    text_of_window = replace(part, text=window)
    for view in _views(part, window):
        fresh = view.index(cut)
        for detector in detectors:
            if detector.kinds is not None and part.kind not in detector.kinds:
                continue
            begin = max(0, fresh - detector.behind - 1)
            text = view.text[begin:] if begin else view.text
            (findings,) = _run(detector, [replace(part, text=text)], out.errors)
            for finding in findings:
                moved = replace(finding, span=Span(finding.span.start + begin, finding.span.end + begin))
                out.hits.append(Hit(text_of_window, _original(moved, view)))
            out.pending = min(out.pending, view.open_at, view.position(_pending(detector, text, out.errors) + begin))
    out.hits = list(dict.fromkeys(out.hits)) if len(out.hits) > 1 else out.hits
    return out


def texts_for(part: Part) -> list[tuple[Part, View]]:
    """What a model reads of a text: what its characters stand for."""
    view = _views(part, part.text)[-1]
    return [(part if view.starts is None else replace(part, text=view.text), view)]


def original(part: Part, view: View, findings: Sequence[Finding]) -> list[Hit]:
    return [Hit(part, _original(f, view)) for f in findings]


def attempt(work: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """The result of some work of a model, or its fault."""
    try:
        return work(), None
    except Exception as e:  # as below: it becomes data, for whoever waits for the result
        return None, e


def failed(name: str, error: BaseException, errors: list[str]) -> None:
    """Note a fault: the type only, messages may quote the text that was scanned."""
    log.error("detector failed", extra={"detector": name, "error": type(error).__name__})
    line = f"{name}: {type(error).__name__}"
    if line not in errors:
        errors.append(line)


def _views(part: Part, text: str) -> list[View]:
    views = [raw(text)]
    if part.json and (view := unescaped(text)) is not None:
        views.append(view)
    return views


def _original(finding: Finding, view: View) -> Finding:
    if view.starts is None:
        return finding
    return replace(finding, span=view.original(finding.span), via=view.name)


def _run(detector: Detector, parts: Sequence[Part], errors: list[str]) -> list[list[Finding]]:
    try:
        found = detector.scan(parts)
        _check(detector, parts, found)
    except Exception as e:  # whatever a detector raises is a failed scan, never a clean one
        failed(detector.name, e, errors)
        return [[] for _ in parts]
    return found


def _pending(detector: Detector, text: str, errors: list[str]) -> int:
    try:
        return detector.pending(text)
    except Exception as e:  # as above; and nothing more leaves
        failed(detector.name, e, errors)
        return 0


def _check(detector: Detector, parts: Sequence[Part], found: list[list[Finding]]) -> None:
    if len(found) != len(parts):
        raise ValueError("a list of findings is missing")
    for part, findings in zip(parts, found, strict=True):
        for f in findings:
            if not 0 <= f.span.start <= f.span.end <= len(part.text):
                raise ValueError("a span lies outside the text")
            if not 0 <= f.score <= 1:
                raise ValueError("a score is not between 0 and 1")
