"""What an extractor is, and which files it may be asked about. Reads nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, Protocol

__all__ = ["Extraction", "Extractor", "FileKind", "kind_of", "missing"]

FileKind = Literal["pdf", "image"]

_PACKAGES: dict[FileKind, tuple[str, str]] = {"pdf": ("pypdf", "pdf"), "image": ("rapidocr", "ocr")}
_PDF_HEAD = 1024  # where readers of PDF look for its mark
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")


@dataclass(frozen=True, slots=True)
class Extraction:
    """
    The texts of one file. `unread` says in one word each what of it was not read: encrypted, broken, too_large,
    too_many_pages, too_slow, no_text (a page that is a picture), attachment; or busy, where nobody had time.
    """

    text: str = ""
    unread: tuple[str, ...] = ()


class Extractor(Protocol):
    """Finds the text of files. Never raises for what is in a file, and never fetches anything."""

    def reads(self, kind: FileKind) -> bool:
        """Could it read such a file at all?"""
        ...

    async def extract(self, data: bytes, kind: FileKind, seconds: float) -> Extraction:
        """Within so many seconds."""
        ...

    def close(self) -> None: ...


def kind_of(data: bytes) -> FileKind | None:
    """By what stands in it: what it is called is the client's word, and a model's server looks for itself."""
    if b"%PDF-" in data[:_PDF_HEAD]:
        return "pdf"
    if data.startswith(_IMAGES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:12] == b"ftypavif":
        return "image"
    return None


def missing(kind: FileKind) -> str:
    """The extra of ours to install for such files; empty where it is there."""
    module, extra = _PACKAGES[kind]
    return "" if find_spec(module) else extra
