"""Models of three families work from a folder alone, on short texts and on long ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.detectors.onnx import Model, load_folder
from gateway.errors import ModelError, TooLargeToScan
from gateway.types import Detector, Finding, Kind, Part, Role
from tests.support.tiny_models import classifier, make, write_card

SHAPES = ("bert", "roberta", "deberta")
EACH = pytest.mark.parametrize("shape", SHAPES)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Model]:
    folder = tmp_path_factory.mktemp("models")
    return {
        (kind, shape): load_folder(make(folder / f"{kind}-{shape}", kind, shape))
        for kind in ("classifier", "tagger", "heads")
        for shape in SHAPES
    }


def best(findings: list[Finding], category: str = "injection/direct") -> Finding:
    return max((f for f in findings if f.category == category), key=lambda f: f.score)


@EACH
def test_a_classifier(models: dict[tuple[str, str], Model], shape: str) -> None:
    model = models["classifier", shape]
    assert isinstance(model, Detector)
    calm, wild = model.scan([Part("the weather is fine"), Part("the zebra is fine")])
    assert best(calm).score < 0.1
    assert best(wild).score > 0.9
    assert best(wild).span == (0, len("the zebra is fine"))
    assert best(wild).fpr == 1  # nobody measured it


@EACH
def test_a_tagger_finds_words(models: dict[tuple[str, str], Model], shape: str) -> None:
    text = "word " * 40 + "Lisbon is fine" + " word" * 40
    (findings,) = models["tagger", shape].scan([Part(text)])
    assert [text[f.span.start : f.span.end] for f in findings] == ["Lisbon"]


@EACH
def test_heads_read_what_their_card_says(models: dict[tuple[str, str], Model], shape: str) -> None:
    model = models["heads", shape]
    for part, categories in (
        (Part("the zebra", role=Role.USER), {"injection/direct"}),
        (Part("the zebra", role=Role.ASSISTANT), {"output/refusal"}),
        (Part("the zebra", role=Role.SYSTEM), set()),
        (Part("the Lisbon", role=Role.SYSTEM), {"pii/location"}),
        (Part("the zebra", kind=Kind.TOOL_NAME), set()),
    ):
        assert {f.category for f in model.scan([part])[0]} == categories


@EACH
def test_a_long_text_is_read_everywhere(models: dict[tuple[str, str], Model], shape: str) -> None:
    """E-30, E-32: at every offset, on every edge of a window."""
    model = models["classifier", shape]
    for at in range(0, 60):
        words = ["word"] * 60
        words[at] = "zebra"
        text = " ".join(words)
        (findings,) = model.scan([Part(text)])
        found = best(findings)
        assert found.score > 0.9
        assert "zebra" in text[found.span.start : found.span.end]


@EACH
def test_the_tokenizers_own_limits_do_not_count(models: dict[tuple[str, str], Model], shape: str) -> None:
    """The file says: cut at 16, pad to 16."""
    text = "word " * 30 + "zebra"
    assert best(models["classifier", shape].scan([Part(text)])[0]).score > 0.9


def test_pieces_of_a_text_are_tokenized_like_the_whole(
    models: dict[tuple[str, str], Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "the weather, is fine. the zebra  of\nLisbon " * 7
    for model in models.values():
        whole = model.open(text)
        assert whole.advance()
        monkeypatch.setattr("gateway.detectors.onnx.encode.PIECE", 37)
        pieces = model.open(text)
        while not pieces.advance():
            pass
        monkeypatch.undo()
        assert pieces.ids == whole.ids
        for start, end in zip(pieces.starts, pieces.ends, strict=True):
            assert 0 <= start <= end <= len(text)


def test_more_windows_more_caution(models: dict[tuple[str, str], Model]) -> None:
    """E-31: the same score counts for less in a long text."""
    model = models["heads", "bert"]
    short, long = model.scan([Part("the zebra"), Part("word " * 100 + "zebra")])
    assert best(short).fpr < best(long).fpr < 1
    assert best(long).fpr < 30 * best(short).fpr


@pytest.mark.parametrize("text", ["word " * 6000, "x" * (5000 * 16 + 1), "é" * (5000 * 8 + 1)])
def test_too_long_is_said(models: dict[tuple[str, str], Model], text: str) -> None:
    with pytest.raises(TooLargeToScan, match=r"5000 tokens|80000 bytes") as caught:
        models["classifier", "bert"].scan([Part(text)])
    assert (caught.value.status, caught.value.code) == (413, "too_large_to_scan")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "😀" * 50, "\x00", "é\u0301"])
def test_odd_texts(models: dict[tuple[str, str], Model], text: str) -> None:
    for model in models.values():
        (findings,) = model.scan([Part(text)])
        assert all(0 <= f.span.start < f.span.end <= len(text) for f in findings)


def test_golden_texts(tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    plain = load_folder(folder)
    golden = {"text": "the zebra", "ids": reading_ids(plain, "the zebra"), "scores": plain.golden_scores("the zebra")}
    assert "no golden" in plain.check()[0]
    assert load_folder(write_card(folder, "classifier", golden=[golden])).check() == ()
    off = {**golden, "scores": {"injection/direct": golden["scores"]["injection/direct"] - 0.002}}  # type: ignore[index]
    (problem,) = load_folder(write_card(folder, "classifier", golden=[off])).check()
    assert "injection/direct" in problem


def reading_ids(model: Model, text: str) -> list[int]:
    reading = model.open(text)
    reading.advance()
    return reading.input(next(reading.windows()))


def test_a_swapped_tokenizer_is_noticed(tmp_path: Path) -> None:
    """C-06: the same size, other ids."""
    folder = make(tmp_path / "m")
    golden = {"text": "the zebra is fine", "ids": reading_ids(load_folder(folder), "the zebra is fine")}
    path = folder / "tokenizer.json"
    data = json.loads(path.read_text())
    vocabulary = data["model"]["vocab"]
    vocabulary["zebra"], vocabulary["word"] = vocabulary["word"], vocabulary["zebra"]
    path.write_text(json.dumps(data))
    (problem,) = load_folder(write_card(folder, "classifier", golden=[golden])).check()
    assert "other token ids" in problem


def test_a_model_too_short_for_its_window_fails_its_check(tmp_path: Path) -> None:
    folder = write_card(classifier(tmp_path / "m", positions=10), "classifier")
    with pytest.raises(Exception, match=r"10 by 16"):
        load_folder(folder).check()


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("classifier", {"labels": {"A": "a/b", "B": None, "C": None}}, "gives 2 scores, the card names 3"),
        ("heads", {"heads": [{"category": "a/b"}]}, "gives 2 scores, the card names 1"),
        ("heads", {"tags": [None, "a/b", "a/c"]}, "gives 2 scores, the card names 3"),
    ],
)
def test_a_card_that_does_not_fit_the_graph(tmp_path: Path, kind: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_folder(make(tmp_path / "m", kind, **more))
