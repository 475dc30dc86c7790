"""Write a verdict's edits into an answer of /v1/responses, side channels included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.surfaces.edit import apply
from gateway.surfaces.logprobs import align, surviving
from gateway.types import Json, Path, Span

__all__ = ["moved", "rewrite", "rewrite_part"]

Changes = Sequence[tuple[Span, str]]


def rewrite(body: Json, edits: Mapping[Path, str], changes: Mapping[Path, Changes]) -> Json:
    """
    The answer with these texts in place. Log probabilities of what was replaced are dropped, and
    citations point to where their words stand now.

    `changes` says of each edited text which stretches were replaced; where it does not, all was.
    """
    out = apply(body, edits)
    for path in edits:
        # Where the text of a part stands: output, 0, content, 0, text; in an item alone: content, 0, text.
        if len(path) >= 3 and path[-3] == "content" and path[-1] == "text" and type(path[-2]) is int:
            old, new = _at(body, path[:-1]), _at(out, path[:-1])
            text = old["text"]
            whole = [(Span(0, len(text)), edits[path])]
            new.update(rewrite_part(new, text, changes.get(path) or whole))  # `apply` made it ours
    return out


def rewrite_part(part: Json, text: str, changes: Changes, *, alternatives: bool = True) -> Json:
    """
    What of a part must change with its text: `logprobs` and `annotations`.

    `text` is the old one. Without `alternatives`, the words that were almost said go, too.
    """
    out: Json = {}
    entries = part.get("logprobs")
    if type(entries) is list and entries:
        spans = align(entries, text)
        kept = [] if spans is None else surviving(entries, spans, [span for span, _ in changes])
        out["logprobs"] = kept if alternatives else [_alone(entry) for entry in kept]
    annotations = part.get("annotations")
    if type(annotations) is list and changes:
        out["annotations"] = [new for old in annotations if (new := moved(old, changes)) is not None]
    return out


def moved(annotation: Any, changes: Changes) -> Any:
    """A citation whose indices fit the edited text; None where it touches an edit."""
    if type(annotation) is not dict:
        return annotation
    start, end = annotation.get("start_index"), annotation.get("end_index")
    if type(start) is not int or type(end) is not int:
        return annotation
    if any(span.start < end and start < span.end for span, _ in changes):
        return None
    shift = sum(len(text) - (span.end - span.start) for span, text in changes if span.end <= start)
    return {**annotation, "start_index": start + shift, "end_index": end + shift}


def _alone(entry: Any) -> Any:
    return {**entry, "top_logprobs": []} if type(entry) is dict and "top_logprobs" in entry else entry


def _at(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node
