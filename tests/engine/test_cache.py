"""Bounded by bytes, least recently used first out, and never another's answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.onnx import Meaning, Model, Output, Said, load_folder
from gateway.engine.cache import Cache, text_key, window_key
from gateway.types import Finding, Kind, Part, Role, Span
from tests.support.tiny_models import make

FINDING = Finding("a/b", 0.5, Span(0, 1), "m")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=80), st.integers(0, 8000))
def test_it_never_outgrows_its_limit(puts: list[tuple[int, int]], limit: int) -> None:
    cache = Cache(limit)
    for key, findings in puts:
        cache.keep_said(bytes([key]), Said((FINDING,) * findings))
        assert cache.size <= limit
    assert cache.size >= 300 * len(cache)
    if not len(cache):
        assert cache.size == 0


def test_what_was_used_last_stays() -> None:
    cache = Cache(3 * 600)
    for name in (b"a", b"b", b"c"):
        cache.keep_said(name, Said((FINDING,)))
    assert cache.said(b"a") == Said((FINDING,))
    cache.keep_said(b"d", Said((FINDING,)))
    assert cache.said(b"b") is None
    assert cache.said(b"a") == Said((FINDING,))
    assert (cache.hits, cache.misses) == (2, 1)


def test_arrays_count_with_their_bytes() -> None:
    cache = Cache(4096)
    cache.keep_output(b"w", Output(np.zeros(2000, np.float32)))
    assert cache.output(b"w") is None
    cache.keep_output(b"w", Output(np.zeros(500, np.float32)))
    assert cache.output(b"w") is not None
    assert cache.size >= 2000
    cache.keep_said(b"t", Said(meaning=Meaning(np.zeros((2, 600), np.float32), (Span(0, 1), Span(1, 2)))))
    assert cache.said(b"t") is None


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_folder(make(tmp_path_factory.mktemp("models") / "m"))


def test_all_that_the_answer_depends_on_is_in_the_key(model: Model, tmp_path: Path) -> None:
    part = Part("text", role=Role.USER, kind=Kind.TEXT, name="n")
    measured = make(tmp_path / "m", calibration={"injection/direct": {"user": {"scores": [0.5], "fpr": [0.1]}}})
    keys = {
        text_key(model, part, "one"),
        text_key(model, part, "two"),
        text_key(model, replace(part, text="text "), "one"),
        text_key(model, replace(part, role=Role.TOOL), "one"),
        text_key(model, replace(part, kind=Kind.DOCUMENT), "one"),
        text_key(model, replace(part, name="m"), "one"),
        text_key(load_folder(measured), part, "one"),
    }
    assert len(keys) == 7
    assert text_key(model, replace(part, path=("x",), message=3), "one") in keys  # where it stands is no matter
    assert window_key(model, [1, 23], "") != window_key(model, [12, 3], "")


def test_fields_do_not_run_into_each_other(model: Model) -> None:
    assert text_key(model, Part("b", name="a"), "") != text_key(model, Part("ab", name=""), "")
