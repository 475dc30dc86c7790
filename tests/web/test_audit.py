"""
The record against an oracle: a client and an upstream that note what they themselves saw (Y-09, A-06).

Each request names itself by its model. Afterwards each has exactly one event, in the store as in the
log, and none says more than was so: `scanned` where a scanner failed, `allow` where something was kept
back, an answer where none was delivered.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.types import OF_ONE_TEXT, Finding, Json, Kind, Part
from tests.support.gatewayed import EMAIL, Gatewayed, ask, choice, completion, detectors, piece
from tests.support.managed import Managed, bearer, managed
from tests.support.scripted import Request, Script, answer, end, event, events, hang, head, wait_gone

POLICY = """
version: 1
name: audited
custom: [{category: custom/launch, keywords: [zulu seven]}]
rules:
  - {category: custom/launch, action: block}
  - {category: pii/*, action: mask}
"""
SSE = {"content-type": "text/event-stream"}
STORY = "Once upon a time there was a gate. "
SOUND = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}


class Faulty:
    """A scanner that fails at texts that say so."""

    name = "faulty"
    categories = frozenset({"pii/faulty"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 8
    behind = 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        if any("breaks" in part.text for part in parts):
            raise RuntimeError("at this text")
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked, what the upstream says, and what is then true."""

    prompt: Any = "Hello"
    reply: str = "Hi."
    stream: bool = False
    leaves: str = ""  # `waiting` or `reading`: when the client goes away
    upstream: str = ""  # how it misbehaves
    status: int = 200
    error: str = ""
    decision: str = "allow"
    scanned: bool = True
    forwarded: bool = True


CASES = {
    "clean": Case(),
    "clean-stream": Case(stream=True),
    "mail": Case(prompt=f"I am {EMAIL}", decision="redact"),
    "mail-back": Case(reply=f"Write to {EMAIL}.", decision="redact"),
    "mail-stream": Case(reply=f"Write to {EMAIL}.", stream=True, decision="redact"),
    "blocked": Case(prompt="zulu seven", status=400, error="content_filter", decision="block", forwarded=False),
    "withheld": Case(reply="It is zulu seven.", decision="block"),
    "withheld-stream": Case(reply=STORY + "It is zulu seven.", stream=True, decision="block"),
    "unread": Case(
        prompt="this breaks", status=503, error="guard_unavailable", decision="block", scanned=False, forwarded=False
    ),
    "unread-back": Case(reply="this breaks", status=503, error="guard_unavailable", decision="block", scanned=False),
    "unread-stream": Case(
        reply=STORY + "this breaks", stream=True, error="guard_unavailable", decision="block", scanned=False
    ),
    "sound": Case(prompt=[{"role": "user", "content": [{"type": "text", "text": "Hear"}, SOUND]}], scanned=False),
    "down": Case(upstream="500", status=500, error="upstream_error"),
    "garbage": Case(upstream="garbage", status=502, error="upstream_invalid_json"),
    "cut": Case(reply=STORY, stream=True, upstream="cut", error="upstream_truncated"),
    "gone-waiting": Case(leaves="waiting", upstream="hang", status=499, error="client_gone"),
    "gone-waiting-stream": Case(leaves="waiting", upstream="hang", stream=True, status=499, error="client_gone"),
    "gone-reading": Case(leaves="reading", reply=STORY, stream=True, upstream="stall", status=499, error="client_gone"),
    "crash": Case(status=500, error="internal_error", decision="none", scanned=False, forwarded=False),
    "model": Case(status=403, error="model_not_allowed", decision="none", scanned=False, forwarded=False),
}


def upstream(request: Request) -> Script:
    case = CASES[request.json()["model"].partition(":")[0]]
    said = [piece(case.reply[at : at + 7]) for at in range(0, len(case.reply), 7)]
    match case.upstream:
        case "500":
            return [answer(500)]
        case "garbage":
            return [answer(200, body=b"{")]
        case "hang":
            return [hang()]
        case "stall":
            return [head(200, SSE, chunked=True), *map(event, said), wait_gone()]
        case "cut":
            return [head(200, SSE, chunked=True), *map(event, said), end()]
    if case.stream:
        return events(*said, piece(finish="stop"))
    return [answer(json=completion(choice(case.reply)))]


@dataclass(slots=True)
class Seen:
    """What the client saw of one request."""

    status: int = 499
    text: str = ""


async def visit(gate: Gatewayed, key: str, model: str, case: Case) -> Seen:
    seen = Seen()
    body = ask(case.prompt, model=model, stream=case.stream)

    async def run() -> None:
        async with gate.http.stream("POST", "/v1/chat/completions", json=body, headers=bearer(key)) as response:
            seen.status = response.status_code
            async for part in response.aiter_text():
                seen.text += part
                if case.leaves == "reading" and "upon" in seen.text:
                    seen.status = 499
                    return

    task = asyncio.create_task(run())
    if case.leaves == "waiting":
        await gate.wait(lambda: any(r.json()["model"] == model for r in gate.up.requests), timeout=20)
        task.cancel()
    with suppress(asyncio.CancelledError, httpx.RemoteProtocolError):
        await task
    return seen


def delivered(seen: Seen, case: Case) -> str:
    """The words of the model that reached the client."""
    if seen.status not in (200, 499):
        return ""
    if not case.stream:
        return str(json.loads(seen.text)["choices"][0]["message"]["content"]) if seen.text else ""
    lines = [line[6:] for line in seen.text.split("\n\n") if line.startswith("data: {")]
    found: list[Json] = [json.loads(line) for line in lines if line.endswith("}")]
    return "".join(c["delta"].get("content") or "" for e in found for c in e.get("choices", ()))


def check(case: Case, told: Json, seen: Seen, forwarded: list[Request]) -> None:
    expected = (case.status, case.error, case.decision, case.scanned)
    assert (told["status"], told["error"], told["decision"], told["scanned"]) == expected
    # what the client saw
    assert seen.status == case.status
    words = delivered(seen, case)
    if words:
        assert told["answer"]["decision"] != "none"
        assert told["answer"]["seen"] >= len(words.encode()) or told["decision"] in ("redact", "block")
    # what the upstream saw
    assert len(forwarded) == case.forwarded
    assert told["upstream"] == ("up" if case.forwarded and case.upstream != "hang" else "")
    for request in forwarded:
        assert told["request"]["decision"] in ("allow", "redact")
        assert EMAIL.encode() not in request.body
        assert b"breaks" not in request.body
    if told["decision"] == "none":
        assert told["policies"] == {} or case.error == "internal_error"
    sides = (told["request"], told["answer"])
    fully = all(s["scanned"] == s["seen"] and not s["errors"] for s in sides)
    assert told["scanned"] <= fully
    assert EMAIL not in json.dumps(told)


@pytest.mark.parametrize("seed", range(3))
async def test_one_true_event_for_each_request(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {
        "policies": [POLICY],
        "policy": "audited",
        "found_by": (*detectors(), Faulty()),
        "upstream": {"retries": {"attempts": 1}, "breaker": {"failures": 1.0, "window": 1000}},
        "server": {"max_body": 100_000},
    }
    async with managed(tmp_path, upstream, **options) as managing:
        gate = managing.gate
        made = await managing.ask(
            "POST", "/keys", {"name": "bot", "models": [f"{name}:*" for name in CASES if name != "model"]}, status=201
        )
        crash(gate, monkeypatch)
        names = [f"{name}:{n}" for name in CASES for n in range(3)]
        random.Random(seed).shuffle(names)
        going = [visit(gate, made["key"], name, CASES[name.partition(":")[0]]) for name in names]
        nameless = [nobody(gate, made["key"], kind) for kind in NAMELESS for _ in range(2)]
        seen = dict(zip(names, (await asyncio.gather(*going, *nameless))[: len(names)], strict=True))
        await gate.wait(lambda: len(gate.events) >= len(names) + len(nameless), timeout=20)
        stored = await all_events(managing, len(gate.events))
        assert len(stored) == len(names) + len(nameless)
        assert Counter(e["id"] for e in stored).most_common(1)[0][1] == 1
        logged = {e.id: json.loads(json.dumps(e.as_json())) for e in gate.events}
        for told in stored:
            assert {name: told[name] for name in logged[told["id"]] if name != "at"} == {
                name: value for name, value in logged[told["id"]].items() if name != "at"
            }
        for name in names:
            (told,) = (e for e in stored if e["model"] == name)
            check(
                CASES[name.partition(":")[0]],
                told,
                seen[name],
                [r for r in gate.up.requests if r.json()["model"] == name],
            )
        rest = Counter((e["status"], e["error"], e["scanned"]) for e in stored if not e["model"])
        assert rest == Counter({(status, error, False): 2 for status, error in NAMELESS.values()})
        assert gate.gateway.running == set()


NAMELESS = {
    "no-key": (401, "invalid_api_key"),
    "no-json": (400, "invalid_json"),
    "too-large": (413, "request_too_large"),
    "text": (415, "unsupported_media_type"),
}


async def nobody(gate: Gatewayed, key: str, kind: str) -> Seen:
    headers = {"content-type": "text/plain" if kind == "text" else "application/json"}
    if kind != "no-key":
        headers |= bearer(key)
    body = b"x" * 200_000 if kind == "too-large" else b"{" if kind == "no-json" else json.dumps(ask()).encode()
    with suppress(httpx.HTTPError):
        response = await gate.http.post("/v1/chat/completions", content=body, headers=headers)
        return Seen(response.status_code, response.text)
    return Seen()


def crash(gate: Gatewayed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in the middle of a request."""
    real = gate.gateway.policies_for

    def fails(caller: Any, model: str, *rest: Any) -> Any:
        if model.startswith("crash"):
            raise RuntimeError("our own fault")
        return real(caller, model, *rest)

    monkeypatch.setattr(gate.gateway, "policies_for", fails)


async def all_events(gate: Managed, count: int) -> list[Json]:
    keeper = gate.gate.gateway.keeper
    assert keeper is not None
    await gate.gate.wait(lambda: keeper.writer.written >= count, timeout=20)
    text = (await gate.raw("GET", "/events/export")).text
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("route", ["/v1/chat/completions", "/guard/v1/scan"])
async def test_a_request_that_is_cancelled_has_its_event(
    tmp_path: Path, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server does that gives up on its requests."""
    async with managed(tmp_path) as managing:
        gate = managing.gate
        began = asyncio.Event()
        tasks: list[asyncio.Task[Any] | None] = []

        async def waits(*_: Any) -> Any:
            tasks.append(asyncio.current_task())
            began.set()
            await asyncio.sleep(60)

        monkeypatch.setattr(gate.gateway.guard, "look", waits)
        body = ask() if "chat" in route else {"texts": ["Hello"]}
        going = asyncio.create_task(gate.http.post(route, json=body, headers=bearer(managing.keys["blue-app"])))
        await began.wait()
        assert tasks[0] is not None
        tasks[0].cancel()
        with suppress(httpx.HTTPError):
            await going
        (told,) = await managing.events(1)
        assert (told["status"], told["error"], told["scanned"], told["decision"]) == (499, "cancelled", False, "none")


async def test_a_scan_that_crashes_has_its_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with managed(tmp_path) as managing:

        def fails(*_: Any) -> Any:
            raise RuntimeError("our own fault")

        monkeypatch.setattr(managing.gate.gateway.guard, "begin", fails)
        response = await managing.gate.http.post(
            "/guard/v1/scan", json={"texts": ["Hello"]}, headers=bearer(managing.keys["blue-app"])
        )
        assert response.status_code == 500
        (told,) = await managing.events(1)
        assert (told["status"], told["error"], told["scanned"]) == (500, "internal_error", False)
