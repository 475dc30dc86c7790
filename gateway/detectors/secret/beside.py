"""
Passwords and keys whose name is no part of the assignment: it stands in the field, line, column or option before.

Manifests (`name: DB_PASSWORD`, `value: ...`), Terraform's variables, Docker's configuration, command lines whose
option for a password is one letter, tables, what password managers copy, and credentials told in one breath.
"""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret import generic, password

__all__ = ["ROWS"]

_QUOTED = password.QUOTED
_BARE, _BARE_END = password.BARE, password.BARE_END
_WORD = r"(?:password|passwd|passphrase|passwort|pwd|pass)"
_KEY = r"(?:token|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key)"
_KEY_VALUE = r"[\w+/.~-]{15,199}[\w+/~-]={0,2}"

# `- name: X`, a new line and `value: Y`; in JSON `"name": "X", "value": "Y"`.
_VALUE = r"[\"']?\s{0,2},?\s{1,48}[\"']?value[\"']?\s{0,2}[:=]\s{1,2}[\"']?"
_NAME = r"(?:^|[^a-z0-9])name[\"']?\s{0,2}[:=]\s{0,2}[\"']?[a-z0-9_.-]{0,40}"
_VARIABLE = r"variable\s{1,2}\"[\w-]{0,40}"
_DEFAULT = r"\"\s{0,2}\{[^{}\"]{0,100}(?:\"[^\"\n]{0,100}\"[^{}\"]{0,60})?default\s{1,8}=\s{1,4}\""

_SHELL = r"(?:^|[\s;|&`$(])"
_ARGUMENTS = r"\s[^\n;|&]{0,120}?"
_ARGUMENT = r"[\"']?(?P<v>[^\s\"'$<-][^\s\"']{3,63})(?:$|[\s\"'])"


def _told(value: str) -> bool:
    """Nothing but the words around it says that it is a password: letters, and digits or signs that no name has."""
    if value.lower() in password.WEAK or (any(c.isdigit() for c in value) and any(c.isalpha() for c in value)):
        return password.spoken(value) and (password.classes(value) >= 3 or value.lower() in password.WEAK)
    return password.spoken(value) and password.classes(value) >= 4


def _mixed(value: str) -> bool:
    """Letters of both cases or digits, and a sign that stands in no name, path or date."""
    return password.spoken(value) and password.classes(value) >= 3 and any(c in "!#$%&*+?@^~=" for c in value)


def _argument(value: str) -> bool:
    """Where only a password can stand: what is no variable, no placeholder and no port."""
    return password.spoken(value) and not value.isdigit()


ROWS = (
    Row("secret/password", rf"(?i:{_NAME}{_WORD}{_VALUE})(?P<v>{_QUOTED})(?:$|[\s\"',}}])", password.bare),
    Row("secret/api_key", rf"(?i:{_NAME}{_KEY}{_VALUE})(?P<v>{_KEY_VALUE})(?:$|[\s\"',}}])", generic.key),
    Row("secret/password", rf"(?i:{_VARIABLE}{_WORD}{_DEFAULT})(?P<v>{_QUOTED})\"", password.quoted),
    Row("secret/api_key", rf"(?i:{_VARIABLE}{_KEY}{_DEFAULT})(?P<v>{_KEY_VALUE})\"", generic.key),
    Row(
        "secret/password",
        rf"(?i:<(?:property|entry|param|setting|init-param) (?:key|name)=[\"'][\w.-]{{0,40}}{_WORD}[\"']>)"
        r"(?P<v>[^<>\s]{4,64})</",
        password.quoted,
    ),
    Row(
        "secret/password",
        rf"(?i:-name\s{{1,2}}[\"']?[\w.-]{{0,40}}{_WORD}[\"']?\s{{1,2}}-value\s{{1,2}}[\"']?)"
        rf"(?P<v>{_QUOTED})(?:$|[\s\"'])",
        password.bare,
    ),
    Row(
        "secret/api_key",
        rf"(?i:-name\s{{1,2}}[\"']?[\w.-]{{0,40}}{_KEY}[\"']?\s{{1,2}}-value\s{{1,2}}[\"']?)"
        rf"(?P<v>{_KEY_VALUE})(?:$|[\s\"'])",
        generic.key,
    ),
    Row(
        "secret/password",
        rf"(?i:define\(\s{{0,2}}[\"']\w{{0,40}}{_WORD}[\"']\s{{0,2}},\s{{0,2}}[\"'])(?P<v>{_QUOTED})[\"']",
        password.quoted,
    ),
    Row(
        "secret/password",
        rf"(?i:<input [^<>]{{0,80}}?type=[\"']?password[\"']?[^<>]{{0,80}}?\svalue=[\"'])(?P<v>{_QUOTED})[\"']",
        password.quoted,
    ),
    # Docker's and Podman's configuration, and the secrets that Kubernetes makes of it.
    Row(
        "secret/basic_auth_header",
        r"\"_?auth\"\s{0,2}:\s{0,2}\"(?P<v>[A-Za-z0-9+/]{6,200}={0,2})\"",
        generic.basic,
    ),
    Row(
        "secret/password",
        rf"{_SHELL}(?:(?:mysql|mariadb)(?:dump|admin|import)?|7za?|rar|unrar|mongo(?:sh|dump)?){_ARGUMENTS}\s-p{_ARGUMENT}",
        _argument,
    ),
    Row(
        "secret/password",
        rf"{_SHELL}(?:(?:docker|podman|buildah|skopeo|oc|az|nerdctl|helm registry) login|snowsql"
        rf"|mongo(?:sh|dump|restore)?){_ARGUMENTS}\s-p\s{{1,2}}{_ARGUMENT}",
        _argument,
    ),
    Row("secret/password", rf"{_SHELL}redis-cli{_ARGUMENTS}\s?-a\s{{1,2}}{_ARGUMENT}", _argument),
    Row("secret/password", rf"{_SHELL}(?:un)?zip{_ARGUMENTS}\s?-P\s{{1,2}}{_ARGUMENT}", _argument),
    Row(
        "secret/password",
        rf"{_SHELL}ldap(?:search|modify|add|delete|whoami){_ARGUMENTS}\s-w\s{{1,2}}{_ARGUMENT}",
        _argument,
    ),
    Row("secret/password", rf"\s-U\s{{0,2}}[\w.\\-]{{1,40}}%{_ARGUMENT}", _argument),
    Row("secret/password", rf"{_SHELL}net user\s{{1,2}}[\w.-]{{1,40}}\s{{1,2}}{_ARGUMENT}", _argument),
    Row(
        "secret/password",
        r"[\s\"'][\w.-]{1,32}:(?P<v>[^\s\"':]{4,64})[\"']?\s{1,2}\|\s{1,2}(?:sudo\s{1,2})?chpasswd",
        _argument,
    ),
    Row("secret/password", rf"\s-pass(?:in|out)?\s{{1,2}}[\"']?pass:{_ARGUMENT}", _argument),
    # .pgpass, and the codes that phones read to join a network.
    Row(
        "secret/password",
        r"(?:^|\s)[\w.*-]{1,80}:543\d:[\w.*-]{1,60}:[\w.*-]{1,60}:(?P<v>[^\s:]{4,64})(?:$|\s)",
        _argument,
    ),
    Row("secret/password", r"WIFI:(?:[STH]:[^;\n]{0,64};){0,3}P:(?P<v>[^;\s]{8,63});", password.quoted),
    # A line or a cell for the word, the next one for the value.
    Row(
        "secret/password",
        rf"(?i:(?:^|[\s|*]){_WORD}[*:]{{0,3}}(?:\s{{0,8}}\|\s{{0,2}}`?|[ \t]{{0,2}}\r?\n[ \t]{{0,4}}| [-–—] ))"
        rf"(?P<v>{_BARE}){_BARE_END}",
        _told,
    ),
    Row(
        "secret/password",
        rf"(?i:(?:^|[^a-z0-9])(?:user(?:name)?|login|usr|account|e-?mail|uid|benutzer(?:name)?|usuario|utilisateur)"
        rf"\s{{0,2}}[:=]\s{{0,2}}[^\s,;|]{{1,64}}(?:\s{{0,2}}[,;|/]\s{{0,2}}|\s{{1,4}})(?:pass|pw|psw)\s{{0,2}}[:=]\s{{0,2}})"
        rf"(?P<v>{_BARE}){_BARE_END}",
        password.spoken,
    ),
    # Apart: what begins alike would be one, and the words of neither could be told.
    *(
        Row("secret/password", rf"(?i:(?:^|[^A-Za-z0-9_.-])(?:{label}))(?P<v>{_BARE}){_BARE_END}", _told)
        for label in (r"(?:pw|psw)\s{0,2}[:=]\s{0,2}", r"(?:pw|psw|pass)\s(?:is|ist|lautet)\s")
    ),
    Row(
        "secret/password",
        rf"(?i:(?:(?:^|[^a-z])(?:user|username|login) [^\s]{{1,64}} (?:and |with )?|with (?:the )?){_WORD} [\"'`]?)"
        rf"(?P<v>{_BARE}){_BARE_END}",
        _told,
    ),
    *(
        Row(
            "secret/password",
            rf"(?i:{word} (?:for|of|to|on|from|für) [^\n.!?:]{{1,40}}?(?:\sis(?: now)?:?|\slautet|:) )"
            rf"(?P<v>{_BARE}){_BARE_END}",
            _told,
        )
        for word in (_WORD, r"(?:^|[^a-z])pw")
    ),
    Row(
        "secret/password",
        rf"(?i:{_WORD} (?:has been |was |is |now |back )?(?:set|changed|reset|updated|rotated) to )"
        rf"(?P<v>{_BARE}){_BARE_END}",
        password.spoken,
    ),
    Row(
        "secret/password",
        rf"(?i:(?:^|[^a-z])(?:credentials|creds|login|logon|zugangsdaten)(?: (?:is|are|for|with))?\s{{0,2}}:?\s{{1,2}})"
        rf"[\w.@-]{{2,40}}\s{{0,2}}[:/|]\s{{0,2}}(?P<v>{_BARE}){_BARE_END}",
        _mixed,
    ),
)
