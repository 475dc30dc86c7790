"""Anthropic's POST /v1/messages and /v1/messages/count_tokens."""

from __future__ import annotations

from gateway.surfaces.anthropic_request import read_request
from gateway.surfaces.anthropic_response import read_response, refuse_answer
from gateway.surfaces.endpoint import EndpointSurface
from gateway.types import Json, Transcript

__all__ = ["AnthropicCount", "AnthropicMessages"]


class AnthropicMessages(EndpointSurface):
    """Stateless. Texts beside messages and blocks have the message index -1."""

    name = "anthropic.messages"
    param = "messages"

    def request(self, body: Json) -> Transcript:
        return read_request(body)

    def response(self, body: Json) -> Transcript:
        return read_response(body)

    def limits(self, body: Json) -> tuple[int | None, int]:
        return body.get("max_tokens"), 1

    def refuse(self, body: Json, message: str) -> Json:
        return refuse_answer(body, message)


class AnthropicCount(AnthropicMessages):
    """It only counts: there is nothing to say no with in its answers."""

    name = "anthropic.count_tokens"

    def streams(self, body: Json) -> bool:
        return False

    def limits(self, body: Json) -> tuple[int | None, int]:
        return 0, 1

    def refuse(self, body: Json, message: str) -> Json:
        return {"input_tokens": body["input_tokens"]}
