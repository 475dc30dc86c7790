from __future__ import annotations

import pytest

from gateway.surfaces.charset import declared, text_of

WORDS = "Grüße aus Köln"


@pytest.mark.parametrize(
    ("data", "name", "encoding"),
    [
        (WORDS.encode(), "", "utf-8"),
        (WORDS.encode(), "latin1", "utf-8"),  # well-formed UTF-8 is UTF-8, whatever it is called
        (WORDS.encode("utf-8-sig"), "", "utf-8"),
        (WORDS.encode("utf-16"), "", "utf-16-le"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "utf-8", "utf-16-be"),
        (WORDS.encode("utf-32"), "", "utf-32-le"),
        (WORDS.encode("utf-16-be"), "utf-16", "utf-16-be"),
        (WORDS.encode("latin-1"), "ISO-8859-1", "iso-8859-1"),
        ("Привет, мир".encode("koi8-r"), "KOI8-R", "koi8-r"),
        (b'<meta charset="latin1"><p>' + WORDS.encode("latin-1"), "", "latin1"),
        (b"<?xml version='1.0' encoding='windows-1252'?>" + WORDS.encode("cp1252"), "", "windows-1252"),
    ],
)
def test_text_and_its_encoding(data: bytes, name: str, encoding: str) -> None:
    found = text_of(data, name)
    assert found is not None
    assert found[1] == encoding
    assert found[0].encode(encoding) == data


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (WORDS.encode("latin-1"), ""),
        (WORDS.encode("latin-1"), "utf-7"),
        (WORDS.encode("cp500"), "cp500"),  # where `A` is another byte than in ASCII, a wrong name could hide anything
        (WORDS.encode("latin-1"), "base64"),
        (b"\xff\xfe\0", ""),
        (b"\xff\xfe\0\xd8", ""),
        (b"\xff\0\x01", "latin1"),
        (b"a\0b", ""),
    ],
)
def test_what_is_none(data: bytes, name: str) -> None:
    assert text_of(data, name) is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("data:text/csv;charset=latin1;base64,", "latin1"),
        ("text/plain; Charset='UTF-8'", "UTF-8"),
        ("data:text/csv;base64,", ""),
    ],
)
def test_declared(head: str, name: str) -> None:
    assert declared(head) == name
