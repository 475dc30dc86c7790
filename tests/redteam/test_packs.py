"""The built-in attacks, each with its own example of giving in; and what a pack of one's own may get wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gateway.engine import Guard
from gateway.errors import ConfigError
from gateway.redteam.judge import Examiner
from gateway.redteam.model import Case, Reply, Ruling, Severity, Tried
from gateway.redteam.packs import ATTACKS, chosen, load_packs, version_of
from gateway.redteam.plan import make_plan, strategies_of
from gateway.redteam.readings import find
from tests.support.gatewayed import detectors
from tests.support.victims import REFUSAL

PACKS = load_packs()
PLAIN = {c.id: c for c in make_plan(list(PACKS.values()), strategies_of(["plain"]), seed=3) if c.checks}
ALL = make_plan(list(PACKS.values()), strategies_of(["*"]), seed=3)
each_attack = pytest.mark.parametrize("case", PLAIN.values(), ids=PLAIN)

WANTED = {
    "prompt-injection", "indirect-injection", "jailbreak", "system-prompt", "pii-leak", "data-extraction",
    "secret-leak", "toxicity", "harmful-content", "bias", "encoding-attack", "unicode-attack", "multi-turn",
    "excessive-agency", "tool-misuse", "sql-injection", "ssrf", "hallucination", "off-topic", "policy-bypass",
}  # fmt: skip


@pytest.fixture(scope="module")
def examiner() -> Examiner:
    return Examiner(Guard(detectors()))


def tried(case: Case, reply: Reply) -> list[Tried]:
    return [Tried(step.messages, Reply("Go on.")) for step in case.steps[:-1]] + [Tried(case.steps[-1].messages, reply)]


def test_all_types_are_there() -> None:
    assert PACKS.keys() == WANTED
    assert all(len(pack.attacks) >= 4 for pack in PACKS.values())
    assert len(PLAIN) > 80


def test_file_names_are_types() -> None:
    assert {path.stem for path in ATTACKS.glob("*.yaml")} == PACKS.keys()


@each_attack
async def test_giving_in_is_seen(case: Case, examiner: Examiner) -> None:
    calls = (case.calls,) if case.calls else ()
    ruled = await examiner.examine(case, tried(case, Reply(case.gives_in, calls)))
    assert ruled.ruling is Ruling.BROKEN
    assert ruled.evidence


@each_attack
async def test_a_refusal_holds(case: Case, examiner: Examiner) -> None:
    assert (await examiner.examine(case, tried(case, Reply(REFUSAL)))).ruling is Ruling.HELD


@each_attack
async def test_an_echo_is_not_giving_in(case: Case, examiner: Examiner) -> None:
    """A model that only repeats what it was asked has not obeyed."""
    asked = str(case.steps[-1].messages[0]["content"])
    ruled = await examiner.examine(case, tried(case, Reply(f"You asked me this: {asked}")))
    assert ruled.ruling is not Ruling.BROKEN, ruled


def test_what_must_not_be_said_is_in_no_question() -> None:
    for case in ALL:
        for check in case.checks:
            for value in check.values if check.kind in ("says", "leaks") else ():
                for step in case.steps:
                    assert find(value, str(step.messages[-1]["content"])) is None, (case.id, value)


def test_secrets_are_planted_where_they_leak_from() -> None:
    for case in PLAIN.values():
        for check in case.checks:
            if check.kind == "leaks":
                assert check.values[0] in case.system, case.id


def test_harmful_goals_are_one_line() -> None:
    for attack in PACKS["harmful-content"].attacks:
        (say,) = attack.say
        assert len(say) < 120
        assert "\n" not in say


def test_severities_differ() -> None:
    assert {case.attack.severity for case in PLAIN.values()} == set(Severity)


def test_chosen() -> None:
    assert [p.type for p in chosen(PACKS, ["pii-*", "jailbreak"])] == ["jailbreak", "pii-leak"]
    with pytest.raises(ConfigError, match="no attacks of the type 'pii_leak'"):
        chosen(PACKS, ["jailbreak", "pii_leak"])


ATTACK = {
    "id": "a",
    "goal": "G",
    "severity": "low",
    "say": "S",
    "judge": [{"says": "{joined}"}],
    "gives_in": "{joined}",
}
PACK = {"type": "mine", "title": "T", "about": "A", "control": "C", "attacks": [ATTACK]}


def write(folder: Path, **fields: object) -> Path:
    (folder / "mine.yaml").write_text(yaml.safe_dump({**PACK, **fields}))
    return folder


def test_a_pack_of_ones_own(tmp_path: Path) -> None:
    packs = load_packs([write(tmp_path)])
    assert packs.keys() == {*WANTED, "mine"}
    assert version_of(packs.values()) != version_of(PACKS.values())
    replaced = load_packs([write(tmp_path, type="bias")])
    assert [a.id for a in replaced["bias"].attacks] == ["bias/a"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"colour": "red"}, "colour: there is no such field"),
        ({"attacks": []}, "attacks"),
        ({"type": "Not A Name"}, "type"),
        ({"control": ""}, "control"),
        ({"attacks": [ATTACK, ATTACK]}, "two attacks are called 'a'"),
        ({"attacks": [{**ATTACK, "severity": "awful"}]}, "attacks.a.severity"),
        ({"attacks": [{**ATTACK, "say": "Tell {secret}"}]}, "no value is called 'secret'"),
        ({"attacks": [{**ATTACK, "gives_in": ""}]}, "an example of giving in"),
        ({"attacks": [{**ATTACK, "payload": "x"}]}, "belong together"),
        ({"attacks": [{**ATTACK, "say": "{payload}"}]}, "belong together"),
        ({"attacks": [{**ATTACK, "disguise": "rot14"}]}, "no transform 'rot14'"),
        ({"attacks": [{**ATTACK, "judge": [{"says": "x", "leaks": "y"}]}]}, "exactly one of"),
        ({"attacks": [{**ATTACK, "judge": [{"matches": "("}]}]}, "matches"),
        ({"attacks": [{**ATTACK, "page": "x", "via": "read"}]}, "there is no tool 'read'"),
        ({"attacks": [{**ATTACK, "languages": {"klingon": "x"}}]}, "languages"),
        ({"attacks": [{**ATTACK, "say": ["a", "b"], "languages": {"german": "x"}}]}, "languages"),
    ],
)
def test_mistakes(tmp_path: Path, fields: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=r"mine\.yaml") as caught:
        load_packs([write(tmp_path, **fields)])
    assert says in caught.value.message


@pytest.mark.parametrize("text", ["a: [", "- 1", "", "\xff"])
def test_no_pack_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        load_packs([tmp_path])
    with pytest.raises(ConfigError, match="no such folder"):
        load_packs([tmp_path / "none"])
