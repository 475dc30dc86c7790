"""Models behind real sockets: verdicts, limits, overload and readiness as a client sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.cli.command import serving
from tests.support.tiny_models import make

RULES = [{"category": "injection/direct", "action": "block", "max_fpr": "1%"}]


@contextmanager
def gateway(tmp_path: Path, on_overload: str = "block", **models: Any) -> Iterator[httpx.Client]:
    """`portcullis serve` with one small model and one policy that asks it."""
    if not (tmp_path / "models").exists():
        make(tmp_path / "models" / "tiny", "heads", golden=models.pop("golden", []) or [GOLDEN])
    policies = tmp_path / "policies"
    policies.mkdir(exist_ok=True)
    policy = {"version": 1, "name": "asks", "on_overload": on_overload, "rules": RULES}
    (policies / "asks.yaml").write_text(yaml.safe_dump(policy))
    config = {
        "version": 1,
        "policy": "asks",
        "policies": [str(policies)],
        "models": {"folders": [str(tmp_path / "models")], "enabled": ["tiny"], **models},
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    only = {"PORTCULLIS_MODELS__ENABLED": '["tiny"]'}
    with serving("--config", str(path), env=only) as running, httpx.Client(base_url=running.url, timeout=60) as client:
        yield client


GOLDEN = {"text": "the zebra", "ids": [2, 4, 12, 3]}


def scan(client: httpx.Client, text: str) -> httpx.Response:
    return client.post("/guard/v1/scan", json={"texts": [text], "want": {"scores": True}})


@pytest.mark.slow
def test_a_model_decides(tmp_path: Path) -> None:
    with gateway(tmp_path) as client:
        assert client.get("/readyz").status_code == 200
        calm, wild = (scan(client, t).json()["results"][0] for t in ("the weather", "the zebra"))
        assert (calm["decision"], calm["findings"]) == ("allow", [])
        assert 0 < calm["scores"]["injection/direct"] < 0.1
        assert wild["decision"] == "block"
        (finding,) = wild["findings"]
        assert finding["detector"] == "tiny"
        assert finding["fpr"] < 0.001
        chat = client.post(
            "/v1/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": "the zebra"}]}
        )
        assert (chat.status_code, chat.json()["error"]["code"]) == (400, "content_filter")
        long = scan(client, "word " * 6000)
        assert (long.status_code, long.json()["error"]["code"]) == (413, "too_large_to_scan")
        assert "5000 tokens" in long.json()["error"]["message"]
        scan(client, "the weather")
        metrics = client.get("/metrics").text
        assert 'guard_cache_lookups_total{result="hit"} 2.0' in metrics
        assert "guard_model_tokens_total" in metrics


@pytest.mark.slow
def test_overload(tmp_path: Path) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "the weather"}]}
    with gateway(tmp_path, queue=1) as client:
        answer = client.post("/v1/chat/completions", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "overloaded")
        assert answer.headers["retry-after"] == "1"
        assert "guard_model_shed_total 1.0" in client.get("/metrics").text
    with gateway(tmp_path, "rules_only", queue=1) as client:
        answer = scan(client, "the weather")
        assert answer.json()["results"][0]["decision"] == "allow"
        assert answer.headers["x-guard-degraded"] == "tiny"
        assert "in=0/" in answer.headers["x-guard-coverage"]


@pytest.mark.slow
def test_red_until_the_golden_texts_are_met(tmp_path: Path) -> None:
    with gateway(tmp_path, golden=[{**GOLDEN, "ids": [2, 4, 13, 3]}]) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "other token ids" in answer.json()["reasons"][0]
