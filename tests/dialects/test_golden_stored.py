"""Golden exchanges over the store: each file is one story, its steps in order, over a real socket."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.web.dialects import lakera_manage, promptguard_manage
from tests.dialects.golden import differences
from tests.support.managed import managed

# Looked at in tests/web/dialects.
UNTOLD = ("promptguard.projects.change", "lakera.policies_health")
FOLDER = Path(__file__).parent / "golden_stored"
STORIES = sorted(FOLDER.glob("*.json"))


def filled(value: Any, kept: dict[str, str]) -> Any:
    """With `{name}` replaced by what an earlier answer said."""
    if isinstance(value, str):
        return re.sub(r"{(\w+)}", lambda m: kept[m[1]], value)
    if isinstance(value, dict):
        return {key: filled(each, kept) for key, each in value.items()}
    return [filled(each, kept) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
async def test_golden(tmp_path: Path, story: Path) -> None:
    kept: dict[str, str] = {}
    steps = json.loads(story.read_text("utf-8"))  # noqa: ASYNC240 (nobody waits for this)
    async with managed(tmp_path) as gate:
        manager = (await gate.store.new_key("m", tenant="blue", scopes=("manage", "scan")))[0]
        keeper = gate.gate.gateway.keeper
        assert keeper is not None
        await keeper.look()
        for step in steps:
            key = filled(step.get("key", manager), kept)
            headers = {"authorization": f"Bearer {key}"} if key else {}
            path, body = filled(step["path"], kept), filled(step.get("body"), kept)
            answer = await gate.gate.http.request(step.get("method", "POST"), path, json=body, headers=headers)
            assert answer.status_code == step["status"], (step["name"], answer.text)
            got: Any = answer.json() if answer.content else None
            assert not differences(filled(step["answer"], kept), got), step["name"]
            kept |= {name: got[field] for name, field in step.get("keep", {}).items()}


def test_every_path_that_changes_something_is_told_of() -> None:
    steps = [step for story in STORIES for step in json.loads(story.read_text("utf-8"))]
    shown = {(step.get("method", "POST"), re.sub(r"{\w+}|a-1", "{}", step["path"])) for step in steps}
    shown = {(method, path.replace("/api/v1-beta/", "/v2/").replace("/proxy/", "/")) for method, path in shown}
    for operation in (*promptguard_manage.OPERATIONS, *lakera_manage.OPERATIONS):
        plain = re.sub(r"{\w+}", "{}", operation.path).replace("/api/v1-beta/", "/v2/").replace("/proxy/", "/")
        if not operation.name.endswith((".presets", ".events", ".keys.list", ".policies_lint")):
            assert (operation.method, plain) in shown or operation.name.endswith(
                ("promptguard.projects.change", "_health")
            )
