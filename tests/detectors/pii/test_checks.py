"""Check digits: generated numbers are found, with any one digit changed they are not."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn, verhoeff
from stdnum.bg import egn
from stdnum.br import cnpj, cpf
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.es import dni
from stdnum.gb import nhs
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_97_10
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.tr import tckimlik

from gateway.detectors.pii.base58 import ALPHABET, check_decode, decode
from gateway.detectors.pii.bech32 import CHARSET, checksum, is_address
from gateway.detectors.pii.keccak import keccak256
from tests.detectors.pii.cases import detector
from tests.detectors.pii.sampling import sample_value
from tests.support.tables import found

Build = Callable[[str], str]


def _dated(build: Build) -> Build:
    """A date of birth in front, so that the rest is free."""
    return lambda drawn: build("850412" + drawn)


# What stands before the number, its category, how many digits are drawn, the number made of them.
NUMBERS: tuple[tuple[str, str, int, Build], ...] = (
    ("card", "pii/credit_card", 13, lambda d: "41" + d + luhn.calc_check_digit("41" + d)),
    ("IMEI", "pii/imei", 14, lambda d: d + luhn.calc_check_digit(d)),
    ("to", "pii/iban", 18, lambda d: "DE" + iban.calc_check_digits("DE00" + d) + d),
    ("NHS number", "pii/uk_nhs", 9, lambda d: _first(nhs.is_valid, d)),
    ("Aadhaar", "pii/in_aadhaar", 10, lambda d: "5" + d + verhoeff.calc_check_digit("5" + d)),
    ("titular", "pii/br_cpf", 9, lambda d: _grouped(d + cpf._calc_check_digits(d), "...-.")),
    ("CNPJ", "pii/br_cnpj", 12, lambda d: d + cnpj.calc_check_digits(d)),
    ("BSN", "pii/nl_bsn", 7, lambda d: _first(bsn.is_valid, "1" + d)),
    ("PESEL", "pii/pl_pesel", 4, _dated(lambda d: d + pesel.calc_check_digit(d))),
    ("EGN", "pii/bg_egn", 3, _dated(lambda d: d + egn.calc_check_digit(d))),
    ("AHV", "pii/ch_ahv", 9, lambda d: _first(ahv.is_valid, "756" + d)),
    ("RUT", "pii/cl_rut", 7, lambda d: f"1{d}-{rut.calc_check_digit('1' + d)}"),
    ("DNI", "pii/es_dni", 8, lambda d: d + dni.calc_check_digit(d)),
    ("VAT", "pii/de_vat", 7, lambda d: "DE1" + d + mod_11_10.calc_check_digit("1" + d)),
    ("TC kimlik", "pii/tr_kimlik", 8, lambda d: "1" + d + tckimlik.calc_check_digits("1" + d)),
    ("id", "pii/cn_resident_id", 3, lambda d: "11010519850412" + d + mod_11_2.calc_check_digit("11010519850412" + d)),
    ("NPI", "pii/us_npi", 8, lambda d: "1" + d + luhn.calc_check_digit("808401" + d)),
    ("EID", "pii/ae_emirates_id", 11, lambda d: "784" + d + luhn.calc_check_digit("784" + d)),
    ("RCS", "pii/fr_siren", 8, lambda d: d + luhn.calc_check_digit(d)),
    ("NIR", "pii/fr_nir", 8, lambda d: _nir("18504" + d)),
)


def _grouped(digits: str, marks: str) -> str:
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def _first(is_valid: Callable[[str], bool], digits: str) -> str:
    """With its check digit; empty where there is none, as modulo eleven leaves some without."""
    return next((digits + c for c in "0123456789" if is_valid(digits + c)), "")


def _nir(thirteen: str) -> str:
    return thirteen + f"{97 - int(thirteen) % 97:02d}"


@pytest.mark.parametrize(("label", "category", "size", "build"), NUMBERS, ids=[n[1] for n in NUMBERS])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_generated_numbers(label: str, category: str, size: int, build: Build, data: st.DataObject) -> None:
    drawn = data.draw(st.text("0123456789", min_size=size, max_size=size).filter(lambda d: len(set(d)) > 2))
    number = build(drawn)
    if not number:  # no check digit exists for these digits
        return
    assert (category, number) in found(detector(), f"Mine: {label} {number}, thanks.")
    last = number[-1]
    other = data.draw(st.sampled_from([c for c in "0123456789" if c != last]))
    assert (category, number[:-1] + other) not in found(detector(), f"Mine: {label} {number[:-1] + other}, thanks.")


def test_validators_take_any_value_of_their_shape() -> None:
    random = Random(20240517)
    for row in detector().rows:
        if row.valid is not None:
            for _ in range(40):
                assert row.valid(sample_value(row.pattern, random)) in (True, False)


@given(st.binary(min_size=20, max_size=20), st.integers(0, 20), st.integers(1, 57))
@settings(max_examples=40, deadline=None)
def test_base58check(payload: bytes, place: int, shift: int) -> None:
    data = b"\x00" + payload
    text = _base58(data + sha256(sha256(data).digest()).digest()[:4])
    assert check_decode(text) == data
    wrong = ALPHABET[(ALPHABET.index(text[place]) + shift) % 58]
    assert check_decode(text[:place] + wrong + text[place + 1 :]) != data


def test_base58_refuses_other_characters_and_sizes() -> None:
    assert decode("0OIl") is None
    assert decode("zzzzzzzzzzzz", size=4) is None
    assert check_decode("1") is None


@given(
    st.lists(st.integers(0, 31), min_size=32, max_size=32), st.integers(0, 16), st.integers(0, 32), st.integers(1, 31)
)
@settings(max_examples=40, deadline=None)
def test_bech32(words: list[int], version: int, place: int, shift: int) -> None:
    data = [version, *words]
    text = "bc1" + "".join(CHARSET[d] for d in (*data, *checksum("bc", data)))
    assert is_address(text, "bc")
    assert is_address(text.upper(), "bc")
    assert not is_address(text.capitalize(), "bc")
    if place:  # a changed version may change the kind of checksum as well
        data[place] = (data[place] + shift) % 32
        assert not is_address("bc1" + "".join(map(CHARSET.__getitem__, data)) + text[-6:], "bc")


def test_bip_173_and_350_examples_of_both_kinds() -> None:
    assert is_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc")
    assert is_address("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bc")
    assert not is_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "ltc")
    assert not is_address("bc1qqqqq", "bc")


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak_256(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


def test_keccak_256_over_the_edge_of_a_block() -> None:
    assert len({keccak256(b"x" * n) for n in range(134, 139)}) == 5


def test_mod_97_is_what_an_iban_has() -> None:
    assert mod_97_10.is_valid("370400440532013000" + "DE89")


def _base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text
