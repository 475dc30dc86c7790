"""Passports, driving licences and identity cards of any country, by their labels or their machine-readable zone."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import has_digits
from gateway.detectors.pii.context import labelled

__all__ = ["ROWS"]

_PASSPORT_WORDS = (
    "passport|passport number|passport no|passport num|passport id|reisepass|reisepassnummer|passnummer|pass-nr|"
    "passeport|numéro de passeport|pasaporte|número de pasaporte|passaporto|numero di passaporto|passaporte|paspoort|"
    "paspoortnummer|paszport|numer paszportu|pasnummer|passi|passinumero|pasaport|паспорт|паспорта|διαβατήριο|"
    "διαβατηρίου|pașaport|útlevél|cestovní pas|číslo pasu"
)
_LICENCE_WORDS = (
    "driver['’]?s? licen[sc]e(?: number| no| id)?|driving licen[sc]e(?: number| no)?|"
    "dl number|dl no|dln|führerschein|führerscheinnummer|"
    "permis de conduire|licencia de conducir|permiso de conducir|carné de conducir|patente di guida|numero patente|"
    "carta de condução|cnh|rijbewijs|rijbewijsnummer|prawo jazdy|körkort|kørekort|førerkort|ajokortti|"
    "водительское удостоверение|ehliyet"
)
_CARD_WORDS = (
    "id card|id card number|identity card|identity card number|national id|national id number|national identity number|"
    "national identification number|identification number|carte d'identité|carte nationale d'identité|"
    "documento de identidad|carta d'identità|cédula|cédula de identidad|cartão de cidadão|identiteitskaart|"
    "dowód osobisty|удостоверение личности"
)


def _check(field: str, digit: str) -> bool:
    """ICAO Doc 9303-3, 4.9: weights 7, 3, 1; letters count from 10, the filler is zero."""
    values = (0 if c == "<" else int(c, 36) for c in field)
    total = sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values))
    return (0 if digit == "<" else int(digit)) == total % 10


def _zone(value: str) -> bool:
    """The second line of a passport (TD3): number, birth and expiry each carry a digit, all of it another."""
    number, birth, expiry = value[:9], value[13:19], value[21:27]
    return (
        _check(number, value[9])
        and _check(birth, value[19])
        and _check(expiry, value[27])
        and _check(value[:10] + value[13:20] + value[21:43], value[43])
    )


def _card_number(value: str) -> bool:
    """The first line of an identity card (TD1): its number carries a digit."""
    return _check(value[5:14], value[14])


def _card_dates(value: str) -> bool:
    """The second line of one: birth and expiry each carry a digit."""
    return _check(value[:6], value[6]) and _check(value[8:14], value[14])


ROWS = (
    Row(
        "pii/passport",
        labelled(
            r"(?:[A-Z]{1,3} ?\d{6,8}|\d{8,9}|\d{2}[A-Z]{2}\d{5}|\d{2} ?\d{2} \d{6}"
            r"|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}\d?)",
            _PASSPORT_WORDS,
            "护照号码|护照号|护照|護照號碼|旅券番号|パスポート番号|パスポート|여권번호|여권",
        ),
        has_digits(3),
        score=0.9,
    ),
    Row(
        "pii/mrz",
        r"(?:^|[^0-9A-Z<])(?P<v>[IAC][A-Z<][A-Z<]{3}[A-Z0-9<]{9}\d[A-Z0-9<]{15})(?:$|[^0-9A-Z<])",
        _card_number,
    ),
    Row(
        "pii/mrz",
        r"(?:^|[^0-9A-Z<])(?P<v>\d{7}[MFX<]\d{7}[A-Z<]{3}[A-Z0-9<]{11}\d)(?:$|[^0-9A-Z<])",
        _card_dates,
    ),
    Row(
        "pii/mrz",
        r"(?:^|[^0-9A-Z<])(?P<v>[A-Z]{1,26}(?:<[A-Z]{1,26}){0,3}<<[A-Z]{1,26}(?:<[A-Z]{1,26}){0,3}<{3,28})(?:$|[^0-9A-Z<])",
        lambda value: len(value) == 30,
    ),
    Row(
        "pii/mrz",
        r"(?:^|[^0-9A-Z<])(?P<v>[A-Z0-9][A-Z0-9<]{8}\d[A-Z][A-Z<]{2}\d{6}\d[MFX<]\d{6}\d[A-Z0-9<]{14}[0-9<]\d)(?:$|[^0-9A-Z<])",
        _zone,
    ),
    Row(
        "pii/mrz",
        r"(?:^|[^0-9A-Z<])(?P<v>P[A-Z<][A-Z<]{3}[A-Z]{1,30}<[A-Z<]{5,38})(?:$|[^0-9A-Z<])",
        lambda v: len(v) == 44,
    ),
    Row(
        "pii/driver_license",
        labelled(
            r"[A-Z0-9][A-Z0-9-]{5,18}[A-Z0-9]",
            _LICENCE_WORDS,
            "驾驶证号|驾照|駕照|運転免許証番号|免許証番号|운전면허번호|운전면허",
        ),
        has_digits(4),
        score=0.9,
    ),
    Row(
        "pii/national_id",
        labelled(r"[A-Z0-9][A-Z0-9.-]{5,18}[A-Z0-9]", _CARD_WORDS, "身份证号码|身份证号|身份证|身分證字號|身分證"),
        has_digits(5),
        score=0.8,
    ),
)
