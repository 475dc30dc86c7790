"""
What models said of a text, by its content.

A key is the full hash of all that the answer depends on: who asks, the model with its calibration, the
text and what it is for. So nothing is ever out of date, and no client learns from the time of an
answer what another has sent. In a conversation that grows, only new text goes through a model.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from threading import Lock

from gateway.detectors.onnx import Model, Output, Said
from gateway.types import Part

__all__ = ["Cache", "text_key", "window_key"]

_ENTRY = 300  # bytes of bookkeeping for one entry, about
_FINDING = 250  # of one finding, about


class Cache:
    """The most recently used entries that fit into `limit` bytes. For all threads of one process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[bytes, tuple[object, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        self.hits = 0
        self.misses = 0

    def said(self, key: bytes) -> Said | None:
        found = self._get(key)
        return found if isinstance(found, Said) else None

    def output(self, key: bytes) -> Output | None:
        found = self._get(key, counts=False)
        return found if isinstance(found, Output) else None

    def keep_said(self, key: bytes, said: Said) -> None:
        self._put(key, said, said.size + _FINDING * len(said.findings))

    def keep_output(self, key: bytes, output: Output) -> None:
        self._put(key, output, output.size + _FINDING)

    def __len__(self) -> int:
        return len(self._entries)

    def _get(self, key: bytes, *, counts: bool = True) -> object:
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            if counts:
                self.hits += found is not None
                self.misses += found is None
            return found[0] if found is not None else None

    def _put(self, key: bytes, value: object, size: int) -> None:
        size += _ENTRY + sys.getsizeof(key)
        with self._lock:
            old = self._entries.pop(key, None)
            if old is not None:
                self.size -= old[1]
            if size > self._limit:
                return
            self._entries[key] = (value, size)
            self.size += size
            while self.size > self._limit:
                _, (_, freed) = self._entries.popitem(last=False)
                self.size -= freed


def text_key(model: Model, part: Part, tenant: str) -> bytes:
    about = (tenant, model.name, model.version, part.role.value, part.kind.value, part.name, part.text)
    return _digest(b"text", *(field.encode("utf-8", "surrogatepass") for field in about))


def window_key(model: Model, ids: Sequence[int], tenant: str) -> bytes:
    """Of a window of a longer text, whatever the rest of it says."""
    return _digest(b"window", tenant.encode(), model.version.encode(), b",".join(b"%d" % i for i in ids))


def _digest(*fields: bytes) -> bytes:
    out = blake2b(digest_size=32)
    for field in fields:
        out.update(len(field).to_bytes(8, "big"))
        out.update(field)
    return out.digest()
