"""Canada, Mexico, Brazil, Argentina, Chile, Colombia, Peru, Ecuador."""

from __future__ import annotations

from stdnum import luhn
from stdnum.ar import cuit
from stdnum.br import cnpj, cpf
from stdnum.ca import bc_phn, sin
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.ec import ci
from stdnum.mx import curp, rfc
from stdnum.pe import ruc

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import compact, not_repeated, on_digits
from gateway.detectors.pii.context import alone, labelled, near

__all__ = ["ROWS"]


def _sin(value: str) -> bool:
    return not_repeated(value) and luhn.is_valid(compact(value)) and sin.is_valid(value)


def _rfc(value: str) -> bool:
    return rfc.is_valid(value, validate_check_digits=True)


_SIN_WORDS = "sin|sin number|social insurance|social insurance number|numéro d'assurance sociale|nas"

ROWS = (
    Row("pii/ca_sin", near(r"\d{3}[ -]?\d{3}[ -]?\d{3}", _SIN_WORDS), _sin),
    Row(
        "pii/ca_health_number",
        near(r"9\d{3} ?\d{3} ?\d{3}", "phn|personal health number|bc services card|care card"),
        on_digits(bc_phn.is_valid),
    ),
    Row("pii/mx_curp", alone(r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d"), curp.is_valid),
    Row("pii/mx_rfc", alone(r"[A-ZÑ&]{4}\d{6}[0-9A-Z]{2}[0-9A]"), _rfc),
    Row(
        "pii/mx_rfc",
        near(r"[A-ZÑ&]{3,4}-?\d{6}-?[0-9A-Z]{2}[0-9A]", "rfc|r\\.f\\.c\\.|registro federal de contribuyentes"),
        on_digits(rfc.is_valid),
    ),
    Row("pii/br_cpf", alone(r"\d{3}\.\d{3}\.\d{3}-\d{2}"), on_digits(cpf.is_valid)),
    Row(
        "pii/br_cpf",
        near(r"\d{9}-?\d{2}|\d{3} \d{3} \d{3}[ -]\d{2}", "cpf|cpf nº|c\\.p\\.f\\."),
        on_digits(cpf.is_valid),
    ),
    Row(
        "pii/br_rg",
        labelled(r"\d{1,2}\.\d{3}\.\d{3}-?[\dXx]", "rg|registro geral|carteira de identidade"),
        not_repeated,
        score=0.9,
    ),
    Row("pii/br_cnpj", alone(r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"), on_digits(cnpj.is_valid)),
    Row("pii/br_cnpj", near(r"\d{14}", "cnpj"), on_digits(cnpj.is_valid)),
    Row("pii/ar_cuit", alone(r"(?:2[03457]|3[034])-\d{8}-\d"), on_digits(cuit.is_valid)),
    Row("pii/ar_cuit", near(r"(?:2[03457]|3[034])\d{9}", "cuit|cuil|cuit/cuil"), on_digits(cuit.is_valid)),
    Row(
        "pii/ar_dni",
        labelled(r"\d{1,2}\.\d{3}\.\d{3}|\d{7,8}", "dni|documento nacional de identidad|d\\.n\\.i\\."),
        not_repeated,
        score=0.9,
    ),
    Row("pii/cl_rut", alone(r"\d{1,2}\.\d{3}\.\d{3}-[0-9Kk]"), on_digits(rut.is_valid)),
    Row("pii/cl_rut", near(r"\d{7,8}-?[0-9Kk]", "rut|r\\.u\\.t\\.|rol único tributario"), on_digits(rut.is_valid)),
    Row("pii/co_nit", near(r"\d{3}\.?\d{3}\.?\d{3}-?\d", "nit|n\\.i\\.t\\."), on_digits(nit.is_valid)),
    Row(
        "pii/co_cedula",
        labelled(
            r"\d{1,2}\.\d{3}\.\d{3}|1\.\d{3}\.\d{3}\.\d{3}|\d{6,10}", "cédula|cedula|cédula de ciudadanía|c\\.c\\.|cc"
        ),
        not_repeated,
        score=0.9,
    ),
    Row("pii/pe_ruc", near(r"[12]\d{10}", "ruc|r\\.u\\.c\\."), on_digits(ruc.is_valid)),
    Row("pii/ec_cedula", near(r"\d{9}-?\d", "cédula|cedula|cédula de identidad|ci|c\\.i\\."), on_digits(ci.is_valid)),
)
