"""
Texts written one by one, without a grammar: attacks and honest texts that share their words.

A file a subject, a text a line, `¶` for a line break; `## kind channel language [harm ...]` says what the lines below
it are, `⟦⟧` where an order is planted. `held/` has texts of the same subjects and authors that nothing is trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from training.examples import Channel, Example

__all__ = ["HELD", "read", "written"]

HERE = Path(__file__).parent
HELD = HERE / "held"
OPEN, CLOSE, BREAK, HEADER = "⟦", "⟧", "¶", "## "
HONEST = {"injection/direct": 0, "injection/indirect": 0, "harm/any": 0}
LABELS: Mapping[str, Mapping[str, int]] = {
    "honest": HONEST,
    "direct": {"injection/direct": 1},
    "indirect": {"injection/indirect": 1},
    "harm": {"harm/any": 1, "injection/direct": 0},
    "refusal": {"output/refusal": 1},
    "answer": {"output/refusal": 0},
}


def written(folder: Path = HERE) -> Iterator[Example]:
    for path in sorted(folder.glob("*.txt")):
        yield from read(path)


def read(path: Path) -> Iterator[Example]:
    """Raises ValueError, with the line, where a file is not as it should be."""
    header: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith(HEADER):
            header = line.removeprefix(HEADER).split()
            if len(header) < 3 or header[0] not in LABELS:
                raise ValueError(f"{path.name}:{number}: a header is `## kind channel language`")
        elif line.strip():
            if not header or (OPEN in line) != (header[0] == "indirect"):
                raise ValueError(f"{path.name}:{number}: no header, or marks where there is no order")
            yield _example(line.strip(), header, f"written:{path.stem}")


def _example(line: str, header: list[str], source: str) -> Example:
    kind, channel, lang, *harms = header
    labels = {**LABELS[kind], **{f"harm/{harm}": 1 for harm in harms}}
    pieces = [piece.split(OPEN) for piece in _broken(line).split(CLOSE)]
    text, spans = "", []
    for before, *order in pieces:
        text += before
        for planted in order:
            spans.append((len(text), len(text) + len(planted)))
            text += planted
    return Example(text, labels, cast(Channel, channel), source, lang=lang, spans=tuple(spans))


def _broken(line: str) -> str:
    """With its line breaks."""
    return "\n".join(part.strip() for part in line.split(BREAK))
