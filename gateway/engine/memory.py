"""
What rules found in a text, by its content: in a conversation that grows, only new text is scanned.

A key is a hash of all that findings depend on: who asks, the policies with their versions, the text and
what it is for. Nothing of the text itself is kept, and nobody learns what another has sent.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from gateway.policy import Ruleset
from gateway.types import Direction, Finding, Part, Transcript

__all__ = ["Known", "Memory", "about"]

_ENTRY = 400  # bytes of an entry, about
_FINDING = 250  # of one finding, about


def about(tenant: str, policies: Iterable[Ruleset], transcript: Transcript, system: Iterable[Part] = ()) -> bytes:
    """
    What the findings of a prompt depend on beside its texts, and whose they are; `system`: texts that others are
    judged by. Nothing where remembering is not worth it: an answer is new, and so, mostly, is a prompt of one text.
    """
    if transcript.direction is not Direction.INPUT or len(transcript.parts) < 2:
        return b""
    names = "\0".join((tenant, *(f"{p.name}@{p.version}" for p in policies))).encode()
    return b"\0".join((names, *(Memory.key(b"", part) for part in system)))


class Known(NamedTuple):
    """Findings, each with the number of what found it, and bytes that were not read."""

    findings: tuple[tuple[int, Finding], ...]
    unread: int = 0


class Memory:
    """The most recently used entries that fit into `limit` bytes. For all threads of one process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[bytes, Known] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    @staticmethod
    def key(about: bytes, part: Part) -> bytes:
        fields = (part.role.value, part.kind.value, part.name, "json" if part.json else "", part.text)
        out = blake2b(b"%d:" % len(about) + about, digest_size=32)
        for field in fields:
            data = field.encode("utf-8", "surrogatepass")
            out.update(b"%d:" % len(data))
            out.update(data)
        return out.digest()

    def recall(self, key: bytes) -> Known | None:
        with self._lock:
            known = self._entries.get(key)
            if known is not None:
                self._entries.move_to_end(key)
            return known

    def keep(self, key: bytes, known: Known) -> None:
        size = _size(known)
        if size > self._limit:
            return
        with self._lock:
            old = self._entries.pop(key, None)
            self._entries[key] = known
            self.size += size - (_size(old) if old is not None else 0)
            while self.size > self._limit:
                _, dropped = self._entries.popitem(last=False)
                self.size -= _size(dropped)


def _size(known: Known) -> int:
    return _ENTRY + _FINDING * len(known.findings)
