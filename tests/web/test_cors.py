"""Pages of other origins: those that the settings name may call, and read what their client library needs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.settings import Server
from tests.support.gatewayed import ATTACK, CHAT, ask, gatewayed, said, talked

PAGE = "https://app.example"
ASKED = "authorization,content-type,x-stainless-os"


async def test_a_named_origin_may_call() -> None:
    async with gatewayed(said("Hello."), talked("Hel", "lo."), server={"cors_origins": [PAGE]}) as gate:
        wants = {"origin": PAGE, "access-control-request-method": "POST", "access-control-request-headers": ASKED}
        preflight = await gate.http.options(CHAT, headers=wants)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == PAGE
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert set(ASKED.split(",")) <= set(
            preflight.headers["access-control-allow-headers"].replace(" ", "").split(",")
        )
        assert gate.up.requests == []
        for answer in (await gate.chat(headers={"origin": PAGE}), await gate.stream(headers={"origin": PAGE})):
            assert answer.headers["access-control-allow-origin"] == PAGE
            assert "x-should-retry" in answer.headers["access-control-expose-headers"]
            assert "x-guard-event-id" in answer.headers["access-control-expose-headers"]
        blocked = await gate.http.post(CHAT, json=ask(ATTACK), headers={"origin": PAGE})
        assert (blocked.status_code, blocked.headers["access-control-allow-origin"]) == (400, PAGE)


async def test_other_origins_may_not() -> None:
    async with gatewayed(said("Hello."), server={"cors_origins": [PAGE]}) as gate:
        wants = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        assert (await gate.http.options(CHAT, headers=wants)).status_code == 400
        assert "access-control-allow-origin" not in (await gate.chat(headers=wants)).headers


async def test_without_origins_no_page_may() -> None:
    async with gatewayed(said("Hello.")) as gate:
        wants = {"origin": PAGE, "access-control-request-method": "POST"}
        assert (await gate.http.options(CHAT, headers=wants)).status_code == 405
        assert "access-control-allow-origin" not in (await gate.chat(headers=wants)).headers


@pytest.mark.parametrize("origin", ["app.example", "https://app.example/", "https://a.example, https://b.example", ""])
def test_an_origin_is_one(origin: str) -> None:
    with pytest.raises(ValidationError):
        Server(cors_origins=(origin,))
