"""Findings of several views of one text, each told once."""

from __future__ import annotations

from gateway.engine.views import judges_whole
from gateway.types import Finding, Hit

__all__ = ["distinct"]

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
    known: dict[tuple[int, str], list[Finding]] = {}
    for hit in sorted(dict.fromkeys(hits), key=lambda hit: _steps(hit.finding.via)):
        finding = hit.finding
        same = known.setdefault((id(hit.part), finding.category), [])
        other_keys = known.get((id(hit.part), "secret"), ()) if finding.category in UNKNOWN_KEYS else ()
        if finding.via != "raw" and any(_covers(other, finding) for other in (*same, *other_keys)):
            continue
        same.append(finding)
        if finding.category.startswith("secret/") and not judges_whole(finding.via):
            known.setdefault((id(hit.part), "secret"), []).append(finding)
        out.append(hit)
    return out


def _steps(via: str) -> int:
    return 0 if via == "raw" else 1 + via.count("+") + 8 * judges_whole(via)


def _covers(direct: Finding, other: Finding) -> bool:
    if direct.via == other.via or direct.score < other.score:
        return False
    if judges_whole(other.via):  # such a reading may add a letter to a value, which is no new one
        return direct.span.start < other.span.end and other.span.start < direct.span.end
    return direct.span.start <= other.span.start and other.span.end <= direct.span.end
