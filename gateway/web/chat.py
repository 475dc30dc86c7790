"""POST /v1/chat/completions, whole and streamed."""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine import Stream
from gateway.surfaces import OpenAIChat
from gateway.types import Json
from gateway.web.backend import Backend
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.relay import Relay
from gateway.web.state import Gateway

__all__ = ["CHAT", "ChatCompletions"]

SURFACE = OpenAIChat()


def _relay(stream: Stream, asked: Json, refusal: Callable[[], str]) -> Relay:
    return Relay(SURFACE, stream, wants_usage=SURFACE.ask_usage(asked)[1], refusal=refusal)


CHAT = Spec(SURFACE, SURFACE.path, relay=_relay, padded=True)


class ChatCompletions(Endpoint):
    """An ASGI app for one route. `backend`: what answers, if not the gateway's upstreams."""

    def __init__(self, gateway: Gateway, *, backend: Backend | None = None) -> None:
        super().__init__(gateway, CHAT, backend=backend)
