"""Cards are strict, and their curves say what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.onnx.card import Card, Curve, Reads, load_card
from gateway.errors import ModelError
from gateway.text.channels import channel_of
from gateway.types import Direction, Kind, Part, Role

CURVE = Curve(scores=(0.1, 0.5, 0.9), fpr=(0.1, 0.01, 0.001))
GOOD = {"version": 1, "name": "m", "kind": "classifier", "labels": {"A": "injection/direct", "B": None}}


@pytest.mark.parametrize(("score", "fpr"), [(0.1, 0.1), (0.5, 0.01), (0.9, 0.001)])
def test_a_curve_is_exact_where_it_was_measured(score: float, fpr: float) -> None:
    assert CURVE.at(score) == pytest.approx(fpr)


def test_below_the_first_score_nothing_is_known() -> None:
    assert CURVE.at(0.05) == 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_curve_falls(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= CURVE.at(high) <= CURVE.at(low) * (1 + 1e-9)


def test_past_the_last_score_it_falls_on() -> None:
    assert 1e-9 < CURVE.at(0.999) < 1e-4


@pytest.mark.parametrize(
    ("curve", "score", "fpr"),
    [
        (Curve(scores=(0.5,), fpr=(0.01,)), 0.99, 0.01),
        (Curve(scores=(0.5,), fpr=(0.0,)), 0.99, 0.0),
        (Curve(scores=(0.2, 0.5), fpr=(0.1, 0.0)), 0.6, 0.1),  # none seen is not none
        (Curve(scores=(0.999999999, 1.0), fpr=(0.1, 0.01)), 1.0, 0.01),
    ],
)
def test_short_curves(curve: Curve, score: float, fpr: float) -> None:
    assert curve.at(score) == pytest.approx(fpr)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": 1}, "colour"),
        ({"version": 2}, "version"),
        ({"name": "No Name"}, "name"),
        ({"labels": {}}, "labels"),
        ({"labels": {"A": "Injection"}}, "labels.A"),
        ({"heads": [{"category": "a/b"}]}, "heads"),
        ({"window": {"tokens": 256, "stride": 250}}, "overlap"),
        ({"calibration": {"a/b": {"user": {"scores": [0.5, 0.4], "fpr": [0.1, 0.01]}}}}, "ascend"),
        ({"calibration": {"a/b": {"user": {"scores": [0.4, 0.5], "fpr": [0.01, 0.1]}}}}, "rise"),
        ({"calibration": {"a/b": {"mail": {"scores": [0.4], "fpr": [0.01]}}}}, "mail"),
        ({"kind": "heads", "labels": {}}, "heads"),
        ({"kind": "heads", "labels": {}, "heads": [{"category": "a/b"}, {"category": "a/b"}]}, "twice"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, object], says: str) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump({**GOOD, **change}))
    with pytest.raises(ModelError, match=says):
        load_card(path)


def test_free_blocks_and_categories() -> None:
    card = Card.model_validate({**GOOD, "data": {"any": [1]}, "quality": "fine", "speed": None})
    assert card.categories == {"injection/direct"}
    assert card.fpr("injection/direct", "user", 0.99) == 1


@pytest.mark.parametrize(
    ("part", "channel"),
    [
        (Part("hi"), "user"),
        (Part("hi", role=Role.SYSTEM), "user"),
        (Part("hi", kind=Kind.DOCUMENT), "document"),
        (Part("hi", role=Role.TOOL), "tool"),
        (Part("hi", role=Role.SYSTEM, kind=Kind.TOOL_DESCRIPTION), "tool"),
        (Part("hi", role=Role.ASSISTANT), "answer"),
        (Part("look:\n```py\nprint(1)\nprint(2)\n```"), "code"),
        (Part("what does `x` do in ```y``` if I call it with a long list of arguments?"), "user"),
    ],
)
def test_channels(part: Part, channel: str) -> None:
    assert channel_of(part) == channel


@pytest.mark.parametrize(
    ("reads", "part", "covered"),
    [
        (Reads(), Part("x"), True),
        (Reads(), Part("x", kind=Kind.TOOL_NAME), False),
        (Reads(kinds=(Kind.TOOL_NAME,)), Part("x", kind=Kind.TOOL_NAME), True),
        (Reads(roles=(Role.TOOL,)), Part("x"), False),
        (Reads(directions=(Direction.OUTPUT,)), Part("x", role=Role.ASSISTANT), True),
        (Reads(directions=(Direction.OUTPUT,)), Part("x"), False),
    ],
)
def test_what_a_head_reads(reads: Reads, part: Part, covered: bool) -> None:
    assert reads.covers(part) is covered
