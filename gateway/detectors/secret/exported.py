"""
Credentials as programs write them out: exports of API clients and browsers (Postman, HAR), settings whose section says
what their key is for, and calls and command lines that take a user's name and then the password.
"""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret import generic, password
from gateway.detectors.secret.entropy import placeholder, wordlike

__all__ = ["ROWS"]

_Q = r"\\{0,3}\""
_VALUE = rf"{_Q}\s{{0,2}},\s{{0,32}}{_Q}value{_Q}\s{{0,2}}:\s{{0,2}}{_Q}"
_FIELD = rf"(?i:{_Q}(?:name|key){_Q}\s{{0,2}}:\s{{0,2}}{_Q}"
_ISSUED = r"[\w+/.~-]{15,400}={0,2}"
_END = r"(?:$|[\\\"',;\s])"
_SESSION = (
    r"(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|laravel_session|sid|ssid|[\w.-]{0,24}sess(?:ion)?(?:[_-]?(?:id|token))?"
    r"|(?:auth|access|refresh|id|remember)[_-]?(?:me|token)|jwt)"
)


def _salt(value: str) -> bool:
    """Letters, digits and many signs, as generators of salts write them; a placeholder is words."""
    signs = sum(not c.isalnum() for c in value)
    return (
        password.classes(value) >= 3
        and signs >= 3
        and len(set(value)) >= 12
        and not placeholder(value)
        and not wordlike(value)
    )


def _argument(value: str) -> bool:
    return password.spoken(value) and not value.isdigit()


ROWS = (
    Row("secret/bearer_token", rf"{_FIELD}authorization{_VALUE}(?:bearer|token)\s)(?P<v>{_ISSUED}){_END}", generic.key),
    Row(
        "secret/basic_auth_header",
        rf"{_FIELD}authorization{_VALUE}basic\s)(?P<v>[A-Za-z0-9+/]{{6,200}}={{0,2}}){_END}",
        generic.basic,
    ),
    Row("secret/session_cookie", rf"{_FIELD}{_SESSION}{_VALUE})(?P<v>[\w%.+/:-]{{20,300}}={{0,2}}){_END}", generic.key),
    Row(
        "secret/session_cookie",
        rf"(?i:cookie:\s{{0,2}}[^\n\"']{{0,200}}?(?:^|[^\w.-]){_SESSION}=)(?P<v>[\w%.+/:-]{{20,300}}={{0,2}}){_END}",
        generic.key,
    ),
    Row(
        "secret/password",
        rf"{_FIELD}[\w.-]{{0,40}}(?:password|passwd|passphrase|passwort|pwd|pass){_VALUE})(?P<v>{password.QUOTED}){_Q}",
        password.quoted,
    ),
    Row(
        "secret/api_key",
        rf"{_FIELD}[\w.-]{{0,40}}(?:token|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key){_VALUE})"
        rf"(?P<v>{_ISSUED}){_END}",
        generic.key,
    ),
    Row(
        "secret/api_key",
        rf"(?i:{_Q}apikey{_Q}\s{{0,2}}:\s{{0,2}}\[\s{{0,32}}\{{\s{{0,32}}{_Q}key{_Q}\s{{0,2}}:\s{{0,2}}{_Q}value{_VALUE})"
        rf"(?P<v>{_ISSUED}){_END}",
        generic.key,
    ),
    Row(
        "secret/api_key",
        rf"(?i:\"(?:jwt|auth|token|signing|encryption)[a-z]{{0,16}}\"\s{{0,2}}:\s{{0,2}}\{{[^{{}}]{{0,200}}?\"(?:secret|signing)?key\"\s{{0,2}}:\s{{0,2}}\")"
        rf"(?P<v>{_ISSUED})\"",
        generic.key,
    ),
    # Salts and keys of WordPress and Django have signs in them.
    Row(
        "secret/api_key",
        r"(?i:define\(\s{0,2}[\"']\w{0,40}(?:_key|_salt)[\"']\s{0,8},\s{0,8})[\"'](?P<v>[^\"'\n]{24,128})[\"']",
        _salt,
    ),
    Row(
        "secret/api_key",
        r"(?i:secret_key[\"']?\s{0,4}[:=]\s{0,4})[\"'](?P<v>[^\"'\s\\]{24,128})[\"']",
        _salt,
    ),
    Row(
        "secret/password",
        r"(?i:(?:network|ps)credential\s{0,2}\(\s{0,2}[\"'][^\"'\n]{1,64}[\"']\s{0,2},\s{0,2})[\"'](?P<v>[^\"'\s]{4,64})[\"']",
        password.quoted,
    ),
    Row(
        "secret/password",
        r"(?i:(?:jdbc:oracle:(?:thin|oci8?):|(?:^|\s)(?:sqlplus|expdp|impdp|sqlldr)\s{1,2}(?:-[a-z]{1,2}\s{1,2}){0,2}))"
        r"[\w.$#-]{1,40}/\"?(?P<v>[^\s\"'/@]{4,64})\"?@",
        _argument,
    ),
    Row(
        "secret/password",
        r"(?:^|[\s;|&\"'`(])(?:https?|xhs?)\s[^\n]{0,120}?(?:-a|--auth)[ =][\"']?[^\s:\"']{1,64}:"
        r"(?P<v>[^\s\"']{4,80})(?:$|[\s\"'])",
        _argument,
    ),
    Row(
        "secret/password",
        r"(?:^|[\s;|&\"'`(])(?:echo|printf)\s(?:-n\s)?[\"']?(?P<v>[^\s\"'$<][^\s\"']{3,63})[\"']?\s{0,2}\|\s{0,2}"
        r"[^\n|;&]{0,120}--password-stdin",
        _argument,
    ),
)
