"""
URLs and base64 in a body: a text to scan where it is one, else listed as not scanned.

A file may be sent as base64 and still be text (`data:text/plain;base64,...`): then the text is
scanned, and an edit of it is encoded again. Any other comes along with what is listed, for those who can open it.
"""

from __future__ import annotations

import binascii
import re
from typing import Any

from gateway.surfaces.charset import declared, text_of
from gateway.surfaces.edit import Encoded
from gateway.surfaces.fields import Collector, Text
from gateway.types import Kind, Path

__all__ = ["Base64", "Reference", "Url"]

# The head of a data URL (RFC 2397). It goes unread only if all its words are common ones.
_HEAD = re.compile(r"data:([\w.+-]*/[\w.+-]*)?(?:;[\w.+-]+=[\w.+-]*)*;base64,", re.ASCII | re.IGNORECASE)
_MEDIA_TYPES = """
    application/json application/octet-stream application/pdf audio/mp3 audio/mpeg audio/wav audio/x-wav image/gif
    image/heic image/jpeg image/jpg image/png image/webp text/csv text/html text/markdown text/plain
"""
_COMMON = frozenset(f"data:{kind};base64," for kind in _MEDIA_TYPES.split())
# A PDF may be all ASCII; what a reader makes of it is another text, which this one must not stand for.
PDF, PDF_HEAD = b"%PDF-", 1024
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Url:
    """An address, or a data URL. `content`: what stands at the address is part of the message, and is not scanned."""

    def __init__(self, *, content: bool = False) -> None:
        self.content = content

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not str:
            out.walk(value, at, Kind.UNKNOWN)
        elif not _data_url(value, at, out):
            out.add(value, at, Kind.URL, whole=True)
            if self.content and value:
                out.skip(at, "reference", 0)


class Reference(Text):
    """An id of content that lies elsewhere, and is not scanned."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        super().read(value, path, key, out)
        if value:
            out.skip((*path, key), "reference", 0)


class Base64:
    """Binary data, with or without the head of a data URL."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not str:
            out.walk(value, at, Kind.UNKNOWN)
        elif value and not _data_url(value, at, out) and not _payload(value, "", at, out):
            out.add(value, at, Kind.DOCUMENT)


def _data_url(value: str, at: Path, out: Collector) -> bool:
    """False where it is no well-formed data URL: then it is a text like any other."""
    head = _HEAD.match(value)
    if head is None or not _payload(value[head.end() :], head[0], at, out):
        return False
    if head[0].lower().replace(";charset=utf-8", "") not in _COMMON:
        # An edit of the head takes the place of the whole URL.
        out.add(head[0], at, Kind.URL, whole=True)
    return True


def _payload(encoded: str, head: str, at: Path, out: Collector) -> bool:
    data = _decode(encoded)
    if data is None:
        return False
    found = text_of(data, declared(head))
    if found is not None:
        text, encoding = found
        out.add(text, (*at, Encoded(head, encoding)), Kind.DOCUMENT, whole=True)
    if found is None or PDF in data[:PDF_HEAD]:
        out.skip(at, "binary", len(head) + len(encoded), data)
    return True


def _decode(encoded: str) -> bytes | None:
    if not encoded.isascii():
        return None
    raw = encoded.encode().translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True)
    except binascii.Error:
        return None
