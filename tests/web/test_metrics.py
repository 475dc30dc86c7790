"""/metrics: what is counted, who may see it, and that nothing of a client's is in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.errors import ConfigError
from gateway.web import metrics
from gateway.web.auth import hash_key
from tests.support.gatewayed import ATTACK, EMAIL, Gatewayed, error_of, gatewayed, said, talked
from tests.support.scripted import answer

KEY = "alice-key-" + "x" * 20

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def read(gate: Gatewayed) -> Samples:
    response = await gate.http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def count(samples: Samples, name: str, **labels: str) -> float:
    """The sum of all samples with these labels among theirs."""
    return sum(value for (n, own), value in samples.items() if n == name and labels.items() <= dict(own).items())


async def test_what_is_counted() -> None:
    async with gatewayed(said("Hi."), talked("Once upon a time there was a gate. ", "The end."), [answer(404)]) as gate:
        await gate.chat(EMAIL)
        await gate.stream()
        await gate.chat()
        await gate.chat(ATTACK)
        await gate.post(b"x")
        await gate.wait(lambda: len(gate.events) == 5)
        samples = await read(gate)
        route = "chat.completions"
        assert count(samples, "guard_requests_total", route=route) == 5
        assert count(samples, "guard_requests_total", decision="redact", status="200") == 1
        assert count(samples, "guard_requests_total", decision="allow", status="404") == 1
        assert count(samples, "guard_requests_total", decision="block", status="400") == 1
        assert count(samples, "guard_requests_total", decision="none", status="400") == 1
        placed = {"direction": "input", "category": "pii/email", "action": "placeholder"}
        assert count(samples, "guard_findings_total", **placed) == 1
        assert count(samples, "guard_findings_total", category="injection/direct", action="block") >= 1
        assert count(samples, "guard_scanned_bytes_total", direction="input") >= len(EMAIL) + len(ATTACK)
        assert count(samples, "guard_scanned_bytes_total", direction="output") >= len("Hi.")
        assert count(samples, "guard_upstream_seconds_count", upstream="up") == 3
        assert count(samples, "guard_first_token_seconds_count") == 1
        assert count(samples, "guard_inter_token_seconds_count") >= 1
        assert count(samples, "guard_in_flight") == 0
        assert count(samples, "guard_fail_open") == 0


async def test_what_alerts_are_for_begins_at_nought() -> None:
    """A rise from nothing to 1 is none to Prometheus."""
    async with gatewayed(said("Hi.")) as gate:
        told = (await gate.http.get("/metrics")).text.splitlines()
        assert 'guard_detector_errors_total{detector="pii"} 0.0' in told
        assert 'guard_events_total{result="lost"} 0.0' in told
        assert 'guard_reloads_total{result="refused"} 0.0' in told


async def test_a_policy_that_fails_open_shows() -> None:
    async with gatewayed(said("Hi."), policy="monitor") as gate:
        assert count(await read(gate), "guard_fail_open") == 1


async def test_nothing_of_a_clients_is_in_them() -> None:
    async with gatewayed(said("Hi.")) as gate:
        await gate.chat(EMAIL, model="model-of-mine", user="user-of-mine")
        await gate.http.get("/path-of-mine")
        await gate.http.get("/v1/models/model-of-mine")
        text = (await gate.http.get("/metrics")).text
        for word in (EMAIL, "of-mine"):
            assert word not in text


async def test_two_gateways_do_not_mix() -> None:
    async with gatewayed(said("Hi.")) as one, gatewayed(said("Hi.")) as other:
        await one.chat()
        assert count(await read(other), "guard_requests_total") == 0


async def test_who_may_see_them() -> None:
    client = {"name": "alice", "hash": hash_key(KEY)}
    async with gatewayed(said("never"), clients=[client]) as gate:
        assert (await gate.http.get("/metrics")).status_code == 200
    async with gatewayed(said("never"), clients=[client], server={"open_metrics": False}) as gate:
        refused = await gate.http.get("/metrics")
        assert (refused.status_code, error_of(refused)["code"]) == (401, "invalid_api_key")
        assert (await gate.http.get("/metrics", headers={"authorization": f"Bearer {KEY}"})).status_code == 200


def test_workers_need_a_place_to_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(metrics.SHARED, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))  # as where all is read-only
    with pytest.raises(ConfigError, match="TMPDIR"), metrics.shared_folder():
        pass
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with metrics.shared_folder():
        assert Path(os.environ[metrics.SHARED]).is_dir()
    assert metrics.SHARED not in os.environ
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(metrics.SHARED, str(tmp_path))
    with metrics.shared_folder():
        pass
    assert tmp_path.is_dir()


def test_workers_need_room_for_their_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are mapped files; where a page of one finds no room, the kernel kills the worker."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with metrics.shared_folder():
        assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr("gateway.web.metrics.ROOM", 1 << 60)  # more than any disk has
    with pytest.raises(ConfigError, match="TMPDIR"), metrics.shared_folder():
        pass
    assert list(tmp_path.iterdir()) == []
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
