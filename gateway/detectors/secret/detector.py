"""The table and the blocks as one detector."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from gateway.detectors.base import RegexDetector, Row, Table
from gateway.detectors.needles import Look, Needing
from gateway.detectors.secret import (
    beside,
    cloud,
    code_hosting,
    data,
    exported,
    generic,
    llm,
    messaging,
    monitoring,
    password,
    password_hash,
    payment,
    pin,
    private_key,
    web_token,
)
from gateway.detectors.secret.block import BlockDetector
from gateway.detectors.secret.shapes import LEFT
from gateway.types import Detector, Finding, Kind, Part, Reading

__all__ = ["secret"]

_NAME = "secret"
_ROWS = (
    *llm.ROWS,
    *cloud.ROWS,
    *code_hosting.ROWS,
    *messaging.ROWS,
    *payment.ROWS,
    *monitoring.ROWS,
    *data.ROWS,
    *password_hash.ROWS,
    *generic.ROWS,
    *password.ROWS,
    *beside.ROWS,
    *exported.ROWS,
    *pin.ROWS,
)
_BLOCKS = (*private_key.BLOCKS, *web_token.BLOCKS)

# What says less gives way to what says more about the same characters: 2 names the provider.
_RANK = {
    "secret/password": 0,
    "secret/api_key": 0,
    "secret/bearer_token": 1,
    "secret/session_cookie": 1,
    "secret/connection_string": 1,
    "secret/basic_auth_url": 1,
    "secret/basic_auth_header": 1,
}
_PROVIDER = 2


class SecretDetector(Table):
    """Immutable; safe to share between threads. Findings may overlap only where neither says more."""

    name = _NAME
    kinds: frozenset[Kind] | None = None
    readings = frozenset(Reading)

    def __init__(self) -> None:
        self._table = RegexDetector(_NAME, _ROWS, group=_opening)
        self._blocks = BlockDetector(_NAME, _BLOCKS)
        self.categories = self._table.categories | self._blocks.categories

    @property
    def reach(self) -> int | None:
        assert self._blocks.reach is not None
        return max(self._table.sieve.reach, self._blocks.reach)

    @property
    def behind(self) -> int:
        return max(self._table.behind, self._blocks.behind)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return self._merge(self._table.scan(parts), self._blocks.scan(parts))

    @property
    def sieves(self) -> tuple[Needing, ...]:
        return (*self._table.sieves, self._blocks.begun)

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        blocks = self._blocks.scan_seen(parts, looks)
        found = self._merge(self._table.scan_seen(parts, looks), blocks)
        if any(found) and any(look.near is not None for look in looks):
            # What gives way to what depends on all that is there.
            whole = [look.whole() for look in looks]
            found = self._merge(self._table.scan_seen(parts, whole), blocks)
        return found

    def _merge(self, rows: list[list[Finding]], blocks: list[list[Finding]]) -> list[list[Finding]]:
        return [_most_telling([*r, *b]) if r or b else [] for r, b in zip(rows, blocks, strict=True)]

    def pending(self, text: str) -> int:
        return min(self._table.pending(text), self._blocks.pending(text))


@cache
def secret() -> Detector:
    """Credentials of all kinds; categories `secret/*`. Compiling the table takes a moment: all share one."""
    return SecretDetector()


def _opening(row: Row) -> str:
    """Tokens begin where a word does, values after a name anywhere: two automata are smaller than one."""
    return "edge" if row.pattern.startswith(LEFT) else "name"


def _most_telling(findings: list[Finding]) -> list[Finding]:
    """
    Drop a finding that lies inside one of a higher rank. Whatever covers a finding begins no later
    than it, so what is settled before `pending` stays settled.
    """
    ordered = sorted(findings, key=lambda f: (f.span.start, -f.span.end, -_rank(f), f.category))
    reached = [0, 0, 0]  # for each rank, the furthest end of the findings so far
    kept = []
    for finding in ordered:
        rank = _rank(finding)
        if all(end < finding.span.end for end in reached[rank + 1 :]):
            kept.append(finding)
        reached[rank] = max(reached[rank], finding.span.end)
    return kept


def _rank(finding: Finding) -> int:
    return _RANK.get(finding.category, _PROVIDER)
