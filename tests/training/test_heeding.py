"""Which labels a training heeds."""

from __future__ import annotations

import numpy as np
import pytest

from training.examples import HEADS
from training.heeding import Heeded, counting

SOURCES = ["gen:foreign:daily", "gen:foreign:short", "wildguard"]


def test_heads_of_all_sources_and_all_heads_of_one() -> None:
    counts = counting([Heeded.of("harm/*"), Heeded.of("gen:foreign:daily=*")], SOURCES)
    harm = np.array([head.startswith("harm/") for head in HEADS])
    assert counts[0].all()
    assert (counts[1] == harm).all()
    assert (counts[2] == harm).all()


def test_a_head_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no head is called harms"):
        Heeded.of("harms/*")
