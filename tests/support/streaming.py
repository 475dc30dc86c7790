"""
The promise that every streamable detector makes, checked at every cut of a text.

A stream is scanned piece by piece. That gives the findings of the whole text only if `pending` is
never too late and a finding never depends on more than `behind` characters before its span.
"""

from __future__ import annotations

from gateway.types import Detector, Finding, Kind, Part


def assert_streams(detector: Detector, text: str, kind: Kind = Kind.TEXT) -> None:
    """Every prefix and every window of the text agrees with the whole text."""
    cuts = range(len(text) + 1)
    (whole,) = detector.scan([Part(text, kind=kind)])
    _assert_inside(detector, text, whole)
    prefixes = detector.scan([Part(text[:cut], kind=kind) for cut in cuts])
    for cut, findings in zip(cuts, prefixes, strict=True):
        _assert_prefix(detector, text[:cut], findings, whole)
    starts = [cut for cut in cuts if not any(f.span.start < cut < f.span.end for f in whole)]
    origins = [max(0, cut - detector.behind - 1) for cut in starts]
    windows = detector.scan([Part(text[origin:], kind=kind) for origin in origins])
    for cut, origin, findings in zip(starts, origins, windows, strict=True):
        seen = {_key(f, origin) for f in findings if f.span.start + origin >= cut}
        due = {_key(f) for f in whole if f.span.start >= cut}
        assert seen == due, f"window from {origin} for what starts at {cut} of {text!r}"


def _assert_inside(detector: Detector, text: str, findings: list[Finding]) -> None:
    for finding in findings:
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        assert finding.category in detector.categories
        assert finding.detector == detector.name
        assert 0 < finding.score <= 1


def _assert_prefix(detector: Detector, prefix: str, findings: list[Finding], whole: list[Finding]) -> None:
    """What starts before `pending` is final: nothing there appears, changes or goes away later."""
    settled = detector.pending(prefix)
    assert 0 <= settled <= len(prefix)
    now = {_key(f) for f in findings if f.span.start < settled}
    later = {_key(f) for f in whole if f.span.start < settled}
    assert now == later, f"after {prefix!r}, settled up to {settled}"


def _key(finding: Finding, origin: int = 0) -> tuple[str, float, int, int]:
    return finding.category, finding.score, finding.span.start + origin, finding.span.end + origin
