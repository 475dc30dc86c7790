"""
PromptGuard's proxy: chat completions under its paths, with its headers and its envelope.

An answer that is sent in one piece is signed with the caller's own key, so that it can be told from one that
somebody between has changed.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from time import perf_counter
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.dialects import spelling
from gateway.dialects.vocabulary import words
from gateway.errors import RequestError
from gateway.types import Verdict
from gateway.web.answers import VERDICTS
from gateway.web.asgi import Headers
from gateway.web.dialects.credentials import presented, with_credentials
from gateway.web.limit_words import plain_headers

__all__ = ["PromptGuardProxy"]

VERSION = b"1.0"
_DECISIONS = {b"none": b"allow", b"flag": b"allow"}
BLOCKED = 403


class PromptGuardProxy:
    """Wraps the app of a route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            key, inner = presented(scope), dict(with_credentials(scope))
        except RequestError:  # a header stands there twice; the route will not find a key, and says so
            key, inner = "", dict(scope)
        verdicts: list[Verdict] = []
        inner[VERDICTS] = verdicts
        await self._app(inner, receive, _Answer(send, verdicts, key.encode("latin-1")))


class _Answer:
    """The `send` that the route sees. The head of an answer in one piece waits for that, since it signs it."""

    def __init__(self, send: Send, verdicts: list[Verdict], key: bytes) -> None:
        self._send = send
        self._verdicts = verdicts
        self._key = key
        self._began = perf_counter()
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_stream(message):
                await self._send({**message, "headers": [*message["headers"], *self._about(message["headers"])]})
            else:
                self._head = message
            return
        if self._head is None:
            await self._send(message)
            return
        head, self._head = self._head, None
        body = message.get("body", b"")
        whole = not message.get("more_body", False)
        status = head["status"]
        if whole and status >= 400 and (said := self._blocked(body)) is not None:
            status, body = BLOCKED, said
        headers = [(n, v) for n, v in head["headers"] if not (whole and n == b"content-length")]
        if whole and status != 204:
            headers.append((b"content-length", str(len(body)).encode()))
        headers += self._about(head["headers"])
        if whole:
            headers += self._signature(body)
        await self._send({**head, "status": status, "headers": headers})
        await self._send({**message, "body": body})

    def _about(self, head: Headers) -> Headers:
        """What was decided, how long it took, and how many requests more there may be."""
        given = dict(head)
        decision = given.get(b"x-guard-decision", b"none")
        event = given.get(b"x-guard-event-id", b"")
        latency = f"{(perf_counter() - self._began) * 1000:.1f}".encode()
        out = [
            (b"x-promptguard-event-id", event),
            (b"x-promptguard-decision", _DECISIONS.get(decision, decision)),
            (b"x-promptguard-confidence", f"{self._confidence():.4f}".encode()),
            (b"x-promptguard-threat-type", (self._threat() or "none").encode()),
            (b"x-promptguard-latency-ms", latency),
            (b"x-promptguard-latency", latency),
            (b"x-promptguard-version", VERSION),
        ]
        out += plain_headers(head, time.time())
        if b"x-request-id" not in given and event:
            out.append((b"x-request-id", spelling(event.decode().removeprefix("evt_")).encode()))
        return out

    def _signature(self, body: bytes) -> Headers:
        out = [(b"x-promptguard-content-hash", b"sha256=" + sha256(body).hexdigest().encode())]
        if self._key:
            at = str(int(time.time())).encode()
            digest = hmac.new(self._key, at + b"." + body, sha256).hexdigest().encode()
            out.append((b"x-promptguard-signature", b"hmac-sha256=" + digest))
            out.append((b"x-promptguard-signature-timestamp", at))
        return out

    def _threat(self) -> str | None:
        found = [v for verdict in self._verdicts for v in verdict.violations if v.action != "restore"]
        main = max(found, key=lambda v: (v.effect, v.hit.finding.score), default=None)
        return words(main.hit.finding.category).promptguard if main else None

    def _confidence(self) -> float:
        """In the threat where there is one, else in its absence."""
        claimed = [
            v.hit.finding.score for verdict in self._verdicts for v in verdict.violations if v.action != "restore"
        ]
        if claimed:
            return max(claimed)
        return 1 - max((score for verdict in self._verdicts for score in verdict.scores.values()), default=0.0)

    def _blocked(self, body: bytes) -> bytes | None:
        """A block in PromptGuard's words; None where something else went wrong."""
        try:
            error: Any = orjson.loads(body)["error"]
            guard = error["guard"]
        except (ValueError, KeyError, TypeError):
            return None
        if error.get("code") != "content_filter":
            return None
        said = {
            "message": error.get("message") or "Request blocked by security policy",
            "type": "policy_violation",
            "code": "request_blocked",
            "event_id": guard.get("event_id"),
            "details": {"threat_type": self._threat(), "confidence": round(self._confidence(), 4)},
        }
        return orjson.dumps({"error": said})


def _is_stream(head: Message) -> bool:
    return any(n == b"content-type" and v.startswith(b"text/event-stream") for n, v in head["headers"])
