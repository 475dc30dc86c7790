"""
PromptGuard: POST /api/v1/guard, with the words and errors of its other endpoints.

Its clients take 400, 413 and 422 for their own mistake and all else for an outage, which lets traffic pass by
default: so nothing that goes wrong here may look like the first.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Match, Outcome, Problem, ScanRequest, Sides, Want
from gateway.dialects.conversation import read, redacted
from gateway.dialects.vocabulary import words
from gateway.engine import Document
from gateway.errors import GatewayError, RequestError
from gateway.surfaces import Reader
from gateway.types import Effect, Json, Kind, Role, Unscanned

__all__ = ["answer", "decide", "envelope", "error", "parse", "reason", "threat_type"]

DECISION = {Effect.ALLOW: "allow", Effect.FLAG: "allow", Effect.REDACT: "redact", Effect.BLOCK: "block"}
POLICY = "policy_violation"
MAX_DOCUMENTS = 256  # that an answer is compared with

# Our reasons for leaving something unread, in its words.
_REASONS = {
    "binary": "unsupported_type",
    "reference": "url_only",
    "unknown_part": "unsupported_block",
    "encrypted": "encrypted",
    "unknown_field": "unsupported_block",
}


def parse(body: Json, caller: Caller) -> ScanRequest:
    messages = fields.messages(body)
    direction = fields.choice(body, "direction", ("input", "output"), "input")
    reader = Reader()
    _read_beside(body, reader)
    talk = read(messages, Sides(direction), reader)
    return ScanRequest(
        messages=messages,
        prompt=talk.prompt,
        answer=talk.answer,
        context=talk.context,
        model=fields.text(body, "model", ""),
        documents=_documents(body),
        want=Want(*(fields.flag(body, key) for key in ("payload", "breakdown", "dev_info"))),
        words="promptguard",
        options={"utf8": caller.utf8_offsets},
    )


def _read_beside(body: Json, reader: Reader) -> None:
    """Documents, tool calls and pictures that come beside the messages."""
    if body.get("images") is not None:
        reader.images(body["images"], ("images",))
    documents = body.get("retrieved_context")
    if documents is not None:
        reader.tree(documents, ("retrieved_context",), Role.TOOL, Kind.DOCUMENT)
    context = body.get("context")
    if type(context) is dict and context.get("tool_calls") is not None:
        reader.tree(context["tool_calls"], ("context", "tool_calls"), Role.ASSISTANT, Kind.TOOL_CALL)
    if body.get("media") is not None:
        reader.images(body["media"], ("media",))
    if body.get("tools") is not None:
        reader.tools(body["tools"])


def _documents(body: Json) -> tuple[Document, ...]:
    """Those that have a text; all of them are scanned anyway."""
    given = body.get("retrieved_context")
    texts = [d.get("content") for d in given if type(d) is dict] if type(given) is list else []
    return tuple(Document(text) for text in texts[:MAX_DOCUMENTS] if type(text) is str)


def decide(request: ScanRequest, outcome: Outcome) -> tuple[str, tuple[Json, ...] | None]:
    """
    What to do, and the redacted messages where that is it.

    A caller can only take over whole texts of messages. Where anything else holds what must be redacted (the
    arguments of a tool call, a document) it cannot, and the answer is to block.
    """
    if outcome.effect is not Effect.REDACT:
        return DECISION[outcome.effect], None
    messages = redacted(request.messages, outcome.edits)
    return ("block", None) if messages is None else ("redact", messages)


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    decision, messages = decide(request, outcome)
    return {
        "decision": decision,
        "event_id": f"evt_{outcome.id}",
        "confidence": outcome.confidence,
        "latency_ms": outcome.latency_ms,
        "threat_type": threat_type(outcome),
        "redacted_messages": None if messages is None else list(messages),
        "threats": _threats(outcome.matches),
        "unscanned": [_unscanned(item) for item in outcome.unscanned],
        "unavailable": [{"detector": name, "reason": why} for name, why in outcome.unavailable.items()],
    }


def reason(outcome: Outcome) -> str:
    """Why, in a sentence that holds nothing of the text."""
    if outcome.main is not None:
        return f"{words(outcome.main.category).says}: {outcome.main.category}"
    if outcome.refused:
        return f"Something could not be scanned: {outcome.refused[0].reason}"
    return "Nothing was found"


def threat_type(outcome: Outcome) -> str | None:
    if outcome.main is not None:
        return words(outcome.main.category).promptguard
    return POLICY if outcome.refused else None


def _threats(matches: Iterable[Match]) -> list[Json]:
    """One for each category: how sure, how often, and which rule says so."""
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.category, []).append(match)
    out = []
    for category, mine in found.items():
        best = max(mine, key=lambda m: m.score)
        out.append(
            {
                "type": words(category).promptguard,
                "confidence": round(best.score, 4),
                "details": category if len(mine) == 1 else f"{category}, {len(mine)} times",
                "rule": {"detector": best.detector, "id": f"{best.policy}:{best.rule}", "suppressible": False},
                "status": "active",
            }
        )
    return out


def _unscanned(item: Unscanned) -> Json:
    index = next((step for step in item.path if isinstance(step, int)), 0)
    return {"index": index, "reason": _REASONS.get(item.reason, "unsupported_type"), "detail": item.reason}


def error(problem: GatewayError, request_id: str) -> Problem:
    if isinstance(problem, RequestError) and problem.status == 400:
        return _invalid(problem, request_id)
    return Problem(problem.status, envelope(problem, request_id))


def envelope(problem: GatewayError, request_id: str) -> Json:
    return {
        "error": {
            "message": problem.message,
            "type": problem.type,
            "code": problem.code,
            "request_id": request_id,
        }
    }


def _invalid(problem: RequestError, request_id: str) -> Problem:
    """FastAPI's form, and its own beside it: callers read either."""
    place = ["body", *(problem.param.split(".") if problem.param else [])]
    detail = [{"loc": place, "msg": problem.message, "type": problem.code}]
    return Problem(422, {**envelope(problem, request_id), "detail": detail})
