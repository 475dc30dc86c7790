"""Models behind the guard: findings and rules, scores, caches, overload, streams."""

from __future__ import annotations

import base64
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.detectors.base import RegexDetector, Row
from gateway.detectors.onnx import Model, load_folder
from gateway.engine import Guard, Models, load_models, self_test
from gateway.engine.models import folders_of
from gateway.errors import ModelError, TooLargeToScan
from gateway.policy import parse_policy
from gateway.settings import ModelSettings
from gateway.text import frames
from gateway.text.frames import fingerprint
from gateway.types import Delta, Direction, Effect, Kind, Part, Role, Transcript, Verdict
from tests.support.tiny_models import make


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load_folder(make(tmp_path / "m", "heads"))


def guard(model: Model, **settings: object) -> Guard:
    return Guard((), models=Models([model], ModelSettings.model_validate(settings)))


def policy(rule: str, **top: str) -> str:
    return "version: 1\nname: p\n" + "".join(f"{k}: {v}\n" for k, v in top.items()) + f"rules:\n- {{{rule}}}\n"


BLOCK = "category: injection/direct, action: block"
REFUSAL = "category: 'output/*', threshold: 0, action: flag"


def prompt(*texts: str) -> Transcript:
    return Transcript(tuple(Part(t, ("m", i), message=i) for i, t in enumerate(texts)), Direction.INPUT)


async def test_a_rule_claims_what_a_model_finds(model: Model) -> None:
    exchange = guard(model).begin((parse_policy(policy(BLOCK)),))
    verdict = await exchange.request(prompt("the weather", "the zebra"))
    assert verdict.effect is Effect.BLOCK
    assert [v.hit.part.message for v in verdict.violations] == [1]
    assert verdict.coverage.scanned == verdict.coverage.seen
    assert "m" in verdict.timings_ms


async def test_low_scores_are_scores_but_no_findings(model: Model) -> None:
    verdict = await guard(model).begin((parse_policy(policy(BLOCK)),)).request(prompt("the weather"))
    assert verdict.effect is Effect.ALLOW
    assert verdict.hits == ()
    assert 0 < verdict.scores["injection/direct"] < 0.1


@pytest.mark.parametrize(
    ("rule", "text", "claimed"),
    [
        ("max_fpr: 1%", "the zebra", True),
        ("max_fpr: 0.0001%", "the zebra", False),
        ("max_fpr: 0.01", "the weather", False),
        ("max_fpr: 1%, threshold: 0.999", "the zebra", False),
        ("threshold: 0.001", "the weather", True),
    ],
)
async def test_rules_by_score_and_by_false_positives(model: Model, rule: str, text: str, claimed: bool) -> None:
    ruleset = parse_policy(policy(f"category: injection/direct, action: flag, {rule}"))
    verdict = await guard(model).begin((ruleset,)).request(prompt(text))
    assert bool(verdict.violations) is claimed
    assert not claimed or verdict.hits


async def test_sentences_of_frameworks_are_not_read(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = fingerprint("Mind the zebra.")
    known = frames._Known(frozenset({int(mark.split()[0])}), frozenset({mark}), frozenset())
    monkeypatch.setattr(frames, "_known", lambda: known)
    guarded, rules = guard(model), (parse_policy(policy(BLOCK)),)

    async def judged(text: str, **fields: Any) -> Verdict:
        part = Part(text, ("m",), **fields)
        return await guarded.begin(rules).request(Transcript((part,), Direction.INPUT))

    assert (await judged("Mind the zebra. How is the weather?")).effect is Effect.ALLOW
    assert (await judged("Mind the zebra.")).effect is Effect.ALLOW
    verdict = await judged("Mind the zebra. I saw the zebra.")
    (hit,) = verdict.hits
    assert hit.text == " I saw the zebra."
    assert hit.part.text == "Mind the zebra. I saw the zebra."
    # only of what a user says
    assert (await judged("Mind the zebra.", role=Role.TOOL, kind=Kind.TOOL_RESULT)).effect is Effect.BLOCK
    assert (await judged("Mind the zebra.", kind=Kind.DOCUMENT)).effect is Effect.BLOCK


async def test_json_is_read_as_what_it_says(tmp_path: Path) -> None:
    model = load_folder(make(tmp_path / "c"))
    part = Part('{"q": "the \\u007aebra"}', ("a",), Role.USER, kind=Kind.TOOL_CALL, json=True)
    verdict = await guard(model).begin((parse_policy(policy(BLOCK)),)).request(Transcript((part,), Direction.INPUT))
    assert verdict.effect is Effect.BLOCK


async def test_in_a_conversation_only_new_text_is_read(model: Model) -> None:
    g = guard(model)
    rules = (parse_policy(policy(BLOCK)),)
    turns = [f"the weather is fine {'oh ' * n}" for n in range(10)]
    spent = []
    for n in range(1, 11):
        await g.begin(rules, "ann").request(prompt(*turns[:n]))
        spent.append(g.models.stats()["tokens"])
    grown = [b - a for a, b in pairwise(spent)]
    assert all(more <= n + 16 for n, more in enumerate(grown))
    assert g.models.stats()["hits"] == 45
    await g.begin(rules, "bob").request(prompt(*turns))
    assert g.models.stats()["tokens"] == 2 * spent[-1]


async def test_equal_texts_of_one_request_are_read_once(model: Model) -> None:
    g = guard(model, cache=0)
    verdict = await g.begin((parse_policy(policy(BLOCK)),)).request(prompt("the zebra", "the zebra"))
    assert len(verdict.violations) == 2
    assert g.models.stats()["batches"] == 1


async def test_accents_are_read_twice_only_by_models_that_see_them(tmp_path: Path) -> None:
    """A tokenizer without capitals and accents makes one text of both."""
    for shape, tokens in (("bert", 1), ("roberta", 2)):
        g = guard(load_folder(make(tmp_path / shape, "heads", shape)))
        await g.begin((parse_policy(policy("category: '*/*', action: flag")),)).request(prompt("th\u00e9 w\u00ebather"))
        assert g.models.cache.misses == tokens, shape


@pytest.mark.parametrize("settings", [{"queue": 1}, {"deadline": 1e-9}])
async def test_overload_blocks_or_leaves_it_to_the_rules(model: Model, settings: dict[str, object]) -> None:
    """Never a silent skip."""
    g = guard(model, **settings)
    verdict = await g.begin((parse_policy(policy(BLOCK)),)).request(prompt("the weather"))
    assert verdict.effect is Effect.BLOCK
    assert verdict.errors == ("m: Overloaded",)
    verdict = await g.begin((parse_policy(policy(BLOCK, on_overload="rules_only")),)).request(prompt("the weather"))
    assert verdict.effect is Effect.ALLOW
    assert verdict.degraded == ("m",)
    assert not verdict.errors
    assert verdict.coverage.scanned == 0


async def test_a_faulty_model_is_a_failed_detector(
    model: Model, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(texts: object) -> None:
        raise RuntimeError("private words")

    monkeypatch.setattr(model, "infer", fault)
    verdict = await guard(model).begin((parse_policy(policy(BLOCK)),)).request(prompt("the weather"))
    assert (verdict.effect, verdict.errors) == (Effect.BLOCK, ("m: RuntimeError",))
    assert "private" not in caplog.text


async def test_too_long_a_prompt_is_refused_too_long_an_answer_blocked(model: Model) -> None:
    exchange = guard(model).begin((parse_policy(policy("category: '*/*', threshold: 0.9, action: block")),))
    with pytest.raises(TooLargeToScan, match="5000 tokens"):
        await exchange.request(prompt("word " * 6000))
    answer = Transcript((Part("word " * 6000, role=Role.ASSISTANT),), Direction.OUTPUT)
    verdict = await exchange.response(answer)
    assert (verdict.effect, verdict.errors) == (Effect.BLOCK, ("too_large_to_scan",))


SPLIT = ("the weather is zeb", "ra and fine")


@pytest.mark.parametrize(("joined", "effect"), [("rules", Effect.ALLOW), ("models", Effect.BLOCK)])
async def test_messages_are_read_together_where_the_policy_says_so(model: Model, joined: str, effect: Effect) -> None:
    """E-18: what is split over messages and comes together in the model's head."""
    verdict = await guard(model).begin((parse_policy(policy(BLOCK, joined=joined)),)).request(prompt(*SPLIT))
    assert verdict.effect is effect
    if effect is Effect.BLOCK:
        assert [v.hit.text for v in verdict.violations] == list(SPLIT)
        assert {v.hit.finding.via for v in verdict.violations} == {"joined"}


async def test_what_one_message_says_is_not_said_again_of_all(model: Model) -> None:
    rules = (parse_policy(policy(BLOCK, joined="models")),)
    verdict = await guard(model).begin(rules).request(prompt("the zebra", "the weather"))
    assert [(v.hit.part.message, v.hit.finding.via) for v in verdict.violations] == [(0, "raw")]
    calm = await guard(model).begin(rules).request(prompt("the rain", "the weather"))
    assert (calm.effect, calm.hits) == (Effect.ALLOW, ())


def delta(text: str) -> Delta:
    return Delta(("c",), Part(text, ("c",), Role.ASSISTANT))


async def test_a_stream_is_stopped_by_a_model(tmp_path: Path) -> None:
    model = load_folder(make(tmp_path / "c"))
    stream = guard(model).begin((parse_policy(policy(BLOCK)),)).stream()
    text = "the weather is fine " * 20 + "zebra " + "and fine " * 60
    out = ""
    for at in range(0, len(text), 7):
        released = await stream.feed(delta(text[at : at + 7]))
        out += released.text
        if released.stopped:
            break
    assert stream.stopped
    assert 200 < len(out) < 700
    assert stream.verdict().effect is Effect.BLOCK


async def test_at_its_end_a_stream_is_judged_as_a_whole(tmp_path: Path) -> None:
    model = load_folder(make(tmp_path / "c"))
    g = guard(model)
    exchange = g.begin((parse_policy(policy(BLOCK)),))
    for text, effect in (("the weather", Effect.ALLOW), ("the zebra", Effect.BLOCK)):
        stream = exchange.stream()
        await stream.feed(delta(text))
        released = await stream.close(("c",))
        assert released.stopped is (effect is Effect.BLOCK)
        assert stream.verdict().effect is effect
        whole = await exchange.response(Transcript((Part(text, role=Role.ASSISTANT),), Direction.OUTPUT))
        assert whole.effect is effect


async def test_an_overloaded_stream(tmp_path: Path) -> None:
    model = load_folder(make(tmp_path / "c"))
    g = guard(model, queue=1)
    stream = g.begin((parse_policy(policy(BLOCK)),)).stream()
    await stream.feed(delta("the weather"))
    assert (await stream.close(("c",))).stopped
    assert stream.verdict().errors == ("c: Overloaded",)
    stream = g.begin((parse_policy(policy(BLOCK, on_overload="rules_only")),)).stream()
    await stream.feed(delta("the weather"))
    assert not (await stream.close(("c",))).stopped
    assert stream.verdict().degraded == ("c",)


def test_models_are_found_in_folders(tmp_path: Path) -> None:
    make(tmp_path / "one", "tagger")
    make(tmp_path / "two")
    (tmp_path / "notes").mkdir()
    own = {path.name for path in folders_of(ModelSettings())}
    settings = ModelSettings(folders=(tmp_path,), enabled=("one", "t*"))
    assert {path.name for path in folders_of(settings)} - own == {"one", "two"}
    loaded = load_models(ModelSettings(folders=(tmp_path,), enabled=("one",)))
    assert [m.name for m in loaded.loaded] == ["one"]
    assert load_models(ModelSettings(folders=(tmp_path,), enabled=())).loaded == ()
    with pytest.raises(ModelError, match="no such folder"):
        folders_of(ModelSettings(folders=(tmp_path / "nowhere",)))


def test_the_self_test_scores_golden_texts(tmp_path: Path) -> None:
    wrong = {"text": "the zebra", "scores": {"injection/direct": 0.1}}
    (problem,) = self_test([load_folder(make(tmp_path / "m", golden=[wrong]))])
    assert "should be 0.1" in problem


NESTED = "- {category: obfuscation/nested_encoding, action: flag}\n"


async def test_what_no_reading_reached_is_told_where_only_models_read(model: Model) -> None:
    exchange = guard(model).begin((parse_policy(policy(BLOCK) + NESTED),))
    noise = " ".join(Random(7).randbytes(20).hex() for _ in range(1600))
    verdict = await exchange.request(prompt("the weather", noise))
    assert [u.reason for u in verdict.unscanned] == ["too_much_encoding"]
    assert verdict.coverage.scanned < verdict.coverage.seen
    deep = "the weather is fine and so on"
    for _ in range(8):
        deep = base64.b64encode(deep.encode()).decode()
    verdict = await exchange.request(prompt(deep))
    assert [v.hit.finding.category for v in verdict.violations] == ["obfuscation/nested_encoding"]


async def test_rules_and_models_tell_it_once(model: Model) -> None:
    rules = RegexDetector("r", (Row("pii/email", r"(?P<v>joe@x\.io)"),))
    both = Guard((rules,), models=Models([model], ModelSettings()))
    exchange = both.begin((parse_policy(policy(BLOCK) + "- {category: 'pii/*', action: mask}\n" + NESTED),))
    noise = " ".join(Random(7).randbytes(20).hex() for _ in range(1600))
    assert len((await exchange.request(prompt(noise))).unscanned) == 1
