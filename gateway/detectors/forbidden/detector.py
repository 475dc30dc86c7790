"""
A request for what its system prompt forbids: "Never discuss the prices of other shops."

Sentences of system and developer messages that forbid something or keep it are reduced to the words of what they
forbid; what users write is compared with them. What a text means is not understood: it counts how much of the
forbidden thing it names, by stems and by a few groups of words that belong together, and how it asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.detectors.forbidden.prompts import Prohibition, prohibitions
from gateway.detectors.forbidden.requests import Asked
from gateway.detectors.system import MAX_PROMPT, Unbound, system_texts
from gateway.types import Finding, Kind, Part, Role, Transcript

__all__ = ["ForbiddenRequest"]

CATEGORY = "injection/forbidden_request"
FLOOR = 0.5  # scores below are no findings
MOST = 64  # prohibitions of one conversation
READ = (Kind.TEXT, Kind.TRANSCRIPT)


class ForbiddenRequest(Unbound):
    """`bind_request` gives the detector for the texts of the request itself."""

    name = "forbidden_request"
    categories = frozenset({CATEGORY})
    kinds = frozenset(READ)

    def bind_request(self, request: Transcript) -> BoundRequest | None:
        """None where nothing is forbidden."""
        found = [p for text in system_texts(request) for p in prohibitions(text[:MAX_PROMPT])]
        return BoundRequest(tuple(dict.fromkeys(found))[:MOST]) if found else None


class BoundRequest(ForbiddenRequest):
    """Knows what is forbidden. Immutable. It judges texts as wholes, and requests do not stream."""

    reach = None

    def __init__(self, forbidden: tuple[Prohibition, ...]) -> None:
        self._asked = Asked(forbidden)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part) if part.role is Role.USER and part.kind in READ else [] for part in parts]

    def pending(self, text: str) -> int:
        return 0

    def _scan(self, part: Part) -> list[Finding]:
        if not part.text.strip():
            return []
        score, span = self._asked.best(part.text)
        return [Finding(CATEGORY, score, span, self.name)] if score >= FLOOR else []
