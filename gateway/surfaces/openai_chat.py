"""POST /v1/chat/completions: where its requests, answers and events carry text, and how it says no."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.surfaces import chat_refusal, chat_request, chat_response, chat_rewrite, chat_stream
from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.endpoint import EndpointSurface
from gateway.types import Delta, Json, Transcript, Unscanned

__all__ = ["OpenAIChat"]


class OpenAIChat(EndpointSurface):
    """
    Stateless; nothing here changes what it is given.

    `request` raises RequestError, `response`, `deltas` and `unscanned` UpstreamError, for bodies that
    are not of this endpoint. Texts beside messages and choices have the message index -1.
    """

    name = "chat.completions"
    param = "messages"
    path = "/v1/chat/completions"

    def request(self, body: Json) -> Transcript:
        return chat_request.read_request(body)

    def response(self, body: Json) -> Transcript:
        return chat_response.read_response(body)

    def deltas(self, event: Json) -> Sequence[Delta]:
        return chat_response.read_deltas(event)

    def unscanned(self, event: Json) -> Sequence[Unscanned]:
        return chat_response.read_unscanned(event)

    def limits(self, body: Json) -> tuple[int | None, int]:
        given = [body[key] for key in ("max_completion_tokens", "max_tokens") if body.get(key) is not None]
        return (min(given) if given else None), body.get("n") or 1

    def prepare(self, body: Json) -> Json:
        return chat_request.ask_usage(body)[0]

    def refuse(self, body: Json, message: str) -> Json:
        indexes = [choice_index(choice, i) for i, choice in enumerate(body["choices"])]
        return chat_refusal.refuse_answer(body, message, indexes)

    finished = staticmethod(chat_response.finished)
    ask_usage = staticmethod(chat_request.ask_usage)
    carrier = staticmethod(chat_stream.carrier)
    is_empty = staticmethod(chat_stream.is_empty)
    strip_usage = staticmethod(chat_stream.strip_usage)
    drop_obfuscation = staticmethod(chat_stream.drop_obfuscation)
    rewrite = staticmethod(chat_rewrite.rewrite)
    error_body = staticmethod(chat_refusal.error_body)
    refuse_answer = staticmethod(chat_refusal.refuse_answer)
    refusal_events = staticmethod(chat_refusal.refusal_events)
