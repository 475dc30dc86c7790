"""
Run detectors over texts, in every view. A detector that fails is data, not an exception: the policy
decides what its silence means. This is the one place below the web that catches all exceptions.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import perf_counter

from gateway.detectors.base import Table
from gateway.detectors.needles import Joint, Look
from gateway.detectors.sieve import Sieve
from gateway.text.views import View, raw, unescaped
from gateway.types import Detector, Finding, Hit, Part, Span

__all__ = ["Scan", "scan_parts", "scan_window"]

log = logging.getLogger("gateway.engine")


@dataclass(slots=True)
class Scan:
    """What all detectors found. `pending`: where in the text undecided characters begin."""

    hits: list[Hit] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    pending: int = 0


def scan_parts(detectors: Sequence[Detector], parts: Sequence[Part]) -> Scan:
    """Whole texts, each in every view."""
    out = Scan()
    if not parts:
        return out
    seen = [_Seen(p, v, p if v.starts is None else replace(p, text=v.text)) for p in parts for v in _views(p, p.text)]
    began = perf_counter()
    looks = _looks(detectors, [one.read for one in seen])
    out.timings_ms["literals"] = (perf_counter() - began) * 1000
    for detector in detectors:
        kinds = detector.kinds
        mine = [i for i, one in enumerate(seen) if kinds is None or one.part.kind in kinds]
        if not mine:
            continue
        began = perf_counter()
        found = _run(detector, [seen[i].read for i in mine], out.errors, looks and [looks[i] for i in mine])
        for i, findings in zip(mine, found, strict=True):
            if findings:
                out.hits += [Hit(seen[i].part, _original(f, seen[i].view)) for f in findings]
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A part in one of its views; `read` is what detectors get."""

    part: Part
    view: View
    read: Part


def _looks(detectors: Sequence[Detector], parts: Sequence[Part]) -> list[Look] | None:
    """One look at each text for the literals of all tables; None where that fails, then each looks for itself."""
    sieves = tuple(sieve for detector in detectors if isinstance(detector, Table) for sieve in detector.sieves)
    try:
        joint = _joint(sieves)
        return [joint.look(part.text.encode()) for part in parts]
    except Exception as e:  # text that is no Unicode, say: each detector will fail by itself, and closed
        log.warning("no common look", extra={"error": type(e).__name__})
        return None


@lru_cache(maxsize=16)
def _joint(sieves: tuple[Sieve, ...]) -> Joint:
    return Joint(sieves, small=True)


def _views(part: Part, text: str) -> list[View]:
    views = [raw(text)]
    if part.json and (view := unescaped(text)) is not None:
        views.append(view)
    return views


def _original(finding: Finding, view: View) -> Finding:
    if view.starts is None:
        return finding
    return replace(finding, span=view.original(finding.span), via=view.name)


def _run(
    detector: Detector, parts: Sequence[Part], errors: list[str], looks: Sequence[Look] | None = None
) -> list[list[Finding]]:
    try:
        found = (
            detector.scan(parts)
            if looks is None or not isinstance(detector, Table)
            else detector.scan_seen(parts, looks)
        )
        _check(detector, parts, found)
    except Exception as e:  # whatever a detector raises is a failed scan, never a clean one
        _failed(detector, e, errors)
        return [[] for _ in parts]
    return found


def _pending(detector: Detector, text: str, errors: list[str]) -> int:
    try:
        return detector.pending(text)
    except Exception as e:  # as above; and nothing more leaves
        _failed(detector, e, errors)
        return 0


def _check(detector: Detector, parts: Sequence[Part], found: list[list[Finding]]) -> None:
    if len(found) != len(parts):
        raise ValueError("a list of findings is missing")
    for part, findings in zip(parts, found, strict=True) if any(found) else ():
        for f in findings:
            if not 0 <= f.span.start <= f.span.end <= len(part.text):
                raise ValueError("a span lies outside the text")
            if not 0 <= f.score <= 1:
                raise ValueError("a score is not between 0 and 1")


def _failed(detector: Detector, error: Exception, errors: list[str]) -> None:
    # The type only: messages may quote the text that was scanned.
    log.error("detector failed", extra={"detector": detector.name, "error": type(error).__name__})
    name = f"{detector.name}: {type(error).__name__}"
    if name not in errors:
        errors.append(name)
