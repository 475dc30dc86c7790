"""
Secrets without a provider: API keys and tokens by the name they are assigned to, headers, cookies,
one-time-password seeds, and the password inside a URL or connection string (only the password is
the finding, so that a masked text stays readable).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import placeholder, random_looking, wordlike
from gateway.detectors.secret.shapes import ASSIGN

__all__ = ["ROWS", "basic", "key"]

# What documentation writes where a password belongs, and the accounts that servers are shipped with.
_PUBLIC_LIST = (
    "password passwd passwort pass pwd pw p secret user username guest postgres root admin mysql redis test "
    "example token key apikey mypassword yourpassword db_password dbpassword userpass user_password xxx"
)
_PUBLIC = frozenset(_PUBLIC_LIST.split())
_NOT_A_KEY = re.compile(
    r"^(?:https?:|[a-z]{1,8}://|/|\./|\.\./|sha\d{1,3}-|v?\d+\.\d+|[A-Za-z_]+(?:\.[A-Za-z_][A-Za-z0-9_]*)+$|data:|arn:)"
    r"|^[A-Za-z]+-[\d.]+$|^\d[\d.:,TZ+-]*$|^(?:process|os|config|self|this|settings)[.\[]"
)

_VARIABLE = re.compile(r"^[$%\[(:*]|[{}()\[\]]|^[a-z_]\w*(?:\.[a-z_]\w*){2,}$")


def key(value: str) -> bool:
    """A random value, neither path, address, version, date, dotted name nor type (`ed25519.Ed25519PrivateKey`)."""
    last = value.rpartition(".")[2]
    typed = len(last) < len(value) and last.isidentifier() and wordlike(last)
    said = _encoded(value)
    if said is not None:  # digits are rare in base64, and in words that are encoded there are some
        drawn = random_looking(said) or (random_looking(value) and not placeholder(said) and not wordlike(said))
    else:
        drawn = random_looking(value)
    return drawn and not _NOT_A_KEY.search(value) and not typed


def _encoded(value: str) -> str | None:
    """The text of which it is the base64, as the secrets of Kubernetes hold values."""
    if len(value) % 4 or not value.endswith("="):
        return None
    try:
        said = b64decode(value, validate=True).decode()
    except (Base64Error, UnicodeDecodeError):
        return None
    return said if said.isascii() and said.isprintable() else None


def _url_password(value: str) -> bool:
    """Not a port, not what documentation writes there, not a variable."""
    if value.lower() in _PUBLIC or (value.isdigit() and len(value) < 6):
        return False
    return not placeholder(value) and not _VARIABLE.search(value)


def basic(value: str) -> bool:
    """Basic credentials decode to `user:password` (RFC 7617)."""
    try:
        user, colon, password = b64decode(value + "=" * (-len(value) % 4)).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return False
    return bool(colon and password) and (user + password).isprintable() and _url_password(password)


def _seed(value: str) -> bool:
    return len(set(value.upper())) >= 6 and "EXAMPLE" not in value.upper()


_DATABASES = (
    r"postgres(?:ql)?|mysql2?|mariadb|mongodb|rediss?|valkey|amqps?|mssql|sqlserver|oracle|cockroachdb|clickhouse|snowflake"
    r"|db2|nats|ldaps?|cassandra|neo4j|bolt|influxdb|kafka|couchbase|elasticsearch|memcached|presto|trino|hive|vertica|redshift"
)
_USER = r"[^\s:/@\"'<>`\\]{0,64}"
_AFTER_COLON = r"[^\s/@\"'<>`\\]{1,128}"

# Joined names such as `OPENAI_API_KEY`, `api-key` and "API key"; then names in camel case, which begin inside a word.
_KEY_NAME = (
    r"(?:(?:^|[^A-Za-z])(?i:(?:api|app|application|access|auth|secret|private|encryption|signing|consumer|client|master"
    r"|account|storage|license|webhook|hmac|jwt|session|deploy|admin|shared|subscription|refresh|bearer|id)"
    r"[_ .-]?(?:api[_ -]?|access[_ -]?)?(?:key|token|secret)|apikey|secret|token|credentials?|passphrase|salt"
    r"|clé (?:d'|de l')?api|clave (?:de )?api|chiave api|api-?schlüssel|api ?密钥)"
    r"|[a-z](?:Api|Access|Auth|Secret|Private|Client|Encryption|Signing|Refresh|Bearer)?(?:Key|Token|Secret|Salt))"
    r"(?i:[_-](?:prod|production|dev|test|staging|live|value|id|base64|b64|base))?"
)
_END = r"(?:$|[^\w+/=.~-]|\.(?:$|[\s\"']))"

# Gaps are lazy: the first value after a name is the finding, whatever a stream brings later.
ROWS = (
    Row(
        "secret/connection_string",
        rf"(?i:(?:^|[^a-z0-9])(?:{_DATABASES})(?:\+[a-z0-9_]{{1,16}})?://){_USER}:(?P<v>{_AFTER_COLON})@[\w\[$%{{.-]",
        _url_password,
    ),
    Row(
        "secret/connection_string",
        r"(?i:=[^;\n\"']{1,80};\s{0,2}(?:password|pwd)\s{0,2}=\s{0,2})(?P<v>[^;\s\"'<>{}]{4,80})(?:$|[;\"'\s])",
        _url_password,
    ),
    Row(
        "secret/connection_string",
        r"(?i:jdbc:[a-z0-9:]{2,40}[^\s\"'<>]{1,160}?[?&;](?:password|pwd)=)(?P<v>[^;&\s\"'<>{}]{4,80})(?:$|[;&\"'\s])",
        _url_password,
    ),
    Row(
        "secret/basic_auth_url",
        rf"(?i:(?:^|[^a-z0-9])(?:https?|wss?|ftps?|sftp|ssh|smtps?|imaps?|pop3s?|git(?:\+https?)?|svn|smb|rtsps?|socks[45]h?|s3|mqtts?|davs?)://)"
        rf"{_USER}:(?P<v>{_AFTER_COLON})@[\w\[$%{{.-]",
        _url_password,
    ),
    Row(
        "secret/basic_auth_header",
        r"(?i:authorization[\"'\]]{0,2}\s{0,2}[:=,]{1,2}\s{0,2}[\"'`]?basic\s{1,2})(?P<v>[A-Za-z0-9+/]{6,200}={0,2})(?:$|[^\w+/=])",
        basic,
    ),
    Row(
        "secret/basic_auth_header",
        r"(?:^|[\s;|&\"'`(])curl\s[^\n]{0,120}?(?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:"
        r"(?P<v>[^\s\"']{3,80})(?:$|[\s\"'])",
        _url_password,
    ),
    Row(
        "secret/bearer_token",
        r"(?i:authorization[\"'\]]{0,2}\s{0,2}[:=,]{1,2}\s{0,2}[\"'`]?(?:bearer|token)\s{1,2})(?P<v>[\w.~+/-]{16,400}={0,2})(?:$|[^\w.~+/=-])",
        key,
    ),
    Row("secret/bearer_token", r"(?:^|[^\w])Bearer\s{1,2}(?P<v>[\w.~+/-]{24,400}={0,2})(?:$|[^\w.~+/=-])", key),
    Row(
        "secret/session_cookie",
        r"(?i:(?:^|[^a-z0-9])(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|laravel_session|session_?id|session"
        r"|auth_?token|csrftoken|xsrf-token|remember_?(?:me|token|user_token)|\.aspxauth)\s{0,1}=\s{0,1}\"?)"
        r"(?P<v>[\w%.+/:-]{20,300}={0,2})(?:$|[^\w%.+/=:-])",
        key,
    ),
    Row(
        "secret/otp_seed",
        r"otpauth://[th]otp/[^\s\"'?]{1,120}\?(?:[^\s\"'&]{1,60}&){0,5}?secret=(?P<v>[A-Za-z2-7]{16,128}=?)",
        _seed,
    ),
    Row(
        "secret/otp_seed",
        rf"(?i:(?:totp|otp|2fa|mfa|authenticator)[_ -]{{0,2}}(?:secret|seed|key)(?:[_ ]?key)?){ASSIGN}"
        r"(?P<v>[A-Z2-7]{16,64}|(?:[A-Z2-7a-z]{4} ){3,15}[A-Z2-7a-z]{4})(?:$|[^\w])",
        _seed,
    ),
    Row(
        "secret/api_key",
        rf"{_KEY_NAME}{ASSIGN}(?P<v>[\w+/.~-]{{15,199}}[\w+/~-]={{0,2}}){_END}",
        key,
    ),
)
