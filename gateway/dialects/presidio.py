"""
Presidio: POST /analyze, as its analyzer answers it, and POST /anonymize, as its anonymizer does.

Analyzing reports personal data and secrets in Presidio's entity types and decides nothing. Anonymizing scans
nothing: it rewrites what the caller says it found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Outcome, Problem, ScanRequest
from gateway.dialects.conversation import said
from gateway.dialects.rulesets import ruleset
from gateway.dialects.vocabulary import presidio
from gateway.errors import GatewayError
from gateway.types import Direction, Json

__all__ = ["ENDPOINTS", "anonymize", "error"]

_LOOKING = ruleset(
    "presidio", [{"category": ["pii/*", "secret/*"], "action": "flag", "threshold": 0.0}], mode="monitor"
)
MAX_RESULTS = 10_000


def parse(body: Json, caller: Caller) -> ScanRequest:
    many = type(body.get("text")) is list
    texts = fields.texts(body, "text") if many else (fields.text(body, "text"),)
    least = body.get("score_threshold")
    if type(least) not in (int, float, type(None)):
        raise fields.wrong("score_threshold", "a number", "float_type")
    talk = said(texts, Direction.INPUT)
    options = {
        "many": many,
        "count": len(texts),
        "least": least or 0.0,
        "entities": frozenset(fields.texts(body, "entities")),
        "allow": frozenset(fields.texts(body, "allow_list")),
    }
    return ScanRequest(prompt=talk.prompt, rulesets=(_LOOKING,), options=options)


def answer(request: ScanRequest, outcome: Outcome) -> Any:
    options = request.options
    out: list[list[Json]] = [[] for _ in range(options["count"])]
    for match in outcome.matches:
        kind = presidio(match.category)
        wanted = not options["entities"] or kind in options["entities"]
        if wanted and match.score >= options["least"] and match.text not in options["allow"]:
            assert match.message is not None
            out[match.message].append(
                {
                    "entity_type": kind,
                    "start": match.start,
                    "end": match.end,
                    "score": round(match.score, 4),
                    "analysis_explanation": None,
                    "recognition_metadata": {"recognizer_name": match.detector},
                }
            )
    return out if options["many"] else out[0]


def anonymize(body: Json) -> Json:
    """Rewrite by the caller's findings, the last first. Where two overlap, the longer one holds."""
    text = fields.text(body, "text")
    operators = body.get("anonymizers") or {}
    if type(operators) is not dict or any(type(o) is not dict for o in operators.values()):
        raise fields.wrong("anonymizers", "an object of operators by entity type")
    out, items = text, list[Json]()
    for start, end, kind in reversed(_disjoint(body.get("analyzer_results"), len(text))):
        operator = operators.get(kind) or operators.get("DEFAULT") or {"type": "replace"}
        name, new = _operate(operator, kind, text[start:end])
        out = out[:start] + new + out[end:]
        for item in items:
            item["start"] += len(new) - (end - start)
            item["end"] += len(new) - (end - start)
        items.append({"start": start, "end": start + len(new), "entity_type": kind, "text": new, "operator": name})
    return {"text": out, "items": items}


def _disjoint(results: Any, length: int) -> list[tuple[int, int, str]]:
    if type(results) is not list or len(results) > MAX_RESULTS:
        raise fields.wrong("analyzer_results", f"a list of at most {MAX_RESULTS} results")
    found: list[tuple[int, int, str]] = []
    for item in results:
        place = (item.get("start"), item.get("end"), item.get("entity_type")) if type(item) is dict else (None,) * 3
        start, end, kind = place
        if type(start) is not int or type(end) is not int or type(kind) is not str or not 0 <= start <= end <= length:
            raise fields.wrong("analyzer_results", "results with start, end and entity_type within the text")
        found.append((start, end, kind))
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda f: (f[0], -f[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, kind))
        elif end > kept[-1][1]:  # half covered: one longer finding, so that nothing of it stays readable
            kept[-1] = (kept[-1][0], end, kept[-1][2])
    return kept


def _operate(operator: Json, kind: str, value: str) -> tuple[str, str]:
    name = operator.get("type", "replace")
    made = _OPERATORS.get(name) if type(name) is str else None
    if made is None:
        raise fields.one_of("anonymizers", _OPERATORS)
    return name, made(operator, kind, value)


def _replace(operator: Json, kind: str, value: str) -> str:
    return fields.text(operator, "new_value", f"<{kind}>")


def _mask(operator: Json, kind: str, value: str) -> str:
    character = fields.text(operator, "masking_char", "*")
    count = operator.get("chars_to_mask", len(value))
    if len(character) != 1 or type(count) is not int:
        raise fields.wrong("anonymizers", "with one masking_char and a number of chars_to_mask")
    count = min(max(count, 0), len(value))
    if fields.flag(operator, "from_end"):
        return value[: len(value) - count] + character * count
    return character * count + value[count:]


def _hash(operator: Json, kind: str, value: str) -> str:
    name = fields.choice(operator, "hash_type", ("sha256", "sha512"), "sha256")
    salt = fields.text(operator, "salt", "")
    return hashlib.new(name, (salt + value).encode("utf-8", "replace")).hexdigest()


_OPERATORS: dict[str, Callable[[Json, str, str], str]] = {
    "replace": _replace,
    "redact": lambda operator, kind, value: "",
    "mask": _mask,
    "hash": _hash,
    "keep": lambda operator, kind, value: value,
}


def error(problem: GatewayError, request_id: str) -> Problem:
    status = 422 if problem.status == 400 else problem.status
    return Problem(status, {"error": problem.message})


ENDPOINTS = (Endpoint("/analyze", "presidio.analyze", parse, answer, error),)
