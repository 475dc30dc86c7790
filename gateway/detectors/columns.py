"""
Values that only the head of their column names: CSV, TSV, Markdown and the tables that databases print.

Each cell of a column whose head may vouch for it is read with that head before it, as `password: "..."`, by the
detectors that read everything else. In an answer that streams the head may have left long before a value comes: the
stream remembers it (`abridged`), and a row waits, from the first cell on that a head vouches for, until its line ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.detectors.base import Table
from gateway.detectors.needles import Look
from gateway.detectors.pii import pii
from gateway.detectors.secret import secret
from gateway.detectors.sieve import Sieve
from gateway.detectors.tables import Tables
from gateway.text.patterns import compile_re2, searcher
from gateway.types import OF_ONE_TEXT, Detector, Finding, Kind, Part, Reading, Span, Transcript

__all__ = ["Columns"]

_WORDS = (
    # secrets
    r"pass[_ -]?(?:word|phrase|code)|passwd|passwort|kennwort|pwd|psw|pass|contraseña|clave|mot de passe|mdp|senha"
    r"|wachtwoord|lösenord|adgangskode|hasło|heslo|jelszó|parol[ae]?|пароль|şifre|密码|密碼|口令|パスワード|暗証番号"
    r"|비밀번호|mật khẩu|รหัสผ่าน|كلمة المرور|סיסמה|पासवर्ड"
    r"|pin|otp|tan|puk|token|secret|(?:api|access|secret|private|auth|client)[_ -]?key|security[_ -]?answer"
    r"|maiden[_ -]?name"
    # money and documents
    r"|cvv2?|cvc2?|card|kreditkarte|tarjeta|(?:account|acct)[_ -]?(?:number|no|nr)|kontonummer|iban|bic|swift|routing"
    r"|sort[_ -]?code|ifsc|ssn|social[_ -]?security|tax[_ -]?id|tin|itin|ein|steuer-?id|national[_ -]?id|id[_ -]?card"
    r"|aadhaar|passport|passeport|reisepass|passnummer|pasaporte|passaporto|passaporte|paspoort|paszport|паспорт|护照"
    r"|licen[sc]e|führerschein|permis de conduire|mrn|medical[_ -]?record|patient[_ -]?(?:id|no)|member[_ -]?id"
    # people
    r"|phone|telephone|mobile|cell|tel|fax|whatsapp|telefon|handy|mobil|rufnummer|téléphone|portable|tel[ée]fono|móvil"
    r"|celular|telefone|telemóvel|cellulare|telefoon|телефон|电话|手机|手机号|電話|電話番号|전화|전화번호|휴대폰"
    r"|dob|birth[_ -]?(?:date|day)|date of birth|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento"
    r"|data di nascita|data de nascimento|geboortedatum|data urodzenia|doğum tarihi|дата рождения|出生日期|生年月日"
    r"|생년월일"
)
_TAIL = r"(?:[_ -]?(?:number|nummer|num|no|nr|value|plain|hash|#)\.?)?"
_MARKS = "\"'`* \t"
# What may end the head of a column. Prose has it as well: then the line says more.
_MAY_BE = searcher(compile_re2(rf"(?i)(?:{_WORDS}){_TAIL}[{_MARKS}]{{0,8}}(?:[,;|\t]|  |\r?\n)"))
_HEAD = re.compile(rf"(?:[\w.-]{{1,24}}[ _.-]){{0,2}}(?:{_WORDS}){_TAIL}", re.IGNORECASE)
# `pass` beside the name of an account is a password, beside `fail` it is a count, as is `mobile` beside `desktop`.
_PASS = re.compile(r"pass", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?:.*[ _-])?(?:user(?: ?name)?|login|e-?mail|account|host|benutzer(?:name)?|usuario)", re.IGNORECASE
)
_VAGUE = re.compile(r"mobile|mobil|cell|cellulare|portable|handy|celular|card|fax", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:.*[ _-])?(?:(?:sur|fore|nach|vor)?name|e-?mail|customer|client|contact|employee|patient|user|nom|prénom|nombre"
    r"|apellidos?|nome|cognome|naam|nazwisko|imię|имя|фамилия|姓名|氏名|名前|이름)",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_LINE = 8192
_LONGEST_SAID = 2048  # in answers: a row waits as a whole
_LONGEST_HEAD = 60


def _may_be(line: str) -> bool:
    data = line.encode("utf-8", "replace")
    return _MAY_BE(data, 0, len(data))[0][0] >= 0


class _Columns(Table):
    """Immutable; safe to share between threads."""

    name = "columns"
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 0  # nobody asks for a prompt; of an answer a line, however near the next one is
    behind = 0
    sieves: tuple[Sieve, ...] = ()

    def __init__(self, longest: int) -> None:
        self._readers: tuple[Detector, ...] = (pii(), secret())
        self._tables = Tables(_heads, _may_be, longest)
        self.categories = frozenset().union(*(reader.categories for reader in self._readers))

    def pending(self, text: str) -> int:
        return self._tables.undecided(text) if "\n" in text and _may_be(text) else len(text)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part, part.text.encode()) for part in parts]

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        return [self._scan(part, look.data) for part, look in zip(parts, looks, strict=True)]

    def _scan(self, part: Part, data: bytes, after: int = 0) -> list[Finding]:
        if b"\n" not in data or _MAY_BE(data, 0, len(data))[0][0] < 0:
            return []
        texts: list[str] = []
        places: list[tuple[int, int, int]] = []  # where a value stands in them, its length, and where in the part
        size = 0
        for head, value in self._tables.told(part.text, after):
            said = part.text[value.start : value.end]
            mark = "" if '"' in said else '"'
            line = f"{head}: {mark}{said}{mark}\n"
            places.append((size + len(head) + 2 + len(mark), len(said), value.start))
            texts.append(line)
            size += len(line)
        return self._found(part, self._moved(part, "".join(texts), places)) if texts else []

    def _found(self, part: Part, findings: list[Finding]) -> list[Finding]:
        return findings

    def _moved(self, part: Part, text: str, places: Sequence[tuple[int, int, int]]) -> list[Finding]:
        """What the readers find in these values."""
        found = [f for reader in self._readers for f in reader.scan([replace(part, text=text)])[0]]
        out: dict[Finding, None] = {}
        at = 0
        for finding in sorted(found, key=lambda f: f.span):
            while at < len(places) and sum(places[at][:2]) <= finding.span.start:
                at += 1
            if at < len(places) and places[at][0] <= finding.span.start and finding.span.end <= sum(places[at][:2]):
                by = places[at][2] - places[at][0]
                span = Span(finding.span.start + by, finding.span.end + by)
                out[replace(finding, span=span, detector=self.name)] = None
        return [*out]


class Columns(_Columns):
    """In prompts. `bind` gives the detector for answers."""

    def __init__(self) -> None:
        super().__init__(_LONGEST_LINE)
        self._answers = _InAnswers(_LONGEST_SAID)

    def bind(self, request: Transcript) -> Detector | None:
        return self._answers

    def _found(self, part: Part, findings: list[Finding]) -> list[Finding]:
        """What the readers do not find without the heads."""
        if not findings:
            return []
        alone = {(f.category, f.span) for reader in self._readers for f in reader.scan([part])[0]}
        return [finding for finding in findings if (finding.category, finding.span) not in alone]


class _InAnswers(_Columns):
    """
    In answers, whole or streamed. As they stand: of a text that has not ended no other reading is certain. What the
    readers find without the head is said again, for of a stream nobody knows that before it is too late.
    """

    readings = frozenset({Reading.RAW, Reading.JSON})

    def abridged(self, before: str) -> str:
        return self._tables.abridged(before)

    def scan_behind(self, part: Part, size: int) -> list[Finding]:
        return self._scan(part, part.text.encode(), size)


def _heads(cells: Sequence[str]) -> dict[int, str]:
    out = {}
    for column, cell in enumerate(cells):
        cell = cell.rpartition('"')[2]  # the first one of a table in a string of JSON
        head = _CAMEL.sub(" ", cell) if len(cell) <= _LONGEST_HEAD else ""
        if not _HEAD.fullmatch(head):
            continue
        if _PASS.fullmatch(head):
            head = "password" if any(map(_ACCOUNT.fullmatch, cells)) else ""
        elif _VAGUE.fullmatch(head) and not any(map(_PERSON.fullmatch, cells)):
            head = ""
        if head:
            out[column] = head
    return out
