"""
Links and images in every form that Markdown and HTML have, and what is suspicious about them.

The finding is the URL. Whether its host is welcome is for a policy to say: see `host_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gateway.detectors.link.places import BEHIND, LONGEST_URL, Place, places
from gateway.detectors.link.traits import CATEGORIES, traits
from gateway.text.hosts import host_of
from gateway.types import Finding, Kind, Part, Reading, Span

__all__ = ["Links", "host_of"]

# The longest beginning of a URL that is not yet known to be one: a scheme.
_BEGINNING = 40


class Links:
    """Stateless; safe to share between threads."""

    name = "links"
    categories = CATEGORIES
    kinds: frozenset[Kind] | None = None
    # What fetches a link folds letters of its host, and undoes no encoding of the whole link.
    readings = frozenset({Reading.RAW, Reading.JSON, Reading.NORMALISED})
    behind = BEHIND
    reach: int | None = BEHIND + LONGEST_URL + _BEGINNING

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text) for part in parts]

    def pending(self, text: str) -> int:
        begin = max(0, len(text) - BEHIND - LONGEST_URL)
        tail = text[begin:]
        return begin + min([_last_word(tail), *(place.start for place in _places(tail) if place.open)])

    def _scan(self, text: str) -> list[Finding]:
        found = [place for place in _places(text) if place.real]
        return [
            Finding(category, score, Span(place.start, place.end), self.name)
            for place in found
            for category, score in _traits(text[place.start : place.end], place.fetched)
        ]


# With each piece of a stream the same links are in sight again, and the same text is looked at for what is pending.
@lru_cache(maxsize=512)
def _traits(url: str, fetched: bool) -> tuple[tuple[str, float], ...]:
    return tuple(traits(url, fetched=fetched))


@lru_cache(maxsize=4)
def _places(text: str) -> tuple[Place, ...]:
    return tuple(places(text))


def _last_word(text: str) -> int:
    end = len(text)
    at = end
    while at > 0 and end - at < _BEGINNING and not text[at - 1].isspace():
        at -= 1
    return at
