"""Credentials in exports of API clients and browsers, in calls and command lines: the value and nothing around it."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.detectors.base import RegexDetector
from gateway.detectors.secret import exported, secret
from tests.detectors.secret.synthetic import fill
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()
BASIC = "am9lOkgwcnNlIWNhcnQ="  # joe:H0rse!cart
SALT = "q#7Lm$2Zt6&Xw9Rk!3Bn7Yp1*zzQ8wE2"

# `[[...]]` marks the finding.
FOUND = (
    ("secret/bearer_token", '{"name": "Authorization", "value": "Bearer [[{A40}]]"}'),
    ("secret/bearer_token", '{\\"name\\":\\"authorization\\",\\"value\\":\\"token [[{A40}]]\\"}'),
    ("secret/basic_auth_header", f'{{"name":"Authorization","value":"Basic [[{BASIC}]]"}}'),
    ("secret/session_cookie", '{"name": "connect.sid", "value": "[[{A32}]]", "path": "/"}'),
    ("secret/session_cookie", '{"name":"shop_session_id","value":"[[{A32}]]"}'),
    ("secret/session_cookie", "Set-Cookie: sid=[[{A32}]]; Path=/; HttpOnly"),
    ("secret/session_cookie", "Cookie: lang=de; app_session=[[{A32}]]; x=1"),
    ("secret/password", '{"key": "password", "value": "[[H0rse!cart]]", "type": "string"}'),
    ("secret/password", '{"name":"db_pwd","value":"[[h0rsecart]]"}'),
    ("secret/api_key", '{"key": "client_secret", "value": "[[{A32}]]"}'),
    ("secret/api_key", '{"name":"X-Api-Key","value":"[[{A32}]]"}'),
    ("secret/api_key", '"apikey": [{"key": "value", "value": "[[{A32}]]"}, {"key": "key", "value": "X-Key"}]'),
    ("secret/api_key", '"Jwt": {"Issuer": "acme", "Key": "[[{A32}]]"}'),
    ("secret/api_key", '"TokenOptions": {"SigningKey": "[[{A32}]]"}'),
    ("secret/api_key", f"define( 'SECURE_AUTH_SALT', '[[{SALT}]]' );"),
    ("secret/api_key", f"SECRET_KEY = '[[django-insecure-{SALT}]]'"),
    ("secret/password", 'new NetworkCredential("joe", "[[H0rse!cart]]")'),
    ("secret/password", "New-Object PSCredential('joe', '[[H0rse!cart]]')"),
    ("secret/password", "jdbc:oracle:thin:joe/[[h0rsecart]]@//db:1521/X"),
    ("secret/password", "sqlplus -s joe/[[h0rsecart]]@db"),
    ("secret/password", "http -a joe:[[h0rsecart]] GET https://api.acme.test"),
    ("secret/password", "xh --auth=joe:[[H0rse!cart]] :8080/x"),
    ("secret/password", "echo '[[H0rse!cart]]' | docker login -u joe --password-stdin"),
    ("secret/password", "printf [[h0rsecart]] | podman login reg.acme.test --password-stdin"),
    ("secret/password", 'form "password=[[h0rsecart]]&grant_type=password"'),
    ("secret/password", '{"a": "{\\"b\\": \\"{\\\\\\"password\\\\\\": \\\\\\"[[H0rse!cart]]\\\\\\"}\\"}"}'),
    ("secret/api_key", f"api-token: [[{b64encode(b'v8Lq2Zt6Xw9Rk3Bn7Yp1').decode()}]]\nkind: Secret"),
    ("secret/password", f"  password: [[{b64encode(b'Sonne#2024').decode()}]]\n"),
    ("secret/api_key", "secret_key_base: [[{A32}]]\n"),
    ("secret/password", "the admin pw for staging is [[H0rse!cart]]"),
)
NONE = (
    '{"name": "Authorization", "value": "Bearer {{token}}"}',
    '{"name": "Authorization", "value": "Basic {{credentials}}"}',
    '{"name": "Authorization", "in": "header"}',
    '{"name": "Content-Type", "value": "application/json; charset=utf-8"}',
    '{"name": "theme", "value": "a-very-dark-mode-of-2026"}',
    "Cookie: theme=dark; consent=accepted-2026-03-12-analytics",
    "Set-Cookie: sid=deleted; Max-Age=0",
    '{"key": "password", "value": "{{password}}", "type": "string"}',
    '{"key": "password", "value": "required", "type": "string"}',
    '{"key": "max_tokens", "value": "128000"}',
    '"apikey": [{"key": "value", "value": "{{api_key}}"}]',
    '"Jwt": {"Issuer": "acme", "Key": "set-in-the-environment"}',
    "define( 'AUTH_KEY', 'put your unique phrase here' );",
    "define('SORT_KEY', 'name of the column that is sorted by');",
    "SECRET_KEY = 'change-this-in-production-please'",
    "SECRET_KEY = os.environ['DJANGO_SECRET_KEY1']",
    "new NetworkCredential(user, password)",
    "new NetworkCredential('user', 'password')",
    "jdbc:oracle:thin:@//db:1521/ORCL",
    "sqlplus / as sysdba",
    "sqlplus joe/$PASS1@db",
    "http -a joe:$PASS1 GET https://api.acme.test",
    "http GET https://api.acme.test -a",
    "echo $PASS1 | docker login -u joe --password-stdin",
    "echo H0rse!cart | docker ps",
    'form "password=required&min=8"',
    "token: c29tZS1leGFtcGxlLXRleHQ=",
    "mode: cHJvZHVjdGlvbg==",
    "password: left==right2",
    "pw for the relay is 12 watts",
)


def _value(template: str) -> tuple[str, str]:
    before, value, after = fill(template).replace("]]", "[[").split("[[")
    return before + value + after, value


@pytest.mark.parametrize(("category", "template"), FOUND)
def test_the_value_is_found(category: str, template: str) -> None:
    text, value = _value(template)
    assert (category, value) in found(DETECTOR, text)


@pytest.mark.parametrize("text", NONE)
def test_these_are_none(text: str) -> None:
    assert found(DETECTOR, text) == []


def test_every_row_finds_something_on_its_own() -> None:
    for row in exported.ROWS:
        alone = RegexDetector("alone", [row])
        assert any((row.category, v) in found(alone, t) for t, v in (_value(m) for _, m in FOUND)), row.pattern


@pytest.mark.parametrize("template", [template for _, template in FOUND[::3]])
def test_they_stream(template: str) -> None:
    assert_streams(DETECTOR, f"Hi. {_value(template)[0]} Bye, é.")
