"""What the ways out have in common: refusals, errors, the headers and the record of a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import GatewayError, LimitExceeded, Overloaded, RequestError, ScanError, UpstreamError
from gateway.policy import Ruleset
from gateway.surfaces import dump_json, show
from gateway.types import Direction, Effect, Json, Part, Verdict, Violation
from gateway.web.asgi import Headers, error_fields, respond
from gateway.web.events import Event, Side
from gateway.web.frame import Turn
from gateway.web.limit_words import wait_headers

__all__ = [
    "VERDICTS",
    "Blocked",
    "NoWords",
    "error_of",
    "event_error",
    "guard_headers",
    "note",
    "own_headers",
    "refuse",
    "refused",
    "retry_headers",
    "usage_of",
    "withheld",
]

VERDICTS = "guard.verdicts"  # in the scope
MAX_TOLD = 32  # fields that are named in a header


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


def blocked(policies: tuple[Ruleset, ...], verdict: Verdict, direction: Direction, param: str | None) -> Blocked:
    """`param`: the field of the request that is named."""
    error = Blocked(block_message(policies, verdict, direction), param=param)
    claimed = _claimed(verdict)
    error.guard = {
        "policy": claimed[0].policy if claimed else policies[0].name,
        "categories": sorted({v.hit.finding.category for v in claimed}),
    }
    return error


def refused(policies: tuple[Ruleset, ...], verdict: Verdict, param: str | None) -> GatewayError:
    """What a blocked prompt is answered with."""
    if _claimed(verdict):
        return blocked(policies, verdict, Direction.INPUT, param)
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


def withheld(policies: tuple[Ruleset, ...], verdict: Verdict, param: str | None) -> str:
    """What a blocked answer says. Raises where it is to end with an error instead."""
    if verdict.errors and not _claimed(verdict):
        raise _unread(verdict, "answer")
    if any(p.policy.output_block == "error" and not p.monitors for p in policies):
        raise blocked(policies, verdict, Direction.OUTPUT, param)
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


def error_of(event: Event, error: GatewayError) -> Json:
    """The error's body in OpenAI's form, with the id under which its event is found."""
    return error_fields(error, {"event_id": event.id, **getattr(error, "guard", {})})


def event_error(event: Event, error: GatewayError) -> bytes:
    return dump_json(error_of(event, error))


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
    if ledger := {**event.request.ledger, **event.answer.ledger}:
        headers.append((b"x-guard-unscanned", _sizes(ledger)))
    if extracted := {**event.request.extracted, **event.answer.extracted}:
        headers.append((b"x-guard-extracted", _sizes(extracted)))
    if degraded := dict.fromkeys(event.request.degraded + event.answer.degraded):
        headers.append((b"x-guard-degraded", ",".join(degraded).encode()))
    return headers


def _sizes(fields: Mapping[str, int]) -> bytes:
    return ", ".join(f"{name}={size}" for name, size in list(fields.items())[:MAX_TOLD]).encode()


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


async def refuse(turn: Turn, error: GatewayError) -> None:
    """Answer with an error in OpenAI's form: of endpoints that have no upstream's headers to pass."""
    turn.event.status, turn.event.error = error.status, error.code
    headers = [*turn.meter.headers, *retry_headers(error)]
    await respond(turn.send, error.status, event_error(turn.event, error), headers)


def usage_of(body: Json) -> dict[str, int]:
    """In chat completions' words, whatever the endpoint's are."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return {}
    return {name: usage[given] for given, name in _USAGE if isinstance(usage.get(given), int)}


# What an answer may call it (the Responses API and Anthropic: input and output), and what we do.
_USAGE = (
    ("input_tokens", "prompt_tokens"),
    ("output_tokens", "completion_tokens"),
    ("prompt_tokens", "prompt_tokens"),
    ("completion_tokens", "completion_tokens"),
    ("total_tokens", "total_tokens"),
)
