"""
Texts of events at rest: AES-256-GCM, bound to the event they belong to.

A sealed text names the key that it was sealed with, so that keys can be replaced: the first one seals,
all of them open.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import StoreError

__all__ = ["Cipher"]

CLEAR, SEALED = b"\x00", b"\x01"
NONCE = 12
NAME = 8


class Cipher:
    """Without secrets, texts are kept as they are."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._keys = {name: AESGCM(key) for name, key in map(_derive, secrets)}
        self._first = next(iter(self._keys), None)

    @property
    def seals(self) -> bool:
        return self._first is not None

    def seal(self, text: bytes, event: str) -> bytes:
        if self._first is None:
            return CLEAR + text
        nonce = os.urandom(NONCE)
        return SEALED + self._first + nonce + self._keys[self._first].encrypt(nonce, text, event.encode())

    def open(self, sealed: bytes, event: str) -> bytes:
        """Raises StoreError where the key is not among ours, or what was kept is not what was sealed."""
        kind, rest = sealed[:1], sealed[1:]
        if kind == CLEAR:
            return rest
        key = self._keys.get(rest[:NAME])
        if kind != SEALED or key is None:
            raise StoreError("the texts of this event are sealed with a key that is not configured")
        try:
            return key.decrypt(rest[NAME : NAME + NONCE], rest[NAME + NONCE :], event.encode())
        except (InvalidTag, ValueError):
            raise StoreError("the texts of this event are damaged or not its own") from None


def _derive(secret: str) -> tuple[bytes, bytes]:
    key = HKDF(SHA256(), 32, salt=None, info=b"portcullis event texts").derive(secret.encode())
    return sha256(key).digest()[:NAME], key
