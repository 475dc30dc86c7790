"""Germany, Austria, Switzerland."""

from __future__ import annotations

from stdnum.at import uid, vnr
from stdnum.ch import ssn as ahv
from stdnum.de import idnr, stnr, vat

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, digits, not_repeated, on_digits, weighted
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]

_SERIAL = "[CFGHJKLMNPRTVWXYZ0-9]"  # no vowels, no look-alikes


def _document(value: str) -> bool:
    """Weights 7, 3, 1 as in ICAO 9303; the tenth character is the check digit, where it is written."""
    values = [int(c, 36) for c in value]
    if not any(c.isdigit() for c in value):
        return False
    return len(value) == 9 or weighted(values[:9], (7, 3, 1) * 3) % 10 == values[9]


def _pension(value: str) -> bool:
    """Section 147 SGB VI: area, date of birth, initial (as two digits), serial; digit sums of the products."""
    number = compact(value)
    day, month = int(number[2:4]), int(number[4:6])
    if not (1 <= day % 50 <= 31 and 1 <= month <= 12):
        return False
    letter = f"{ord(number[8]) - ord('A') + 1:02d}"
    numbers = digits(number[:8] + letter + number[9:11])
    products = (n * w for n, w in zip(numbers, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(p // 10 + p % 10 for p in products) % 10 == int(number[11])


_TAX_WORDS = (
    "steuer-?id|steuer id nr|steueridentifikationsnummer|steuerliche identifikationsnummer|identifikationsnummer|"
    "idnr|id-nr|steuer-idnr|tin|tax id|tax identification number|german tax id"
)
_PENSION_WORDS = "sozialversicherungsnummer|sv-nummer|sv-nr|svnr|rentenversicherungsnummer|rvnr|versicherungsnummer"

ROWS = (
    Row("pii/de_tax_id", near(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", _TAX_WORDS), on_digits(idnr.is_valid)),
    Row(
        "pii/de_tax_number",
        near(r"\d{2,3}[/ ]\d{3,4}[/ ]\d{4,5}|\d{10,11}|\d{13}", "steuernummer|steuer-?nr|st-?nr|finanzamt"),
        on_digits(stnr.is_valid),
        score=0.9,
    ),
    Row("pii/de_vat", alone(r"DE ?[1-9]\d{2} ?\d{3} ?\d{3}"), vat.is_valid),
    Row(
        "pii/de_id_card",
        near(
            rf"[LMNPRTVWXY]{_SERIAL}{{8}}\d?",
            "personalausweis|personalausweisnummer|ausweis|ausweisnummer|ausweis-?nr|german id card",
        ),
        _document,
        score=0.9,
    ),
    Row(
        "pii/de_passport",
        near(rf"[CFGHJK]{_SERIAL}{{8}}\d?", "reisepass|reisepassnummer|passnummer|pass-nr|german passport"),
        _document,
        score=0.9,
    ),
    Row("pii/de_social_security", alone(r"\d{2} ?[0-7]\d[01]\d{3} ?[A-Z] ?\d{3}"), _pension),
    Row("pii/de_social_security", near(r"\d{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Z] ?\d{2} ?\d", _PENSION_WORDS), _pension),
    Row(
        "pii/at_svnr",
        near(r"[1-9]\d{3} ?\d{6}", "svnr|sv-nr|sv-nummer|sozialversicherungsnummer|versicherungsnummer"),
        on_digits(vnr.is_valid),
    ),
    Row("pii/at_vat", alone(r"ATU ?\d{8}"), uid.is_valid),
    Row("pii/ch_ahv", alone(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"), on_digits(ahv.is_valid)),
    Row(
        "pii/ch_passport",
        labelled(r"[A-Z]\d{7}", "schweizer pass|swiss passport|passeport suisse"),
        not_repeated,
        score=0.9,
    ),
)
