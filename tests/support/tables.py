"""Run a detector over one text and show what it found, for tables of positives and near-misses."""

from __future__ import annotations

from functools import cache

from gateway.detectors.base import Table
from gateway.detectors.needles import Joint
from gateway.types import Detector, Kind, Part


@cache
def _joint(detector: Table) -> Joint:
    return Joint(detector.sieves)


def found(detector: Detector, text: str, kind: Kind = Kind.TEXT) -> list[tuple[str, str]]:
    """(category, matched text) in order of position: by the detector alone and, the same, with the engine's look."""
    part = Part(text, kind=kind)
    (findings,) = detector.scan([part])
    if isinstance(detector, Table):
        (seen,) = detector.scan_seen([part], [_joint(detector).look(text.encode("utf-8", "surrogatepass"))])
        assert seen == findings, "the engine's look finds something else"
    return [(f.category, text[f.span.start : f.span.end]) for f in sorted(findings, key=lambda f: f.span)]


def categories(detector: Detector, text: str, kind: Kind = Kind.TEXT) -> set[str]:
    return {category for category, _ in found(detector, text, kind)}
