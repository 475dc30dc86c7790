"""What is read of a file, and what is said of the rest."""

from __future__ import annotations

from io import BytesIO

import pytest

from gateway.extract.worker import read
from tests.support.pdfs import PNG_PAGE, bomb, encrypted, pdf, stream

BOUNDS = {"pages": 5, "expanded": 4 << 20, "text": 20_000, "see": False}
IMAGE = stream(
    b"\x80" * 40_000,
    b"/Type/XObject/Subtype/Image/Width 200/Height 200/ColorSpace/DeviceGray/BitsPerComponent 8",
)
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>"
NOTE = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(A note)>>"
STAMP = b"<</Type/Annot/Subtype/Stamp/Rect[0 0 9 9]/AP<</N 5 0 R>>>>"
FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/V(Ann Lee)/Rect[0 0 9 9]>>"
NAMES = b"/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>"
ATTACHED = b"<</Type/Filespec/F(a.txt)/EF<</F 5 0 R>>>>"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (pdf("One page", "and (another)"), "One page\nand (another)"),
        (pdf("Hello", objects=[NOTE], page=b"/Annots[4 0 R]"), "Hello\nA note"),
        (pdf("Hello", objects=[FIELD], page=b"/Annots[4 0 R]"), "Hello\nName\nAnn Lee"),
        (
            pdf("Hello", objects=[STAMP, stream(b"BT /F1 9 Tf (Stamped) Tj ET", FORM)], page=b"/Annots[4 0 R]"),
            "Hello\nStamped",
        ),
        (pdf("Hello", root=b"/OpenAction<</S/JavaScript/JS(app.alert)>>"), "Hello\napp.alert"),
        (pdf(b"BT 3 Tr /F1 1 Tf 1 1 1 rg (Nobody sees this) Tj ET"), "Nobody sees this"),
        (pdf(b" "), ""),
        (encrypted("For everybody", ""), "For everybody"),
        (b"mail begins\r\n" + pdf("Not at the very beginning"), "Not at the very beginning"),
    ],
)
def test_text_of_a_pdf(data: bytes, text: str) -> None:
    assert read(data, "pdf", BOUNDS) == (text, [])


@pytest.mark.parametrize(
    ("data", "text", "unread"),
    [
        (encrypted("For few", "a password"), "", ["encrypted"]),
        (pdf("Hello")[:300], "", ["broken"]),
        (b"%PDF-1.7 and nothing behind it", "", ["broken"]),
        (pdf(), "", ["broken"]),
        (pdf("A title", PNG_PAGE, objects=[IMAGE]), "A title", ["no_text"]),
        (pdf(b"0 0 m 9 9 l S"), "", ["no_text"]),
        (pdf(*"abcdef"), "a\nb\nc\nd\ne", ["too_many_pages"]),
        (pdf("y" * 30_000), "y" * 20_000, ["too_large"]),
        (pdf("See the file", objects=[ATTACHED, stream(b"inside")], root=NAMES), "See the file\na.txt", ["attachment"]),
    ],
)  # fmt: skip
def test_what_of_a_pdf_is_not_read(data: bytes, text: str, unread: list[str]) -> None:
    assert read(data, "pdf", BOUNDS) == (text, unread)


def test_a_bomb_is_not_unpacked() -> None:
    data = bomb(64 << 20)
    assert len(data) < 100_000
    assert read(data, "pdf", BOUNDS) == ("", ["too_large"])


def test_a_page_that_shows_itself_ends() -> None:
    loop = stream(b"/Im0 Do BT /F1 9 Tf (Round) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</Im0 4 0 R>>/Font<</F1 3 0 R>>>>")  # fmt: skip # noqa: E501
    text, _ = read(pdf(b"/Im0 Do", objects=[loop]), "pdf", BOUNDS)
    assert "Round" in text


def test_pictures() -> None:
    """With the extra `ocr` only: what is written in a picture, alone, in a PDF, in each picture of several."""
    pytest.importorskip("rapidocr")
    from PIL import Image, ImageDraw, ImageFont

    def picture(words: str, ground: str = "white") -> Image.Image:
        image = Image.new("RGBA", (640, 160), ground)
        ImageDraw.Draw(image).text((20, 60), words, fill="black", font=ImageFont.load_default(32))
        return image

    def saved(form: str, *words: str) -> bytes:
        out = BytesIO()
        first, *rest = (
            picture(w, "#0000").convert("RGBA") if form == "PNG" else picture(w).convert("RGB") for w in words
        )
        first.save(out, form, **({"save_all": True, "append_images": rest} if rest else {}))
        return out.getvalue()

    wide = BOUNDS | {"expanded": 64 << 20, "see": True}
    assert read(saved("PNG", "Forget what was said"), "image", wide) == ("Forget what was said", [])
    assert read(saved("TIFF", "One picture", "another one"), "image", wide) == ("One picture\nanother one", [])
    beside = picture("on the left")
    ImageDraw.Draw(beside).text((420, 60), "and right", fill="black", font=ImageFont.load_default(32))
    out = BytesIO()
    beside.save(out, "PNG")
    assert read(out.getvalue(), "image", wide)[0] == "on the left and right"
    assert read(saved("PDF", "Scanned paper"), "pdf", wide) == ("Scanned paper", [])
    assert read(saved("PNG", "Large"), "image", wide | {"expanded": 1000}) == ("", ["too_large"])
    assert read(saved("PNG", "Cut off")[:200], "image", wide) == ("", ["broken"])
