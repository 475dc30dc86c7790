"""Morse, of whatever dots and dashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

from gateway.text.decode.base import Budget, is_text
from gateway.text.decode.maps import Edit

__all__ = ["MORSE", "morse"]

_MARK = "[-._*\u00b7\u2022\u2010-\u2015\u2212]"
_GAP = r"[ \t/|\n]{1,5}"
MORSE = f"{_MARK}{{1,7}}(?:{_GAP}{_MARK}{{1,7}}){{5}}"  # what a text must have to be read

_RUN = re.compile(rf"(?<![^\s\"'`(:]){_MARK}{{1,7}}(?:{_GAP}{_MARK}{{1,7}}){{5,}}+")
_TOKEN = re.compile(rf"({_MARK}+)({_GAP})?")
_DASHES = re.compile(r"[-_\u2010-\u2015\u2212]")
_DOTS = re.compile(r"[.\u00b7\u2022*]")
_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
    " ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.. .----. -.-.-- -..-. ---..."
    " -....- .-..-. .--.-. ..--.- -...- .-.-. -.-.-. -.--. -.--.- .-... ...-..-"
)
_READ = dict(zip(_CODES.split(), ascii_lowercase + "0123456789.,?'!/:-\"@_=+;()&$", strict=True))


def morse(text: str, budget: Budget) -> Iterator[Edit]:
    for match in _RUN.finditer(text):
        if not budget.work_on(400 * len(match[0])):
            return
        edit = _edit(match)
        out = edit.out
        if out.count("\ufffd") * 10 <= len(out) and is_text(out, strict=True) and budget.write(len(out)):
            yield edit


def _edit(match: re.Match[str]) -> Edit:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for token in _TOKEN.finditer(match[0]):
        start, end = match.start() + token.start(1), match.start() + token.end(1)
        code = _DOTS.sub(".", _DASHES.sub("-", token[1]))
        out.append(_READ.get(code, "\ufffd"))
        starts.append(start)
        ends.append(end)
        gap = token[2] or ""
        if (len(gap) > 1 or gap in ("/", "|", "\n")) and token.end() < len(match[0]):
            out.append(" ")
            starts.append(end)
            ends.append(match.start() + token.end())
    return Edit(starts[0], ends[-1], "".join(out), starts, ends)
