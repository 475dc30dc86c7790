"""
Keys as text: `<prefix><16 hex, public>_<32 characters, secret>`.

Only a keyed hash is kept (HMAC-SHA-256), so that a copy of the database is no list of keys, and what it
holds cannot be checked against without the pepper. The public part finds the row; the hash decides.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from hashlib import sha256

__all__ = ["PREFIXES", "Peppers", "mint", "new_id", "public_part"]

# Ours, and those that clients of other guards expect.
PREFIXES = ("pc_", "xgs_", "pg_live_", "eg_live_")

_KEY = re.compile(r"(?:" + "|".join(PREFIXES) + r")([0-9a-f]{16})_[A-Za-z0-9_-]{32}")


def new_id() -> str:
    """16 hex digits: seconds, then chance. Sorts by time; is no secret."""
    return f"{int(time.time()):08x}{secrets.token_hex(4)}"


def mint(id: str, prefix: str = "pc_") -> str:
    """A new key with 192 bits of chance."""
    return f"{prefix}{id}_{secrets.token_urlsafe(24)}"


def public_part(key: str) -> str | None:
    """The id in a key; None where it cannot be one of ours."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


class Peppers:
    """All that hashes may have been made with; the first is for new ones."""

    def __init__(self, *peppers: bytes) -> None:
        self._peppers = {sha256(b"portcullis pepper" + pepper).hexdigest()[:8]: pepper for pepper in peppers}
        self.first = next(iter(self._peppers))

    def hash(self, key: str, pepper: str | None = None) -> str:
        """With a pepper that is not ours, the hash of nothing."""
        secret = self._peppers.get(pepper or self.first, b"")
        return hmac.new(secret, key.encode(), sha256).hexdigest() if secret else ""

    def fits(self, key: str, pepper: str, digest: str) -> bool:
        mine = self.hash(key, pepper)
        return hmac.compare_digest(mine or "0" * 64, digest) and bool(mine)
