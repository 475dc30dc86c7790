"""Write a verdict's edits into an answer, side channels included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.surfaces.edit import apply
from gateway.surfaces.logprobs import align, shift_indices, surviving
from gateway.types import Json, Path, Span

__all__ = ["rewrite"]

Changes = Mapping[Path, Sequence[tuple[Span, str]]]


def rewrite(body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
    """
    The answer with these texts in place. Log probabilities of what was replaced are dropped, and
    citations point to where their words stand now.

    `changes` says of each edited text which stretches were replaced; where it does not, all was.
    """
    out = apply(body, edits)
    if out is body:
        return body
    pairs = zip(out["choices"], body["choices"], strict=True)
    choices = [_choice(new, old, ("choices", i), edits, changes) for i, (new, old) in enumerate(pairs)]
    return {**out, "choices": choices}


def _choice(new: Json, old: Json, at: Path, edits: Mapping[Path, str], changes: Changes) -> Json:
    for field in ("content", "refusal"):
        path = (*at, "message", field)
        if path not in edits:
            continue
        text = old["message"][field]
        stretches = changes.get(path) or [(Span(0, len(text)), edits[path])]
        new = _logprobs(new, field, text, [span for span, _ in stretches])
        if field == "content":
            new = _annotations(new, stretches)
    if (*at, "message", "audio", "transcript") in edits:
        new = _silent(new)
    if any(path[: len(at) + 2] == (*at, "message", "content") and len(path) > len(at) + 2 for path in edits):
        # Content in parts: the offsets cannot be known.
        new = {**new, "logprobs": None}
    return new


def _silent(choice: Json) -> Json:
    """What is spoken cannot be edited; it would still say what the transcript no longer does."""
    message = choice["message"]
    return {**choice, "message": {**message, "audio": {**message["audio"], "data": ""}}}


def _logprobs(choice: Json, field: str, text: str, edited: Sequence[Span]) -> Json:
    logprobs = choice.get("logprobs")
    if type(logprobs) is not dict or type(logprobs.get(field)) is not list:
        return choice if logprobs is None else {**choice, "logprobs": None}
    spans = align(logprobs[field], text)
    kept = [] if spans is None else surviving(logprobs[field], spans, edited)
    return {**choice, "logprobs": {**logprobs, field: kept}}


def _annotations(choice: Json, stretches: Sequence[tuple[Span, str]]) -> Json:
    annotations = choice["message"].get("annotations")
    if type(annotations) is not list:
        return choice
    moved = shift_indices(annotations, stretches)
    return {**choice, "message": {**choice["message"], "annotations": moved}}
