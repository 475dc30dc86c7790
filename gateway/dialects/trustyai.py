"""
The detector API of TrustyAI and FMS Guardrails: POST /api/v1/text/contents.

One list of detections for each text. It reports; its orchestrator decides.
"""

from __future__ import annotations

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Outcome, Problem, ScanRequest
from gateway.dialects.conversation import said
from gateway.errors import GatewayError
from gateway.types import Direction, Effect, Json

__all__ = ["ENDPOINTS", "error"]


def parse(body: Json, caller: Caller) -> ScanRequest:
    contents = fields.texts(body, "contents")
    if not contents:
        raise fields.wrong("contents", "a list with at least one text", "too_short")
    talk = said(contents, Direction.INPUT)
    return ScanRequest(prompt=talk.prompt, options={"count": len(contents), "texts": contents})


def answer(request: ScanRequest, outcome: Outcome) -> list[list[Json]]:
    out: list[list[Json]] = [[] for _ in range(request.options["count"])]
    for match in outcome.matches:
        assert match.message is not None
        family, _, name = match.category.partition("/")
        out[match.message].append(
            {
                "start": match.start,
                "end": match.end,
                "text": match.text,
                "detection": name,
                "detection_type": family,
                "score": round(match.score, 4),
                "evidences": [],
                "metadata": {"detector": match.detector, "policy": match.policy, "action": match.action},
            }
        )
    if outcome.effect is Effect.BLOCK and not outcome.matches:
        out[0].append(_unread(request.options["texts"][0]))
    return out


def _unread(text: str) -> Json:
    """The policy stops what could not be read."""
    return {
        "start": 0,
        "end": len(text),
        "text": text,
        "detection": "unscannable",
        "detection_type": "policy",
        "score": 1.0,
        "evidences": [],
        "metadata": {},
    }


def error(problem: GatewayError, request_id: str) -> Problem:
    status = 422 if problem.status == 400 else problem.status
    return Problem(status, {"code": status, "message": problem.message})


ENDPOINTS = (Endpoint("/api/v1/text/contents", "trustyai.contents", parse, answer, error),)
