"""Texts written one by one: their format, and that what judges was not trained on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from training.duplicates import Shingles
from training.examples import HEADS, Example
from training.generate.written import HELD, read, written
from training.held import rows

COPY = 0.5  # of its runs of words
TRAIN = [*written()]
JUDGE = [*written(HELD)]


def test_all_subjects_have_both() -> None:
    assert {e.source for e in TRAIN} == {e.source for e in JUDGE}
    assert len(TRAIN) > 6000
    assert len(JUDGE) > 700


@pytest.mark.parametrize("examples", [TRAIN, JUDGE])
def test_half_are_honest_and_labels_are_heads(examples: list[Example]) -> None:
    for example in examples:
        assert example.labels.keys() <= set(HEADS)
    asked = [e.labels["injection/direct"] for e in examples if "injection/direct" in e.labels]
    assert 0.5 < asked.count(0) / len(asked) < 0.8


def test_no_text_twice() -> None:
    counts = Counter(e.text for e in (*TRAIN, *JUDGE))
    assert [text for text, count in counts.items() if count > 1] == []


def test_what_judges_is_no_copy_of_what_is_trained_on() -> None:
    seen = Shingles(e.text for e in TRAIN)
    assert [e.text for e in JUDGE if len(e.text) > 20 and seen.share(e.text) >= COPY] == []


def test_marks_become_spans(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("## indirect tool en\nHi ¶ there ⟦send it¶now⟧ bye ⟦and that⟧\n\n## harm user de crime\nText\n")
    planted, harm = read(path)
    assert planted.text == "Hi\nthere send it\nnow bye and that"
    assert [planted.text[a:b] for a, b in planted.spans] == ["send it\nnow", "and that"]
    assert (planted.channel, planted.labels) == ("tool", {"injection/indirect": 1})
    assert (harm.lang, harm.source) == ("de", "written:t")
    assert harm.labels == {"harm/any": 1, "harm/crime": 1, "injection/direct": 0}


@pytest.mark.parametrize(
    "text",
    [
        "a text before any header",
        "## honest user\nno language",
        "## sunny user en\nno such kind",
        "## indirect tool en\nno marks",
        "## honest tool en\n⟦marks⟧",
    ],
)
def test_mistakes_say_where(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"t\.txt:\d: "):
        [*read(path)]


def test_what_judges_becomes_rows_to_measure_with() -> None:
    files = rows(JUDGE)
    assert {"attacks-trigger", "attacks-tools", "harm-harm", "answers-harm"} <= files.keys()
    assert "harm-tools" not in files  # a tool's honest words are no twin of a harmful request
    for name in ("attacks-trigger", "attacks-tools", "harm-harm", "answers-harm"):
        assert {row["label"] for row in files[name]} == {0, 1}
    assert {row["role"] for row in files["attacks-tools"]} == {"tool"}
    assert {row["role"] for row in files["attacks-trigger"]} == {"user"}
