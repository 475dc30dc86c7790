"""Whatever a phrase of the shipped tables has begun with waits in a stream, for rows taken from all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, matches
from gateway.detectors.injection import indirect_injection, injection, planted_orders
from gateway.detectors.refusal import Refusals

EVERY = 12
TABLES = (injection(), indirect_injection(), planted_orders(), Refusals()._table)
ROWS = [
    pytest.param(table, row, id=f"{table.name}-{row}") for table in TABLES for row in range(0, len(table.rows), EVERY)
]


def _values(table: RegexDetector, row: int, data: bytes) -> Iterator[tuple[int, int]]:
    """Where the row's values begin and end in this text, in characters."""
    for match in islice(matches(*table._patterns[row], data), 3):
        yield len(data[: match.value_start].decode()), len(data[: match.value_end].decode())


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_a_phrase_waits_from_its_first_character(table: RegexDetector, row: int) -> None:
    pattern = re.compile(table.rows[row].pattern, re.ASCII)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(pattern), st.data())
    def check(text: str, data: st.DataObject) -> None:
        encoded = text.encode("utf-8", "replace")
        text = encoded.decode()
        for begin, end in _values(table, row, encoded):
            for cut in {begin + 1, end, data.draw(st.integers(begin + 1, end))}:
                assert table.pending(text[:cut]) <= begin

    check()


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("Ignore all prev", True),
        ("Ignore all \u017fy\u017ftem", True),  # a long s is an s where case does not count
        ("Ignore all the noise and sleep well. ", False),
        ("The quick brown fox", False),
    ],
)
def test_what_may_go_on_waits_and_other_text_does_not(text: str, waits: bool) -> None:
    assert (TABLES[0].pending(text) == 0) is waits
