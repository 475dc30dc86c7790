"""A report as one page of HTML that loads nothing and runs no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["document"]

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
"""


def document(title: str, style: str, body: Iterable[str]) -> str:
    """`title` is plain text, `body` lines of HTML."""
    head = f"{_HEAD}<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
    return head + "<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
