"""What the ways out have in common: refusals, errors, the headers and the record of a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Scope

from gateway.errors import GatewayError, LimitExceeded, Overloaded, RequestError, ScanError, UpstreamError
from gateway.policy import Ruleset
from gateway.surfaces import show
from gateway.types import Direction, Effect, Json, Part, Verdict, Violation
from gateway.web.asgi import Headers, Sender, error_body
from gateway.web.auth import Caller
from gateway.web.backend import Backend
from gateway.web.events import Event, Side
from gateway.web.kept import Kept
from gateway.web.limit_words import wait_headers
from gateway.web.meter import FREE, Meter
from gateway.web.state import Gateway

__all__ = [
    "VERDICTS",
    "Blocked",
    "NoWords",
    "Turn",
    "event_error",
    "guard_headers",
    "note",
    "own_headers",
    "refused",
    "retry_headers",
    "usage_of",
    "withheld",
]

VERDICTS = "guard.verdicts"  # in the scope


@dataclass(slots=True)
class Turn:
    """What one request carries through its stations."""

    gateway: Gateway
    backend: Backend
    event: Event
    caller: Caller
    scope: Scope
    send: Sender
    began: float
    started: bool = False  # has the answer's head left?
    kept: Kept | None = None
    policies: tuple[Ruleset, ...] = ()
    meter: Meter = FREE


class Blocked(RequestError):
    """A policy stopped it: 400, and never worth a retry."""

    code = "content_filter"
    guard: Mapping[str, Any] = {}


class NoWords(UpstreamError):
    """The upstream refused with this status, and not in words that may be passed on; `headers` may."""

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(f"the upstream answered {status}")
        self.status = status
        self.headers = [*headers]


def blocked(event: Event, policies: tuple[Ruleset, ...], verdict: Verdict, direction: Direction) -> Blocked:
    error = Blocked(block_message(policies, verdict, direction), param="messages")
    claimed = _claimed(verdict)
    error.guard = {
        "policy": claimed[0].policy if claimed else policies[0].name,
        "categories": sorted({v.hit.finding.category for v in claimed}),
    }
    return error


def refused(event: Event, policies: tuple[Ruleset, ...], verdict: Verdict) -> GatewayError:
    """What a blocked prompt is answered with."""
    if _claimed(verdict):
        return blocked(event, policies, verdict, Direction.INPUT)
    if verdict.refused:
        first = verdict.refused[0]
        return RequestError(
            f"this policy does not let pass what cannot be scanned ({first.reason})",
            param=show(first.path),
            code="unscannable_content",
        )
    if verdict.errors:
        return _unread(verdict, "request")
    return RequestError("the request cannot be redacted safely", code="unsafe_edit")


def withheld(event: Event, policies: tuple[Ruleset, ...], verdict: Verdict) -> str:
    """What a blocked answer says. Raises where it is to end with an error instead."""
    if verdict.errors and not _claimed(verdict):
        raise _unread(verdict, "answer")
    if any(p.policy.output_block == "error" and not p.monitors for p in policies):
        raise blocked(event, policies, verdict, Direction.OUTPUT)
    return block_message(policies, verdict, Direction.OUTPUT)


def _unread(verdict: Verdict, what: str) -> GatewayError:
    if all(error.endswith(": Overloaded") for error in verdict.errors):
        return Overloaded(f"the {what} could not be scanned in time")
    return ScanError(f"the {what} could not be scanned")


def block_message(policies: tuple[Ruleset, ...], verdict: Verdict, direction: Direction) -> str:
    """The rule's own words, else the policy's. Never the matched text."""
    claimed = _claimed(verdict)
    for violation in claimed:
        if violation.message:
            return violation.message
    by_name = {p.name: p.policy.messages for p in policies}
    named = [by_name[v.policy] for v in claimed if v.policy in by_name]
    messages = named[0] if named else policies[0].policy.messages
    return messages.input if direction is Direction.INPUT else messages.output


def _claimed(verdict: Verdict) -> list[Violation]:
    return [v for v in verdict.violations if v.effect is Effect.BLOCK]


def event_error(event: Event, error: GatewayError) -> bytes:
    """The error's body, with the id under which its event is found."""
    return error_body(error, {"event_id": event.id, **getattr(error, "guard", {})})


def note(turn: Turn, direction: Direction, verdict: Verdict, parts: Sequence[Part] = (), *, count: bool = True) -> None:
    """
    Into the event, what is kept beside it and, where it is final, the metrics. `parts`: what was judged. Who
    wraps this route finds the verdict in the scope.
    """
    turn.scope.setdefault(VERDICTS, []).append(verdict)
    if turn.kept is not None:
        turn.kept.set(direction, verdict, parts)
    side = Side.of(verdict)
    if direction is Direction.INPUT:
        turn.event.request = side
    else:
        turn.event.answer = side
    turn.event.scan_ms = round(turn.event.scan_ms + sum(verdict.timings_ms.values()), 3)
    if count:
        if verdict.effect is Effect.BLOCK and _claimed(verdict):
            turn.meter.blocked()
        turn.gateway.metrics.verdict(turn.event.route, direction, verdict)


def guard_headers(event: Event) -> Headers:
    """What every answer says about its guard."""
    coverage = f"in={event.request.scanned}/{event.request.seen} out={event.answer.scanned}/{event.answer.seen}"
    headers = [
        (b"x-guard-event-id", event.id.encode()),
        (b"x-guard-decision", event.decision.encode()),
        (b"x-guard-coverage", coverage.encode()),
    ]
    if degraded := dict.fromkeys(event.request.degraded + event.answer.degraded):
        headers.append((b"x-guard-degraded", ",".join(degraded).encode()))
    return headers


def own_headers(turn: Turn, given: Headers) -> Headers:
    """Those of an answer, with what its guard and its limits say. Nobody else's limits are told."""
    limits = turn.meter.headers
    kept = [(n, v) for n, v in given if not n.startswith(b"x-ratelimit-")] if limits else given
    return [*kept, *limits, *guard_headers(turn.event)]


def retry_headers(error: GatewayError) -> Headers:
    if isinstance(error, Blocked):
        return [(b"x-should-retry", b"false")]
    if isinstance(error, LimitExceeded):
        return wait_headers(error)
    given = error.headers if isinstance(error, NoWords) else []
    if error.status not in (429, 503) or any(name.startswith(b"retry-after") for name, _ in given):
        return given
    return [*given, (b"retry-after", b"1")]


def usage_of(body: Json) -> dict[str, int]:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return {}
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {name: usage[name] for name in names if isinstance(usage.get(name), int)}
