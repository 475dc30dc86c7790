"""Numbers of phones, SIM cards and vehicles."""

from __future__ import annotations

from stdnum import imsi

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, luhn_valid, not_repeated
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]

_VIN = r"[A-HJ-NPR-Z0-9]{17}"
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _vin(value: str) -> bool:
    """ISO 3779 with the North American check digit (49 CFR 565.15), which stands ninth."""
    if not (_vehicle(value) and value[13:].isdigit()):
        return False
    total = sum((_VIN_VALUES.get(c) or int(c)) * w for c, w in zip(value, _VIN_WEIGHTS, strict=True))
    return value[8] == "0123456789X"[total % 11]


def _vehicle(value: str) -> bool:
    return len(digits(value)) >= 5 and not value[:8].isdigit() and len(set(value)) > 5


def _sim(value: str) -> bool:
    return imsi.is_valid(value) and not_repeated(value)


ROWS = (
    Row("pii/imei", alone(r"\d{2}-\d{6}-\d{6}-\d"), luhn_valid),
    Row("pii/imei", near(r"\d{15}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d", "imei|imei number|imei no|imei1|imei2"), luhn_valid),
    Row("pii/imsi", near(r"\d{15}", "imsi|imsi number"), _sim),
    Row("pii/iccid", near(r"89\d{17,18}", "iccid|sim card|sim number|sim serial"), luhn_valid),
    Row("pii/vin", alone(_VIN), _vin),
    Row(
        "pii/vin",
        labelled(
            _VIN,
            "vin|vin number|vehicle identification number|chassis|chassis number|fahrgestellnummer|fin|"
            "numéro de châssis|número de bastidor|numero di telaio",
        ),
        _vehicle,
        score=0.9,
    ),
    Row(
        "pii/advertising_id",
        labelled(
            r"(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
            "idfa|gaid|aaid|adid|advertising id|ad id|device id|android id",
        ),
        not_repeated,
        score=0.9,
    ),
)
