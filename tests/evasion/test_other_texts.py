"""Texts that the views were not built with are caught in their disguises, but for a few."""

from __future__ import annotations

import pytest

from benchmarks.evasion import other
from benchmarks.other_texts import LATER, OTHERS
from gateway.detectors import BUILTIN
from gateway.redteam.transforms import TRANSFORMS

MOST = 0.02  # measured: OTHERS 0.0001, LATER 0.0013
OF_ONE = 0.08  # of one technique


@pytest.mark.parametrize("texts", [OTHERS, LATER], ids=["others", "later"])
def test_few_get_through_in_any_technique(texts: tuple[tuple[str, str], ...]) -> None:
    row = other([build() for build in BUILTIN], "some", texts, seeds=(50,))
    assert row["disguised"] == len(texts) * len(TRANSFORMS)
    assert max(row["missed"].values(), default=0) <= OF_ONE * len(texts), row["missed"]
    assert sum(row["missed"].values()) <= MOST * row["disguised"], row["missed"]
