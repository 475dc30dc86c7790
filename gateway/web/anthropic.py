"""Anthropic's messages: how its clients show their keys, and how they are told what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Receive, Scope

from gateway.engine import Stream
from gateway.errors import GatewayError, RequestError
from gateway.surfaces import Framing
from gateway.surfaces.anthropic import AnthropicCount, AnthropicMessages
from gateway.types import Json
from gateway.web.answers import error_of
from gateway.web.anthropic_relay import AnthropicRelay
from gateway.web.asgi import header
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.frame import Turn

__all__ = ["COUNT", "MESSAGES"]

PATH = "/v1/messages"
API_KEY = b"x-api-key"

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


class AnthropicEndpoint(Endpoint):
    async def serve(self, turn: Turn, receive: Receive) -> None:
        turn.scope = with_api_key(turn.scope)
        await super().serve(turn, receive)

    def error(self, turn: Turn, error: GatewayError) -> Json:
        """Anthropic's envelope. What OpenAI's says more is beside the words, for operators."""
        fields = error_of(turn.event, error)["error"]
        other = "invalid_request_error" if error.status < 500 else "api_error"
        guard = {"code": fields["code"], "param": fields["param"], **fields["guard"]}
        told = {"type": _TYPES.get(error.status, other), "message": fields["message"], "guard": guard}
        return {"type": "error", "error": told, "request_id": turn.event.id}


def with_api_key(scope: Scope) -> Scope:
    """
    The same request with its key where the gateway looks for it. The first header stays: it says in which of
    the two an upstream gets the client's own key. Raises RequestError where the two differ.
    """
    key, authorization = header(scope, API_KEY), header(scope, b"authorization")
    if key is None:
        return scope
    bearer = f"Bearer {key.strip()}"
    if authorization is None:
        return {**scope, "headers": [*scope["headers"], (b"authorization", bearer.encode("latin-1"))]}
    if authorization.strip() != bearer:
        raise RequestError("send your key in `x-api-key` or in `authorization`, not both", code="two_credentials")
    return scope


def _relay(stream: Stream, asked: Json, refusal: Callable[[], str]) -> AnthropicRelay:
    return AnthropicRelay(stream, refusal)


_HEADERS = frozenset((b"anthropic-version", b"anthropic-beta"))
_QUERY = frozenset(("beta",))  # the vendor's client says so in beta calls

MESSAGES = Spec(
    AnthropicMessages(),
    PATH,
    query=_QUERY,
    relay=_relay,
    framing=Framing(named=True, done=False, last=("message_stop",)),
    headers=_HEADERS,
    app=AnthropicEndpoint,
    kind="anthropic",
)
COUNT = Spec(
    AnthropicCount(),
    f"{PATH}/count_tokens",
    query=_QUERY,
    headers=_HEADERS,
    free=True,
    app=AnthropicEndpoint,
    kind="anthropic",
)
