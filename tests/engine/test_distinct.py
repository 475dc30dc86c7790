"""What several views say of the same characters is told once, and telling it takes time as the text is long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engine import distinct as module
from gateway.engine.distinct import distinct
from gateway.types import Finding, Hit, Part, Span

PART = Part("x" * 2000)


def hit(category: str, start: int, size: int, via: str = "raw", score: float = 1.0) -> Hit:
    return Hit(PART, Finding(category, score, Span(start, start + size), "d", via))


@pytest.mark.parametrize(
    ("hits", "kept"),
    [
        ([hit("pii/email", 5, 9), hit("pii/email", 5, 9, "normalised")], [0]),
        ([hit("pii/email", 5, 9), hit("pii/email", 4, 11, "normalised")], [0, 1]),
        ([hit("pii/email", 5, 9), hit("pii/phone", 5, 9, "normalised")], [0, 1]),
        ([hit("pii/email", 5, 9, score=0.6), hit("pii/email", 5, 9, "normalised")], [0, 1]),
        ([hit("secret/github_token", 5, 40), hit("secret/api_key", 9, 20, "normalised")], [0]),
        ([hit("pii/email", 0, 1900), hit("pii/email", 1500, 9, "normalised")], [0]),
        ([hit("pii/email", 120, 20), hit("pii/email", 127, 1, "normalised")], [0]),
        ([hit("pii/email", 128, 20), hit("pii/email", 120, 8, "normalised")], [0, 1]),
    ],
)
def test_what_is_told(hits: list[Hit], kept: list[int]) -> None:
    assert distinct(hits) == [hits[i] for i in kept]


HITS = st.builds(
    hit,
    st.sampled_from(["pii/email", "pii/phone", "secret/api_key", "secret/github_token"]),
    st.integers(0, 600),
    st.integers(0, 400),
    st.sampled_from(["raw", "normalised", "base64", "base64+normalised", "leet"]),
    st.sampled_from([0.5, 1.0]),
)


@given(st.lists(HITS, max_size=12))
def test_places_change_nothing(hits: list[Hit]) -> None:
    """As if everything stood in one place, and all were compared with all."""
    narrow = distinct(hits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WIDTH", 1 << 30)
        assert distinct(hits) == narrow


def test_thousands_of_findings_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    covers = module._covers

    def counted(direct: Finding, other: Finding) -> bool:
        nonlocal compared
        compared += 1
        return covers(direct, other)

    monkeypatch.setattr(module, "_covers", counted)
    hits = [hit("pii/email", at, 9, via) for via in ("raw", "normalised") for at in range(0, 60_000, 20)]
    assert len(distinct(hits)) == 3_000
    assert compared < 60_000
