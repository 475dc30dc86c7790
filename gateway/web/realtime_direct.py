"""
Ways around the gateway, and what is asked of them: a secret or a call that lets somebody speak with the model's
server directly. What is said there cannot be scanned, so they are refused unless the operator wants them; then the
session that they begin with is scanned, and nothing after it.
"""

from __future__ import annotations

from gateway.errors import RequestError
from gateway.policy import Ruleset
from gateway.surfaces.realtime_calls import CallOffer, CallOrder, SessionSetup
from gateway.types import Json, Transcript
from gateway.web.backend import Backend, Upstreams
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.frame import Turn
from gateway.web.state import Gateway

__all__ = ["DIRECT"]

_WHY = (
    "sessions that begin so do not pass this gateway, and nothing that is said in them is scanned; connect to "
    "/v1/realtime here, or let its operator set `realtime.direct: allow`"
)


class _Calls(Upstreams):
    answered = frozenset((200, 201))  # a call is made, not found


class Direct(Endpoint):
    def __init__(self, gateway: Gateway, spec: Spec, *, backend: Backend | None = None) -> None:
        super().__init__(gateway, spec, backend=backend or _Calls(gateway.pool))

    def policies(self, turn: Turn, body: Json, transcript: Transcript) -> tuple[Ruleset, ...]:
        if self.gateway.settings.realtime.direct == "deny":
            raise RequestError(_WHY, code="direct_session_denied")
        return super().policies(turn, body, transcript)


def _spec(name: str, path: str, *, nested: bool = False) -> Spec:
    return Spec(SessionSetup(f"realtime.{name}", nested=nested), f"/v1/realtime/{path}", modelless=True, app=Direct)


def _order(name: str) -> Spec:
    surface = CallOrder(f"realtime.{name}")
    return Spec(surface, f"/v1/realtime/calls/{{call_id}}/{name}", modelless=True, bare=True, app=Direct)


DIRECT = (
    _spec("client_secrets", "client_secrets", nested=True),
    _spec("client_secrets", "translations/client_secrets", nested=True),
    _spec("sessions", "sessions"),
    _spec("sessions", "transcription_sessions"),
    Spec(CallOffer(), "/v1/realtime/calls", modelless=True, form=True, app=Direct),
    _spec("calls", "calls/{call_id}/accept"),
    *(_order(name) for name in ("refer", "reject", "hangup")),
)
