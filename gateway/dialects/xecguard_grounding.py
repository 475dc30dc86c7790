"""XecGuard: POST /xecguard/v1/grounding. Its answer holds one result, not a list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.dialects import body as fields
from gateway.engine import Document, Grounding, Level
from gateway.types import Json

__all__ = ["PATH", "POLICY", "Grounded", "answer", "note", "parse"]

PATH = "/xecguard/v1/grounding"
POLICY = "Grounding"
TYPE = "VIOLATION_GROUNDING"
MAX_DOCUMENTS = 256

_LEVELS = {"BALANCED": Level.BALANCED, "STRICT": Level.STRICT}
_UNSUPPORTED = "Every statement must be supported by the documents."
_MISSING = "Every number, date and name must stand in the documents."
_UNANSWERED = "Every question must be answered."


@dataclass(frozen=True, slots=True)
class Grounded:
    """What is asked: is this answer supported?"""

    prompt: str
    response: str
    documents: tuple[Document, ...]
    level: Level
    model: str


def parse(body: Json) -> Grounded:
    """Raises RequestError."""
    given = body.get("documents")
    if type(given) is not list or not 0 < len(given) <= MAX_DOCUMENTS:
        raise fields.wrong("documents", f"a list of 1 to {MAX_DOCUMENTS} documents")
    strictness = fields.choice(body, "strictness", _LEVELS, "BALANCED")
    return Grounded(
        fields.text(body, "prompt", ""),
        fields.text(body, "response"),
        tuple(_document(item, index) for index, item in enumerate(given)),
        _LEVELS[strictness],
        fields.text(body, "model", ""),
    )


def _document(item: Any, index: int) -> Document:
    if type(item) is not dict or type(item.get("context")) is not str:
        raise fields.wrong(f"documents[{index}]", "an object with document_id and context")
    id = item.get("document_id")
    return Document(item["context"], id if type(id) is str else "")


def answer(id: str, found: Grounding) -> Json:
    rules, rationale = _why(found)
    return {
        "decision": "SAFE" if found.grounded else "UNSAFE",
        "trace_id": id,
        "xecguard_result": {"violated_rules_list": rules, "rationale": rationale},
    }


def _why(found: Grounding) -> tuple[list[str], str]:
    """In numbers: the answer's own words are the caller's."""
    unsupported = [n for n, s in enumerate(found.sentences, 1) if not s.supported]
    missing = sum(bool(s.missing) for s in found.sentences)
    rules, told = [], []
    if unsupported:
        rules.append(_UNSUPPORTED)
        where = ", ".join(map(str, unsupported[:10])) + (", ..." if len(unsupported) > 10 else "")
        told.append(f"Sentences without support in the documents: {where} of {len(found.sentences)}.")
    if missing:
        rules.append(_MISSING)
        told.append(f"Sentences with numbers, dates or names that no document has: {missing}.")
    if found.unanswered:
        rules.append(_UNANSWERED)
        told.append(f"Questions that the answer does not touch: {len(found.unanswered)}.")
    return rules, " ".join(told) or "The documents support the answer."


def note(found: Grounding) -> Json:
    """What traces and statistics are made of."""
    rules, rationale = _why(found)
    reason = {
        "violated_policy_name": POLICY,
        "violated_rules_list": rules,
        "rationale": rationale,
        "type": TYPE,
        "evidence_status": "UNAVAILABLE",
        "evidence": None,
    }
    return {
        "scan_type": "response",
        "decision": "SAFE" if found.grounded else "UNSAFE",
        "policies": [POLICY],
        "reasons": [] if found.grounded else [reason],
        "risk": 0 if found.grounded else 3,
    }
