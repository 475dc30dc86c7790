"""Bech32 and Bech32m checksums (BIP 173, BIP 350)."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["CHARSET", "checksum", "is_address"]

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

_SEGWIT = frozenset(("bc", "ltc"))
_BECH32, _BECH32M = 1, 0x2BC830A3
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def is_address(text: str, prefix: str) -> bool:
    """Does the checksum hold? Refuses mixed case, as BIP 173 does."""
    lower = text.lower()
    if text not in (lower, text.upper()) or not lower.startswith(prefix + "1"):
        return False
    data = [CHARSET.find(c) for c in lower[len(prefix) + 1 :]]
    return len(data) > 6 and min(data) >= 0 and checksum(prefix, data[:-6]) == data[-6:]


def checksum(prefix: str, data: Sequence[int]) -> list[int]:
    """Six groups of five bits. A SegWit version above 0 takes Bech32m, everything else Bech32."""
    modified = prefix in _SEGWIT and data[0] > 0
    residue = _polymod([*_expand(prefix), *data, *[0] * 6]) ^ (_BECH32M if modified else _BECH32)
    return [(residue >> 5 * (5 - i)) & 31 for i in range(6)]


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: Sequence[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATOR):
            if top >> i & 1:
                state ^= generator
    return state
