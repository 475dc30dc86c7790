"""
Lakera Guard v2: POST /v2/guard and /v2/guard/results.

The whole conversation is judged, not its last turn alone, system messages and descriptions of tools included;
what the assistant said at the end counts as an answer. Clients mask what `payload` points to and let the rest
pass where every detector that fired is `pii/...`: so personal data in a place that cannot be masked by
offsets (the arguments of a tool call) fires `agent/data_leakage` as well, and they block.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Match, Outcome, Problem, ScanRequest, Sides, Want, spelling
from gateway.dialects.conversation import offset, read
from gateway.dialects.rulesets import EVERYTHING
from gateway.dialects.vocabulary import entity, label, level
from gateway.errors import GatewayError
from gateway.surfaces import Reader
from gateway.types import Json

__all__ = ["DEFAULT_PROJECT", "ENDPOINTS", "TAXONOMY", "error"]

# The detectors of its default policy.
TAXONOMY = (
    "prompt_attack",
    "moderated_content/crime",
    "moderated_content/hate",
    "moderated_content/profanity",
    "moderated_content/sexual",
    "moderated_content/violence",
    "moderated_content/weapons",
    "pii/address",
    "pii/credit_card",
    "pii/email",
    "pii/iban_code",
    "pii/ip_address",
    "pii/name",
    "pii/phone_number",
    "pii/us_social_security_number",
    "unknown_links",
)
LEAKAGE = "agent/data_leakage"
UNREADABLE = "policy/unscannable"
DEFAULT_PROJECT = "project-default"
_POINTED_AT = ("pii/", "unknown_links", "moderated_content/profanity", "moderated_content/custom", "custom")


def parse(body: Json, caller: Caller) -> ScanRequest:
    messages = fields.messages(body)
    reader = Reader()
    if body.get("tools") is not None:
        reader.tools(body["tools"])
    talk = read(messages, Sides.LAST, reader)
    return ScanRequest(
        messages=messages,
        prompt=talk.prompt,
        answer=talk.answer,
        project=fields.text(body, "project_id", "") or None,
        want=Want(*(fields.flag(body, key) for key in ("payload", "breakdown", "dev_info"))),
    )


def parse_results(body: Json, caller: Caller) -> ScanRequest:
    request = parse(body, caller)
    want = Want(breakdown=True, dev_info=request.want.dev_info)
    return replace(request, want=want, rulesets=() if request.project is not None else (EVERYTHING,))


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    out: Json = {"flagged": outcome.flagged, "metadata": {"request_uuid": spelling(outcome.id)}}
    if request.want.payload:
        out["payload"] = [item for m in outcome.matches if (item := _span(request, m)) is not None]
    if request.want.breakdown:
        out["breakdown"] = _breakdown(request, outcome)
    if request.want.dev_info:
        out["dev_info"] = dev_info()
    return out


def results(request: ScanRequest, outcome: Outcome) -> Json:
    """How sure each detector is; no verdict."""
    items = _breakdown(request, outcome)
    out: Json = {"results": [{key: value for key, value in item.items() if key != "detected"} for item in items]}
    if request.want.dev_info:
        out["dev_info"] = dev_info()
    return out


@lru_cache(maxsize=1)
def dev_info() -> Json:
    """Of the build there is only its version; the rest are zeros in the right form."""
    return {
        "git_revision": "00000000",
        "git_timestamp": "1970-01-01T00:00:00+00:00",
        "model_version": "lakera-guard-1",
        "version": "2.0.0",
    }


def _span(request: ScanRequest, match: Match) -> Json | None:
    kind, base = entity(match.category), offset(request.messages, match.path)
    if base is None or not kind.startswith(_POINTED_AT):
        return None
    return {
        "start": base + match.start,
        "end": base + match.end,
        "text": match.text,
        "detector_type": kind,
        "labels": [label(match.category)] if kind.endswith("custom") else [],
        "message_id": match.message,
    }


def _breakdown(request: ScanRequest, outcome: Outcome) -> list[Json]:
    """One item for each detector that looked and each message."""
    detected = {(m.message, kind) for m in outcome.matches for kind in _kinds(request, m)}
    if outcome.refused:
        detected.add((None, UNREADABLE))
    best: dict[tuple[int | None, str], float] = {}
    for (message, category), score in outcome.scores.items():
        key = (message, entity(category))
        best[key] = max(best.get(key, 0.0), score)
    looked = {kind for names in outcome.looked_for.values() for kind in _known(names)}
    kinds = [kind for kind in TAXONOMY if kind in looked]
    places: list[tuple[int | None, str]] = [(index, kind) for index in range(len(request.messages)) for kind in kinds]
    more = (detected | {at for at in best if at[1] in looked}).difference(places)
    places += sorted(more, key=lambda at: (at[0] is None, at[0] or 0, at[1]))
    return [_item(request, outcome, kind, message, (message, kind) in detected, best) for message, kind in places]


@lru_cache(maxsize=256)
def _known(categories: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(entity, categories))


def _kinds(request: ScanRequest, match: Match) -> tuple[str, ...]:
    kind = entity(match.category) or "custom"
    if kind.startswith("pii/") and offset(request.messages, match.path) is None:
        return (kind, LEAKAGE)
    return (kind,)


def _item(
    request: ScanRequest,
    outcome: Outcome,
    kind: str,
    message: int | None,
    detected: bool,
    best: dict[tuple[int | None, str], float],
) -> Json:
    score = best.get((message, kind), 1.0 if detected else 0.0)
    return {
        "project_id": request.project or DEFAULT_PROJECT,
        "policy_id": _policy_id(outcome),
        "detector_id": f"detector-{kind.partition('/')[0].replace('_', '-')}",
        "detector_type": kind,
        "detected": detected,
        "result": level(score),
        "message_id": message,
    }


def _policy_id(outcome: Outcome) -> str:
    """Policies that came as Lakera's have ids of its form; others get one."""
    name = outcome.policies[0] if outcome.policies else "default"
    return name if name.startswith("policy-") else f"policy-{name}"


def error(problem: GatewayError, request_id: str) -> Problem:
    body = {
        "message": problem.message,
        "code": problem.code,
        "error": {"type": problem.type, "message": problem.message},
        "metadata": {"request_uuid": request_id},
    }
    return Problem(problem.status, body)


ENDPOINTS = (
    Endpoint("/v2/guard", "lakera.guard", parse, answer, error),
    Endpoint("/v2/guard/results", "lakera.results", parse_results, results, error),
)
