"""Bounds that keys and tenants of the store bring along."""

from __future__ import annotations

from pathlib import Path

from tests.support.gatewayed import error_of
from tests.support.managed import bearer, managed


async def test_bounds_of_a_key_and_of_its_tenant(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        quota = {"requests_per_minute": 2}
        made = await gate.ask("POST", "/keys", {"name": "bot", "tenant": "blue", "quota": quota}, status=201)
        statuses = [(await gate.gate.chat(headers=bearer(made["key"]))).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        await gate.ask("PATCH", f"/keys/{made['id']}", {"quota": {}})
        assert (await gate.gate.chat(headers=bearer(made["key"]))).status_code == 200
        await gate.ask("PATCH", "/tenants/red", {"quota": {"requests_per_minute": 1}})
        assert (await gate.gate.chat(headers=bearer(gate.keys["red-app"]))).status_code == 200
        other = await gate.ask("POST", "/keys", {"name": "bot", "tenant": "red"}, status=201)
        response = await gate.gate.chat(headers=bearer(other["key"]))  # they share the bound
        assert (response.status_code, error_of(response)["code"]) == (429, "rate_limit_exceeded")
        newest = (await gate.events(6))[0]
        assert (newest["status"], newest["error"]) == (429, "rate_limit_exceeded")
