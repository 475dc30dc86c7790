"""The judge behind an upstream, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from gateway.errors import ConfigError
from gateway.settings import Settings
from gateway.web.app import create_app
from tests.support.gatewayed import choice, completion
from tests.support.scripted import Request, Script, Scripted, Step, answer, hang, scripted
from tests.support.servers import serve
from tests.support.tiny_models import make

POLICY = "version: 1\nname: zoo\ncustom_rules: [{name: zoo, text: the zebra, judge: true}]\n"


def settings(folder: Path, url: str, judge: dict[str, object]) -> Settings:
    make(folder / "models" / "m", "heads")
    (folder / "policies").mkdir()
    (folder / "policies" / "zoo.yaml").write_text(POLICY)
    return Settings.model_validate(
        {
            "watch_policies": False,
            "policy": "zoo",
            "policies": [folder / "policies"],
            "models": {"folders": [folder / "models"]},
            "upstreams": [{"name": "llm", "url": url, "key": "env:LLM_KEY"}],
            "judge": judge,
        }
    )


@asynccontextmanager
async def judged(folder: Path, *scripts: Script) -> AsyncIterator[tuple[httpx.AsyncClient, Scripted]]:
    async with scripted(list(scripts)) as upstream:
        chosen = settings(folder, upstream.url, {"upstream": "llm", "model": "small", "deadline": 0.5})
        app = create_app(chosen, environ={"LLM_KEY": "k1"}, sink=lambda event: None)
        async with serve(app) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as client:
            yield client, upstream


def said_by(text: str) -> Step:
    return answer(json=completion(choice(text)))


def opinion(*, applies: bool) -> str:
    return json.dumps({"verdicts": [{"id": "r0", "applies": applies, "confidence": 1.0}], "manipulation": False})


async def decision(client: httpx.AsyncClient, text: str) -> tuple[str, list[str]]:
    response = await client.post("/guard/v1/scan", json={"texts": [text]})
    assert response.status_code == 200, response.text
    (result,) = response.json()["results"]
    return result["decision"], [f["detector"] for f in result["findings"] if f["category"] == "topic/zoo"]


async def test_it_is_asked_with_our_key_and_its_word_counts(tmp_path: Path) -> None:
    async with judged(tmp_path, [said_by(opinion(applies=True))]) as (client, upstream):
        assert await decision(client, "of Lisbon") == ("block", ["judge"])
        assert await decision(client, "of Lisbon") == ("block", ["judge"])
        (asked,) = upstream.requests
    check(asked)


def check(asked: Request) -> None:
    assert asked.target.endswith("/chat/completions")
    assert asked.header("authorization") == "Bearer k1"
    body = asked.json()
    assert (body["model"], body["temperature"], body["response_format"]) == ("small", 0, {"type": "json_object"})
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


async def test_where_it_fails_meaning_decides(tmp_path: Path) -> None:
    failures: list[Script] = [
        [said_by("Certainly! The rule does not apply.")],
        [answer(json={"choices": []})],
        [answer(400, {"error": {"message": "no"}})],
        [hang()],
    ]
    async with judged(tmp_path, *failures) as (client, upstream):
        for number, text in enumerate(("zebra is fine", "of Lisbon", "the zebra", "the weather")):
            found = await decision(client, text)
            assert found == (("block", ["m"]) if "zebra" in text else ("allow", found[1]))
            assert len(upstream.requests) == number + 1


def test_a_rule_that_asks_for_a_judge_needs_one(tmp_path: Path) -> None:
    chosen = settings(tmp_path, "http://127.0.0.1:9/v1", {})
    with pytest.raises(ConfigError, match="the settings name none"):
        create_app(chosen, environ={"LLM_KEY": "k1"})


@pytest.mark.parametrize("judge", [{"upstream": "nobody", "model": "m"}, {"upstream": "openai"}])
def test_the_settings_of_a_judge(judge: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="`judge` needs the name of one of `upstreams`"):
        Settings.model_validate({"judge": judge})
