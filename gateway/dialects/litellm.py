"""
LiteLLM's generic guardrail API: POST /beta/litellm_basic_guardrail_api.

`texts` are what it lets us rewrite, and definitions of tools; anything else that would have to be redacted
(the arguments of tool calls, pictures' addresses) makes it BLOCKED.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Outcome, Problem, ScanRequest
from gateway.dialects.conversation import said
from gateway.dialects.promptguard import envelope
from gateway.dialects.vocabulary import words
from gateway.errors import GatewayError
from gateway.surfaces import Reader, apply
from gateway.types import Direction, Effect, Json, Kind, Role, Transcript

__all__ = ["ENDPOINTS", "error"]

_DIRECTIONS = {"request": Direction.INPUT, "response": Direction.OUTPUT}
HISTORY = "structured_messages"
_REWRITABLE = ("texts", "tools", HISTORY)


def parse(body: Json, caller: Caller) -> ScanRequest:
    direction = _DIRECTIONS[fields.choice(body, "input_type", _DIRECTIONS, "request")]
    texts = fields.texts(body, "texts")
    talk = said(texts, direction)
    mine = talk.prompt or talk.answer
    assert mine is not None
    into = direction is Direction.INPUT
    reader = Reader()
    if into:
        _read_history(body, reader)
    _read_beside(body, reader)
    known = {text: index for index, text in enumerate(texts)}
    twins = {p.path: known[p.text] for p in reader.parts if p.path[0] == HISTORY and p.text in known}
    parts = (*mine.parts, *(p for p in reader.parts if p.path not in twins))
    whole = replace(mine, parts=parts, unscanned=reader.unscanned)
    return ScanRequest(
        prompt=whole if into else None,
        answer=None if into else whole,
        context=None if into else _context(body),
        model=fields.text(body, "model", ""),
        body={key: body[key] for key in _REWRITABLE if body.get(key) is not None},
        options={"twins": twins},
    )


def _context(body: Json) -> Transcript:
    """What an answer's detectors may need to see: the system prompt that it may give away."""
    reader = Reader()
    _read_history(body, reader)
    return Transcript(reader.parts, Direction.INPUT)


def _read_history(body: Json, reader: Reader) -> None:
    """What stands there and among the texts is judged once."""
    history = body.get(HISTORY)
    if type(history) is not list:
        return
    reader.messages([m if type(m) is dict else {} for m in history], HISTORY)
    for index, message in enumerate(history):
        if type(message) is not dict:
            reader.tree(message, (HISTORY, index), Role.USER, Kind.UNKNOWN)


def _read_beside(body: Json, reader: Reader) -> None:
    """Tools, calls, pictures."""
    if body.get("tools") is not None:
        reader.tools(body["tools"])
    if body.get("tool_calls") is not None:
        reader.tree(body["tool_calls"], ("tool_calls",), Role.ASSISTANT, Kind.TOOL_CALL)
    if body.get("images") is not None:
        reader.images(body["images"], ("images",))


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    effect = outcome.effect
    if effect is Effect.REDACT and any(path[0] not in _REWRITABLE for path in outcome.edits):
        effect = Effect.BLOCK
    if effect is Effect.BLOCK:
        return {"action": "BLOCKED", "blocked_reason": _reason(outcome)}
    if effect is not Effect.REDACT:
        return {"action": "NONE"}
    edits = dict(outcome.edits)
    for path, index in request.options["twins"].items():  # a history that goes back must not undo the texts
        if ("texts", index) in edits:
            edits[path] = edits["texts", index]
    edited = apply(request.body, edits)
    changed: dict[str, Any] = {str(path[0]): edited[str(path[0])] for path in outcome.edits}
    return {"action": "GUARDRAIL_INTERVENED", "texts": edited.get("texts", []), **changed}


def _reason(outcome: Outcome) -> str:
    """Shown to the end user: never the matched text."""
    blocking = [m for m in outcome.matches if m.effect is Effect.BLOCK] or list(outcome.matches)
    said = next((m.says for m in blocking if m.says), outcome.message)
    names = sorted({words(m.category).promptguard for m in blocking})
    return f"{said} ({', '.join(names)})" if names else said


def error(problem: GatewayError, request_id: str) -> Problem:
    return Problem(problem.status, envelope(problem, request_id))


ENDPOINTS = (Endpoint("/beta/litellm_basic_guardrail_api", "litellm.generic", parse, answer, error),)
