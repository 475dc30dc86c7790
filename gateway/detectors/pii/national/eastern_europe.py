"""Poland, Czechia and Slovakia, Hungary, Romania, Bulgaria, Croatia, Slovenia, Ukraine, Russia."""

from __future__ import annotations

from stdnum.bg import egn
from stdnum.cz import rc
from stdnum.hr import oib
from stdnum.pl import nip, pesel
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.si import emso
from stdnum.ua import rntrc

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, digits, not_repeated, on_digits, weighted
from gateway.detectors.pii.context import alone, near

__all__ = ["ROWS"]


def _polish_card(value: str) -> bool:
    """Dowód osobisty: letters count from 10, weights 7 3 1 9 7 3 1 7 3, the whole a multiple of ten."""
    values = [int(c, 36) for c in compact(value)]
    return weighted(values, (7, 3, 1, 9, 7, 3, 1, 7, 3)) % 10 == 0


def _taj(value: str) -> bool:
    """Hungarian social security: weights 3 and 7 in turn, modulo ten."""
    numbers = digits(value)
    return not_repeated(value) and weighted(numbers, (3, 7) * 4) % 10 == numbers[8]


def _hungarian_tax(value: str) -> bool:
    """Adóazonosító jel: places as weights, modulo eleven, ten is never given out."""
    numbers = digits(value)
    return weighted(numbers, range(1, 10)) % 11 == numbers[9] and not_repeated(value)


def _snils(value: str) -> bool:
    """Weights 9 to 1; modulo 101, where 100 is written 00."""
    numbers = digits(value)
    return not_repeated(value) and weighted(numbers, range(9, 0, -1)) % 101 % 100 == numbers[9] * 10 + numbers[10]


_INN_WORDS = "инн|inn"

ROWS = (
    Row("pii/pl_pesel", near(r"\d{11}|\d{6} \d{5}", "pesel|numer pesel|nr pesel"), on_digits(pesel.is_valid)),
    Row(
        "pii/pl_nip",
        near(
            r"\d{10}|\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}",
            "nip|numer nip|nr nip|numer identyfikacji podatkowej",
        ),
        on_digits(nip.is_valid),
    ),
    Row(
        "pii/pl_id_card",
        near(r"[A-Z]{3} ?\d{6}", "dowód|dowodu|dowód osobisty|dowodu osobistego|nr dowodu|polish id card"),
        _polish_card,
    ),
    Row("pii/cz_birth_number", alone(r"\d{2}[0-8]\d[0-3]\d/\d{4}"), on_digits(rc.is_valid)),
    Row(
        "pii/cz_birth_number",
        near(r"\d{6}/?\d{3,4}", "rodné číslo|rodne cislo|rodného čísla|rč|r\\.č\\.|czech birth number"),
        on_digits(rc.is_valid),
    ),
    Row(
        "pii/hu_taj",
        near(r"\d{3}[ -]?\d{3}[ -]?\d{3}", "taj|taj-?szám|tajszám|társadalombiztosítási azonosító jel"),
        _taj,
    ),
    Row("pii/hu_tax_id", near(r"8\d{9}", "adóazonosító|adóazonosító jel|hungarian tax id"), _hungarian_tax),
    Row("pii/ro_cnp", near(r"[1-9]\d{12}", "cnp|cod numeric personal|c\\.n\\.p\\."), on_digits(cnp.is_valid)),
    Row("pii/bg_egn", near(r"\d{10}", "егн|egn|единен граждански номер"), on_digits(egn.is_valid)),
    Row("pii/hr_oib", near(r"\d{11}", "oib|osobni identifikacijski broj"), on_digits(oib.is_valid)),
    Row("pii/si_emso", near(r"\d{13}", "emšo|emso|jmbg"), on_digits(emso.is_valid)),
    Row(
        "pii/ua_tax_number",
        near(r"\d{10}", "рнокпп|іпн|ідентифікаційний код|податковий номер|rnokpp"),
        on_digits(rntrc.is_valid),
    ),
    Row("pii/ru_inn", near(r"\d{12}|\d{10}", _INN_WORDS), on_digits(inn.is_valid)),
    Row("pii/ru_snils", alone(r"\d{3}-\d{3}-\d{3}[ -]\d{2}"), _snils),
    Row("pii/ru_snils", near(r"\d{3}[ -]?\d{3}[ -]?\d{3}[ -]?\d{2}", "снилс|snils|страховой номер"), _snils),
)
