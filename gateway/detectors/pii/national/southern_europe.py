"""Spain, Portugal, Italy, Greece, Türkiye."""

from __future__ import annotations

from stdnum.es import cif, dni, nie
from stdnum.gr import amka
from stdnum.gr import vat as afm
from stdnum.it import codicefiscale, iva
from stdnum.pt import cc, nif
from stdnum.tr import tckimlik

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, not_repeated, on_digits
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]


def _affiliation(value: str) -> bool:
    """Seguridad Social: the first ten digits modulo 97; a serial below ten million is added without zeros."""
    number = "".join(map(str, digits(value)))
    province, serial = int(number[:2]), int(number[2:10])
    base = province * (10_000_000 if serial < 10_000_000 else 100_000_000) + serial
    return not_repeated(value) and base % 97 == int(number[10:])


_NIF_PT_WORDS = "nif|número de contribuinte|contribuinte|nipc|número de identificação fiscal"
_IVA_WORDS = "partita iva|p\\.? ?iva|p\\.iva|piva|vat|numero di partita iva"
_KIMLIK_WORDS = "tc kimlik|tc kimlik no|t\\.c\\. kimlik no|tckn|kimlik no|kimlik numarası|tc no|turkish id"

ROWS = (
    Row("pii/es_dni", alone(r"\d{8}-?[A-HJ-NP-TV-Z]"), dni.is_valid),
    Row(
        "pii/es_dni",
        near(r"\d{1,2}\.?\d{3}\.?\d{3}[ -]?[A-Za-z]", "dni|nif|documento nacional de identidad"),
        on_digits(dni.is_valid),
    ),
    Row("pii/es_nie", alone(r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]"), nie.is_valid),
    Row("pii/es_cif", near(r"[A-HJ-NP-SUVW]-?\d{7}-?[0-9A-J]", "cif|nif|c\\.i\\.f\\."), on_digits(cif.is_valid)),
    Row(
        "pii/es_social_security",
        near(
            r"\d{2}[ /-]?\d{8}[ /-]?\d{2}",
            "seguridad social|número de la seguridad social|número de afiliación|nuss|naf|nss",
        ),
        _affiliation,
    ),
    Row("pii/pt_nif", near(r"\d{3} ?\d{3} ?\d{3}", _NIF_PT_WORDS), on_digits(nif.is_valid)),
    Row("pii/pt_citizen_card", alone(r"\d{8} ?\d ?[A-Z0-9]{2}\d"), lambda v: not v.isdigit() and cc.is_valid(v)),
    Row(
        "pii/it_fiscal_code",
        alone(r"(?i:[a-z]{6}[0-9lmnpqrstuv]{2}[abcdehlmprst][0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{3}[a-z])"),
        codicefiscale.is_valid,
    ),
    Row(
        "pii/it_fiscal_code",
        near(
            r"(?i:[a-z]{3} [a-z]{3} [0-9lmnpqrstuv]{2}[abcdehlmprst][0-9lmnpqrstuv]{2} [a-z][0-9lmnpqrstuv]{3} ?[a-z])",
            "codice fiscale|cod\\.? ?fisc|c\\.?f\\.?|cf",
        ),
        codicefiscale.is_valid,
    ),
    Row("pii/it_vat", near(r"(?:IT ?)?\d{11}", _IVA_WORDS), iva.is_valid),
    Row(
        "pii/it_id_card",
        labelled(r"C[A-Z]\d{5}[A-Z]{2}", "carta d'identità|carta di identità|cie|numero carta"),
        not_repeated,
    ),
    Row("pii/gr_amka", near(r"\d{11}", "amka|αμκα|α\\.μ\\.κ\\.α\\."), on_digits(amka.is_valid)),
    Row("pii/gr_afm", near(r"\d{9}", "afm|αφμ|α\\.φ\\.μ\\."), on_digits(afm.is_valid)),
    Row("pii/tr_kimlik", near(r"[1-9]\d{10}", _KIMLIK_WORDS), on_digits(tckimlik.is_valid)),
)
