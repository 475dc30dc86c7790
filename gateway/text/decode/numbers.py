"""Text as numbers: hexadecimal, binary, octal and decimal codes of its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.text.decode.base import LISTED, LISTED_AHEAD, Budget, Code, Found, Run, hidden
from gateway.text.decode.maps import Edit
from gateway.text.patterns import Sieve

__all__ = ["binary", "decimal", "hexadecimal", "octal"]

_GAP = r"[\s,;:|/_-]{1,3}"


def _listed(token: str, least: int, rough: str) -> Sieve:
    """Tokens one after the other, with something between them. Possessive: a list is walked once."""
    end = "(?![A-Za-z0-9])"
    pattern = rf"(?<![\w.]){token}(?:{_GAP}{token}{end}){{{least - 1},}}+"
    return Sieve(pattern, rf"(?:{rough}{_GAP}(?:0[a-zA-Z]|[xX$#])?){{{least - 1}}}", 2)


_HEX = Sieve(r"(?<![A-Za-z0-9])(?:0x)?((?:[0-9a-fA-F]{2}){8,}+)(?![A-Za-z0-9])", "[0-9a-fA-F]{16}", 2)
_HEXES = _listed(r"(?:0[xX]|[xX$#])?[0-9a-fA-F]{2}h?", 5, "[0-9a-fA-F]{2}h?")
_BITS = Sieve(r"(?<!\w)(?:0b)?((?:[01]{8}){3,}|(?:[01]{7}){8,})(?!\w)", "[01]{24}", 2)
_BITES = _listed(r"(?:0b)?[01]{7,8}", 3, "[01]{7,8}")
_OCTALS = _listed(r"(?:0o?)?[0-7]{2,3}", 5, "0?[0-7]{2,3}")
_DECIMALS = _listed(r"(?:1[0-2][0-9]|[3-9][0-9]|9|10|13)", 5, "[0-9]{1,3}")
_DIGITS = re.compile(r"(?:0[xXbBo]|[xX$#])?([0-9a-fA-F]++)h?")
_LIST_PRICE = 3000  # of a list or a run that is found, without its units


def _from_hex(units: Sequence[str]) -> bytes:
    return bytes.fromhex(str(units)[: len(units) // 2 * 2])


def _from_bits(units: Sequence[str]) -> bytes:
    size = len(units) // 8
    return int(str(units)[: size * 8], 2).to_bytes(size) if size else b""


def _from_list(base: int, form: str) -> Callable[[Sequence[str]], bytes]:
    """Up to 255; what is written otherwise, with zeros before it, is a number too."""
    known = {form.format(value): value for value in range(256)}

    def decode(units: Sequence[str]) -> bytes:
        try:
            return bytes([known[unit] for unit in units])
        except KeyError:
            return bytes([min(255, int(unit, base)) for unit in units])

    return decode


_HEX_RUN = Code(2, 1, _from_hex)
_BIT_RUN = Code(8, 1, _from_bits)
_HEX_LIST = Code(1, 1, _from_list(16, "{:02x}"), False, 150, LISTED, LISTED_AHEAD)
_BIT_LIST = Code(1, 1, _from_list(2, "{:08b}"), False, 200, LISTED, LISTED_AHEAD)
_OCTAL_LIST = Code(1, 1, _from_list(8, "{:03o}"), True, 150, LISTED, LISTED_AHEAD)
_DECIMAL_LIST = Code(1, 1, _from_list(10, "{}"), True, 100, LISTED, LISTED_AHEAD)


def hexadecimal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_HEX, _HEX_RUN), (_HEXES, _HEX_LIST)))


def binary(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_BITS, _BIT_RUN), (_BITES, _BIT_LIST)))


def octal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_OCTALS, _OCTAL_LIST),))


def decimal(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, ((_DECIMALS, _DECIMAL_LIST),))


def _found(text: str, budget: Budget, codes: Sequence[tuple[Sieve, Code]]) -> Found | None:
    edits: list[Edit] = []
    for pattern, code in codes:
        for match in pattern.finditer(text):
            if not budget.work_on(_LIST_PRICE):
                return Found(_apart(edits), [(match.start(), len(text))])
            run = _list(match) if code.group == 1 else _characters(match)
            edits += hidden(run, code, budget, least=4)
            if budget.over:
                return Found(_apart(edits), [(match.start(), len(text))])
    return Found(_apart(edits)) if edits else None


def _characters(match: re.Match[str]) -> Run:
    start, end = match.span(1)
    return Run(match[1], lambda: (range(start, end), range(start + 1, end + 1)))


def _list(match: re.Match[str]) -> Run:
    def places() -> tuple[Sequence[int], Sequence[int]]:
        spans = [token.span() for token in _DIGITS.finditer(match.string, *match.span())]
        return [start for start, _ in spans], [end for _, end in spans]

    return Run(_DIGITS.findall(match[0]), places)


def _apart(edits: list[Edit]) -> list[Edit]:
    """The one that begins first, of those that lie over each other."""
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if not out or out[-1].end <= edit.start:
            out.append(edit)
    return out
