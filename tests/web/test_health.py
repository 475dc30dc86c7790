"""/livez and /readyz: what they say, and when they turn red."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.detectors.base import RegexDetector, Row
from gateway.types import Finding, Part
from gateway.web.auth import hash_key
from tests.support.gatewayed import error_of, gatewayed, said


class Blind(RegexDetector):
    """Answers, but has lost its sight."""

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [[] for _ in parts]


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
    pattern = Row("pii/email", r"(?P<v>[a-z]{1,9}@[a-z]{1,9}\.org)")
    policy = "version: 1\nname: p\nrules: [{category: pii/email, action: mask}]\n"
    async with gatewayed(
        said("never"), found_by=[Blind("pii", [pattern])], only=[policy], policy="p"
    ) as gate:
        ready = await gate.http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["status"] == "not_ready"
        assert "pii" in ready.json()["reasons"][0]
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
