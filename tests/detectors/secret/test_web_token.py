"""JSON web tokens are read, not guessed: the first part must decode to a header with an algorithm."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest

from gateway.detectors.secret import secret
from tests.detectors.secret.synthetic import fill
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(claims: object, header: object = None) -> str:
    return f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{fill('{A43}')}"


@pytest.mark.parametrize(
    ("category", "claims"),
    [
        ("secret/jwt", {"sub": "1234567890", "name": "Joe"}),
        ("secret/jwt", {"sub": "1", "scope": "x" * 2000}),
        ("secret/kubernetes_token", {"kubernetes.io/serviceaccount/namespace": "shop", "sub": "x"}),
        ("secret/kubernetes_token", {"sub": "system:serviceaccount:shop:default"}),
        ("secret/supabase_service_key", {"iss": "supabase", "role": "service_role"}),
        ("secret/jwt", {"iss": "supabase", "role": "anon"}),
    ],
)
def test_a_token_is_found(category: str, claims: object) -> None:
    token = jwt(claims)
    for text in (
        token,
        f"Authorization: Bearer {token}",
        f'{{"id_token":"{token}"}}',
        f"?t={token}&x=1",
        f"a\\n{token}",
    ):
        assert found(DETECTOR, text) == [(category, token)]


def test_an_encrypted_token_is_found() -> None:
    token = ".".join(
        [part({"alg": "RSA-OAEP", "enc": "A256GCM"}), fill("{A64}"), fill("{A16}"), fill("{A64}"), fill("{A22}")]
    )
    assert found(DETECTOR, f"t: {token}") == [("secret/jwe", token)]


@pytest.mark.parametrize(
    "text",
    [
        jwt({"a": 1}, {"typ": "JWT"}),
        jwt({"a": 1}, {"alg": 5}),
        jwt({"a": 1}, [1, 2, 3, 4, 5]).replace("WzEs", "eyJ9"),
        "eyJ" + fill("{A20}") + ".eyJ" + fill("{A20}") + "." + fill("{A43}"),
        part({"alg": "HS256", "typ": "JWT"}) + "." + part({"a": 1}),
        "eyJhbGciOiJIUzI1NiJ9.eyJ.abc",
        "my_" + jwt({"a": 1}),
        "eyJ" + "W" * 6000 + "." + "eyJ" + "W" * 50 + "." + "a" * 50,
    ],
)
def test_what_does_not_decode_is_no_token(text: str) -> None:
    assert found(DETECTOR, text) == []


def test_tokens_stream() -> None:
    assert_streams(DETECTOR, f"Use {jwt({'sub': 'joe'})}, then log out. eyJhbGciOi is a beginning.")
