"""Rules in plain words and the task of a system prompt, by what a model says texts mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.onnx import Meaning, Model, load_folder
from gateway.engine import Guard, Models
from gateway.engine.rules import Topics, topics_of
from gateway.errors import ConfigError
from gateway.policy import Ruleset, parse_policy
from gateway.settings import ModelSettings
from gateway.types import Delta, Direction, Effect, Kind, Part, Role, Span, Transcript, Verdict
from tests.support.tiny_models import make

# The tiny model's texts mean zebra, Lisbon, both (cosine 0.7 to each), or neither.
CURVE = {"scores": [0.1, 0.5, 0.9], "fpr": [0.1, 0.01, 0.001]}
CALIBRATED = {"topic/rule": {"user": CURVE}, "topic/off_task": {"user": CURVE}}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_folder(make(tmp_path_factory.mktemp("models") / "m", "heads", calibration=CALIBRATED))


def guard(*models: Model) -> Guard:
    return Guard((), models=Models(models))


def policy(*rules: str, plain: tuple[str, ...] = ()) -> Ruleset:
    lines = ["version: 1", "name: p"]
    if plain:
        lines += ["custom_rules:", *(f"- {{{rule}}}" for rule in plain)]
    if rules:
        lines += ["rules:", *(f"- {{{rule}}}" for rule in rules)]
    return parse_policy("\n".join(lines))


NO_ZEBRAS = "name: zebras, text: the zebra"
ONLY_ZEBRAS = "name: zoo, text: the zebra, only: true"


def prompt(*parts: Part) -> Transcript:
    return Transcript(tuple(parts), Direction.INPUT)


async def ask(g: Guard, ruleset: Ruleset, *parts: Part) -> Verdict:
    return await g.begin((ruleset,)).request(prompt(*parts))


@pytest.mark.parametrize(
    ("plain", "text", "blocked"),
    [
        (NO_ZEBRAS, "zebra is fine", True),
        (NO_ZEBRAS, "the weather", False),
        (NO_ZEBRAS, "", False),
        (NO_ZEBRAS, "the zebra of Lisbon", True),
        (f"{NO_ZEBRAS}, threshold: 0.99", "the zebra of Lisbon", False),
        (f"{NO_ZEBRAS}, threshold: 0.99", "zebra is fine", True),
        (f"{NO_ZEBRAS}, max_fpr: 0.1%", "zebra is fine", True),
        (f"{NO_ZEBRAS}, max_fpr: 0.000001%", "zebra is fine", False),
        (f"{NO_ZEBRAS}, max_fpr: 20%", "the weather", False),
        (f"{NO_ZEBRAS}, roles: [tool]", "zebra is fine", False),
        (f"{NO_ZEBRAS}, directions: [output]", "zebra is fine", False),
        (f"{NO_ZEBRAS}, kinds: [document]", "zebra is fine", False),
        (f"{NO_ZEBRAS}, action: flag", "zebra is fine", False),
        (ONLY_ZEBRAS, "zebra is fine", False),
        (ONLY_ZEBRAS, "the weather", True),
    ],
)
async def test_a_rule_in_plain_words(model: Model, plain: str, text: str, blocked: bool) -> None:
    verdict = await ask(guard(model), policy(plain=(plain,)), Part(text))
    assert (verdict.effect is Effect.BLOCK) is blocked
    if blocked:
        (violation,) = verdict.violations
        assert violation.rule in ("zebras", "zoo")
        assert violation.hit.finding.category == f"topic/{violation.rule}"
        assert violation.hit.text == text


async def test_the_system_prompt_may_speak_of_it(model: Model) -> None:
    system = Part("never speak of the zebra", role=Role.SYSTEM)
    verdict = await ask(guard(model), policy(plain=(NO_ZEBRAS,)), system, Part("the weather"))
    assert verdict.effect is Effect.ALLOW


async def test_the_window_that_breaks_the_rule_is_named(model: Model) -> None:
    text = "the weather is fine . " * 20 + "zebra zebra zebra " + "the weather is fine . " * 20
    verdict = await ask(guard(model), policy(plain=(NO_ZEBRAS,)), Part(text))
    assert verdict.effect is Effect.BLOCK
    (violation,) = verdict.violations
    assert "zebra" in violation.hit.text
    assert len(violation.hit.text) < 120


async def test_a_rule_sees_what_is_disguised(model: Model) -> None:
    """In base64, as in every other reading."""
    verdict = await ask(guard(model), policy(plain=(NO_ZEBRAS,)), Part("dGhlIHplYnJhIGlzIGZpbmUgYW5kIHRoZSB6ZWJyYQ=="))
    assert [v.hit.finding.via.partition("/")[0] for v in verdict.violations] != []
    assert verdict.effect is Effect.BLOCK


async def test_what_alone_is_allowed_is_judged_as_the_text_stands(model: Model) -> None:
    text = "the zebra dGhlIHdlYXRoZXIgaXMgZmluZSBhbmQgdGhlIHJhaW4="
    verdict = await ask(guard(model), policy(plain=(ONLY_ZEBRAS,)), Part(text))
    assert verdict.effect is Effect.ALLOW


async def test_plain_rules_are_asked_before_the_others(model: Model) -> None:
    ruleset = policy("category: 'topic/*', action: allow", plain=(NO_ZEBRAS,))
    assert (await ask(guard(model), ruleset, Part("zebra is fine"))).effect is Effect.BLOCK
    ruleset = policy("category: topic/zebras, threshold: 0.01, action: block", plain=(f"{NO_ZEBRAS}, threshold: 1",))
    assert (await ask(guard(model), ruleset, Part("the weather"))).effect is Effect.BLOCK


async def test_more_rules_cost_no_inference(model: Model) -> None:
    spent = []
    for count in (1, 100):
        g = guard(model)
        ruleset = policy(plain=tuple(f"name: r{i}, text: 'the zebra {i}'" for i in range(count)))
        g.check_policy(ruleset)
        verdict = await ask(g, ruleset, Part("zebra is fine"))
        assert len(verdict.violations) == count
        spent.append(g.models.stats()["batches"])
    assert spent == [1, 1]


async def test_an_answer_is_judged_and_a_stream_is_stopped(model: Model) -> None:
    exchange = guard(model).begin((policy(plain=(NO_ZEBRAS,)),))
    answer = Transcript((Part("zebra is fine", role=Role.ASSISTANT),), Direction.OUTPUT)
    assert (await exchange.response(answer)).effect is Effect.BLOCK
    stream = exchange.stream()
    await stream.feed(Delta(("c",), Part("zebra is fine", ("c",), Role.ASSISTANT)))
    assert (await stream.close(("c",))).stopped
    assert stream.verdict().coverage.scanned > 0


async def test_overload_is_said_for_rules_too(model: Model) -> None:
    g = Guard((), models=Models([model], ModelSettings(queue=1)))
    verdict = await ask(g, policy(plain=(NO_ZEBRAS,)), Part("the weather"))
    assert (verdict.effect, verdict.errors) == (Effect.BLOCK, ("m: Overloaded",))


OFF_TASK = "category: topic/off_task, action: block"
SYSTEM = Part("the zebra", ("s",), Role.SYSTEM)


@pytest.mark.parametrize(
    ("system", "text", "blocked"),
    [
        (SYSTEM, "zebra is fine", False),
        (SYSTEM, "of Lisbon", True),
        (SYSTEM, "the zebra of Lisbon", False),
        (Part("the zebra", ("s",), Role.DEVELOPER), "of Lisbon", True),
        (Part("the zebra", ("s",), Role.USER), "of Lisbon", False),
    ],
)
async def test_a_message_that_leaves_the_task(model: Model, system: Part, text: str, blocked: bool) -> None:
    verdict = await ask(guard(model), policy(OFF_TASK), system, Part(text, ("u",)))
    assert (verdict.effect is Effect.BLOCK) is blocked
    if blocked:
        (violation,) = verdict.violations
        assert (violation.hit.part.path, violation.hit.text) == (("u",), text)


async def test_an_answer_that_leaves_the_task(model: Model) -> None:
    g = guard(model)
    exchange = g.begin((policy(OFF_TASK + ", directions: [output]"),))
    assert (await exchange.request(prompt(SYSTEM, Part("of Lisbon", ("u",))))).effect is Effect.ALLOW
    for text, effect in (("of Lisbon", Effect.BLOCK), ("zebra is fine", Effect.ALLOW)):
        answer = Transcript((Part(text, ("a",), Role.ASSISTANT),), Direction.OUTPUT)
        assert (await exchange.response(answer)).effect is effect
        stream = exchange.stream()
        await stream.feed(Delta(("c",), Part(text, ("c",), Role.ASSISTANT)))
        assert (await stream.close(("c",))).stopped is (effect is Effect.BLOCK)


async def test_the_system_prompt_is_read_once(model: Model) -> None:
    g = guard(model)
    for text in ("of Lisbon", "zebra is fine", "the rain"):
        await ask(g, policy(OFF_TASK), SYSTEM, Part(text, ("u",)))
    assert g.models.stats()["tokens"] == 4 + 4 + 5 + 4


@pytest.mark.parametrize("kind", [Kind.TOOL_CALL, Kind.DOCUMENT, Kind.TOOL_RESULT])
async def test_only_messages_have_to_keep_to_the_task(model: Model, kind: Kind) -> None:
    verdict = await ask(guard(model), policy(OFF_TASK), SYSTEM, Part("of Lisbon", ("u",), kind=kind))
    assert verdict.effect is Effect.ALLOW


@pytest.mark.parametrize(("glob", "asked"), [("'*/*'", False), ("'topic/*'", True), ("topic/off_task", True)])
async def test_the_task_is_enforced_where_a_rule_says_topic(model: Model, glob: str, asked: bool) -> None:
    verdict = await ask(guard(model), policy(f"category: {glob}, action: flag"), SYSTEM, Part("of Lisbon", ("u",)))
    assert any(hit.finding.category == "topic/off_task" for hit in verdict.hits) is asked


def test_rules_need_a_model_that_embeds(tmp_path: Path) -> None:
    g = guard(load_folder(make(tmp_path / "c", "classifier")))
    with pytest.raises(ConfigError, match=r"'zebras'.* need a model that gives an embedding"):
        g.check_policy(policy(plain=(NO_ZEBRAS,)))
    g.check_policy(policy(OFF_TASK))


def test_rules_by_share_need_a_calibration(tmp_path: Path) -> None:
    g = guard(load_folder(make(tmp_path / "m", "heads")))
    g.check_policy(policy(plain=(NO_ZEBRAS,)))
    with pytest.raises(ConfigError, match="no calibration of topic/rule"):
        g.check_policy(policy(plain=(f"{NO_ZEBRAS}, max_fpr: 1%",)))


@pytest.mark.parametrize(
    ("plain", "says"),
    [
        ("name: off_task, text: the zebra", "choose another name"),
        ("name: a, text: the zebra, action: explode", "unknown action"),
        ("name: A B, text: the zebra", "small letters"),
        ("name: a, text: the zebra, action: replace", "`with`"),
        ("name: a", "text"),
    ],
)
def test_mistakes_in_plain_rules_are_named(plain: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        policy(plain=(plain,))
    with pytest.raises(ConfigError, match="the same name"):
        policy(plain=(NO_ZEBRAS, NO_ZEBRAS))


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_a_longer_text_is_never_less_of_a_hit(model: Model, kinds: list[int], data: st.DataObject) -> None:
    """The nearest window counts; and the share of honest texts that score so high grows with the windows."""
    topics = topics_of((policy(plain=(f"{NO_ZEBRAS}, threshold: 0",)),), Direction.INPUT, (model,))
    assert isinstance(topics, Topics)
    vectors = model.embed(["the zebra", "the weather", "of Lisbon", "the zebra of Lisbon"])[kinds]
    spans = tuple(Span(10 * i, 10 * i + 10) for i in range(len(kinds)))
    part = Part("x" * 10 * len(kinds))
    (whole,) = topics.findings(part, Meaning(vectors, spans))
    some = data.draw(st.integers(1, len(kinds)))
    (fewer,) = topics.findings(part, Meaning(vectors[:some], spans[:some]))
    assert whole.score >= fewer.score
    alone = [topics.findings(part, Meaning(vectors[i : i + 1], spans[i : i + 1]))[0] for i in range(len(kinds))]
    best = max(alone, key=lambda finding: finding.score)
    assert whole.score == pytest.approx(best.score, abs=1e-6)
    assert whole.fpr >= best.fpr
    assert np.isclose(whole.fpr, 1 - (1 - best.fpr) ** len(kinds), atol=1e-6)
