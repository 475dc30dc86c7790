"""Passwords and keys whose name stands in another field, line or option: the value and nothing around it."""

from __future__ import annotations

import pytest

from gateway.detectors.base import RegexDetector
from gateway.detectors.secret import beside, secret
from tests.detectors.secret.synthetic import fill
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()
BASIC = "am9lOkgwcnNlIWNhcnQ="  # joe:H0rse!cart

# `[[...]]` marks the finding.
PASSWORDS = (
    "env:\n- name: DB_PASSWORD\n  value: [[H0rse!cart]]\n",
    '{"name": "SMTP_PASS", "value": "[[H0rse!cart]]"}',
    'variable "db_password" {\n  type    = string\n  default = "[[H0rse!cart]]"\n}',
    'variable "root_pwd" {\n  description = "of the database"\n  default     = "[[h0rsecart]]"\n}',
    '<property name="hibernate.connection.password">[[H0rse!cart]]</property>',
    "Set-Variable -Name dbPassword -Value '[[H0rse!cart]]'",
    "mysql -h db.acme.test -u root -p[[H0rse!cart]] shop",
    "mysqldump -uroot -p'[[h0rsecart]]' shop > shop.sql",
    "docker login registry.acme.test -u joe -p [[H0rse!cart]]",
    'az login --service-principal -u joe -p "[[H0rse!cart]]" --tenant acme',
    "mongosh db.acme.test -u joe -p [[h0rsecart]]",
    "redis-cli -h cache -a [[h0rsecart]] ping",
    "openssl rsa -in key.pem -passin pass:[[h0rsecart]]",
    "db.acme.test:5432:shop:joe:[[H0rse!cart]]\n",
    "WIFI:S:Cafe;T:WPA;P:[[H0rse!cart]];;",
    "| password | [[H0rse!cart]] |",
    "Username\njoe\nPassword\n[[H0rse!cart]]\n",
    "Password - [[H0rse!cart]]",
    "user: joe, pass: [[h0rse2026]]",
    "login=joe pw=[[h0rse2026]]",
    "my pw: [[Horse2026]]",
    "The password for the staging box is [[Horse2026]].",
    "hey, the admin pw for staging is [[H0rse!cart]]",
    "password set to [[hunter2]]",
    "login: joe / [[H0rse!cart]]",
    "failed with credentials joe:[[H0rse!cart]]",
    "ftp user joe password [[H0rse2026]]",
    "logged in with password [[H0rse2026]], then out",
    "the pass is [[Horse2026]]",
    "7z x -p[[h0rsecart]] a.7z",
    "unzip -P [[h0rsecart]] a.zip",
    "ldapsearch -D cn=joe -w [[H0rse!cart]] -b dc=acme",
    "smbclient //srv/share -U joe%[[H0rse!cart]]",
    "net user joe [[H0rse!cart]] /add",
    "echo 'joe:[[H0rse!cart]]' | sudo chpasswd",
    "define('DB_PASSWORD', '[[H0rse!cart]]');",
    "<input type='password' id='pw' value='[[H0rse!cart]]'>",
    '{\\"password\\": \\"[[H0rse!cart]]\\"}',
)
KEYS = (
    "- name: API_TOKEN\n  value: [[{A32}]]\n",
    '{"name": "PAYMENT_API_KEY", "value": "[[{A32}]]"}',
    'variable "api_token" {\n  default = "[[{A32}]]"\n}',
    "Set-Variable -Name apiKey -Value '[[{A32}]]'",
    '{\\"api_key\\":\\"[[{A32}]]\\"}',
    "Mein API-Key ist [[{A32}]]",
    "clé API : [[{A32}]]",
    "API密钥：[[{A32}]]",
)
NOT_THESE = (
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-1\n      key: password1\n",
    "- name: DB_PASSWORD\n  value: $(DB_PASSWORD)\n",
    '- name: DB_PASSWORD\n  value: "{{ .Values.db.password }}"\n',
    "- name: PASSWORD_MIN_LENGTH\n  value: 12characters\n",
    "- name: MAX_TOKENS\n  value: 128000\n",
    '{"name": "password", "type": "string", "value": "changeme"}',
    'variable "db_password" {\n  type      = string\n  sensitive = true\n}\nvariable "zone" {\n  default = "eu-1a"\n}',
    'variable "db_password" {\n  default = ""\n}',
    '<property name="passwordPolicy">min8-max64</property>',
    "mysql -u root -p shop1.sql",
    "mysql -u root -p < shop1.sql",
    "mysql -u root -p$DB_PASS1 shop",
    "docker run -u 1000 -p 8080:80 nginx",
    "docker login -u joe -p $TOKEN1 registry.acme.test",
    "echo $TOKEN | docker login -u joe --password-stdin registry1.acme.test",
    "redis-cli -a $REDIS_PASS1 ping",
    "grep -rn 'auth' src -a Horse2026",
    "openssl rsa -passin pass:$PASS1",
    '"auth": "basic"',
    '"auth": "b2F1dGgy"',
    "app.py:128:in:run:Frame2Error\n",
    "| password | string | yes |",
    "| password | varchar(255) |",
    "Password\nForgot your password?\n",
    "Password:\nMinimum 8 characters\n",
    "Password - at least 8 characters",
    "PASS: TestLogin1",
    "pass: 12, fail: 3",
    "user: joe, passed: Level2",
    "pw = 0.35",
    "PW: 1024x768",
    "The password for the staging box is kept in Vault2.",
    "The password for this is 12 characters long.",
    "password set to expire in 90 days",
    "login: 12/03/2026",
    "login 2026-03-12/Frankfurt",
    "login v2 / OAuth2Client",
    "the pass is 3.5 km long",
    "with password policies of 2026",
    "user stories with password managers",
    "unzip -P $PASS1 a.zip",
    "zip -r out.zip Dir2026 -x tmp",
    "net user joe /domain",
    "curl -U joe%s x",
    "define('DB_PASSWORD', getenv('DB_PASS1'));",
    "<input type='password' placeholder='Enter a password' value=''>",
    '{\\"password\\": \\"string\\"}',
    "Bearer tokens are described in RFC6750-and-others",
    "the token est une valeur",
)


def _value(marked: str) -> tuple[str, str]:
    before, value, after = marked.replace("]]", "[[").split("[[")
    return before + value + after, value


@pytest.mark.parametrize("marked", PASSWORDS)
def test_the_password_is_the_value(marked: str) -> None:
    text, value = _value(marked)
    assert found(DETECTOR, text) == [("secret/password", value)]


@pytest.mark.parametrize("template", KEYS)
def test_the_key_is_the_value(template: str) -> None:
    text, value = _value(fill(template))
    assert found(DETECTOR, text) == [("secret/api_key", value)]


def test_the_configuration_of_docker() -> None:
    text = f'{{"auths": {{"https://registry.acme.test/v1/": {{"auth": "{BASIC}"}}}}}}'
    assert found(DETECTOR, text) == [("secret/basic_auth_header", BASIC)]


@pytest.mark.parametrize("text", NOT_THESE)
def test_these_are_no_secrets(text: str) -> None:
    assert found(DETECTOR, text) == []


def test_a_bearer_token_alone() -> None:
    value = fill("{A40}")
    assert found(DETECTOR, f"I send Bearer {value} and get 401") == [("secret/bearer_token", value)]


def test_every_row_finds_something_on_its_own() -> None:
    texts = [*PASSWORDS, *map(fill, KEYS), f'"auth": "[[{BASIC}]]"']
    for row in beside.ROWS:
        alone = RegexDetector("alone", [row])
        assert any((row.category, value) in found(alone, text) for text, value in map(_value, texts)), row.pattern


@pytest.mark.parametrize("marked", PASSWORDS[::4])
def test_they_stream(marked: str) -> None:
    assert_streams(DETECTOR, f"Hi. {_value(marked)[0]} Bye, é.")
