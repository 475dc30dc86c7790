"""A gateway whose upstream is itself refuses at the first hop instead of calling itself for ever."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from gateway.web.events import Event
from tests.support.gatewayed import CHAT, ask, client, detectors, error_of, gatewayed, said
from tests.support.servers import serve


async def test_a_request_that_has_been_here() -> None:
    async with gatewayed(said("Hi.")) as gate:
        assert (await gate.chat()).status_code == 200
        via = gate.up.requests[0].header("via")
        assert via is not None
        response = await gate.chat(headers={"via": f"1.1 some-proxy, {via}"})
        assert (response.status_code, error_of(response)["code"]) == (508, "loop_detected")
        assert len(gate.up.requests) == 1
        other = await gate.chat(headers={"via": "1.1 some-proxy, 1.1 portcullis-0000"})
        assert other.status_code == 200
        assert gate.up.requests[1].header("via") == f"1.1 portcullis-0000, {via}"


async def test_too_many_gateways_in_a_row() -> None:
    async with gatewayed(said("never")) as gate:
        response = await gate.chat(headers={"via": ", ".join(f"1.1 portcullis-{n:04}" for n in range(8))})
        assert (response.status_code, error_of(response)["code"]) == (508, "loop_detected")
        assert gate.up.opened == 0


async def test_a_gateway_that_calls_itself() -> None:
    events: list[Event] = []
    apps: list[ASGIApp] = []

    async def itself(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[0](scope, receive, send)

    settings = Settings(server={"reload_on_sighup": False}, watch_policies=False)
    app = create_app(
        settings, environ={}, transport=lambda _: ASGITransport(itself), sink=events.append, guard=Guard(detectors())
    )
    apps.append(app)
    async with serve(app) as url, client(url) as http:
        response = await http.post(CHAT, json=ask())
        assert (response.status_code, error_of(response)["code"]) == (508, "loop_detected")
        assert [event.status for event in events] == [508, 508]
