"""Readiness is proven: each built-in detector has a known text, and a broken one is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.detectors import BUILTIN
from gateway.detectors.needles import Joint, Needing
from gateway.engine import scan
from gateway.engine.selftest import PROBES, self_test
from gateway.types import OF_ONE_TEXT, Detector, Finding, Kind, Part, Span


@pytest.fixture(scope="module")
def detectors() -> list[Detector]:
    return [build() for build in BUILTIN]


def test_every_built_in_detector_has_a_known_text(detectors: list[Detector]) -> None:
    assert {d.name for d in detectors} == set(PROBES)


def test_all_built_in_detectors_pass(detectors: list[Detector]) -> None:
    assert self_test(detectors) == ()


class Wrong:
    categories = frozenset({"pii/email"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 10
    behind = 0
    name = "pii"

    def __init__(self, how: str) -> None:
        self._how = how

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        if self._how == "broken":
            raise OSError
        if self._how == "blind":
            return [[] for _ in parts]
        return [[Finding("pii/email", 1.0, Span(0, 1), self.name)] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


@pytest.mark.parametrize(
    ("how", "says"), [("broken", "OSError"), ("blind", "did not find pii/email"), ("eager", "harmless")]
)
def test_one_that_is_wrong_is_named(how: str, says: str) -> None:
    (reason,) = self_test([Wrong(how)])
    assert reason.startswith("pii: ")
    assert says in reason


def test_what_tables_look_for_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each automaton of all literals takes tens of megabytes."""
    built: list[int] = []

    class Counted(Joint):
        def __init__(self, sieves: Sequence[Needing]) -> None:
            built.append(len(sieves))
            super().__init__(sieves)

    monkeypatch.setattr(scan, "Joint", Counted)
    detectors = [build() for build in BUILTIN]
    assert self_test(detectors) == ()
    for kind in Kind:
        scan.scan_parts(detectors, [Part("Which of these two is better?", kind=kind)])
    assert len(built) == 1
