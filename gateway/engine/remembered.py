"""
What a stream keeps of a text that has left, for detectors that no left context of fixed size is enough for: the head
of a table, however long the table is. They say themselves how little that is (`abridged`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from gateway.engine.scan import Scan, attempt, failed, original
from gateway.engine.views import Seen
from gateway.text.views import View, raw, unescaped
from gateway.types import Abridging, Detector, Finding, Part, Reading, Span

__all__ = ["Remembered"]


class Remembered:
    """Of one text. Raw, and with the escapes of its strings resolved where it is JSON."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(d for d in detectors if hasattr(d, "abridged") and isinstance(d, Abridging))
        self._kept: dict[tuple[str, Reading], str] = {}

    def scan(self, part: Part, window: str, cut: int, scan: Scan, *, ended: bool) -> None:
        """Add what is found behind the cut, and where the rest is undecided."""
        for detector in self.detectors:
            for reading, view in _views(part, window, scan.seen):
                fresh = view.index(cut)
                known = len(view.text) if ended else view.index(view.open_at)
                before = self._kept.get((detector.name, reading), "")
                text = replace(part, text=before + view.text[fresh:known])
                told, error = attempt(partial(_ask, detector, text, len(before)))
                if told is None:
                    failed(detector.name, error or ValueError(), scan.errors)
                    scan.pending = 0  # nothing more leaves
                    continue
                findings, at = told
                by = fresh - len(before)
                moved = [replace(f, span=Span(f.span.start + by, f.span.end + by)) for f in findings]
                scan.hits += original(replace(part, text=window), view, moved)
                scan.pending = min(scan.pending, view.position(max(fresh, at + by)))

    def leave(self, part: Part, window: str, before: int, cut: int, seen: list[Seen]) -> None:
        """The characters between the two have left."""
        for detector in self.detectors:
            for reading, view in _views(part, window, seen):
                key = (detector.name, reading)
                text = view.text[view.index(before) : view.index(cut)]
                self._kept[key] = detector.abridged(self._kept.get(key, "") + text)


def _ask(detector: Abridging, part: Part, size: int) -> tuple[list[Finding], int]:
    return detector.scan_behind(part, size), detector.pending(part.text)


def _views(part: Part, window: str, seen: Sequence[Seen]) -> list[tuple[Reading, View]]:
    plain = raw(window)
    if not part.json:
        return [(Reading.RAW, plain)]
    resolved = next((s.view for s in seen if s.reading is Reading.JSON), None)
    return [(Reading.RAW, plain), (Reading.JSON, resolved or unescaped(window) or plain)]
