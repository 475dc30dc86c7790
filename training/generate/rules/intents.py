"""What the intents of three public sets are about, in our words: rules to pair with those sets' texts."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BANKING_INTENTS", "CLINC_INTENTS", "SNIPS_INTENTS"]


def read(name: str) -> dict[str, tuple[str, ...]]:
    """Lines of `intent: description; description`."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    rows = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return {intent: tuple(part.strip() for part in told.split(";")) for intent, told in rows}


CLINC_INTENTS = read("clinc.txt")
BANKING_INTENTS = read("banking.txt")
SNIPS_INTENTS = read("snips.txt")
