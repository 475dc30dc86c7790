"""United States."""

from __future__ import annotations

from stdnum import luhn
from stdnum.us import ein, itin, ssn

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, not_repeated
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]

_SSN_WORDS = "ssn|ss number|ssn number|social security|social security (?:number|no|num|#)|soc sec|seguro social"
_GAP = "(?:[ .\u2010-\u2015]|-[ \n]?)"  # a line may end behind a hyphen
_MBI_LETTER = "AC-HJKMNP-RT-Y"  # without S, L, O, I, B, Z, which look like digits


def _ssn(value: str) -> bool:
    return not_repeated(value) and ssn.is_valid(_hyphenated(value, 3, 5))


def _itin(value: str) -> bool:
    return itin.is_valid(_hyphenated(value, 3, 5))


def _hyphenated(value: str, first: int, second: int) -> str:
    bare = "".join(map(str, digits(value)))
    return f"{bare[:first]}-{bare[first:second]}-{bare[second:]}"


def _ein(value: str) -> bool:
    return not_repeated(value) and ein.is_valid(value)


def _npi(value: str) -> bool:
    """CMS: Luhn with the prefix of health applications in the United States."""
    return not_repeated(value) and luhn.is_valid("80840" + value)


def _dea(value: str) -> bool:
    """Last digit of (1st + 3rd + 5th) + 2 * (2nd + 4th + 6th)."""
    d = digits(value[2:])
    return not_repeated(value) and (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


ROWS = (
    Row("pii/us_ssn", alone(r"\d{3}-\d{2}-\d{4}"), _ssn),
    Row("pii/us_ssn", near(rf"\d{{3}}{_GAP}?\d{{2}}{_GAP}?\d{{4}}", _SSN_WORDS), _ssn),
    Row("pii/us_itin", alone(r"9\d{2}-\d{2}-\d{4}"), _itin),
    Row(
        "pii/us_itin",
        near(r"9\d{2}[ -]?\d{2}[ -]?\d{4}", "itin|individual taxpayer identification number|tax id|tin"),
        _itin,
    ),
    Row(
        "pii/us_ein",
        near(r"\d{2}-?\d{7}", "ein|fein|employer identification number|employer id|federal tax id|tax id"),
        _ein,
    ),
    Row(
        "pii/us_mbi",
        alone(
            rf"[1-9][{_MBI_LETTER}][0-9{_MBI_LETTER}]\d-?[{_MBI_LETTER}][0-9{_MBI_LETTER}]\d-?[{_MBI_LETTER}]{{2}}\d{{2}}"
        ),
    ),
    Row("pii/us_npi", near(r"[12]\d{9}", "npi|npi number|national provider identifier"), _npi),
    Row("pii/us_dea", near(r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}", "dea|dea number|dea no|dea registration"), _dea),
    Row(
        "pii/us_passport",
        labelled(r"[A-Z]?\d{8,9}", r"(?:u\.?s\.?a?\.?|american|united states) passport"),
        not_repeated,
        score=0.9,
    ),
)
