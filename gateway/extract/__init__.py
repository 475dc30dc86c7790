"""Text out of files: PDF, and pictures where OCR is installed. A file of plain text needs none of this."""

from gateway.extract.base import Extraction, Extractor, FileKind, kind_of, missing
from gateway.extract.process import Isolated

__all__ = ["Extraction", "Extractor", "FileKind", "Isolated", "kind_of", "missing"]
