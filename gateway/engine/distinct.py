"""Findings of several views of one text, each told once."""

from __future__ import annotations

from gateway.engine.views import judges_whole
from gateway.types import Finding, Hit

__all__ = ["distinct"]

WIDTH = 128  # characters of a place
UNKNOWN_KEYS = ("secret/api_key", "secret/generic")  # known by nothing but their name and their looks


def distinct(hits: list[Hit]) -> list[Hit]:
    """
    Without those that say of the same characters what a more direct view says: the same category,
    at least as certain, on a stretch that holds theirs. A key of no known kind is not said again of a known one.
    Hits of one detector come view by view.
    """
    if len(hits) < 2:
        return hits
    direct = [hit for hit in dict.fromkeys(hits) if hit.finding.via == "raw"]
    if len(direct) == len(hits):
        return direct
    out: list[Hit] = []
    known: dict[tuple[int, str], _Places] = {}
    for hit in sorted(dict.fromkeys(hits), key=lambda hit: _steps(hit.finding.via)):
        finding = hit.finding
        same = known.setdefault((id(hit.part), finding.category), _Places())
        other_keys = known.get((id(hit.part), "secret")) if finding.category in UNKNOWN_KEYS else None
        if finding.via != "raw" and (same.cover(finding) or (other_keys is not None and other_keys.cover(finding))):
            continue
        same.add(finding)
        if finding.category.startswith("secret/") and not judges_whole(finding.via):
            known.setdefault((id(hit.part), "secret"), _Places()).add(finding)
        out.append(hit)
    return out


class _Places:
    """Findings by where they stand: a text with thousands of them is no reason to compare all with all."""

    def __init__(self) -> None:
        self._by_place: dict[int, list[Finding]] = {}

    def add(self, finding: Finding) -> None:
        for place in _places(finding):
            self._by_place.setdefault(place, []).append(finding)

    def cover(self, finding: Finding) -> bool:
        return any(_covers(other, finding) for place in _places(finding) for other in self._by_place.get(place, ()))


def _places(finding: Finding) -> range:
    return range(finding.span.start // WIDTH, finding.span.end // WIDTH + 1)


def _steps(via: str) -> int:
    return 0 if via == "raw" else 1 + via.count("+") + 8 * judges_whole(via)


def _covers(direct: Finding, other: Finding) -> bool:
    if direct.via == other.via or direct.score < other.score:
        return False
    if judges_whole(other.via):  # such a reading may add a letter to a value, which is no new one
        return direct.span.start < other.span.end and other.span.start < direct.span.end
    return direct.span.start <= other.span.start and other.span.end <= direct.span.end
