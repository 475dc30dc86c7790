"""/livez and /readyz: what they say, and when they turn red."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.types import Detector, Finding, Kind, Part
from gateway.web.auth import hash_key
from tests.support.gatewayed import detectors, error_of, gatewayed, said


class Blind:
    """Stands in for a detector and finds nothing."""

    def __init__(self, real: Detector) -> None:
        self.name = real.name
        self.categories = real.categories
        self.kinds: frozenset[Kind] | None = real.kinds
        self.readings = real.readings
        self.reach = real.reach
        self.behind = real.behind

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


async def test_alive_and_ready_without_a_key() -> None:
    client = {"name": "alice", "hash": hash_key("k")}
    async with gatewayed(said("never"), clients=[client]) as gate:
        assert (await gate.http.get("/livez")).json() == {"status": "alive"}
        ready = await gate.http.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "ready"
        assert ready.json()["policies"]["default"] == gate.gateway.book["default"].version
        assert gate.up.opened == 0
        assert gate.events == []


async def test_not_ready_while_a_detector_finds_nothing() -> None:
    found_by = [Blind(d) if d.name == "secret" else d for d in detectors()]
    async with gatewayed(said("never"), found_by=found_by) as gate:
        ready = await gate.http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["status"] == "not_ready"
        assert ready.json()["reasons"] == ["secret: did not find secret/github_token in its known text"]
        assert (await gate.http.get("/livez")).status_code == 200


async def test_not_ready_while_draining() -> None:
    async with gatewayed(said("Hi.")) as gate:
        gate.gateway.draining = True
        ready = await gate.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "draining"})
        assert (await gate.http.get("/livez")).status_code == 200
        assert (await gate.chat()).status_code == 200  # who still comes is still served


async def test_a_failing_upstream_changes_nothing() -> None:
    """It would take every replica out of service at once."""
    async with gatewayed(said("never"), upstream={"url": "http://127.0.0.1:9/v1", "retries": {"attempts": 1}}) as gate:
        assert (await gate.chat()).status_code == 502
        assert (await gate.http.get("/readyz")).status_code == 200


async def test_other_methods() -> None:
    async with gatewayed(said("never")) as gate:
        for path in ("/livez", "/readyz", "/metrics"):
            response = await gate.http.post(path)
            assert (response.status_code, error_of(response)["code"]) == (405, "method_not_allowed")
            assert (await gate.http.head(path)).status_code == 200
