"""
POST /guard/v1/scan: the same engine without a model behind it.

`{"texts": [...]}` gives one result each; `{"messages": [...]}` one for the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.types import Receive, Scope, Send

from gateway.engine import Allowance, Exchange, Level
from gateway.errors import RequestError, in_words
from gateway.surfaces import OpenAIChat, apply, dump_json, parse_json, show
from gateway.types import Direction, Hit, Json, Kind, Part, Path, Role, Transcript, Verdict, Violation
from gateway.web.answers import guard_headers, refuse
from gateway.web.asgi import read_json, require_json, respond, watch
from gateway.web.events import DECISION, Side
from gateway.web.frame import Frame, Turn
from gateway.web.grounding import Documents, documents_of
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["Scan"]

SURFACE = OpenAIChat()
ROUTE = "guard.scan"
PATH = "/guard/v1/scan"
MAX_TEXTS = 256


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Want(Strict):
    spans: bool = True
    scores: bool = False
    redacted: bool = True


class ScanRequest(Strict):
    direction: Literal["input", "output"] = "input"
    texts: Annotated[list[str], Field(min_length=1, max_length=MAX_TEXTS)] | None = None
    messages: list[dict[str, Any]] | None = None
    role: Literal["system", "developer", "user", "assistant", "tool", "function"] | None = None
    policy: str | None = None
    documents: Documents | None = None
    level: Literal["balanced", "strict"] = "balanced"
    want: Want = Want()

    @model_validator(mode="after")
    def _one_kind(self) -> ScanRequest:
        if (self.texts is None) == (self.messages is None):
            raise ValueError("give either `texts` or `messages`")
        if self.messages is not None and self.role is not None:
            raise ValueError("`role` goes with `texts`; messages have their own")
        if self.documents is not None and self.direction != "output":
            raise ValueError("`documents` are what an answer is compared with: they go with the direction `output`")
        return self


class Scan:
    """An ASGI app for one route."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with Frame(self._gateway, ROUTE, scope, send, refuse) as turn:
            body = await _Scanning(turn).serve(receive)
            turn.event.status = 200
            await respond(turn.send, 200, dump_json(body), [*turn.meter.headers, *guard_headers(turn.event)])


class _Scanning:
    """One request."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._gateway, self._event = turn.gateway, turn.event

    async def serve(self, receive: Receive) -> Json:
        turn, gateway, event = self._turn, self._gateway, self._event
        turn.caller = caller = gateway.auth.identify(turn.scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        require_json(turn.scope)
        request = _parse(parse_json(await read_json(turn.scope, receive, gateway.settings.server.max_body)))
        asked = [request.policy] if request.policy else []
        turn.policies = policies = gateway.policies_for(caller, "", PATH, asked)
        event.apply(policies)
        gateway.admit(policies, turn.kept)
        direction = Direction(request.direction)
        role = Role(request.role or ("user" if direction is Direction.INPUT else "assistant"))
        kind = Kind.TOOL_RESULT if role in (Role.TOOL, Role.FUNCTION) else Kind.TEXT
        parts = tuple(Part(text, ("texts", i), role, i, kind) for i, text in enumerate(request.texts or ()))
        transcript = Transcript(parts, direction) if request.messages is None else SURFACE.request(_body(request))
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, "", prompt_tokens(transcript))
            turn.meter.require()
            turn.meter.sent()  # what is scanned is used
            if request.messages is not None:
                return {"results": [await self._messages(transcript, request, direction)]}
            time = gateway.guard.models.allowance()
            return {"results": [await self._text(part, request, direction, time) for part in parts]}

    async def _text(self, part: Part, request: ScanRequest, direction: Direction, time: Allowance) -> Json:
        exchange = self._gateway.guard.begin(self._turn.policies, self._turn.caller.owner, time)
        transcript = Transcript((part,), direction)
        verdict = await _judge(exchange, transcript, request)
        out = self._result(request, exchange, verdict, transcript)
        if request.want.redacted:
            out["redacted"] = verdict.edits.get(part.path, part.text)
        return out

    async def _messages(self, transcript: Transcript, request: ScanRequest, direction: Direction) -> Json:
        exchange = self._gateway.guard.begin(self._turn.policies, self._turn.caller.owner)
        if direction is Direction.OUTPUT:
            answers = tuple(p for p in transcript.parts if p.role is Role.ASSISTANT)
            last = max((p.message for p in answers), default=0)
            before = tuple(p for p in transcript.parts if p.message < last)
            exchange.see(Transcript(before, Direction.INPUT))  # what an answer says itself is nothing it was told
            transcript = Transcript(answers, direction, transcript.model, transcript.unscanned)
        verdict = await _judge(exchange, transcript, request)
        out = self._result(request, exchange, verdict, transcript)
        if request.want.redacted:
            out["redacted"] = apply(_body(request), verdict.edits)["messages"]
        return out

    def _result(self, request: ScanRequest, exchange: Exchange, verdict: Verdict, transcript: Transcript) -> Json:
        event = self._event
        if self._turn.kept is not None:
            self._turn.kept.add(transcript.direction, verdict, transcript.parts)
        event.scan_ms = round(event.scan_ms + sum(verdict.timings_ms.values()), 3)
        side = Side.of(verdict)
        if request.direction == "input":
            event.request = side.merge(event.request)
        else:
            event.answer = side.merge(event.answer)
        self._gateway.metrics.verdict(ROUTE, Direction(request.direction), verdict)
        out: Json = {
            "decision": DECISION[verdict.effect],
            "findings": _findings(verdict, request.want.spans),
            "coverage": {"scanned": verdict.coverage.scanned, "seen": verdict.coverage.seen},
            "errors": list(verdict.errors),
            "event_id": event.id,
            "timings_ms": {name: round(ms, 3) for name, ms in verdict.timings_ms.items()},
        }
        if request.want.scores:
            out["scores"] = _scores(exchange.categories(Direction(request.direction)), verdict)
        return out


async def _judge(exchange: Exchange, transcript: Transcript, request: ScanRequest) -> Verdict:
    if transcript.direction is Direction.INPUT:
        return await exchange.request(transcript)
    return await exchange.response(transcript, documents_of(request.documents or []), Level(request.level))


def _body(request: ScanRequest) -> Json:
    return {"model": "scan", "messages": request.messages}


def _parse(value: object) -> ScanRequest:
    try:
        return ScanRequest.model_validate(value)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = show(tuple(first["loc"]))
        raise RequestError(
            f"{where + ': ' if where else ''}{in_words(first, ScanRequest)}", param=where or None
        ) from None


def _findings(verdict: Verdict, spans: bool) -> list[Json]:
    """Every finding; `rule` and `action` say which rule claimed it, if any."""
    claims: dict[Hit, Violation] = {}
    for violation in verdict.violations:
        claims.setdefault(violation.hit, violation)
    out = []
    for hit in sorted(verdict.hits, key=lambda h: (h.part.message, _order(h.part.path), h.finding.span)):
        claim = claims.get(hit)
        finding: Json = {
            "category": hit.finding.category,
            "score": round(hit.finding.score, 4),
            "fpr": round(hit.finding.fpr, 6),
            "message": hit.part.message,
            "path": show(hit.part.path),
            "detector": hit.finding.detector,
            "via": hit.finding.via,
            "rule": claim.rule if claim else None,
            "action": claim.action if claim else None,
            "policy": claim.policy if claim else None,
        }
        if spans:
            finding |= {"start": hit.finding.span.start, "end": hit.finding.span.end}
        out.append(finding)
    return out


def _scores(categories: Sequence[str], verdict: Verdict) -> dict[str, float]:
    """The best score of each category that was looked for, 0 where there was nothing."""
    found = {category: round(score, 4) for category, score in verdict.scores.items()}
    return dict.fromkeys(categories, 0.0) | found


def _order(path: Path) -> tuple[str, ...]:
    return tuple(map(str, path))
