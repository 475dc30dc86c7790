"""A scan for what reads results by machine: SARIF 2.1.0 and JUnit's XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote
from xml.etree import ElementTree

from gateway.redteam.journal import About
from gateway.redteam.model import Result, Ruling, Severity
from gateway.redteam.report import exchange
from gateway.redteam.score import findings, settled
from gateway.types import Json

__all__ = ["junit", "sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://pypi.org/project/portcullis-gateway/"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# What code hosts sort by.
_NUMBERS = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def sarif(about: About, results: Sequence[Result]) -> Json:
    """One result for each attack that worked; the rule is its type."""
    broken = findings(settled(results))
    types = sorted({result.type for result in broken})
    place = f"redteam/{quote(about.model, safe='')}"
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "portcullis redteam",
                        "version": about.portcullis or "0",
                        "informationUri": HOME,
                        "rules": [_rule(type, about, broken) for type in types],
                    }
                },
                "invocations": [{"executionSuccessful": any(r.ruling is not Ruling.ERROR for r in results)}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, types.index(result.type), place) for result in broken],
                "properties": {"model": about.model, "target": about.target, "seed": about.seed, "packs": about.packs},
            }
        ],
    }


def _rule(type: str, about: About, broken: Sequence[Result]) -> Json:
    worst = min((r.severity for r in broken if r.type == type), key=lambda s: s.rank)
    return {
        "id": type,
        "name": "".join(word.title() for word in type.split("-")),
        "shortDescription": {"text": about.titles.get(type, type)},
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": {"tags": ["security", "llm"], "security-severity": _NUMBERS[worst]},
    }


def _result(result: Result, index: int, place: str) -> Json:
    return {
        "ruleId": result.type,
        "ruleIndex": index,
        "level": _LEVELS[result.severity],
        "message": {"text": f"{result.goal} It worked as {result.case} ({result.mode}). Seen: {result.evidence}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": place}},
                "logicalLocations": [{"fullyQualifiedName": f"{result.case}/{result.mode}", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"caseAndMode/v1": f"{result.case}/{result.mode}"},
        "properties": {
            "severity": result.severity.value,
            "strategy": result.strategy,
            "judge": result.judge,
            "exchange": exchange(result),
        },
    }


def junit(about: About, results: Sequence[Result]) -> str:
    """A suite for each mode and type, a test for each case. What nobody could judge is skipped, never passed."""
    root = ElementTree.Element("testsuites", name="portcullis redteam")
    attacks = settled(results)
    for mode, type in sorted({(r.mode, r.type) for r in attacks}):
        mine = [r for r in attacks if (r.mode, r.type) == (mode, type)]
        counts = {ruling: sum(r.ruling is ruling for r in mine) for ruling in Ruling}
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=f"{mode}.{type}",
            tests=str(len(mine)),
            failures=str(counts[Ruling.BROKEN]),
            errors=str(counts[Ruling.ERROR]),
            skipped=str(counts[Ruling.UNJUDGED] + counts[Ruling.SKIPPED]),
            time=f"{sum(r.latency_ms for r in mine) / 1000:.3f}",
        )
        for result in mine:
            _test(suite, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _test(suite: ElementTree.Element, result: Result) -> None:
    names = {
        "classname": f"{result.mode}.{result.type}",
        "name": result.case,
        "time": f"{result.latency_ms / 1000:.3f}",
    }
    test = ElementTree.SubElement(suite, "testcase", {name: _legal(value) for name, value in names.items()})
    if result.ruling is Ruling.HELD:
        return
    kind = {Ruling.BROKEN: "failure", Ruling.ERROR: "error"}.get(result.ruling, "skipped")
    what = ElementTree.SubElement(test, kind, message=_legal(f"{result.goal} {result.judge}: {result.evidence}"))
    if result.ruling is Ruling.BROKEN:
        what.set("type", result.severity.value)
        what.text = _legal("\n\n".join(f"{m['role']}: {m['content']}" for m in exchange(result)))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
