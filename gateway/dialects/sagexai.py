"""
SageXAI: POST /api/v1/guard. It says what it found; whether to block is the caller's affair.

Offsets count code points, or UTF-8 bytes where the setting says so: its documentation allows both readings.
"""

from __future__ import annotations

from functools import lru_cache

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Match, Outcome, ScanRequest, Sides, Want
from gateway.dialects.conversation import offset, plain_text, read
from gateway.dialects.vocabulary import label, level, words
from gateway.surfaces import Reader
from gateway.types import Json

__all__ = ["answer", "details", "parse"]


def parse(body: Json, caller: Caller) -> ScanRequest:
    messages = fields.messages(body)
    reader = Reader()
    reader.tools(body.get("tools"))
    talk = read(messages, Sides.LAST, reader)
    return ScanRequest(
        messages=messages,
        prompt=talk.prompt,
        answer=talk.answer,
        project=fields.text(body, "project_id", "") or None,
        want=Want(*(fields.flag(body, key) for key in ("payload", "breakdown", "dev_info"))),
        words="sagexai",
        options={"utf8": caller.utf8_offsets},
    )


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    return {"flagged": outcome.flagged, **details(request, outcome)}


def details(request: ScanRequest, outcome: Outcome) -> Json:
    """What the caller asked for beside the verdict."""
    out: Json = {}
    if request.want.payload:
        out["payload"] = [item for m in outcome.matches if (item := _span(request, m)) is not None]
    if request.want.breakdown:
        out["breakdown"] = _breakdown(request, outcome)
    if request.want.dev_info:
        out["dev_info"] = {
            "timing_ms": {name: round(ms, 3) for name, ms in outcome.timings_ms.items()},
            "rules": sorted({f"{m.policy}:{m.rule}" for m in outcome.matches if m.policy}),
        }
    return out


def _span(request: ScanRequest, match: Match) -> Json | None:
    base = offset(request.messages, match.path)
    if base is None:
        return None
    start, end = base + match.start, base + match.end
    if request.options.get("utf8"):
        said = plain_text(request.messages[int(match.path[1])])
        start, end = (len(said[:at].encode("utf-8", "replace")) for at in (start, end))
    name = words(match.category)
    return {
        "start": start,
        "end": end,
        "text": match.text,
        "detector_type": name.promptguard if request.words == "promptguard" else name.sagexai,
        "labels": [label(match.category)],
        "message_id": match.message,
    }


def _breakdown(request: ScanRequest, outcome: Outcome) -> list[Json]:
    """One item for each rule family looked for and each message, as Lakera does it: the older sister's form."""
    detected = {(m.message, words(m.category).sagexai) for m in outcome.matches}
    kinds = sorted({kind for names in outcome.looked_for.values() for kind in _known(names)})
    best: dict[tuple[int | None, str], float] = {}
    for (message, category), score in outcome.scores.items():
        key = (message, words(category).sagexai)
        best[key] = max(best.get(key, 0.0), score)
    places: list[int | None] = [*range(len(request.messages))]
    if any(message is None for message, _ in detected):
        places.append(None)
    return [
        {
            "project_id": request.project,
            "policy_id": outcome.policies[0] if outcome.policies else None,
            "detector_id": f"detector-{kind.lower()}",
            "detector_type": kind,
            "detected": (message, kind) in detected,
            "result": level(best.get((message, kind), 0.0)),
            "message_id": message,
        }
        for message in places
        for kind in kinds
    ]


@lru_cache(maxsize=256)
def _known(categories: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words(category).sagexai for category in categories)
