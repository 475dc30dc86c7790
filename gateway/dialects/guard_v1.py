"""
POST /api/v1/guard: SageXAI and PromptGuard both have it, so an answer holds the fields of both.

A caller of either finds all it relies on and ignores the rest. Guessing whom we talk to could go wrong, and both
kinds of caller take an answer in the other's form for "nothing found". What gives a caller away (the path, a
header, the fields it sends) chooses words only. Under a forced prefix the other's fields are left out.
"""

from __future__ import annotations

from gateway.dialects import promptguard, sagexai, sagexai_results
from gateway.dialects.base import Caller, Endpoint, Outcome, ScanRequest
from gateway.types import Json

__all__ = ["ENDPOINTS", "PROMPTGUARD", "SAGEXAI"]

PATH = "/api/v1/guard"
_PROMPTGUARD_KEYS = frozenset(("direction", "model", "context", "images", "retrieved_context", "media"))


def parse(body: Json, caller: Caller) -> ScanRequest:
    promptguards = caller.dialect == "promptguard" or not _PROMPTGUARD_KEYS.isdisjoint(body)
    if promptguards and caller.dialect != "sagexai":
        return promptguard.parse(body, caller)
    return sagexai.parse(body, caller)


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    return {**promptguard.answer(request, outcome), **sagexai.answer(request, outcome)}


UNION = Endpoint(PATH, "guard_v1", parse, answer, promptguard.error, sagexai_results.note)
SAGEXAI = Endpoint(PATH, "sagexai.guard", sagexai.parse, sagexai.answer, promptguard.error, sagexai_results.note)
PROMPTGUARD = Endpoint(PATH, "promptguard.guard", promptguard.parse, promptguard.answer, promptguard.error)
ENDPOINTS = (UNION,)
