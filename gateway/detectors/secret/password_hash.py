"""Stored forms of passwords: crypt(5), PHC strings, LDAP (RFC 2307), Django, Werkzeug, NTLM dumps."""

from __future__ import annotations

from gateway.detectors.base import Row

__all__ = ["ROWS"]

_C = r"[./A-Za-z0-9]"
_B = r"[A-Za-z0-9+/]"
_LEFT = r"(?:^|[^\w$])"
_END = r"(?:$|[^\w./$+])"

_SHAPES = (
    rf"\$2[abxy]?\$\d\d\${_C}{{53}}",  # bcrypt
    rf"\$argon2(?:id|i|d)\$(?:v=\d{{1,3}}\$)?m=\d{{1,8}},t=\d{{1,4}},p=\d{{1,3}}\${_B}{{8,88}}\${_B}{{16,90}}",
    rf"\$6\$(?:rounds=\d{{1,9}}\$)?{_C}{{1,16}}\${_C}{{86}}",  # SHA-512 crypt
    rf"\$5\$(?:rounds=\d{{1,9}}\$)?{_C}{{1,16}}\${_C}{{43}}",  # SHA-256 crypt
    rf"\$(?:1|apr1)\${_C}{{1,8}}\${_C}{{22}}",  # MD5 crypt, Apache
    rf"\$y\${_C}{{1,8}}\${_C}{{1,86}}\${_C}{{43}}",  # yescrypt
    rf"\$7\${_C}{{20,60}}\${_C}{{43}}",  # scrypt crypt
    rf"\$(?:P|H)\${_C}{{31}}",  # phpass
    rf"\$pbkdf2(?:-sha(?:1|256|512))?\$\d{{1,8}}\${_C}{{8,88}}\${_C}{{27,88}}",  # passlib
    rf"pbkdf2_sha(?:1|256|512)\$\d{{1,8}}\$[A-Za-z0-9]{{8,32}}\${_B}{{27,88}}={{0,2}}",  # Django
    # Werkzeug
    r"(?:pbkdf2:sha(?:1|256|512):\d{1,8}|scrypt:\d{1,8}:\d{1,3}:\d{1,3})\$[A-Za-z0-9]{8,32}\$[a-f0-9]{40,128}",
    rf"\{{(?:S?SHA(?:256|384|512)?|SMD5)\}}{_B}{{22,120}}={{0,2}}",  # LDAP
    r"SCRAM-SHA-(?:1|256)\$\d{1,8}:[A-Za-z0-9+/=]{12,44}\$[A-Za-z0-9+/=]{28,44}:[A-Za-z0-9+/=]{28,44}",  # PostgreSQL
)

ROWS = (
    *(Row("secret/password_hash", f"{_LEFT}(?P<v>{value}){_END}") for value in _SHAPES),
    Row("secret/ntlm_hash", r":\d{3,10}:(?P<v>[a-fA-F0-9]{32}:[a-fA-F0-9]{32}):::"),
)
