"""Australia, New Zealand, South Africa, Israel, United Arab Emirates."""

from __future__ import annotations

from stdnum.au import abn, tfn
from stdnum.il import idnr as israel
from stdnum.nz import ird
from stdnum.za import idnr as south_africa

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, luhn_valid, not_repeated, on_digits, weighted
from gateway.detectors.pii.context import alone, near

__all__ = ["ROWS"]

_NHI_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def _medicare(value: str) -> bool:
    """Weights 1 3 7 9 over the first eight digits, modulo ten, give the ninth."""
    numbers = digits(value)
    return not_repeated(value) and weighted(numbers, (1, 3, 7, 9) * 2) % 10 == numbers[8]


def _nhi(value: str) -> bool:
    """HISO 10046, first form: letters by place without I and O, weights 7 to 2, modulo eleven."""
    values = [*(_NHI_LETTERS.index(c) + 1 for c in value[:3]), *digits(value)]
    rest = weighted(values, range(7, 1, -1)) % 11
    return rest > 0 and (11 - rest) % 10 == values[6]


ROWS = (
    Row("pii/au_tfn", near(r"\d{3} ?\d{3} ?\d{2,3}", "tfn|tax file number|tax file no"), on_digits(tfn.is_valid)),
    Row("pii/au_abn", near(r"\d{2} ?\d{3} ?\d{3} ?\d{3}", "abn|australian business number"), on_digits(abn.is_valid)),
    Row(
        "pii/au_medicare",
        near(r"[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ /-]?\d)?", "medicare|medicare card|medicare number|medicare no"),
        _medicare,
    ),
    Row(
        "pii/nz_ird",
        near(r"\d{2,3}[ -]?\d{3}[ -]?\d{3}", "ird|ird number|ird no|inland revenue"),
        on_digits(ird.is_valid),
    ),
    Row("pii/nz_nhi", near(r"[A-HJ-NP-Z]{3}\d{4}", "nhi|nhi number|national health index"), _nhi),
    Row(
        "pii/za_id",
        near(
            r"\d{6} ?\d{4} ?[01]\d{2}",
            "id|id number|id no|identity number|south african id|sa id|rsa id|id nommer",
            gap=8,
        ),
        on_digits(south_africa.is_valid),
    ),
    Row(
        "pii/il_id",
        near(r"\d{8}-?\d", "teudat zehut|israeli id|israel id|tz", 'תעודת זהות|ת\\.ז\\.|ת"ז|מספר זהות'),
        on_digits(israel.is_valid),
    ),
    Row(
        "pii/sa_id",
        near(r"[12]\d{9}", "iqama|iqama number|saudi id", "رقم الهوية|الهوية الوطنية|رقم الإقامة|الإقامة"),
        luhn_valid,
    ),
    Row("pii/ae_emirates_id", alone(r"784-\d{4}-\d{7}-\d"), luhn_valid),
    Row("pii/ae_emirates_id", near(r"784\d{12}", "emirates id|eid|uae id", "الهوية الإماراتية"), luhn_valid),
)
