"""
multipart/form-data (RFC 7578), read strictly and written anew, so that what is forwarded is what was scanned.

A form is a JSON object here: a field is a text, or a list of them where it stands there more than once, and a
file an object with `filename`, `content_type`, `charset` (where one is named) and `data` (bytes). A file may have
`records` in place of `data`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.errors import RequestError, Unsupported
from gateway.surfaces import dump_json
from gateway.types import Json

__all__ = ["encode_form", "parse_form"]

MAX_PARTS = 256
MAX_HEADER = 4096  # bytes of one part's headers

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_TYPE = re.compile(r"[a-z]{1,16}/[a-z0-9.+-]{1,64}")
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def parse_form(content_type: str | None, data: bytes) -> Json:
    """Raises Unsupported for what is no form, RequestError for one that cannot be read in one way only."""
    kind, options = parse_options_header(content_type or "")
    if kind.lower() != b"multipart/form-data":
        raise Unsupported("send the request as multipart/form-data")
    boundary = options.get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary):
        raise _malformed("its boundary is missing or not allowed")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks)
        parser.write(data)
        parser.finalize()
    except FormParserError:
        raise _malformed("its parts cannot be told apart") from None
    if not reader.ended:
        raise _malformed("its end is missing")
    form: Json = {}
    for name, value in reader.parts:
        if name not in form:
            form[name] = value
        elif type(form[name]) is list:
            form[name].append(value)
        else:
            form[name] = [form[name], value]
    return form


def encode_form(form: Json) -> tuple[bytes, str]:
    """The bytes, and their content type."""
    boundary = "portcullis-" + secrets.token_hex(16)
    out: list[bytes] = []
    for name, value in form.items():
        for item in value if type(value) is list else [value]:
            out.append(b"--" + boundary.encode() + b"\r\n")
            out += _part(name, item)
            out.append(b"\r\n")
    out.append(b"--" + boundary.encode() + b"--\r\n")
    return b"".join(out), f"multipart/form-data; boundary={boundary}"


def _part(name: str, value: Any) -> Iterator[bytes]:
    disposition = f'Content-Disposition: form-data; name="{name.translate(_ESCAPES)}"'
    if type(value) is not dict:
        yield f"{disposition}\r\n\r\n{value}".encode()
        return
    media_type = value["content_type"] if _TYPE.fullmatch(value["content_type"]) else "application/octet-stream"
    filename = value["filename"].translate(_ESCAPES)
    yield f'{disposition}; filename="{filename}"\r\nContent-Type: {media_type}\r\n\r\n'.encode()
    data = value.get("data")
    if "records" in value:
        data = b"".join(dump_json(record) + b"\n" for record in value["records"])
    yield data.encode() if type(data) is str else data or b""


class _Reader:
    """Collects parts as the parser finds them."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, Any]] = []
        self.ended = False
        self._name = self._header = b""
        self._headers: dict[bytes, bytes] = {}
        self._data = bytearray()
        self._size = 0
        self.callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header_end,
            "on_part_data": self._piece,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) >= MAX_PARTS:
            raise _malformed(f"it has more than {MAX_PARTS} parts")
        self._headers, self._data, self._size = {}, bytearray(), 0

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += self._measured(data[start:end])

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header += self._measured(data[start:end])

    def _measured(self, data: bytes) -> bytes:
        self._size += len(data)
        if self._size > MAX_HEADER:
            raise _malformed("the headers of a part are too long")
        return data

    def _header_end(self) -> None:
        name = self._name.lower()
        if name in self._headers:
            raise _malformed("a header of a part stands there twice")
        self._headers[name] = self._header
        self._name = self._header = b""

    def _piece(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _part_end(self) -> None:
        headers = self._headers
        kind, options = parse_options_header(headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise _malformed("a part has no name")
        if headers.get(b"content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
            raise _malformed("a part is encoded")
        name = _text(options[b"name"])
        if b"filename" not in options:
            self.parts.append((name, _text(bytes(self._data))))
            return
        given, about = parse_options_header(headers.get(b"content-type", b""))
        file = {
            "filename": _text(options[b"filename"]),
            "content_type": given.decode("latin-1").lower(),
            "data": bytes(self._data),
            **({"charset": about[b"charset"].decode("latin-1")} if b"charset" in about else {}),
        }
        self.parts.append((name, file))

    def _end(self) -> None:
        self.ended = True


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _malformed("a field is not UTF-8 text") from None


def _malformed(why: str) -> RequestError:
    return RequestError(f"The form cannot be read: {why}.", code="invalid_form")
