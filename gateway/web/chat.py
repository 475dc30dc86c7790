"""
POST /v1/chat/completions: the path of a request, from the client to the model and back.

The object that was scanned is what is forwarded, never the client's bytes. What comes back is
untrusted too. Every request ends in one event, however it ends.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from starlette.types import Receive, Scope, Send

from gateway.engine import Exchange
from gateway.errors import GatewayError, Overloaded, UpstreamError, UpstreamTimeout
from gateway.policy import Ruleset
from gateway.surfaces import OpenAIChat, apply, dump_json, leaves, parse_event, parse_json
from gateway.surfaces.chat_response import choice_index
from gateway.types import Direction, Effect, Json, Part, Role, Transcript, Verdict
from gateway.web.answers import (
    NoWords,
    Turn,
    event_error,
    note,
    own_headers,
    refused,
    retry_headers,
    usage_of,
    withheld,
)
from gateway.web.asgi import ClientGone, Sender, header, read_json, require_json, respond, watch
from gateway.web.auth import Caller
from gateway.web.backend import Backend, Upstreams
from gateway.web.state import Gateway
from gateway.web.streaming import relay_stream
from gateway.web.tokens import answer_tokens, output_limit, prompt_tokens
from gateway.web.upstream import Answer, Call

__all__ = ["ChatCompletions"]

SURFACE = OpenAIChat()
ROUTE = "chat.completions"
MAX_ERROR = 64 << 10  # bytes of an upstream's error that are worth reading


class ChatCompletions:
    """An ASGI app for one route. `backend`: what answers, if not the gateway's upstreams."""

    def __init__(self, gateway: Gateway, path: str = "/v1/chat/completions", *, backend: Backend | None = None) -> None:
        self._gateway = gateway
        self._path = path
        self._backend = backend or Upstreams(gateway.pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self._gateway
        task = asyncio.current_task()
        assert task is not None
        event, began = gateway.begin(ROUTE)
        turn = Turn(gateway, self._backend, event, Caller(None, None), scope, Sender(send), began, kept=gateway.keep())
        gateway.running.add(task)
        gateway.metrics.in_flight.inc()
        try:
            await self._serve(turn, receive)
        except ClientGone as e:
            event.status, event.error = 499, e.code
        except GatewayError as e:
            await self._fail(turn, e)
        except asyncio.CancelledError:
            if task not in gateway.cut_off:
                event.status, event.error = 499, "cancelled"
                raise
            task.uncancel()
            await self._fail(turn, Overloaded("the gateway is shutting down", code="shutting_down"))
        finally:
            try:
                await turn.meter.close()
            finally:
                self._end(turn, task)

    def _end(self, turn: Turn, task: asyncio.Task[None]) -> None:
        gateway, event = self._gateway, turn.event
        gateway.running.discard(task)
        gateway.cut_off.discard(task)
        gateway.metrics.in_flight.dec()
        if not event.status:  # an exception that nobody expected, or one of the app behind
            event.status, event.error = 500, "internal_error"
        gateway.finish(event, turn.began, turn.kept, turn.policies)

    async def _serve(self, turn: Turn, receive: Receive) -> None:
        gateway, scope, event = self._gateway, turn.scope, turn.event
        turn.caller = caller = gateway.auth.identify(scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("proxy")
        if gateway.pool.is_loop(scope["headers"]):
            raise _loop()
        require_json(scope)
        raw = await read_json(scope, receive, gateway.settings.server.max_body)
        body = parse_json(raw)
        transcript = SURFACE.request(body)
        event.model = transcript.model
        caller.require_model(transcript.model)
        policies = gateway.policies_for(caller, transcript.model, self._path, _asked(scope))
        event.apply(policies)
        turn.policies = policies
        gateway.admit(policies, turn.kept)
        exchange = gateway.guard.begin(policies, caller.owner)
        async with watch(receive, lambda: turn.send.ended):
            await self._admit(turn, body, transcript)
            verdict = await exchange.request(transcript)
            note(turn, Direction.INPUT, verdict, transcript.parts)
            if verdict.effect is Effect.BLOCK:
                raise refused(event, policies, verdict)
            await self._forward(turn, exchange, apply(body, verdict.edits))

    async def _admit(self, turn: Turn, body: Json, transcript: Transcript) -> None:
        """Raises LimitExceeded, or LimiterUnavailable where nobody can say and the settings refuse then."""
        turn.meter = await turn.gateway.limits.open(
            turn.caller,
            transcript.model,
            prompt_tokens(transcript),
            output_limit(body),
            body.get("n") or 1,
            long=body.get("stream") is True,
        )
        turn.meter.require()

    async def _forward(self, turn: Turn, exchange: Exchange, body: Json) -> None:
        stream = body.get("stream") is True
        turn.event.stream = stream
        wants_usage = True
        if stream:
            body, wants_usage = SURFACE.ask_usage(body)
        call = Call(
            model=turn.event.model,
            body=dump_json(body),
            headers=turn.scope["headers"],
            client_key=turn.caller.upstream_key,
            stream=stream,
        )
        sent = perf_counter()
        turn.meter.sent()
        answer = await self._open(turn, call)
        turn.event.upstream = answer.upstream
        turn.gateway.metrics.answered(answer.upstream, perf_counter() - sent)
        try:
            if answer.status not in turn.backend.answered:
                turn.meter.returned()
                passing = self._pass_any if turn.backend.any_error else self._pass_error
                await passing(turn, exchange, answer)
            elif stream and answer.media_type == "text/event-stream":
                await relay_stream(turn, SURFACE, exchange, answer, wants_usage)
            else:
                await self._answer(turn, exchange, answer)
        finally:
            await answer.aclose()

    async def _open(self, turn: Turn, call: Call) -> Answer:
        try:
            return await turn.backend.open(call, turn.scope)
        except UpstreamTimeout:
            raise  # the model may have worked all the same
        except UpstreamError:
            turn.meter.returned()
            raise

    async def _answer(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        body = parse_event(await answer.read(turn.gateway.upstreams[answer.upstream].max_answer))
        if not isinstance(body, dict) or body.get("error") is not None:
            raise UpstreamError("the upstream answered 200 with an error", code="upstream_invalid_answer")
        turn.event.usage = usage_of(body)
        transcript = SURFACE.response(body)
        turn.meter.answered(turn.event.usage, answer_tokens(transcript))
        verdict = await exchange.response(transcript)
        note(turn, Direction.OUTPUT, verdict, transcript.parts)
        if verdict.effect is Effect.BLOCK:
            body = self._withhold(turn, exchange.policies, verdict, body)
        else:
            body = SURFACE.rewrite(body, verdict.edits, verdict.changes)
        await self._deliver(turn, answer, answer.status, dump_json(body))

    def _withhold(self, turn: Turn, policies: tuple[Ruleset, ...], verdict: Verdict, body: Json) -> Json:
        message = withheld(turn.event, policies, verdict)
        indexes = [choice_index(choice, i) for i, choice in enumerate(body["choices"])]
        return SURFACE.refuse_answer(body, message, indexes)

    async def _pass_error(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        """An upstream's refusal, in its words as far as they may be passed on."""
        status = answer.status if 400 <= answer.status < 600 else 502
        try:
            body = parse_json(await answer.read(MAX_ERROR))
            error = body["error"]
            parts = tuple(Part(text, path, Role.ASSISTANT) for path, text in leaves(body, ()))
        except (GatewayError, KeyError, TypeError):
            error = None
        if not isinstance(error, dict):
            raise NoWords(status, turn.backend.headers(answer.headers))
        verdict = await exchange.response(Transcript(parts, Direction.OUTPUT))
        note(turn, Direction.OUTPUT, verdict, parts)
        if verdict.effect is Effect.BLOCK:
            raise NoWords(status, turn.backend.headers(answer.headers))
        turn.event.error = "upstream_error"
        await self._deliver(turn, answer, status, dump_json(apply(body, verdict.edits)))

    async def _pass_any(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        """Whatever else the operator's own app says, in its own form, as the policy leaves it."""
        try:
            text = (await answer.read(MAX_ERROR)).decode()
        except UnicodeDecodeError:
            raise UpstreamError(f"the app answered {answer.status} with no text") from None
        part = Part(text, ("body",), Role.ASSISTANT, json="json" in answer.media_type)
        verdict = await exchange.response(Transcript((part,), Direction.OUTPUT))
        note(turn, Direction.OUTPUT, verdict, (part,))
        turn.event.error = "app_error" if answer.status >= 400 else ""
        if verdict.effect is Effect.BLOCK:
            raise NoWords(answer.status if answer.status >= 400 else 502)
        media_type = str(answer.headers.get("content-type", "")).encode("latin-1")
        await self._deliver(turn, answer, answer.status, verdict.edits.get(part.path, text).encode(), media_type)

    async def _deliver(
        self, turn: Turn, answer: Answer, status: int, body: bytes, media_type: bytes = b"application/json"
    ) -> None:
        headers = own_headers(turn, turn.backend.headers(answer.headers))
        turn.event.status = status
        turn.started = True
        await respond(turn.send, status, body, headers, media_type)

    async def _fail(self, turn: Turn, error: GatewayError) -> None:
        event = turn.event
        event.error = event.error or error.code
        if turn.started:  # the stream has written its own end
            return
        event.status = error.status
        headers = own_headers(turn, retry_headers(error))
        await respond(turn.send, error.status, event_error(event, error), headers)


def _asked(scope: Scope) -> list[str]:
    value = header(scope, b"x-guard-policy")
    return [name.strip() for name in value.split(",") if name.strip()] if value else []


def _loop() -> GatewayError:
    error = GatewayError("this request has already passed through this gateway", code="loop_detected")
    error.status = 508
    return error
