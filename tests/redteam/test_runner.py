"""Calls within their budgets, turns in their order, and an end whatever happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from gateway.engine import Guard
from gateway.errors import ScanError, UpstreamError
from gateway.policy.load import parse_policy
from gateway.redteam.chat import Guarded, body_of, reply_of
from gateway.redteam.judge import Examiner
from gateway.redteam.model import Blocked, Call, Case, Reply, Result, Ruling
from gateway.redteam.packs import load_packs
from gateway.redteam.plan import make_plan, strategies_of
from gateway.redteam.runner import Budget, Runner
from gateway.types import OF_ONE_TEXT, Finding, Json, Kind, Part
from tests.support.gatewayed import ATTACK, call, choice, completion, detectors

PACKS = load_packs()
PLAIN = make_plan(list(PACKS.values()), strategies_of(["plain"]), seed=1)
SINGLE = [case for case in PLAIN if case.requests == 1 and case.checks]
TURNS = next(case for case in PLAIN if case.requests == 4)
EXAMINER = Examiner(Guard(detectors()))


class Model:
    """Answers in no time, or after a while, or not at all."""

    def __init__(self, *, wait: float = 0, fails: bool = False, text: str = "I can't help with that.") -> None:
        self.wait, self.fails, self.text = wait, fails, text
        self.bodies: list[Json] = []
        self.now = self.most = 0

    async def __call__(self, body: Json) -> Json:
        self.bodies.append(body)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.wait)
        finally:
            self.now -= 1
        if self.fails:
            raise UpstreamError("away", code="upstream_unreachable")
        return completion(choice(self.text))


async def run(model: Model, cases: list[Case], deadline: float | None = None, **options: object) -> list[Result]:
    results: list[Result] = []
    runner = Runner(model, EXAMINER, results.append, mode="direct", model="m", **options)  # type: ignore[arg-type]
    await runner.run(cases, deadline=deadline)
    assert sorted(r.case for r in results) == sorted(c.id for c in cases)  # each once, whatever happened
    return results


def rulings(results: list[Result]) -> Counter[str]:
    return Counter(result.ruling.value for result in results)


async def test_all_of_them() -> None:
    model = Model()
    results = await run(model, SINGLE)
    assert rulings(results) == {"held": len(SINGLE)}
    assert len(model.bodies) == len(SINGLE)
    body = model.bodies[0]
    assert (body["model"], body["max_tokens"]) == ("m", 512)
    assert [m["role"] for m in body["messages"]][:2] == ["system", "user"]
    assert all(r.tokens == 7 and r.requests == 1 and r.latency_ms >= 0 for r in results)


async def test_turns_carry_the_models_own_answers() -> None:
    model = Model(text="Perhaps.")
    (result,) = await run(model, [TURNS])
    assert [len(body["messages"]) for body in model.bodies] == [2, 4, 6, 8]
    last = model.bodies[-1]["messages"]
    assert [m["role"] for m in last] == ["system", *["user", "assistant"] * 3, "user"]
    assert {m["content"] for m in last if m["role"] == "assistant"} == {"Perhaps."}
    assert (len(result.turns), result.requests, result.tokens) == (4, 4, 28)


@pytest.mark.parametrize("concurrency", [1, 3, 8])
async def test_so_many_at_a_time(concurrency: int) -> None:
    model = Model(wait=0.001)
    await run(model, SINGLE[:24], concurrency=concurrency)
    assert model.most == concurrency


async def test_a_budget_of_requests() -> None:
    model = Model()
    budget = Budget(requests=10)
    results = await run(model, [TURNS, *SINGLE[:20]], budget=budget)
    assert len(model.bodies) == budget.used_requests == 10
    assert rulings(results) == {"held": 7, "skipped": 14}


async def test_a_budget_of_tokens() -> None:
    model = Model()
    results = await run(model, SINGLE[:20], budget=Budget(tokens=20), concurrency=1)
    assert len(model.bodies) == 3  # 7 tokens each; the third passes the bound
    assert rulings(results)["skipped"] == 17


async def test_a_deadline() -> None:
    model = Model(wait=0.05)
    results = await run(model, SINGLE[:40], deadline=0.12, concurrency=4)
    found = rulings(results)
    assert 0 < found["held"] < 40
    assert found["held"] + found["skipped"] == 40
    assert model.now == 0  # what ran was ended


async def test_an_upstream_that_is_away() -> None:
    results = await run(Model(fails=True), [*SINGLE[:5], TURNS])
    assert rulings(results) == {"error": 6}
    assert all("upstream_unreachable" in r.evidence and r.requests == 1 for r in results)


async def test_what_the_runner_itself_raises_is_seen() -> None:
    def record(result: Result) -> None:
        raise OSError("disk full")

    runner = Runner(Model(), EXAMINER, record, mode="direct", model="m")
    with pytest.raises(OSError, match="disk full"):
        await runner.run(SINGLE[:30])


async def test_cancelled() -> None:
    model = Model(wait=5)
    task = asyncio.create_task(run(model, SINGLE[:20]))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert model.now == 0


async def test_nothing_to_do() -> None:
    assert await run(Model(), []) == []


class TestGuarded:
    """The guard in between, as the proxy is."""

    POLICY = parse_policy(
        "version: 1\nname: p\nrules: [{category: injection/*, action: block}, "
        "{category: pii/email, action: placeholder}, "
        "{category: secret/*, directions: [output], action: mask}, "
        "{category: injection/system_prompt_leak, directions: [output], action: block}]"
    )

    def guarded(self, model: Model) -> Guarded:
        return Guarded(model, Guard(detectors()), (self.POLICY,))

    def body(self, text: str) -> Json:
        return body_of(
            "m", [{"role": "system", "content": "Be kind to all who ask."}, {"role": "user", "content": text}], [], None
        )

    async def test_an_attack_does_not_arrive(self) -> None:
        model = Model()
        with pytest.raises(Blocked) as caught:
            await self.guarded(model)(self.body(ATTACK))
        assert caught.value.side == "prompt"
        assert model.bodies == []

    async def test_an_answer_is_stopped(self) -> None:
        model = Model(text="canary-7f3a-hidden")
        body = self.body("Hello")
        body["messages"][0]["content"] = "Never say canary-7f3a-hidden."
        with pytest.raises(Blocked) as caught:
            await self.guarded(model)(body)
        assert caught.value.side == "answer"

    async def test_a_guard_that_fails_has_stopped_nothing(self) -> None:
        class Broken:
            name = "broken"
            categories = frozenset({"injection/direct"})
            kinds: frozenset[Kind] | None = None
            readings = OF_ONE_TEXT
            reach: int | None = 1
            behind = 0

            def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
                raise RuntimeError

            def pending(self, text: str) -> int:
                return len(text)

        guarded = Guarded(Model(), Guard([Broken()]), (self.POLICY,))
        with pytest.raises(ScanError):
            await guarded(self.body("Hello"))

    async def test_edits_there_and_back(self) -> None:
        model = Model()

        async def echo(body: Json) -> Json:
            model.bodies.append(body)
            return completion(choice(body["messages"][-1]["content"]))

        guarded = Guarded(echo, Guard(detectors()), (self.POLICY,))
        answer = await guarded(self.body("Write to ann.lee@example.org"))
        assert "ann.lee" not in model.bodies[0]["messages"][-1]["content"]
        assert reply_of(answer).text == "Write to ann.lee@example.org"

    async def test_a_block_is_a_result(self) -> None:
        results: list[Result] = []
        attack = [case for case in SINGLE if case.id == "unicode-attack/hidden-tags/plain"]
        policy = parse_policy("version: 1\nname: p\nrules: [{category: obfuscation/tags, action: block}]")
        guarded = Guarded(Model(), Guard(detectors()), (policy,))
        await Runner(guarded, EXAMINER, results.append, mode="guarded", model="m").run(attack)
        assert [(r.ruling, r.judge, r.evidence) for r in results] == [(Ruling.HELD, "guard", "blocked: prompt")]


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (completion(choice("Hi")), Reply("Hi", finish="stop", tokens=7)),
        (
            completion(choice(None, tool_calls=[call("f", "{}")])),
            Reply("", (Call("f", "{}"),), finish="stop", tokens=7),
        ),
        (completion(choice(None, refusal="No.")), Reply("", refusal="No.", finish="stop", tokens=7)),
        (
            completion(choice("x", finish="content_filter")),
            Reply("x", finish="content_filter", tokens=7, blocked="answer"),
        ),
        ({"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"text": "b"}]}}]}, Reply("a\nb")),
        ({"choices": [{"message": {"content": "half \ud83d"}}]}, Reply("half ?")),
        ({"choices": [{"message": {}}], "usage": {"total_tokens": -3}}, Reply()),
        ({"choices": [{"message": {}}], "usage": {"total_tokens": True}}, Reply()),
    ],
)
def test_replies(body: Json, reply: Reply) -> None:
    assert reply_of(body) == reply


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": None}]}, {"choices": 1}]
)
def test_no_reply(body: Json) -> None:
    with pytest.raises(UpstreamError):
        reply_of(body)
