"""
Passwords, by what they are assigned to: in code, configuration, command lines and prose of several languages.

A password has no shape of its own, so the sign before it and the value together must convince: a
quoted value may be plainer than a bare one, which could be a variable, a type or a word of prose.
Well-known weak passwords count in an assignment; `your-password-here`, `<password>` and `${PASSWORD}` do not.
"""

from __future__ import annotations

import re

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import placeholder, wordlike

__all__ = ["BARE", "BARE_END", "QUOTED", "ROWS", "WEAK", "bare", "classes", "quoted", "spoken"]

# Letters only, yet passwords: no one writes these for another reason. From lists of leaked passwords.
_WEAK_LIST = (
    "letmein qwerty qwertyuiop iloveyou asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx trustnoone hunter passw0rd toor "
    "sunshine princess superman batman starwars monkey dragon shadow football baseball whatever"
)
WEAK = frozenset(_WEAK_LIST.split())
# Words that variables, fields and types are named after.
_NAME_LIST = (
    "password passwd passwort passphrase pass pwd pw p user username name new old my the your hash hashed plain raw "
    "key secret token input value val str string arg args argv param params field var variable temp tmp x y s t i db "
    "database admin root login form data request req res body self this config cfg conf env settings option options "
    "credential credentials account auth test example sample default current confirm confirmation re repeat retype "
    "encrypted encoded decoded valid invalid correct wrong null none true false undefined required optional min max "
    "length len char chars character varchar nvarchar text int integer bool boolean type column line part index item "
    "first second md sha base utf aes rsa bit bits byte bytes bcrypt scrypt pbkdf argon crypt encrypt http https v ver "
    "version web windows win ios android python node java php sql to of in is a an and or not no be case "
    "textbox textfield edit box label lbl txt btn button id func function get set fn e ex err error msg message"
)
_NAMES = frozenset(_NAME_LIST.split())
_NEXT_FIELD = re.compile(r"&[\w.-]{1,32}=")  # the rest of a query string
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IDENTIFIER = re.compile(r"[A-Za-z_$@:&*][\w$:-]*(?:(?:\.|->|::)[A-Za-z_]\w*)*\(?\)?;?")
_NOT_A_PASSWORD = re.compile(
    r"^[\[({$%@<&*.…_=|/\\~-]|[{}<>\[\]]|\(|\)$|^https?:|^\w+://|^(?:0x)?[0-9.,:/_-]{1,5}$|^\d{4}-\d\d-\d\d"
    r"|^[.*•xX#?_-]+$|^(?:sha|md|aes|utf|iso|rfc|des|rsa|base|pbkdf|argon|oauth|tls|ssl|x)[-_]?\d"
    r"|^\d{1,3}(?:-|–|\+|to)?\d{0,3}[-+]?(?:char|digit|letter|symbol|bit|byte|day|min|hour|month|word|st|nd|rd|th|x|k|%)?[a-z-]*$"
    r"|\bpassw(?:ord|d|ort)\b|^(?:os|process|import|require|self|this|request|req|config|settings|env|getpass|input)[.(\[]"
    r"|[a-z]\.[a-z]{2,}\(|=>|==(?=.)|^[^\w]*$|\\|^[a-z]+[/|][a-z]+|^[a-z]+'[a-z]+$|^\w+\.(?:com|org|net|txt|py|js|html?|php|json|ya?ml|md|log)$",
    re.IGNORECASE,
)


def _is_name(value: str) -> bool:
    """An identifier put together from words that programs use: `newPassword2`, `user_pass`, `form.cleaned`."""
    if not _IDENTIFIER.fullmatch(value):
        return False
    if "." in value or "->" in value or "::" in value:
        return True
    words = [word.lower() for word in _SPLIT.findall(value)]
    return bool(words) and all(word in _NAMES for word in words) and sum(c.isdigit() for c in value) <= 3


def classes(value: str) -> int:
    """How many of lower case, upper case, digits and signs stand in it."""
    return sum(
        (
            any(c.islower() for c in value),
            any(c.isupper() for c in value),
            any(c.isdigit() for c in value),
            any(not c.isalnum() for c in value),
        )
    )


def quoted(value: str) -> bool:
    """A string literal: digits, signs or a well-known weak password; no words, label or format."""
    if value.lower() in WEAK:
        return True
    has_digit = any(c.isdigit() for c in value)
    if _NOT_A_PASSWORD.search(value) or placeholder(value) or (_is_name(value) and not has_digit):
        return False
    signs = [c for c in value if not c.isalnum() and c not in "_-.:/ "]
    if value.isdigit():
        return len(value) >= 6
    if not has_digit and (not signs or (len(set(signs)) < 2 and value[-1:] in ".,!?:;*")):
        return False
    return classes(value) >= 2 and any(c.isalnum() for c in value)


def bare(value: str) -> bool:
    """Without quotation marks: it must also not read as an identifier, a call or a word."""
    if value.lower() in WEAK:
        return True
    if not quoted(value) or _is_name(value) or _NEXT_FIELD.search(value) or any(c in value for c in "()`"):
        return False
    letters = "".join(c for c in value if c.isalpha())
    return not (_is_snake(value) or (not any(c.isdigit() for c in value) and wordlike(letters) and len(letters) > 11))


def _is_snake(value: str) -> bool:
    """`user_1_name`: lower-case words joined by underscores are a name, not a password."""
    return value.count("_") >= 1 and re.fullmatch(r"[a-z]+\d?(?:_[a-z]+\d?)+", value) is not None


def spoken(value: str) -> bool:
    """In a sentence: a digit or at least two kinds of signs inside, as words have not."""
    if value.isdigit():
        return len(value) >= 4 and not value.startswith(("19", "20"))
    return bare(value) and (any(c.isdigit() for c in value) or value.lower() in WEAK or classes(value) >= 3)


_NAME = (
    r"(?:pass[_-]?word|passwd|pass[_-]?phrase|passwort|kennwort|pwd|passcode|contrase(?:ñ|n)a|mot[ _]de[ _]passe|mdp"
    r"|senha|palavra-passe|wachtwoord|lösenord|adgangskode|hasło|heslo|jelszó|parol[ae]?|пароль|şifre|κωδικός|密码|密碼|口令"
    r"|パスワード|暗証番号|비밀번호|암호|mật khẩu|รหัสผ่าน|كلمة المرور|كلمة السر|סיסמה|पासवर्ड)"
)
# `pass` alone is a verb and a test's result: it counts only as the end of a joined name or after `user=`.
_SHORT_NAME = r"(?:[a-z0-9]{1,16}[_-](?:pass|pw|psw)|(?:db|smtp|mail|ftp|ssh|user|root|admin|mysql|login)pass)"
_TAIL = r"(?:\d|[_-](?:prod|production|dev|test|staging|root|admin|db|default|value))?"
_EQUALS = r"[\\\"'`\])]{0,8}\s{0,3}(?:=>|:=|={1,3}|:)\s{0,3}"
_OPEN = r"(?:[rbufL@$]{0,2}[\"'`“„«])"
QUOTED = r"[^\s\"'`“”„«»<>\\]{4,64}"
# Ideographs, kana and Hangul end a password as a blank does: they are the sentence around it.
_STOP = "\\s\"'`“”„«»<>,;、-힣！-｠"
BARE = rf"[^{_STOP}]{{3,63}}[^{_STOP}.:?)\]}}|\\]"
BARE_END = rf"(?:$|[{_STOP}.:?)\]}}|]|\\[\"'])"
_BE = (
    r"(?:\s{1,2}(?:is now|is|was|are|lautet|ist|es|est|è|é|will be|jest|är|er|on|to|должен быть|это)"
    r"(?:\s{0,2}:\s{0,2}|\s{1,2})"
    r"|\s{0,2}(?:是|为|為|は|은|는|—|–)\s{0,2}|\s{0,2}：\s{0,2}|\s{1,2}:\s{1,2})"
)

ROWS = (
    Row("secret/password", rf"(?i:{_NAME}{_TAIL}{_EQUALS}\\{{0,7}}{_OPEN})(?P<v>{QUOTED})\\{{0,7}}[\"'`“”»]", quoted),
    Row("secret/password", rf"(?i:(?:^|[^a-z0-9]){_SHORT_NAME}{_EQUALS}{_OPEN})(?P<v>{QUOTED})[\"'`“”»]", quoted),
    Row("secret/password", rf"(?i:[?&]{_NAME}=)(?P<v>[^{_STOP}&#]{{4,64}})(?:$|[{_STOP}&#])", quoted),
    # A form or query that has lost what stands before it.
    Row("secret/password", rf"(?i:(?:^|[\s\"'=]){_NAME}=)(?P<v>[^{_STOP}&#]{{4,64}})&[a-z][\w.-]{{0,31}}=", quoted),
    Row(
        "secret/password",
        rf"(?i:(?:{_NAME}{_TAIL}|(?:^|[^a-z0-9]){_SHORT_NAME}){_EQUALS})(?P<v>{BARE}){BARE_END}",
        bare,
    ),
    Row(
        "secret/password",
        rf"(?i:{_NAME}(?:\s\([^()\n]{{1,24}}\))?{_BE}[\"'`“„«*]{{0,2}})(?P<v>{BARE}){BARE_END}",
        spoken,
    ),
    Row(
        "secret/password",
        rf"(?i:(?:^|[\s|;])--?(?:password|passwd|pass|passphrase)[ =][\"']?)(?P<v>{QUOTED})(?:$|[\s\"'])",
        bare,
    ),
    Row("secret/password", rf"(?i:sshpass\s{{1,2}}-p\s{{0,2}}[\"']?)(?P<v>{QUOTED})(?:$|[\s\"'])", bare),
    Row(
        "secret/password",
        r"(?i:<(?:[a-z]{1,12}:)?(?:password|passwd|pwd|passphrase)(?: [^<>\n]{0,40})?>)(?P<v>[^<>\s]{4,64})</",
        quoted,
    ),
    Row(
        "secret/password",
        rf"(?i:(?:key|name)=[\"'](?:[\w.-]{{0,24}})(?:password|pwd)[\"']\s{{1,2}}value=[\"'])(?P<v>{QUOTED})[\"']",
        quoted,
    ),
    Row(
        "secret/password",
        rf"(?i:identified\s{{1,2}}(?:with \w{{1,32}} )?by\s{{1,2}}(?:password\s{{1,2}})?|\spassword\s{{1,2}})"
        rf"'(?P<v>{QUOTED})'",
        quoted,
    ),
    Row(
        "secret/password",
        rf"(?i:convertto-securestring\s{{1,2}}(?:-string\s{{1,2}})?)[\"'](?P<v>{QUOTED})[\"']",
        quoted,
    ),
    Row(
        "secret/password",
        rf"(?:^|\s)login\s{{1,2}}[^\s]{{1,64}}\s{{1,4}}password\s{{1,2}}(?P<v>{QUOTED})(?:$|\s)",
        bare,
    ),
    Row(
        "secret/password",
        rf"(?:^|\s)(?:requirepass|masterauth|snmp-server community)\s{{1,2}}(?P<v>{QUOTED})(?:$|\s)",
        bare,
    ),
)
