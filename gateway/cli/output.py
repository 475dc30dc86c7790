"""What commands print. Text that others wrote never commands the terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

__all__ = ["COLOURS", "complain", "console", "printable", "warn"]

COLOURS = {"allow": "green", "flag": "yellow", "redact": "cyan", "block": "bold red"}

WIDE = 160  # columns where the output is not a terminal, so that tables do not wrap in logs and pipes


def console() -> Console:
    """On stdout; colours only on a terminal and without NO_COLOR."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def complain(message: str) -> None:
    """Say on stderr what is wrong, a line each."""
    _tell(message, "error", "bold red")


def warn(message: str) -> None:
    _tell(message, "warning", "yellow")


def printable(text: str) -> str:
    """Control and invisible characters as escapes: `\\x1b`, `\\u202e`, `\\U000e0041`."""
    return "".join(c if c in "\n\t" or _is_visible(c) else c.encode("unicode_escape").decode() for c in text)


def _is_visible(character: str) -> bool:
    # Variation selectors count as marks and are printable for Python; VS16 is part of common emoji.
    selector = "\ufe00" <= character <= "\ufe0e" or "\U000e0100" <= character <= "\U000e01ef"
    return character.isprintable() and not selector


def _tell(message: str, label: str, style: str) -> None:
    error = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in message.splitlines():
        error.print(Text.assemble((f"{label}: ", style), printable(line)))
