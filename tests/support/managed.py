"""
A gateway with a store, two tenants and their keys:

    async with managed(tmp_path, said("Hi.")) as gate:
        answer = await gate.ask("GET", "/keys", key=gate.operator)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.store import Store, Tenant
from gateway.types import Json
from tests.support.gatewayed import Gatewayed, gatewayed, said

__all__ = ["ROOT", "Managed", "bearer", "managed", "on_disk", "quick"]

ROOT = "/guard/v1"


@dataclass(slots=True)
class Managed:
    """Keys by what they may do: `operator`, and of the tenants `blue` and `red` a manager and an app each."""

    gate: Gatewayed
    keys: dict[str, str]
    ids: dict[str, str]

    @property
    def store(self) -> Store:
        assert self.gate.gateway.keeper is not None
        return self.gate.gateway.keeper.store

    async def ask(
        self, method: str, path: str, body: Json | None = None, *, key: str = "operator", status: int | None = 200
    ) -> Any:
        """The answer's JSON, after a look at its status."""
        response = await self.raw(method, path, body, key=key)
        assert status in (None, response.status_code), response.text
        return response.json() if response.content else None

    async def raw(
        self, method: str, path: str, body: Json | None = None, *, key: str = "operator", **options: Any
    ) -> httpx.Response:
        headers = bearer(self.keys[key]) if key else {}
        return await self.gate.http.request(method, ROOT + path, json=body, headers=headers, **options)

    async def events(self, count: int, query: str = "", *, key: str = "operator") -> list[Json]:
        """The events of the store, once there are so many."""
        keeper = self.gate.gateway.keeper
        assert keeper is not None
        await self.gate.wait(lambda: keeper.writer.written >= count)
        listed: Json = await self.ask("GET", f"/events{query}", key=key)
        data: list[Json] = listed["data"]
        return data


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def on_disk(folder: Path) -> list[bytes]:
    """Every byte that the store has written."""
    return [path.read_bytes() for path in folder.iterdir() if path.name.startswith("store.db")]


def quick(folder: Path, **settings: Any) -> Json:
    """Settings of a store that does not let a test wait."""
    return {"url": f"sqlite:///{folder}/store.db", "poll": 0.02, "flush": 0.005, **settings}


@asynccontextmanager
async def managed(
    folder: Path, *scripts: Any, store: Mapping[str, Any] | None = None, **options: Any
) -> AsyncIterator[Managed]:
    called: tuple[Any, ...] = scripts or (said("Hi."),)
    async with gatewayed(*called, store=quick(folder, **(store or {})), **options) as gate:
        keeper = gate.gateway.keeper
        assert keeper is not None
        for name in ("blue", "red"):
            await keeper.store.accounts.add_tenant(Tenant(name))
        keys, ids = {}, {}
        for name, tenant, scopes in (
            ("operator", "default", ("manage",)),
            ("blue-manager", "blue", ("manage",)),
            ("red-manager", "red", ("manage",)),
            ("blue-app", "blue", ("proxy", "scan")),
            ("red-app", "red", ("proxy", "scan")),
        ):
            text, key = await keeper.store.new_key(name, tenant=tenant, scopes=scopes)
            keys[name], ids[name] = text, key.id
        await keeper.look()
        yield Managed(gate, keys, ids)
