"""Base58 and Base58Check, as Bitcoin writes them."""

from __future__ import annotations

from hashlib import sha256

__all__ = ["ALPHABET", "check_decode", "decode"]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def decode(text: str, alphabet: str = ALPHABET, size: int | None = None) -> bytes | None:
    """The bytes it stands for; `size` pads to so many. None where it is not Base58 or does not fit."""
    number = 0
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    length = zeros + (number.bit_length() + 7) // 8 if size is None else size
    return number.to_bytes(length, "big") if number.bit_length() <= 8 * length else None


def check_decode(text: str, alphabet: str = ALPHABET) -> bytes | None:
    """Version byte and payload, or None where the checksum does not hold."""
    data = decode(text, alphabet)
    if data is None or len(data) < 5 or _checksum(data[:-4]) != data[-4:]:
        return None
    return data[:-4]


def _checksum(payload: bytes) -> bytes:
    return sha256(sha256(payload).digest()).digest()[:4]
