"""
Golden exchanges: tests/dialects/golden/*.json, each what one API's document shows, field by field.

What a clock, an id or a score decides stands there as a word in angle brackets. `body` is compared whole: a field
more or less is a failure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.types import Json

__all__ = ["Exchange", "differences", "exchanges"]

FOLDER = Path(__file__).parent / "golden"

_FORMS = {
    "<hex32>": "[0-9a-f]{32}",
    "<uuid>": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "<event>": "evt_[0-9a-f]{12,32}",
    "<text>": r"(?s).+",
    "<rationale>": r"(?s).{10,400}",
    "<level>": "l1_confident|l2_very_likely|l3_likely|l4_less_likely|l5_unlikely",
    "<sha256>": "sha256=[0-9a-f]{64}",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "<token id>": "xgs_[0-9a-f]{16}",
    "<service token>": "xgs_[0-9a-f]{16}_[A-Za-z0-9_-]{32}",
    "<policy>": "plc_[0-9A-F]{9}",
    "<scan>": "scan_[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "<hex16>": "[0-9a-f]{16}",
    "<key>": "pg_live_[0-9a-f]{16}_[A-Za-z0-9_-]{32}",
    "<prefix>": "pg_live_[0-9a-f]{16}",
    "<moment>": r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z",
    "<project>": "proj_[0-9a-f]{16}",
    "<policy-id>": "policy-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "<lakera-project>": "project-[0-9]{10}",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    name: str
    path: str
    status: int
    answer: Any
    method: str = "POST"
    body: Any = None
    headers: Json = field(default_factory=dict)
    answer_headers: Json = field(default_factory=dict)


def exchanges() -> list[Exchange]:
    return [
        Exchange(name=f"{path.stem}: {case.pop('name')}", **case)
        for path in sorted(FOLDER.glob("*.json"))
        for case in json.loads(path.read_text("utf-8"))
    ]


def differences(wanted: Any, got: Any, at: str = "$") -> list[str]:
    """Where two bodies differ."""
    if isinstance(wanted, str) and wanted.startswith("<") and wanted.endswith(">"):
        return [] if _fits(wanted, got) else [f"{at}: {got!r} is no {wanted}"]
    if isinstance(wanted, dict) and isinstance(got, dict):
        if wanted.keys() != got.keys():
            return [f"{at}: fields {sorted(wanted.keys() ^ got.keys())} are on one side only"]
        return [d for key in wanted for d in differences(wanted[key], got[key], f"{at}.{key}")]
    if isinstance(wanted, list) and isinstance(got, list):
        if wanted[-1:] == ["<more>"]:
            wanted, got = wanted[:-1], got[: len(wanted) - 1]
        if len(wanted) != len(got):
            return [f"{at}: {len(got)} items instead of {len(wanted)}: {got!r}"]
        return [d for i, (w, g) in enumerate(zip(wanted, got, strict=True)) for d in differences(w, g, f"{at}[{i}]")]
    return [] if type(wanted) is type(got) and wanted == got else [f"{at}: {got!r} instead of {wanted!r}"]


def _fits(form: str, value: Any) -> bool:
    if form == "<number>":
        return type(value) in (int, float) and value >= 0
    if form == "<score>":
        return type(value) in (int, float) and 0.5 <= value <= 1
    if form == "<share>":
        return type(value) in (int, float) and 0 <= value <= 1
    if form == "<count>":
        return type(value) is int and value >= 0
    if form == "<object>":
        return isinstance(value, dict) and bool(value)
    return isinstance(value, str) and re.fullmatch(_FORMS[form], value) is not None
