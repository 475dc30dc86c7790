"""Passwords in code, configuration, command lines and prose: the value and nothing around it."""

from __future__ import annotations

import pytest

from gateway.detectors.secret import secret
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()

# `[[...]]` marks the finding.
ASSIGNED = (
    "password=[[hunter2]]",
    "DB_PASSWORD=[[Tr0ub4dor&3]]",
    '"password": "[[S3cure!pass]]",',
    "password: '[[correct7horse]]'",
    "spring.datasource.password=[[h4nnover!]]",
    'const dbPassword = "[[h4nnover!]]";',
    'password := "[[h4nnover!]]"',
    "'password' => '[[h4nnover!]]',",
    'config["password"] = "[[h4nnover!]]"',
    'smtp_pass: "[[q8w7e6]]"',
    'if password == "[[h4nnover!]]":',
    '$env:PASSWORD = "[[h4nnover!]]"',
    "https://acme.test/login?user=joe&password=[[hunter2]]&x=1",
    "PGPASSWORD=[[hunter2]] psql",
    'password = "[[letmein]]"',
    '"password": "[[password123]]"',
    "password: [[12345678]]",
    "mysql --password [[hunter2]]",
    "tool --password=[[hunter2]] run",
    "sshpass -p [[hunter2]] ssh joe@acme.test",
    "<password>[[hunter2]]</password>",
    '<add key="DbPassword" value="[[hunter2]]" />',
    "CREATE USER joe IDENTIFIED BY '[[hunter2]]';",
    "ALTER ROLE joe WITH PASSWORD '[[hunter2]]';",
    'ConvertTo-SecureString "[[P@ssw0rd1]]" -AsPlainText -Force',
    "machine api.acme.test login joe password [[hunter2]]",
    "requirepass [[s3cretredis]]",
)
SPOKEN = (
    "my password is [[hunter2]].",
    "the password is: [[Tr0ub4dor&3]]",
    "Wi-Fi password: [[BlueSky!88]], guests only",
    "user: joe / password: [[hunter2]]",
    "Passwort: [[Sommer2024!]]",
    "Mein Passwort lautet [[Sommer2024!]]",
    "mot de passe : [[Soleil42]]",
    "La contraseña es [[Gatito99]].",
    "senha: [[Praia2023!]]",
    "пароль: [[Qwerty777]]",
    "密码是[[abc12345]]，请保密",
    "密码：[[abc12345]]",
    "パスワードは[[sakura99]]です",
    "비밀번호: [[haneul77!]]",
)
NOT_PASSWORDS = (
    "password=abc",
    "password: str",
    "password: Optional[str] = None",
    "password = null",
    "password=true",
    "password = userPassword2",
    "password = form.cleaned_data",
    "password = get_password(1)",
    "password1 = password2",
    "password: SHA-256",
    "password is base64-encoded",
    "password is 8-character minimum",
    "password: 2024-05-01",
    "password = '%s'",
    "password='{0}'",
    "password='[redacted]'",
    "password = 'Enter a password'",
    "password = '•••••••'",
    "password: /etc/secret.txt",
    "password: https://acme.test/reset1",
    "password_length = 12345678",
    "passwordless login with 2 devices",
    "PASS: test_login1",
    "bypass: level3x",
    "autocomplete='new-password'",
    "password => required|min:8",
)


@pytest.mark.parametrize("marked", [*ASSIGNED, *SPOKEN])
def test_the_finding_is_the_value(marked: str) -> None:
    before, value, after = marked.replace("]]", "[[").split("[[")
    assert found(DETECTOR, before + value + after) == [("secret/password", value)]


@pytest.mark.parametrize("text", NOT_PASSWORDS)
def test_these_are_no_passwords(text: str) -> None:
    assert found(DETECTOR, text) == []


@pytest.mark.parametrize("marked", [*ASSIGNED[::3], *SPOKEN[::3]])
def test_passwords_stream(marked: str) -> None:
    assert_streams(DETECTOR, f"Hi. {marked.replace('[[', '').replace(']]', '')} Bye, é.")


def test_what_names_the_provider_is_told_alone() -> None:
    token = "ghp_" + "aB3dE5fG7h" * 3 + "kL9mN1"
    assert found(DETECTOR, f'password = "{token}"') == [("secret/github_token", token)]
    assert found(DETECTOR, f"https://joe:{token}@github.com/x.git") == [("secret/github_token", token)]
