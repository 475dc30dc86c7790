"""United Kingdom and Ireland."""

from __future__ import annotations

from stdnum.gb import nhs, utr
from stdnum.ie import pps

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import not_repeated, on_digits
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]

_NO_PREFIX = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))


def _nino(value: str) -> bool:
    """HMRC NIM39110: these prefixes were never given out; QQ is HMRC's own example."""
    return value[:2].upper() not in _NO_PREFIX and not_repeated(value)


ROWS = (
    Row("pii/uk_nhs", near(r"\d{3}[ -]?\d{3}[ -]?\d{4}", "nhs|nhs number|nhs no"), on_digits(nhs.is_valid)),
    Row("pii/uk_nino", alone(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), _nino, score=0.9),
    Row(
        "pii/uk_nino",
        near(
            r"(?i:[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d])",
            "ni number|nino|national insurance|national insurance (?:number|no)",
        ),
        _nino,
    ),
    Row(
        "pii/uk_utr",
        near(r"\d{5} ?\d{5}", "utr|utr number|unique taxpayer reference|tax reference"),
        on_digits(utr.is_valid),
    ),
    Row("pii/uk_passport", labelled(r"\d{9}", r"(?:u\.?k\.?|british|gb) passport"), not_repeated, score=0.9),
    Row(
        "pii/uk_driving_licence",
        alone(r"[A-Z]{1,5}9{0,4}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}"),
        lambda v: len(v) == 16,
    ),
    Row(
        "pii/ie_pps",
        near(r"\d{7}[A-Wa-w][A-IWa-iw]?", "pps|ppsn|pps number|pps no|personal public service number|uimhir psp"),
        pps.is_valid,
    ),
)
