"""Every benchmark runs, with tiny numbers, and its report holds what the page about it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.redis_servers import require_redis
from tests.support.tiny_models import make

ROOT = Path(__file__).parent.parent.parent
TINY = ["--seconds", "0.2", "--warmup", "0.1"]

pytestmark = pytest.mark.slow


def run(name: str, tmp_path: Path, *arguments: str) -> tuple[dict[str, Any], str]:
    report, page = tmp_path / "report.json", tmp_path / "page.md"
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--json", str(report), "--markdown", str(page)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert found["benchmark"] == name
    assert re.search(r"^\| .* \|$", page.read_text(), re.MULTILINE)
    return found, done.stdout


def test_relay(tmp_path: Path) -> None:
    report, shown = run(
        "relay",
        tmp_path,
        *TINY,
        *("--rounds", "1", "--connections", "1,2", "--sizes", "200,40000"),
        *("--streams", "1", "--chunks", "6", "--gap-ms", "10", "--warm-streams", "1"),
    )
    cells = {(c["system"], c["size"], c["connections"]) for c in report["cells"]}
    assert cells == {
        (system, size, connections)
        for system in ("upstream", "relay", "relay direct", "gateway")
        for size in (200, 40000)
        for connections in (1, 2)
    }
    for cell in report["cells"]:
        assert cell["rps"] > 0
        assert cell["p50_ms"] <= cell["p99_ms"]
        assert not cell["errors"]
    assert set(report["streaming"]) == {"upstream", "relay", "relay direct", "gateway"}
    assert all(f["streams"] == 1 and not f["errors"] for f in report["streaming"].values())
    assert len(report["derived"]) == 4
    assert [t["target"].split(",")[0] for t in report["targets"]] == [
        "added p50 at 1 connection",
        "added p50 at 1 connection",
        "first streamed text after that of the bare relay",
    ]
    assert report["machine"]["python"] in shown


def test_detectors(tmp_path: Path) -> None:
    report, _ = run("detectors", tmp_path, "--texts", "3", "--warm", "2")
    assert {d["corpus"] for d in report["detectors"]} == {"prose", "prompt", "numbers", "code"}
    assert all(d["fresh_us"] > 0 for d in report["detectors"])


def test_views(tmp_path: Path) -> None:
    report, _ = run("views", tmp_path, "--texts", "2", "--rounds", "1", "--large", "100000", "--mixtures", "3")
    assert all(row["look_us"] > 0 for row in report["plain"])
    assert all(0 <= row["growth"] <= 4 for row in report["worst"])
    assert sorted(row["us"] for row in report["mixtures"]["worst"]) == sorted(report["mixtures"]["us"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_hotspots(tmp_path: Path) -> None:
    report, _ = run("hotspots", tmp_path, *TINY, "--connections", "2")
    assert any(f["function"].startswith("web/endpoint:") for f in report["functions"])


def test_model(tmp_path: Path) -> None:
    folder = make(tmp_path / "tiny", window={"tokens": 256, "stride": 192})
    report, _ = run("model", tmp_path, "--repeats", "1", "--alone", "--model", str(folder))
    (model,) = report["models"]
    assert [(c["tokens"], c["batch"]) for c in model["per_token"]] == [(n, b) for n in (32, 128, 256) for b in (1, 8)]
    assert model["throughput"]["ratio"] > 0
    assert [(r["windows"], r["rules"]) for r in report["rules"]] == [
        (w, n) for w in (1, 20) for n in (1, 10, 100, 1000)
    ]
    tokens = [turn["tokens"] for turn in model["conversation"]["turns"]]
    assert len(tokens) == 30
    assert max(tokens) < 3 * min(tokens)  # new text only


def test_limits(tmp_path: Path) -> None:
    require_redis()
    report, shown = run("limits", tmp_path, "--seconds", "0.2", "--rounds", "1", "--processes", "1")
    assert {"ours, 1 bound", "ours, 5 bounds and settlement"} <= {row["system"] for row in report["systems"]}
    for row in report["systems"]:
        assert 0 < row["p50_ms"] <= row["p99_ms"]
        assert row["rps"] > 0
        assert 0 < row["redis_us"] < 1000
    assert len(report["silence"]["first_ms"]) == 5
    assert "limits" in shown


def test_dialects(tmp_path: Path) -> None:
    report, shown = run("dialects", tmp_path, "--texts", "1", "--rounds", "1")
    assert {cell["shape"] for cell in report["cells"]} == {"one of 200", "one of 4 KiB", "20 of 200"}
    assert all(cell["us"] > 0 for cell in report["cells"])
    assert "lakera, all asked for" in shown


def test_conversation(tmp_path: Path) -> None:
    options = ["--turns", "3", "--conversations", "2", "--warmup", "1"]
    report, shown = run("conversation", tmp_path, *options)
    assert [turn["turn"] for turn in report["turns"]] == [1, 2, 3]
    assert all(turn["remembered"] > 0 and turn["not remembered"] > 0 for turn in report["turns"])
    assert "not remembered" in shown


def test_redteam(tmp_path: Path) -> None:
    report, shown = run("redteam", tmp_path, "--requests", "60", "--delay", "20", "--policies")
    assert [cell["mode"] for cell in report["cells"]] == ["direct", "guarded"]
    direct = report["cells"][0]
    assert direct["requests"] == 60
    assert 0 < direct["cpu_s"] < direct["wall_s"] * 4
    assert "A scan beside its model" in shown
    none, *guarded = [cell["score"] for cell in report["scores"]]
    assert none == 0
    assert len(guarded) == 4
    assert min(guarded) > 0
    assert "with the model, policy strict" in shown


def test_memory(tmp_path: Path) -> None:
    report, _ = run("memory", tmp_path, "--requests", "8", "--every", "4", "--settle", "0")
    assert [look["requests"] for look in report["looks"]] == [0, 4, 8]
    assert sum(report["answers"].values()) == 8
    assert report["answers"]["200"] > 0
    if sys.platform == "linux":
        assert all(100 < look["rss_mb"] <= look["peak_rss_mb"] for look in report["looks"])
