"""Cards and bank accounts, in all countries."""

from __future__ import annotations

from stdnum import bic, iban, luhn
from stdnum.ar import cbu
from stdnum.nz import bankaccount
from stdnum.us import rtn

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, digits, not_repeated, on_digits, weighted
from gateway.detectors.pii.context import BLANK, alone, labelled, near

__all__ = ["ROWS", "TELLING"]

# Issuer identification numbers: first and last prefix, and the lengths in use.
_ISSUERS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),  # Mastercard, second series
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (6011, 6011, (16, 19)),  # Discover
    (644, 659, (16, 19)),
    (62, 62, (16, 17, 18, 19)),  # UnionPay
    (3528, 3589, (16, 19)),  # JCB
    (300, 305, (14, 16)),  # Diners Club
    (36, 36, (14, 16)),
    (38, 39, (14, 16)),
    (5018, 5018, (16, 19)),  # Maestro
    (5020, 5020, (16, 19)),
    (5038, 5038, (16, 19)),
    (6304, 6304, (16, 19)),
    (6759, 6763, (16, 19)),
    (2200, 2204, (16, 19)),  # Mir
    (508, 508, (16,)),  # RuPay
    (606985, 608500, (16,)),
    (817200, 819899, (16,)),
    (9792, 9792, (16,)),  # Troy
)

# IBAN registry (SWIFT): total length to countries.
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}


def _iban_form(length: int, countries: str) -> str:
    """Groups of four, blanks or the end of a line between them or not, exactly as long as the country's IBANs are."""
    fours, rest = divmod(length - 4, 4)
    last = rf"(?:{_WRAPPED}?[0-9A-Z]{{{rest}}})" if rest else ""
    return rf"(?:{countries.replace(' ', '|')}) ?\d{{2}}(?:{_WRAPPED}?[0-9A-Z]{{4}}){{{fours}}}{last}"


_JOINT = "[ \u00a0\u202f-]"
# Between the groups of a printed card: two blanks, dots, slashes, the hyphens of typography.
_BETWEEN = "(?:[ \u00a0\u202f]{1,2}|[./\u2010-\u2015-])"
_WRAPPED = "[ \u00a0\u202f\n-]"
_IBAN = "(?i:" + "|".join(_iban_form(*item) for item in _IBAN_COUNTRIES.items()) + ")"


def _iban(value: str) -> bool:
    return iban.is_valid(compact(value), check_country=False)


def _card(value: str) -> bool:
    number = compact(value)
    if len(set(number)) == 1 or not luhn.is_valid(number):
        return False
    return any(
        low <= int(number[: len(str(low))]) <= high and len(number) in lengths for low, high, lengths in _ISSUERS
    )


def _clabe(value: str) -> bool:
    """Banco de México: weights 3, 7, 1, products modulo 10."""
    numbers = digits(value)
    total = sum(n * w % 10 for n, w in zip(numbers[:17], (3, 7, 1) * 6, strict=False))
    return not_repeated(value) and (10 - total % 10) % 10 == numbers[17]


def _cvv(value: str) -> bool:
    return value not in {"000", "0000"}


def _account(value: str) -> bool:
    return not_repeated(value) and weighted(digits(value), [1] * 17) > 0


_CARD_WORDS = (
    "credit card|debit card|card number|card no|cc|ccn|visa card|mastercard|master card|amex|american express|"
    "diners club|maestro|discover card|kreditkarte|kreditkartennummer|carte bancaire|carte de crédit|tarjeta|"
    "tarjeta de crédito|carta di credito|cartão|cartão de crédito|creditcard|karta kredytowa"
)
_CVV_WORDS = "cvv|cvc|cvv2|cvc2|csc|cid|card security code|card verification (?:code|value|number)|prüfziffer"
_EXPIRY_WORDS = (
    "exp|exp date|expiry|expiry date|expires|expires on|expiration|expiration date|valid thru|valid until|good thru|"
    "gültig bis|expire fin|date d'expiration|caduca|fecha de caducidad|scadenza|validade|geldig tot"
)
_ACCOUNT_WORDS = (
    "account|acct|a/c|account number|account no|acct no|acct number|bank account|bank account number|"
    "checking account|savings account|checking|savings"
)

# What its shape and check digits give away, whatever stands around it.
TELLING = (
    Row("pii/credit_card", alone(r"(?:3[47]\d{13}|[2-689]\d{15})"), _card),
    Row("pii/credit_card", alone(rf"[2-689]\d{{3}}(?:{_BETWEEN}\d{{4}}){{3}}(?:{_BETWEEN}\d{{3}})?"), _card),
    Row("pii/credit_card", alone(rf"3\d{{3}}{_BETWEEN}\d{{6}}{_BETWEEN}\d{{4,5}}"), _card),
    Row(
        "pii/credit_card",
        alone(rf"[2-689]\d{{3}}(?:{_JOINT}?\d{{4}}){{0,2}} ?\r?\n ?\d{{4}}(?:{_JOINT}?\d{{4}}){{0,2}}"),
        _card,
    ),
    # Digit by digit, as speech is written down: sixteen and no more of them.
    Row("pii/credit_card", r"(?:^|[^\d ] ?|\n)(?P<v>[2-6](?: \d){14,15})(?:$|[^\w ]| (?:$|[^\d]))", _card),
    Row("pii/iban", alone(_IBAN, r"(?:^|[^0-9A-Za-z]|(?i:iban))"), _iban),
)

ROWS = (
    *TELLING,
    Row("pii/credit_card", near(rf"[2-689](?:{_JOINT}?\d){{12,18}}", _CARD_WORDS, "信用卡|银行卡|カード番号"), _card),
    Row("pii/card_cvv", labelled(r"\d{3,4}", _CVV_WORDS), _cvv, score=0.9),
    Row("pii/card_expiry", labelled(r"(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d", _EXPIRY_WORDS), score=0.8),
    Row(
        "pii/bic",
        labelled(
            r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
            "bic|swift|swift code|bic code|bic swift|swift bic|swift/bic|bic/swift",
        ),
        bic.is_valid,
        score=0.9,
    ),
    Row(
        "pii/us_routing",
        near(r"\d{9}", "routing|aba|rtn|aba number|routing number|routing no|transit number"),
        rtn.is_valid,
    ),
    Row("pii/us_bank_account", labelled(r"\d{4}[ -]?\d{3,9}(?:[ -]?\d{1,5})?", _ACCOUNT_WORDS), _account, score=0.8),
    Row(
        "pii/uk_sort_code",
        labelled(r"\d{2}([ -]?)\d{2}[ -]?\d{2}".replace("([ -]?)", "[ -]?"), "sort code|sortcode"),
        not_repeated,
        score=0.9,
    ),
    Row("pii/au_bsb", labelled(r"\d{3}[ -]?\d{3}", "bsb|bsb code|bsb number"), not_repeated, score=0.9),
    Row("pii/in_ifsc", labelled(r"[A-Z]{4}0[A-Z0-9]{6}", "ifsc|ifsc code|rtgs|neft"), score=0.9),
    Row(
        "pii/mx_clabe",
        near(rf"\d{{18}}|\d{{3}}{BLANK}\d{{3}}{BLANK}\d{{11}}{BLANK}\d", "clabe|clabe interbancaria"),
        _clabe,
    ),
    Row("pii/ar_cbu", near(r"\d{22}|\d{8}[ -]\d{14}", "cbu|clave bancaria"), on_digits(cbu.is_valid)),
    Row("pii/nz_bank_account", alone(r"\d{2}-\d{4}-\d{7}-\d{2,3}"), bankaccount.is_valid),
)
