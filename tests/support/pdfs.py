"""PDFs made for tests, object by object, so that what is in them is known."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO

import pypdf

__all__ = ["PNG_PAGE", "bomb", "encrypted", "pdf"]

# The content of a page that shows nothing but a picture.
PNG_PAGE = b"q 200 0 0 200 50 500 cm /Im0 Do Q"


def pdf(*pages: str | bytes, objects: Sequence[bytes] = (), root: bytes = b"", page: bytes = b"") -> bytes:
    """
    A document with these pages: a text to be shown, or the page's content as it is. `objects` get the numbers from
    4 on, `root` and `page` stand in the dictionaries of the document and of each page.
    """
    bodies = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>", *objects]
    kids: list[bytes] = []
    for shown in pages:
        content = b"BT /F1 12 Tf 50 700 Td (" + _escaped(shown) + b") Tj ET" if isinstance(shown, str) else shown
        bodies.append(stream(content))
        bodies.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>"
            b"/XObject<</Im0 4 0 R>>>>%s>>" % (len(bodies), page)
        )
        kids.append(b"%d 0 R" % len(bodies))
    bodies[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % root
    bodies[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    return _written(bodies)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), entries, packed)


def bomb(size: int) -> bytes:
    """One page whose content unpacks to so many bytes."""
    return pdf(b"BT /F1 12 Tf (Hello) Tj ET" + b" " * size)


def encrypted(text: str, password: str) -> bytes:
    """For whoever has the password; anybody may read one with none."""
    writer = pypdf.PdfWriter(BytesIO(pdf(text)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _escaped(text: str) -> bytes:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("latin-1")


def _written(bodies: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)
