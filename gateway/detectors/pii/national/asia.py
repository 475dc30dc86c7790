"""China, Hong Kong, Taiwan, Japan, Korea, Singapore, Malaysia, Thailand, Indonesia, India, Pakistan."""

from __future__ import annotations

from datetime import date

from stdnum.id import nik
from stdnum.in_ import aadhaar, gstin, pan
from stdnum.iso7064 import mod_11_2
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.my import nric as mykad
from stdnum.pk import cnic
from stdnum.th import pin

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, digits, not_repeated, on_digits, weighted
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]


def _resident(value: str) -> bool:
    """GB 11643: province, date of birth, ISO 7064 check character. District codes come and go."""
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return 11 <= int(value[:2]) <= 82 and mod_11_2.is_valid(value.upper())


def _nric(value: str) -> bool:
    """Singapore: weights 2 7 6 5 4 3 2, an offset and a row of letters for each series."""
    offset = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}[value[0]]
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(value[0], "XWUTRQPNMLK")
    total = (weighted(digits(value), (2, 7, 6, 5, 4, 3, 2)) + offset) % 11
    return value[8] == (letters[10 - total] if value[0] == "M" else letters[total])


def _hkid(value: str) -> bool:
    """Hong Kong: letters count from 10, a missing first one is 36; weights 9 to 1, modulo eleven."""
    bare = compact(value)
    values = [int(c, 36) for c in bare[:-1]]
    values = values if len(values) == 8 else [36, *values]
    check = 10 if bare[-1] == "A" else int(bare[-1])
    return not_repeated(value) and (weighted(values, range(9, 1, -1)) + check) % 11 == 0


_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their numbers, from 10


def _taiwan(value: str) -> bool:
    """The letter as two digits, then weights 1 9 8 7 6 5 4 3 2 1 1, modulo ten."""
    letter = _TAIWAN_LETTERS.index(value[0]) + 10
    numbers = [letter // 10, letter % 10, *digits(value[1:])]
    return weighted(numbers, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def _aadhaar(value: str) -> bool:
    return not_repeated(value) and aadhaar.is_valid(value)


_MY_NUMBER_WORDS = "my number|mynumber|individual number|kojin bango"
_RRN_WORDS = "rrn|resident registration number|korean id"

ROWS = (
    Row("pii/cn_resident_id", alone(r"[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[0-9Xx]"), _resident),
    Row("pii/hk_id", alone(r"[A-Z]{1,2}\d{6}\([0-9A]\)"), _hkid),
    Row(
        "pii/hk_id",
        near(r"[A-Z]{1,2}\d{6}[0-9A]", "hkid|hk id|hong kong id|hong kong identity card", "香港身份證"),
        _hkid,
    ),
    Row(
        "pii/tw_id",
        near(r"[A-Z][1289]\d{8}", "taiwan id|taiwanese id|national id", "身分證字號|身分證統一編號|身分證|統一證號"),
        _taiwan,
    ),
    Row(
        "pii/jp_my_number",
        near(r"\d{4}[ -]?\d{4}[ -]?\d{4}", _MY_NUMBER_WORDS, "マイナンバー|個人番号"),
        on_digits(my_number.is_valid),
    ),
    Row("pii/kr_rrn", alone(r"\d{2}[01]\d[0-3]\d-[1-8]\d{6}"), on_digits(rrn.is_valid)),
    Row(
        "pii/kr_rrn",
        near(r"\d{6}[ -]?[1-8]\d{6}", _RRN_WORDS, "주민등록번호|주민번호|외국인등록번호"),
        on_digits(rrn.is_valid),
    ),
    Row("pii/sg_nric", alone(r"[STFGM]\d{7}[A-Z]"), _nric),
    Row("pii/my_nric", alone(r"\d{2}[01]\d[0-3]\d-\d{2}-\d{4}"), on_digits(mykad.is_valid)),
    Row("pii/th_id", alone(r"[1-8]-\d{4}-\d{5}-\d{2}-\d"), on_digits(pin.is_valid)),
    Row(
        "pii/th_id",
        near(r"[1-8]\d{12}", "thai id|thai national id", "เลขประจำตัวประชาชน|เลขบัตรประชาชน|บัตรประชาชน"),
        on_digits(pin.is_valid),
    ),
    Row("pii/id_nik", near(r"\d{16}", "nik|nomor induk kependudukan|ktp|no ktp|nomor ktp"), on_digits(nik.is_valid)),
    Row(
        "pii/in_aadhaar",
        near(r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "aadhaar|aadhar|adhaar|aadhaar number|aadhaar no|uidai|uid", "आधार"),
        _aadhaar,
    ),
    Row("pii/in_pan", alone(r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]"), pan.is_valid, score=0.9),
    Row(
        "pii/in_pan",
        near(r"(?i:[a-z]{3}[abcfghjlpt][a-z]\d{4}[a-z])", "pan card|pan no|pan number|pan"),
        pan.is_valid,
        score=0.9,
    ),
    Row("pii/in_gstin", alone(r"[0-3]\d[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]"), gstin.is_valid),
    Row(
        "pii/in_voter_id",
        labelled(r"[A-Z]{3}\d{7}", "voter id|epic|epic no|epic number|voter card|elector photo id"),
        not_repeated,
        score=0.9,
    ),
    Row(
        "pii/vn_id",
        labelled(r"\d{12}|\d{9}", "cccd|cmnd|số cccd|số cmnd|căn cước|căn cước công dân|chứng minh nhân dân"),
        not_repeated,
        score=0.9,
    ),
    Row("pii/pk_cnic", alone(r"\d{5}-\d{7}-\d"), on_digits(cnic.is_valid)),
)
