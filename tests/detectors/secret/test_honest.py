"""Honest texts give no findings, alone or all together."""

from __future__ import annotations

import pytest

from gateway.detectors.secret import secret
from tests.detectors.secret.honest import HONEST
from tests.support.tables import found

DETECTOR = secret()


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_text_has_no_secrets(text: str) -> None:
    assert found(DETECTOR, text) == []


@pytest.mark.parametrize("gap", ["\n", "\n\n", " ; "])
def test_neighbours_do_not_make_secrets_of_each_other(gap: str) -> None:
    assert found(DETECTOR, gap.join(HONEST)) == []


def test_the_table_is_large() -> None:
    assert len(set(HONEST)) >= 120
