"""Ids of scans, pages, and what is looked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.sagexai_results import event_id, page_of, scan_id
from gateway.errors import RequestError


@given(st.integers(0, (1 << 128) - 1))
def test_an_id_leads_back(number: int) -> None:
    event = f"evt_{number:032x}"
    scan = scan_id(event)
    assert re.fullmatch("scan_[0-7][0-9A-HJKMNP-TV-Z]{25}", scan)
    assert event_id(scan) == event_id(scan.lower()) == event


@given(st.integers(0, (1 << 128) - 1), st.integers(0, (1 << 128) - 1))
def test_ids_sort_as_events_do(one: int, other: int) -> None:
    ids = [f"evt_{number:032x}" for number in (one, other)]
    assert sorted(ids) == sorted(ids, key=scan_id)


@pytest.mark.parametrize(
    "scan",
    ["", "scan_", "scan_01H", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "scan_81ARZ3NDEKTSV4RRFFQ69G5FAV", "scan_" + "U" * 26],
)
def test_what_is_no_id(scan: str) -> None:
    assert event_id(scan) is None


def test_pages() -> None:
    assert (page_of({}).number, page_of({}).size, page_of({}).skip) == (1, 25, 0)
    page = page_of({"page": "3", "per_page": "100", "project_id": "p", "scan_id": "no"})
    assert (page.skip, page.project, page.event) == (200, "p", "")


@pytest.mark.parametrize(
    "query",
    [{"page": "0"}, {"page": "-1"}, {"page": "x"}, {"page": "\u0663"}, {"page": "9" * 30}, {"per_page": "101"}],
)
def test_pages_that_are_none(query: dict[str, str]) -> None:
    with pytest.raises(RequestError):
        page_of(query)
