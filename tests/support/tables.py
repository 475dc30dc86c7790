"""Run a detector over one text and show what it found, for tables of positives and near-misses."""

from __future__ import annotations

from gateway.types import Detector, Kind, Part


def found(detector: Detector, text: str, kind: Kind = Kind.TEXT) -> list[tuple[str, str]]:
    """(category, matched text) in order of position."""
    (findings,) = detector.scan([Part(text, kind=kind)])
    return [(f.category, text[f.span.start : f.span.end]) for f in sorted(findings, key=lambda f: f.span)]


def categories(detector: Detector, text: str, kind: Kind = Kind.TEXT) -> set[str]:
    return {category for category, _ in found(detector, text, kind)}
