"""Text as numbers: hexadecimal, binary, octal and decimal codes of its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.text.decode.base import LISTED, LISTED_AHEAD, Budget, Code, Found, Run, hidden
from gateway.text.decode.maps import Edit

__all__ = ["binary", "decimal", "hexadecimal", "octal"]

_GAP = r"[\s,;:|/_-]{1,3}"


def _listed(token: str, least: int) -> re.Pattern[str]:
    """Tokens one after the other, with something between them."""
    return re.compile(rf"(?<![\w.]){token}(?:{_GAP}{token}){{{least - 1},}}(?![\w])")


_HEX = re.compile(r"(?<![A-Za-z0-9])(?:0x)?((?:[0-9a-fA-F]{2}){8,})(?![A-Za-z0-9])")
_HEXES = _listed(r"(?:0[xX]|[xX$#])?[0-9a-fA-F]{2}h?", 5)
_BITS = re.compile(r"(?<!\w)(?:0b)?((?:[01]{8}){3,}|(?:[01]{7}){8,})(?!\w)")
_BITES = _listed(r"(?:0b)?[01]{7,8}", 3)
_OCTALS = _listed(r"(?:0o?)?[0-7]{2,3}", 5)
_DECIMALS = _listed(r"(?:1[0-2][0-9]|[3-9][0-9]|9|10|13)", 5)
_DIGITS = re.compile(r"(?:0[xXbBo]|[xX$#])?([0-9a-fA-F]+)h?")


def _from_hex(units: Sequence[str]) -> bytes:
    return bytes.fromhex(str(units)[: len(units) // 2 * 2])


def _from_bits(units: Sequence[str]) -> bytes:
    size = len(units) // 8
    return int(str(units)[: size * 8], 2).to_bytes(size) if size else b""


def _from_list(base: int) -> Callable[[Sequence[str]], bytes]:
    def decode(units: Sequence[str]) -> bytes:
        return bytes([min(255, int(unit, base)) for unit in units])

    return decode


_HEX_RUN = Code(2, 1, _from_hex)
_BIT_RUN = Code(8, 1, _from_bits)
_HEX_LIST = Code(1, 1, _from_list(16), False, LISTED, LISTED_AHEAD)
_BIT_LIST = Code(1, 1, _from_list(2), False, LISTED, LISTED_AHEAD)
_OCTAL_LIST = Code(1, 1, _from_list(8), True, LISTED, LISTED_AHEAD)
_DECIMAL_LIST = Code(1, 1, _from_list(10), True, LISTED, LISTED_AHEAD)


def hexadecimal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_HEX, _HEX_RUN), (_HEXES, _HEX_LIST)))


def binary(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_BITS, _BIT_RUN), (_BITES, _BIT_LIST)))


def octal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_OCTALS, _OCTAL_LIST),))


def decimal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_DECIMALS, _DECIMAL_LIST),))


def _found(text: str, budget: Budget, codes: Sequence[tuple[re.Pattern[str], Code]]) -> Found | None:
    edits: list[Edit] = []
    for pattern, code in codes:
        for match in pattern.finditer(text):
            if not budget.work_on(4 * (match.end() - match.start())):
                return Found(edits, [match.span()])
            run = _list(text, match) if code.group == 1 else _characters(match)
            edits += hidden(run, code, budget, least=4)
    edits.sort(key=lambda edit: edit.start)
    return Found(_apart(edits)) if edits else None


def _characters(match: re.Match[str]) -> Run:
    start, end = match.span(1)
    return Run(match[1], range(start, end), range(start + 1, end + 1))


def _list(text: str, match: re.Match[str]) -> Run:
    tokens = list(_DIGITS.finditer(text, match.start(), match.end()))
    return Run([t[1] for t in tokens], [t.start() for t in tokens], [t.end() for t in tokens])


def _apart(edits: list[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in edits:
        if not out or out[-1].end <= edit.start:
            out.append(edit)
    return out
