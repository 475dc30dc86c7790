"""
Chat calls as a scan makes them, over a small port: a body of OpenAI's chat API goes in, the answer's body
comes out. What is behind it, an upstream, a gateway or a test, is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gateway.engine import Guard
from gateway.errors import ScanError, UpstreamError
from gateway.policy import Ruleset
from gateway.redteam.model import Blocked, Call, Reply
from gateway.surfaces import OpenAIChat, apply
from gateway.types import Effect, Json, Verdict

__all__ = ["Guarded", "Send", "body_of", "reply_of", "said_by"]

SURFACE = OpenAIChat()


class Send(Protocol):
    """Raises GatewayError where there is no answer, Blocked where a guard stopped the call."""

    async def __call__(self, body: Json) -> Json: ...


class Guarded:
    """
    The same with the guard in between, as the proxy puts it there: the prompt is judged and edited, then
    sent, then the answer is judged and edited. Placeholders that an answer repeats become values again.
    """

    def __init__(self, send: Send, guard: Guard, policies: tuple[Ruleset, ...], owner: str = "") -> None:
        self._send = send
        self._guard = guard
        self._policies = policies
        self._owner = owner

    async def __call__(self, body: Json) -> Json:
        exchange = self._guard.begin(self._policies, self._owner)
        verdict = await exchange.request(SURFACE.request(body))
        _require_passing(verdict, "prompt")
        answer = await self._send(apply(body, verdict.edits))
        verdict = await exchange.response(SURFACE.response(answer))
        _require_passing(verdict, "answer")
        return SURFACE.rewrite(answer, verdict.edits, verdict.changes)


def _require_passing(verdict: Verdict, side: str) -> None:
    """A guard that could not look has not stopped an attack: raises ScanError then, Blocked where it has."""
    if verdict.effect is not Effect.BLOCK:
        return
    if verdict.errors and not any(v.effect is Effect.BLOCK for v in verdict.violations):
        raise ScanError(f"the {side} could not be scanned")
    raise Blocked(f"the guard stopped the {side}", side=side)


def body_of(model: str, messages: Sequence[Json], tools: Sequence[Json], max_tokens: int | None) -> Json:
    body: Json = {"model": model, "messages": list(messages)}
    if tools:
        body["tools"] = list(tools)
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    return body


def reply_of(body: Json) -> Reply:
    """The first choice. Raises UpstreamError where there is none."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        calls = tuple(_call(call) for call in message.get("tool_calls") or ())
        text, refusal = _text(message.get("content")), _text(message.get("refusal"))
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise UpstreamError("this is no answer of a chat", code="upstream_invalid_answer") from None
    usage = body.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else 0
    blocked = "answer" if finish == "content_filter" else None
    tokens = total if isinstance(total, int) and not isinstance(total, bool) else 0
    return Reply(text, calls, refusal, finish if isinstance(finish, str) else "", max(0, tokens), blocked)


def said_by(reply: Reply) -> Json:
    """The reply as a message of the conversation that goes on."""
    return {"role": "assistant", "content": reply.text or reply.refusal or "..."}


def _call(call: Any) -> Call:
    function = call["function"]
    arguments = function.get("arguments")
    return Call(_whole(str(function["name"])), _whole(arguments) if isinstance(arguments, str) else "")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return _whole(content)
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, dict))
        return _whole("\n".join(text for text in texts if isinstance(text, str)))
    return ""


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which no file of results can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
