"""
Places in a document where a passage may go, and how it looks there.

A carrier writes marks (`at("line")`) into its text. `settle` puts a passage in one of them, in that place's
own syntax (escaped in JSON, quoted in CSV, behind `#` in code), drops the other marks, and says where it lies.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from random import Random

__all__ = ["MARK", "Placed", "at", "kinds", "settle"]

MARK = re.compile("\ue000([a-z]+)(?::([^\ue001]*))?\ue001")
TEXT = "\ue002"  # where the passage stands in a place's frame

Placed = tuple[str, tuple[tuple[int, int], ...]]

FRAMES: Mapping[str, tuple[str, ...]] = {
    "line": (f"{TEXT}\n",),
    "para": (f"{TEXT}\n\n",),
    "tail": (f"\n{TEXT}", f"\n\n{TEXT}"),
    "inline": (f" {TEXT}",),
    "before": (f"{TEXT} ",),
    "json": (f" {TEXT}",),
    "value": (TEXT,),
    "hash": (f"# {TEXT}\n",),
    "slash": (f"// {TEXT}\n", f"/* {TEXT} */\n"),
    "dash": (f"-- {TEXT}\n",),
    "docstring": (f"{TEXT}\n",),
    "literal": (TEXT,),
    "html": (
        f"<!-- {TEXT} -->\n",
        f'<div style="display:none">{TEXT}</div>\n',
        f'<span style="color:#fff;font-size:1px">{TEXT}</span>\n',
        f"<p>{TEXT}</p>\n",
        f"<p>{TEXT}</p>\n",
        f'<p class="note">{TEXT}</p>\n',
        f'<div hidden aria-hidden="true">{TEXT}</div>\n',
        f'<img src="/img/banner.png" alt="{TEXT}">\n',
        f'<meta name="description" content="{TEXT}">\n',
        f'<a href="/info" title="{TEXT}">more</a>\n',
        f"<footer>{TEXT}</footer>\n",
        f'<li class="comment">{TEXT}</li>\n',
        f'<section data-note="{TEXT}"></section>\n',
        f"<noscript>{TEXT}</noscript>\n",
    ),
    "markdown": (
        f"{TEXT}\n\n",
        f"{TEXT}\n\n",
        f"<!-- {TEXT} -->\n\n",
        f"[//]: # ({TEXT})\n\n",
        f"![{TEXT}](./image.png)\n\n",
        f'See [the page](/docs/intro "{TEXT}") for more.\n\n',
        f"> {TEXT}\n\n",
        f"- {TEXT}\n\n",
        f"**Note:** {TEXT}\n\n",
    ),
    "cell": (f" {TEXT}",),
    "csv": (TEXT,),
    "xml": (f" {TEXT}",),
    "yaml": (TEXT,),
    "log": (TEXT,),
    "signature": (f"{TEXT}\n",),
}
SINGLE = frozenset(FRAMES) - {"line", "para", "tail"}
QUOTED = frozenset({"json", "value", "yaml", "literal"})


def at(kind: str, indent: str = "") -> str:
    """A mark; `indent` goes before the passage's line."""
    assert kind in FRAMES, kind
    return f"\ue000{kind}:{indent}\ue001" if indent else f"\ue000{kind}\ue001"


def kinds(text: str) -> list[str]:
    return [match[1] for match in MARK.finditer(text)]


def escaped(kind: str, text: str, frame: str) -> str:
    if kind in SINGLE:
        text = " ".join(text.split())
    if kind in QUOTED:
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if kind == "csv":
        return text.replace('"', "'")  # the cell is quoted by its table
    if kind == "cell":
        return text.replace("|", "/")
    if kind == "xml":
        return html.escape(text, quote=False)
    if kind == "docstring":
        return text.replace('"""', "'''")
    if "-- " in frame and kind in ("html", "markdown"):
        return text.replace("--", "-")
    if f'"{TEXT}"' in frame:
        return text.replace('"', "'")
    if f"({TEXT})" in frame:
        return text.replace("(", "").replace(")", "")
    if f"[{TEXT}]" in frame:
        return text.replace("[", "").replace("]", "")
    return text


def settle(random: Random, text: str, passages: Mapping[int, str]) -> Placed:
    """`text` with `passages` (mark's number: passage) in place, and their spans in order."""
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    length = last = 0
    for number, match in enumerate(MARK.finditer(text)):
        out.append(text[last : match.start()])
        length += len(out[-1])
        last = match.end()
        if number not in passages:
            continue
        kind, indent = match[1], match[2] or ""
        frame = random.choice(FRAMES[kind])
        body = escaped(kind, passages[number], frame)
        before, after = frame.split(TEXT)
        # at a document's very start no blank line comes first
        before = before.lstrip() if length == 0 else before
        spans.append((length + len(indent) + len(before), length + len(indent) + len(before) + len(body)))
        out.append(indent + before + body + after)
        length += len(out[-1])
    out.append(text[last:])
    return "".join(out), tuple(spans)
