"""Numbers under which hospitals and health insurers know a person."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits, has_digits
from gateway.detectors.pii.context import labelled, near

__all__ = ["ROWS"]

_RECORD_WORDS = (
    "mrn|mrn number|medical record|medical record number|medical record no|med rec no|patient id|patient number|"
    "patient no|patient identifier|chart number|hospital number|health record number|patientennummer|patienten-id|"
    "fallnummer|numéro de dossier médical|historia clínica|número de historia clínica|cartella clinica|prontuário|"
    "patiëntnummer|numer pacjenta"
)
_INSURANCE_WORDS = (
    "health insurance(?: number| id| policy)?|insurance id|insurance number|"
    "insurance policy number|insurance member id|member id|subscriber id|health plan id|health plan|medicaid|"
    "medicaid number|medicaid id|ehic|versichertennummer|krankenversicherung|krankenversicherungsnummer|"
    "krankenkasse|mutuelle|numéro d'assuré|tarjeta sanitaria|tessera sanitaria|cartão do sus|zorgverzekering|"
    "polisnummer|health card|health card number"
)


def _insured(value: str) -> bool:
    """Krankenversichertennummer (section 290 SGB V): the letter as two digits, then Luhn from the left."""
    letter = ord(value[0]) - ord("A") + 1
    numbers = [letter // 10, letter % 10, *digits(value)]
    doubled = (n * (1 + i % 2) for i, n in enumerate(numbers[:-1]))
    return sum(n // 10 + n % 10 for n in doubled) % 10 == numbers[-1]


ROWS = (
    Row(
        "pii/medical_record",
        labelled(r"(?:[A-Z]{1,4}[ -]?)?\d{4,12}(?:-\d{1,6})?", _RECORD_WORDS, "病历号|住院号|診察券番号|환자번호"),
        has_digits(4),
        score=0.9,
    ),
    Row(
        "pii/health_insurance",
        labelled(
            r"[A-Z0-9]{2,6}[ -]?[0-9A-Z]{3,12}(?:[ -][0-9A-Z]{2,6}){0,2}",
            _INSURANCE_WORDS,
            "医保卡号|健康保険証番号|健保卡",
        ),
        has_digits(5),
        score=0.9,
    ),
    Row(
        "pii/de_health_insurance",
        near(
            r"[A-Z]\d{9}",
            "kvnr|krankenversichertennummer|versichertennummer|gesundheitskarte|egk|krankenkasse|versicherten-?nr",
        ),
        _insured,
    ),
)
