"""A scan's chat calls, through the upstreams of the settings: their keys, deadlines, retries and breakers."""

from __future__ import annotations

from typing import Any

from gateway.errors import NotFound, UpstreamError
from gateway.redteam.chat import Send
from gateway.redteam.model import Blocked
from gateway.surfaces import OpenAIChat, dump_json, parse_event
from gateway.types import Json
from gateway.web.auth import Caller
from gateway.web.limits import Limits
from gateway.web.tokens import answer_tokens, prompt_tokens
from gateway.web.upstream import Answer, Call, UpstreamPool

__all__ = ["NoUpstream", "metered", "over"]

MAX_ANSWER = 4 << 20
MAX_ERROR = 64 << 10
# What gateways like this one, and providers' own filters, call a call that they stopped.
_STOPPED = frozenset(
    ("content_filter", "request_blocked", "content_policy_violation", "unscannable_content", "unsafe_edit")
)

SURFACE = OpenAIChat()


class NoUpstream(UpstreamError):
    """There is no model to attack."""

    status, code = 503, "no_upstream"


def over(pool: UpstreamPool, client_key: str | None = None, *, only: str | None = None) -> Send:
    """
    `client_key` is for upstreams with `key: client`, `only` the name of the one upstream to use. What an
    upstream's own filter stops counts as blocked.
    """

    async def send(body: Json) -> Json:
        model = str(body["model"])
        try:
            answer = await pool.open(Call(model=model, body=dump_json(body), client_key=client_key, only=only))
        except NotFound:
            raise NoUpstream("no upstream serves this model") from None
        try:
            if answer.status != 200:
                await _complain(answer)
            found = parse_event(await answer.read(MAX_ANSWER))
        finally:
            await answer.aclose()
        if not isinstance(found, dict) or found.get("error") is not None:
            raise UpstreamError("the upstream answered 200 with an error", code="upstream_invalid_answer")
        return found

    return send


def metered(send: Send, limits: Limits, caller: Caller) -> Send:
    """The same within the caller's bounds: a scan spends what its key may spend."""

    async def sent(body: Json) -> Json:
        transcript = SURFACE.request(body)
        most, _ = SURFACE.limits(body)
        meter = await limits.open(caller, transcript.model, prompt_tokens(transcript), most)
        try:
            meter.require()
            meter.sent()
            answer = await send(body)
            usage = answer.get("usage")
            meter.answered(_counts(usage), answer_tokens(SURFACE.response(answer)))
            return answer
        finally:
            await meter.close()

    return sent


async def _complain(answer: Answer) -> None:
    """Raises Blocked or UpstreamError."""
    try:
        body: Any = parse_event(await answer.read(MAX_ERROR))
        code = body["error"].get("code")
    except (UpstreamError, KeyError, TypeError, AttributeError):
        code = None
    if answer.status in (400, 403) and code in _STOPPED:
        raise Blocked("a filter stopped the call")
    raise UpstreamError(f"the upstream answered {answer.status}", code=f"upstream_{answer.status}")


def _counts(usage: Any) -> dict[str, int]:
    if not isinstance(usage, dict):
        return {}
    return {name: n for name, n in usage.items() if isinstance(n, int) and not isinstance(n, bool)}
