"""
Values that only the head of their column names: CSV, TSV, Markdown and the tables that databases print.

Each cell of a column whose head may vouch for it is read with that head before it, as `password: "..."`, by the
detectors that read everything else. Prompts only: in an answer that streams the head of a table may have left long
before a value comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.detectors.base import Table
from gateway.detectors.needles import Look
from gateway.detectors.pii import pii
from gateway.detectors.secret import secret
from gateway.detectors.sieve import Sieve
from gateway.text.patterns import compile_re2, searcher
from gateway.types import OF_ONE_TEXT, Detector, Finding, Kind, Part, Span, Transcript

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
_RULE = re.compile(r"[\s|:+=-]+")
_CELLS = (
    re.compile(r"[^\t]+|(?<=\t)(?=\t|$)"),
    re.compile(r"[^|]+"),
    re.compile(r'(?:"(?:[^"]|"")*"|[^;])+|(?<=;)(?=;|$)'),
    re.compile(r'(?:"(?:[^"]|"")*"|[^,])+|(?<=,)(?=,|$)'),
    re.compile(r"[^\s]+(?: [^\s]+)*"),  # as terminals align them
)
_LONGEST_LINE = 8192
_LONGEST_HEAD = 60
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    def cells(self, delimiter: re.Pattern[str]) -> list[Span]:
        """Without the marks around them."""
        out = []
        for match in delimiter.finditer(self.text):
            inner = match[0].strip(_MARKS)
            at = self.start + match.start() + (match[0].find(inner) if inner else 0)
            out.append(Span(at, at + len(inner)))
        return out


class Columns(Table):
    """Immutable; safe to share between threads."""

    name = "columns"
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 0  # nobody asks: it reads no answers
    behind = 0
    sieves: tuple[Sieve, ...] = ()

    def __init__(self) -> None:
        self._readers: tuple[Detector, ...] = (pii(), secret())
        self.categories = frozenset().union(*(reader.categories for reader in self._readers))

    def bind(self, request: Transcript) -> Detector | None:
        return None

    def pending(self, text: str) -> int:
        return 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part, part.text.encode()) for part in parts]

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        return [self._scan(part, look.data) for part, look in zip(parts, looks, strict=True)]

    def _scan(self, part: Part, data: bytes) -> list[Finding]:
        if b"\n" not in data or _MAY_BE(data, 0, len(data))[0][0] < 0:
            return []
        texts: list[str] = []
        places: list[tuple[int, int, int]] = []  # where a value stands in them, its length, and where in the part
        size = 0
        for head, value in _told(part.text):
            said = part.text[value.start : value.end]
            mark = "" if '"' in said else '"'
            line = f"{head}: {mark}{said}{mark}\n"
            places.append((size + len(head) + 2 + len(mark), len(said), value.start))
            texts.append(line)
            size += len(line)
        return self._moved(part, "".join(texts), places) if texts else []

    def _moved(self, part: Part, text: str, places: Sequence[tuple[int, int, int]]) -> list[Finding]:
        """What the readers find in these values, and do not find without the heads."""
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
        if not out:
            return []
        alone = {(f.category, f.span) for reader in self._readers for f in reader.scan([part])[0]}
        return [finding for finding in out if (finding.category, finding.span) not in alone]


def _told(text: str) -> Iterator[tuple[str, Span]]:
    """Each value under a head that may vouch for it, with that head."""
    lines = [_Line(start, line) for start, line in _lines(text)]
    at = 0
    while at < len(lines) - 1:
        table = _table(lines, at)
        if table is None:
            at += 1
            continue
        heads, delimiter, columns = table
        at += 1
        while at < len(lines):
            if not _RULE.fullmatch(lines[at].text):
                cells = lines[at].cells(delimiter)
                if len(cells) != columns:
                    break
                for column, head in heads.items():
                    if 0 < cells[column].end - cells[column].start <= _LONGEST_VALUE:
                        yield head, cells[column]
            at += 1


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line.rstrip("\r") if len(line) <= _LONGEST_LINE else ""
        at += len(line) + 1


def _table(lines: Sequence[_Line], at: int) -> tuple[dict[int, str], re.Pattern[str], int] | None:
    """Does a table begin with this line? The heads that tell, by column; what parts its cells; how many there are."""
    line = lines[at]
    if len(line.text) < 3 or _RULE.fullmatch(line.text):
        return None
    data = (line.text + "\n").encode("utf-8", "replace")
    if _MAY_BE(data, 0, len(data))[0][0] < 0:
        return None
    below = next((other for other in lines[at + 1 : at + 3] if not _RULE.fullmatch(other.text)), None)
    if below is None:
        return None
    for delimiter in _CELLS:
        cells = line.cells(delimiter)
        if len(cells) > 1 and len(below.cells(delimiter)) == len(cells):
            heads = _heads([line.text[c.start - line.start : c.end - line.start] for c in cells])
            return (heads, delimiter, len(cells)) if heads else None
    return None


def _heads(cells: Sequence[str]) -> dict[int, str]:
    out = {}
    for column, cell in enumerate(cells):
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
