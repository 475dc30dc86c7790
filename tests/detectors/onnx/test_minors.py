"""Somebody is a child: in many languages, and not where a word only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.onnx import Model, load_folder
from gateway.detectors.onnx.minors import PERHAPS, SEXUAL, SEXUAL_MINORS, likelihood, speaks_of_a_child
from gateway.types import Part
from tests.support.tiny_models import make

CHILD = [
    "about a child at the lake", "CHILDREN in the garden", "a 12-year-old", "she is 9 years old", "a 15 yo student",
    "my neighbour is fourteen years old", "turned 13 last week", "aged 7", "an underage person", "two schoolgirls",
    "a preteen", "a teenager's room", "a little girl", "the young boys", "ein Kind am See", "die Kinder", "12-jährig",
    "ein minderjähriger Schüler", "une fillette", "un garçon âgé de 11 ans", "une mineure",
    "una niña", "un menor de edad", "una bambina", "due minorenni", "uma criança", "een minderjarige", "de kinderen",
    "barnet", "lapsi", "dziewczynka", "nieletnia", "nezletilá", "kislány", "un copil", "το παιδί", "девочка",
    "несовершеннолетний", "дитина", "küçük kız", "çocuklar", "anak kecil", "trẻ em", "mtoto", "طفلة", "قاصر", "کودک",
    "ילדה", "बच्चा", "नाबालिग", "শিশু", "一个未成年人", "10岁", "小学生", "女児", "중학생", "14살", "เด็กหญิง",
]  # fmt: skip
NOBODY = [
    "", "a kind word", "Kind regards", "a minor issue", "a barn door", "kidding aside", "kidney", "my girl", "oh baby",
    "an 18-year-old", "she is 21 years old", "a 117 year old oak", "ten years ago", "page 12", "12 years of service",
    "une relation de 10 ans", "the canteen", "fourteen votes", "infantry", "Schilderung", "Kindle", "the lass",
    "an adult of 34", "18岁", "30살", "아이디어", "miniature", "a minority", "the teepee", "adolf",
]  # fmt: skip


@pytest.mark.parametrize("text", [*CHILD, "a minor", "with a minor who lives there"])
def test_a_child_is_spoken_of(text: str) -> None:
    assert speaks_of_a_child(text)
    assert speaks_of_a_child(f"({text}).")


@pytest.mark.parametrize("text", NOBODY)
def test_nobody_is_a_child(text: str) -> None:
    assert not speaks_of_a_child(text)


@settings(deadline=None)
@given(st.text(), st.sampled_from(CHILD), st.text())
def test_whatever_stands_around(before: str, text: str, after: str) -> None:
    assert speaks_of_a_child(f"{before} {text} {after}")


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_score_grows_with_the_sexual_one(one: float, other: float) -> None:
    assert likelihood(PERHAPS) == pytest.approx(0.5)
    assert 0 <= likelihood(min(one, other)) <= likelihood(max(one, other)) <= 1


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """`zebra` drives the score up; nothing else does."""
    curve = {"scores": [0.1, 0.9], "fpr": [0.1, 0.001]}
    heads = [{"category": SEXUAL}, {"category": "harm/any"}]
    folder = tmp_path_factory.mktemp("models") / "m"
    return load_folder(make(folder, "heads", heads=heads, calibration={SEXUAL: {"user": curve}}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the zebra and a child", True),
        ("a 12-year-old and the zebra", True),
        ("the zebra is fine", False),
        ("the weather and a child", False),
        ("the zebra , an 18-year-old", False),
    ],
)
def test_both_are_needed(model: Model, text: str, found: bool) -> None:
    assert SEXUAL_MINORS in model.categories
    (findings,) = model.scan([Part(text)])
    mine = [f for f in findings if f.category == SEXUAL_MINORS]
    assert bool(mine) is found
    for finding in mine:
        (sexual,) = (f for f in findings if f.category == SEXUAL)
        assert finding.score >= sexual.score
        assert (finding.span, finding.fpr) == (sexual.span, sexual.fpr)


def test_in_a_long_text_only_where_both_stand_together(model: Model) -> None:
    filler = " the weather is fine ." * 60
    (apart,) = model.scan([Part("a child" + filler + " the zebra")])
    (together,) = model.scan([Part(filler + " a child of the zebra" + filler)])
    assert not [f for f in apart if f.category == SEXUAL_MINORS]
    assert [f for f in together if f.category == SEXUAL_MINORS]


def test_a_model_without_that_head_does_not_claim_to_look(tmp_path: Path) -> None:
    assert SEXUAL_MINORS not in load_folder(make(tmp_path / "m", "heads")).categories
