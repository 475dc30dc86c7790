"""Every kind of secret: found where it stands, and not found when it is a little off."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

import pytest

from gateway.detectors.secret import secret
from tests.detectors.secret.cases import KEYED, TOKENS
from tests.detectors.secret.synthetic import fill, masked
from tests.support.streaming import assert_streams
from tests.support.tables import categories, found

DETECTOR = secret()

# Their shape has no fixed end after the shortest one, so that two characters fewer may be another kind's shape,
# or they are hashes, which no one masks.
_ANY_END = {"dotenv_key", "mailchimp_key", "ansible_vault", "adyen_key", "password_hash", "mailgun_key"}


@pytest.mark.parametrize(("kind", "template"), TOKENS)
def test_a_token_is_found_by_its_form(kind: str, template: str) -> None:
    value = fill(template)
    for text in (value, f"my key: {value}\nthanks", f'"{value}"', f"(see {value}, please)", f"key={value}"):
        assert (f"secret/{kind}", value) in found(DETECTOR, text), text


@pytest.mark.parametrize(("kind", "template"), [case for case in TOKENS if case[0] not in _ANY_END])
def test_a_token_that_is_a_little_off_is_not_found(kind: str, template: str) -> None:
    value, category = fill(template), f"secret/{kind}"
    assert category not in categories(DETECTOR, value[:-2]), "too short"
    assert category not in categories(DETECTOR, f"{value[:-4]}§{value[-4:]}"), "a strange letter"
    assert category not in categories(DETECTOR, f"some_name{value}"), "inside a longer name"


@pytest.mark.parametrize(("kind", "template"), [case for case in TOKENS if case[0] != "password_hash"])
def test_a_masked_token_is_not_found(kind: str, template: str) -> None:
    assert f"secret/{kind}" not in categories(DETECTOR, f"key: {masked(template)}")


@pytest.mark.parametrize(("kind", "template"), KEYED)
def test_a_bare_value_counts_beside_its_name(kind: str, template: str) -> None:
    before, value, after = re.split(r"\[\[|\]\]", fill(template))
    assert (f"secret/{kind}", value) in found(DETECTOR, before + value + after)
    assert f"secret/{kind}" not in categories(DETECTOR, f"{value} is a value"), "without its name"
    head, _, tail = re.split(r"\[\[|\]\]", template)
    mask = masked(re.split(r"\[\[|\]\]", template)[1])
    assert f"secret/{kind}" not in categories(DETECTOR, fill(head) + mask + fill(tail)), "masked"


@pytest.mark.parametrize(("kind", "template"), [*TOKENS[::7], *KEYED[::5]])
def test_kinds_stream(kind: str, template: str) -> None:
    text = fill(template).replace("[[", "").replace("]]", "")
    assert_streams(DETECTOR, f"Hi, {text}, bye")


def test_a_telegram_token_in_its_address() -> None:
    value = fill("{D9}:AA{A33}")
    assert found(DETECTOR, f"https://api.telegram.org/bot{value}/getMe") == [("secret/telegram_bot_token", value)]


BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _base58_check(payload: bytes) -> str:
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = BASE58[digit] + out
    return out


def test_bitcoin_keys_have_a_checksum() -> None:
    short = _base58_check(b"\x80" + hashlib.sha256(b"a").digest() + b"\x01")
    assert found(DETECTOR, f"sweep {short} now") == [("secret/bitcoin_private_key", short)]
    assert found(DETECTOR, f"sweep {short[:-1]}{'2' if short[-1] != '2' else '3'} now") == []
    extended = _base58_check(bytes.fromhex("0488ade4") + hashlib.sha512(b"b").digest() + b"c" * 10)
    assert len(extended) == 111
    assert found(DETECTOR, extended) == [("secret/bitcoin_extended_key", extended)]
    assert found(DETECTOR, extended[:-2] + "11") == []


def test_a_seed_phrase_is_twelve_words() -> None:
    words = "apple river stone cloud tiger paper ocean music green table horse lemon"
    assert found(DETECTOR, f"Recovery phrase: {words}.") == [("secret/seed_phrase", words)]
    assert found(DETECTOR, f"Recovery phrase: {words} zebra.") == []
    assert found(DETECTOR, "Recovery phrase: the twelve words that your wallet shows when you create and back it") == []


def test_basic_credentials_decode() -> None:
    value = b64encode(b"joe:" + b"s3cr3tvalue").decode()
    assert found(DETECTOR, f"Authorization: Basic {value}") == [("secret/basic_auth_header", value)]
    assert found(DETECTOR, "Authorization: Basic " + b64encode(b"no colon here").decode()) == []
    assert found(DETECTOR, "Authorization: Basic " + b64encode(b"user:password").decode()) == []


def test_there_are_many_kinds_and_each_is_tested() -> None:
    above = {"bitcoin_private_key", "bitcoin_extended_key", "seed_phrase"}
    in_other_files = {"password", "private_key", "jwt", "jwe", "kubernetes_token", "supabase_service_key"}
    in_other_files |= {"pin", "one_time_code", "recovery_code", "security_answer"}
    tested = {kind for kind, _ in (*TOKENS, *KEYED)} | above | in_other_files
    assert {f"secret/{kind}" for kind in tested} == DETECTOR.categories
    assert len(DETECTOR.categories) >= 240
    assert DETECTOR.name == "secret"
    assert DETECTOR.kinds is None
