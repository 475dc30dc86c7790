"""An LLM that decides about rules in plain words: what it is told, what counts as its answer, what if not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.onnx import Model, load_folder
from gateway.engine import Guard, Judge, Models
from gateway.engine.judge import JudgeFailed
from gateway.errors import ConfigError, UpstreamError
from gateway.policy import PlainRule, Ruleset, parse_policy
from gateway.settings import ModelSettings
from gateway.types import Direction, Effect, Part, Role, Transcript, Verdict
from tests.support.tiny_models import make

RULE = PlainRule(name="a", text="No talk about the harbour.")


def says(*applies: bool, manipulation: bool = False, confidence: float = 0.9) -> str:
    verdicts = [{"id": f"r{i}", "applies": a, "confidence": confidence} for i, a in enumerate(applies)]
    return json.dumps({"verdicts": verdicts, "manipulation": manipulation})


class Scripted:
    """Gives its answers in turn, the last again and again; an exception is raised."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[list[dict[str, str]]] = []

    async def __call__(self, messages: list[dict[str, str]]) -> str:
        self.asked.append(messages)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answer", "score"),
    [(says(True), 0.9), (says(False), 0.1), (says(False, confidence=0.2), 0.5), (says(False, manipulation=True), 1.0)],
)
async def test_its_opinion_is_a_score(answer: str, score: float) -> None:
    (found,) = await Judge(Scripted(answer), "j").scores([RULE], "text", "")
    assert found == pytest.approx(score)


@pytest.mark.parametrize(
    "answer",
    [
        "", "yes", "{}", "[]", f"Sure! {says(True)}", f"```json\n{says(True)}\n```", says(True, True), says(),
        says(True).replace("r0", "r1"), says(True).replace("0.9", "2"), says(True).replace("true", '"true"'),
        says(True)[:-1], says(True).replace("}", ', "more": 1}', 1), says(True) + says(True),
        UpstreamError("down"),
    ],
)  # fmt: skip
async def test_whatever_else_it_says_is_a_failure(answer: str | Exception) -> None:
    judge = Judge(Scripted(answer, says(True)), "j")
    with pytest.raises(JudgeFailed):
        await judge.scores([RULE], "text", "")
    assert await judge.scores([RULE], "text", "") == (0.9,)  # nothing of it is remembered


async def test_silence_is_a_failure() -> None:
    async def silent(messages: object) -> str:
        await asyncio.sleep(60)
        return says(True)

    with pytest.raises(JudgeFailed, match="in time"):
        await Judge(silent, "j", deadline=0.01).scores([RULE], "text", "")
    with pytest.raises(JudgeFailed, match="more than 10 characters"):
        await Judge(Scripted(says(True)), "j", longest=10).scores([RULE], "a longer text", "")


@settings(deadline=None)
@given(st.text())
async def test_a_text_cannot_leave_its_string(text: str) -> None:
    """Whatever it holds, the message is one JSON object with the rules as we wrote them, and the text in its place."""
    ask = Scripted(says(True))
    await Judge(ask, "j").scores([RULE], text, "")
    system, user = ask.asked[0]
    assert text == "" or len(text) < 5 or text not in system["content"]
    assert user["content"].isascii()
    assert json.loads(user["content"]) == {"rules": [{"id": "r0", "rule": RULE.text}], "text": text}


async def test_what_was_asked_before_is_known_to_the_same_client_only() -> None:
    ask = Scripted(says(True))
    judge = Judge(ask, "j", cache=2)
    for text, tenant in (("a", "ann"), ("a", "ann"), ("a", "bob"), ("b", "ann"), ("a", "ann")):
        await judge.scores([RULE], text, tenant)
    assert len(ask.asked) == 4  # the last was forgotten


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_folder(make(tmp_path_factory.mktemp("models") / "m", "heads"))


def policy(**top: str) -> Ruleset:
    lines = ["version: 1", "name: p", *(f"{key}: {value}" for key, value in top.items())]
    rules = [
        "custom_rules:",
        "- {name: zoo, text: the zebra, judge: true}",
        "- {name: rain, text: the rain, threshold: 0.9}",
    ]
    return parse_policy("\n".join([*lines, *rules]))


async def ask(model: Model, judge: Judge | None, ruleset: Ruleset, text: str) -> Verdict:
    guard = Guard((), models=Models([model]), judge=judge)
    parts = (Part("the rain", ("s",), Role.SYSTEM), Part(text, ("u",)))
    return await guard.begin((ruleset,)).request(Transcript(parts, Direction.INPUT))


@pytest.mark.parametrize(
    ("text", "answer", "effect"),
    [
        ("zebra is fine", says(False), Effect.ALLOW),  # though it is near
        ("of Lisbon", says(True), Effect.BLOCK),  # though it is far
        ("of Lisbon", says(False), Effect.ALLOW),
        ("rain and rain", says(False), Effect.BLOCK),  # by the other rule, which asks nobody
    ],
)
async def test_the_judge_decides_in_the_place_of_vectors(model: Model, text: str, answer: str, effect: Effect) -> None:
    scripted = Scripted(answer)
    verdict = await ask(model, Judge(scripted, "j"), policy(), text)
    assert verdict.effect is effect
    assert verdict.degraded == ()
    (messages,) = scripted.asked  # not about the system prompt
    assert json.loads(messages[1]["content"]) == {"rules": [{"id": "r0", "rule": "the zebra"}], "text": text}


@pytest.mark.parametrize("judge", [None, Judge(Scripted("no JSON"), "j")])
async def test_where_it_fails_the_policy_decides(model: Model, judge: Judge | None) -> None:
    near = await ask(model, judge, policy(), "zebra is fine")
    assert (near.effect, near.degraded, near.errors) == (Effect.BLOCK, ("judge",), ())
    far = await ask(model, judge, policy(), "of Lisbon")
    assert (far.effect, far.degraded) == (Effect.ALLOW, ("judge",))
    strict = await ask(model, judge, policy(on_judge_error="error"), "of Lisbon")
    assert (strict.effect, strict.errors) == (Effect.BLOCK, ("judge: JudgeFailed",))


async def test_one_that_is_late_is_waited_for_once(model: Model) -> None:
    asked: list[object] = []

    async def silent(messages: object) -> str:
        asked.append(messages)
        await asyncio.sleep(60)
        return says(True)

    guard = Guard((), models=Models([model]), judge=Judge(silent, "j", deadline=0.05))
    parts = tuple(Part(text, (text,)) for text in ("zebra is fine", "of Lisbon", "the word"))
    verdict = await guard.begin((policy(),)).request(Transcript(parts, Direction.INPUT))
    assert (verdict.effect, verdict.degraded) == (Effect.BLOCK, ("judge",))
    assert len(asked) == 1
    verdict = await guard.begin((policy(on_judge_error="error"),)).request(Transcript(parts, Direction.INPUT))
    assert (verdict.effect, verdict.errors) == (Effect.BLOCK, ("judge: JudgeFailed",))
    assert len(asked) == 2


async def test_one_that_fails_at_once_is_asked_for_each_text(model: Model) -> None:
    scripted = Scripted(UpstreamError("down"), says(False))
    guard = Guard((), models=Models([model]), judge=Judge(scripted, "j"))
    parts = tuple(Part(text, (text,)) for text in ("of Lisbon", "zebra is fine"))
    verdict = await guard.begin((policy(),)).request(Transcript(parts, Direction.INPUT))
    assert (verdict.effect, len(scripted.asked)) == (Effect.ALLOW, 2)


async def test_it_is_waited_for_no_longer_than_the_request_has(model: Model) -> None:
    async def silent(messages: object) -> str:
        await asyncio.sleep(60)
        return says(True)

    guard = Guard((), models=Models([model], ModelSettings(deadline=0.5)), judge=Judge(silent, "j", deadline=50))
    transcript = Transcript((Part("of Lisbon", ("u",)),), Direction.INPUT)
    async with asyncio.timeout(20):
        verdict = await guard.begin((policy(),)).request(transcript)
    assert verdict.degraded == ("judge",)


@pytest.mark.parametrize("more", ["max_fpr: 1%", "only: true"])
def test_what_does_not_go_with_a_judge(more: str) -> None:
    rule: dict[str, Any] = {"name": "a", "text": "the zebra"}
    PlainRule.model_validate(rule | {"judge": True})
    with pytest.raises(ConfigError, match="`judge` goes with"):
        parse_policy(f"version: 1\nname: p\ncustom_rules: [{{name: a, text: the zebra, judge: true, {more}}}]")
