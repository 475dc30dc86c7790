"""France, Belgium, the Netherlands."""

from __future__ import annotations

from stdnum.be import nn
from stdnum.fr import nif, nir, siren, siret
from stdnum.nl import bsn

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, not_repeated, on_digits
from gateway.detectors.pii.context import BLANK, alone, labelled, near

__all__ = ["ROWS"]


def _nir(value: str) -> bool:
    """INSEE: months 1 to 12, or 20 and more where the month was not known."""
    number = compact(value)
    month = int(number[3:5])
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and nir.is_valid(number)


_NIR_WORDS = (
    "nir|insee|numéro insee|numéro de sécurité sociale|sécurité sociale|sécu|nss|numéro nir|carte vitale|"
    "french social security number"
)
_SPI_WORDS = "numéro fiscal|numéro fiscal de référence|spi|numéro spi|nif|identifiant fiscal|french tax id"
_BSN_WORDS = "bsn|bsn-?nummer|burgerservicenummer|sofinummer|sofi-?nummer|citizen service number|dutch tax id"
_NN_WORDS = (
    "rijksregisternummer|rrn|insz|niss|numéro national|numéro de registre national|registre national|rijksregister"
)

ROWS = (
    Row(
        "pii/fr_nir",
        alone(
            rf"[12]{BLANK}?\d{{2}}{BLANK}?\d{{2}}{BLANK}?(?:\d{{2}}|2[AB]){BLANK}?\d{{3}}{BLANK}?\d{{3}}{BLANK}?\d{{2}}"
        ),
        _nir,
    ),
    Row(
        "pii/fr_nir", near(r"[12](?:[ .-]?\d){4}[ .-]?\d[ .-]?[0-9AB](?:[ .-]?\d){6}[ ./-]{0,3}\d{2}", _NIR_WORDS), _nir
    ),
    Row("pii/fr_tax_id", near(r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}", _SPI_WORDS), on_digits(nif.is_valid)),
    Row("pii/fr_siret", near(r"\d{3} ?\d{3} ?\d{3} ?\d{5}", "siret|numéro siret|n° siret"), on_digits(siret.is_valid)),
    Row("pii/fr_siren", near(r"\d{3} ?\d{3} ?\d{3}", "siren|numéro siren|n° siren|rcs"), on_digits(siren.is_valid)),
    Row(
        "pii/fr_passport",
        labelled(r"\d{2}[A-Z]{2}\d{5}", "passeport|numéro de passeport|french passport|passport"),
        not_repeated,
    ),
    Row(
        "pii/fr_id_card",
        labelled(
            r"\d{12}|[A-Z][A-Z0-9]{7}\d",
            "cni|carte nationale d'identité|carte d'identité|numéro de cni|french id card",
        ),
        score=0.8,
    ),
    Row("pii/be_national_number", alone(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), on_digits(nn.is_valid)),
    Row(
        "pii/be_national_number",
        near(r"\d{2}[. -]?\d{2}[. -]?\d{2}[. -]?\d{3}[. -]?\d{2}", _NN_WORDS),
        on_digits(nn.is_valid),
    ),
    Row(
        "pii/nl_bsn",
        near(r"\d{9}|\d{3}[. ]\d{3}[. ]\d{3}|\d{4}[. ]\d{2}[. ]\d{3}", _BSN_WORDS),
        on_digits(bsn.is_valid),
    ),
)
