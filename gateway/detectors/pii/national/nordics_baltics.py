"""Sweden, Finland, Denmark, Norway, Iceland, Estonia, Lithuania."""

from __future__ import annotations

from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.fi import hetu
from stdnum.is_ import kennitala
from stdnum.lt import asmens
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, not_repeated, on_digits
from gateway.detectors.pii.context import alone, near

__all__ = ["ROWS"]


def _personnummer(value: str) -> bool:
    number = value if value[-5] in "-+" else f"{value[:-4].rstrip()}-{value[-4:]}"
    return not_repeated(value) and personnummer.is_valid(number)


def _cpr(value: str) -> bool:
    return len(set(digits(value))) > 2 and cpr.is_valid(value)


_CPR_WORDS = "cpr|cpr-?nr|cpr-?nummer|cpr nummer|personnummer|danish id"
_BIRTH_NUMBER_WORDS = "fødselsnummer|fødselsnr|fnr|personnummer|personnr|d-nummer|norwegian id"

ROWS = (
    Row("pii/se_personnummer", alone(r"(?:19|20)?\d{2}[01]\d[0-39]\d[-+]\d{4}"), _personnummer),
    Row(
        "pii/se_personnummer",
        near(r"(?:\d{2})?\d{6}[-+ ]?\d{4}", "personnummer|personnr|pnr|samordningsnummer|swedish id"),
        _personnummer,
    ),
    Row("pii/fi_hetu", alone(r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"), hetu.is_valid),
    Row("pii/dk_cpr", near(r"[0-3]\d[01]\d{3}-?\d{4}", _CPR_WORDS), _cpr),
    Row("pii/no_fodselsnummer", alone(r"[0-7]\d[0-9]\d{3} ?\d{5}"), on_digits(fodselsnummer.is_valid)),
    Row("pii/no_fodselsnummer", near(r"\d{6}[ -]\d{5}", _BIRTH_NUMBER_WORDS), on_digits(fodselsnummer.is_valid)),
    Row("pii/is_kennitala", near(r"\d{6}-?\d{4}", "kennitala|kt|kt\\."), on_digits(kennitala.is_valid)),
    Row("pii/ee_isikukood", near(r"[1-8]\d{10}", "isikukood|estonian id|personal code"), on_digits(ik.is_valid)),
    Row(
        "pii/lt_asmens_kodas",
        near(r"[1-8]\d{10}", "asmens kodas|asmens kodo|a\\.k\\.|lithuanian id"),
        on_digits(asmens.is_valid),
    ),
)
