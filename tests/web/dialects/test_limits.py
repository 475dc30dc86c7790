"""A guard API's scans count against the key's limits, and say no in that API's own words."""

from __future__ import annotations

import pytest

from gateway.web.auth import hash_key
from tests.support.gatewayed import gatewayed
from tests.web.dialects.test_scan import APIS, message_of

KEY = "pg_live_counted"


@pytest.mark.parametrize("name", APIS)
async def test_the_second_request_of_one(name: str) -> None:
    path, body, _ = APIS[name]
    clients = [{"name": "app", "hash": hash_key(KEY), "quota": {"requests_per_minute": 1}}]
    async with gatewayed(clients=clients) as gate:
        first = await gate.http.post(path, json=body, headers={"x-api-key": KEY})
        assert first.status_code == 200
        assert first.headers["x-ratelimit-remaining-requests"] == "0"
        second = await gate.http.post(path, json=body, headers={"x-api-key": KEY})
        assert second.status_code == 429
        message_of(second.json())
        assert int(second.headers["retry-after"]) > 0
        await gate.wait(lambda: len(gate.events) == 2)
        assert [event.status for event in gate.events] == [200, 429]


async def test_tokens_are_those_of_what_is_scanned() -> None:
    path, body, _ = APIS["promptguard"]
    clients = [{"name": "app", "hash": hash_key(KEY), "quota": {"tokens_per_minute": 50}}]
    async with gatewayed(clients=clients) as gate:
        for status in (200, 429):
            long = {**body, "messages": [{"role": "user", "content": "word " * 20}]}
            response = await gate.http.post(path, json=long, headers={"x-api-key": KEY})
            assert response.status_code == status
