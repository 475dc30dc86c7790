"""Policy files: every mistake is named with its line, and one mistake keeps all of them out."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from gateway import resources
from gateway.errors import ConfigError
from gateway.policy import idle, load_policies, parse_policy

GOOD = """\
version: 1
name: mine
rules:
  - category: pii/*
    action: mask
"""


def test_a_good_file() -> None:
    ruleset = parse_policy(GOOD)
    assert ruleset.name == "mine"
    assert len(ruleset.version) == 12


def test_the_version_follows_what_the_file_says_not_how() -> None:
    again = parse_policy("# comment\n" + GOOD.replace("pii/*", '["pii/*"]'))
    other = parse_policy(GOOD.replace("mask", "flag"))
    assert again.version == parse_policy(GOOD).version
    assert other.version != again.version


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD + "    treshold: 0.7\n", 6, "treshold"),
        (GOOD + "colour: red\n", 6, "colour"),
        (GOOD + "name: again\n", 6, "stands twice"),
        (GOOD.replace("mask", "explode"), 5, "there are: allow, flag, mask"),
        (GOOD + "    threshold: 1.5\n", 6, "threshold"),
        (GOOD.replace("pii/*", "pii"), 4, "category"),
        (GOOD.replace("mask", "replace"), 4, "with"),
        (GOOD.replace("version: 1", "version: 2"), 1, "version"),
        (GOOD.replace("mine", "Not A Name"), 2, "name"),
        (GOOD + "    directions: [sideways]\n", 6, "directions"),
        (GOOD + "    quoted: true\n", 4, "needs `directions: [input]`"),
        (GOOD + "allow:\n  - patterns: ['(a']\n", 1, "RE2"),
        ("a: [", 1, "YAML"),
        ("", 1, "must be a mapping"),
        (GOOD + "description: 2024-13-45\n", 6, "put it in quotes"),
        (GOOD.replace("version: 1", "version: " + "9" * 5000), 1, "put it in quotes"),
        (GOOD + "description: !!python/object:os.system x\n", 6, "not valid YAML"),
        (GOOD + f"description: {'[' * 2000}{']' * 2000}\n", 1, "nested too deeply"),
        (GOOD + "rules: &a [*a]\n", 6, "stand for too much"),
        ("a: &a [x]\n" + "".join(f"{b}: &{b} [{f'*{a},' * 9}]\n" for a, b in pairwise("abcdefghijk")), 1, "too much"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "p.yaml")
    assert caught.value.message.startswith(f"p.yaml:{line}:") or (
        line == 1 and caught.value.message.startswith("p.yaml:")
    )
    assert says in caught.value.message


def test_a_glob_that_fits_no_category_is_a_typing_mistake() -> None:
    known = frozenset({"secret/jwt"})
    with pytest.raises(ConfigError, match=r"p.yaml:4: .*fits no category"):
        parse_policy(GOOD.replace("pii", "pij"), "p.yaml", known)
    parse_policy(GOOD.replace("pii", "secret"), "p.yaml", known)


@pytest.mark.parametrize("category", ["harm/*", "harm/weapons", "topic/off_task", "bias/social", "pii/person"])
def test_what_only_models_find_is_known_without_them(category: str) -> None:
    ruleset = parse_policy(GOOD.replace("pii/*", category), "p.yaml", frozenset({"secret/jwt"}))
    assert idle(ruleset, {"secret/jwt"}) == [category]
    assert idle(ruleset, {"secret/jwt", "harm/weapons", "topic/off_task", "bias/social", "pii/person"}) == []


def test_own_categories_count_as_known() -> None:
    text = GOOD.replace("pii/*", "custom/code") + "custom:\n  - category: custom/code\n    keywords: [zebra]\n"
    assert parse_policy(text, "p.yaml", frozenset()).policy.custom[0].category == "custom/code"


def test_one_bad_file_keeps_all_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD.replace("mine", "yours").replace("mask", "explode"))
    with pytest.raises(ConfigError, match=r"b.yaml:5"):
        load_policies([tmp_path])


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(GOOD.replace("mask", "explode"))
    with pytest.raises(ConfigError) as caught:
        load_policies([tmp_path])
    assert len(caught.value.message.splitlines()) == 2


def test_two_files_of_one_folder_may_not_share_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    with pytest.raises(ConfigError, match=r"also in a.yaml"):
        load_policies([tmp_path])


def test_a_later_folder_replaces_a_policy(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for folder, action in ((first, "mask"), (second, "block")):
        folder.mkdir()
        (folder / "p.yaml").write_text(GOOD.replace("mask", action))
    assert load_policies([first, second])["mine"].policy.rules[0].action == "block"


def test_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_policies([tmp_path / "none"])
    with pytest.raises(ConfigError, match="no policies"):
        load_policies([tmp_path])


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(ConfigError, match="is no file"):
        load_policies([tmp_path])


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    with pytest.raises(ConfigError, match="there are: mine"):
        load_policies([tmp_path])["yours"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "    treshold: 0.7\n", "rules.0.treshold: there is no such field; `threshold` was meant?"),
        (GOOD.replace("rules:", "rule:"), "rule: there is no such field; `rules` was meant?"),
        (GOOD + "allow:\n  - {category: pii/*, pattern: [a]}\n", "`patterns` was meant?"),
        (GOOD + "tools:\n  zebra: 1\n", "tools.zebra: there is no such field; there are: allow, deny, arguments"),
        (GOOD.replace("pii/*", "pii"), "a category is `family/name`, as `pii/email`, or a glob, as `pii/*`"),
        (GOOD + "custom:\n  - {category: code, keywords: [a]}\n", "must be `custom/` and a name in small letters"),
        (GOOD.replace("mine", "Not A Name"), "name: must be a name in small letters, digits, `-` and `_`"),
        (GOOD + "custom_rules:\n  - {name: No Politics, text: no politics}\n", "must be a name in small letters"),
        (GOOD + "    directions: input\n", "directions: must be a list"),
        (GOOD + "allow:\n  - category: pii/email\n", "allow.0: needs `values`, `patterns` or `hosts`"),
    ],
)
def test_mistakes_are_told_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "p.yaml")
    assert says in caught.value.message


def test_what_ships_can_be_extended() -> None:
    text = "version: 1\nname: house\nextends: default\nmode: monitor\n"
    text += "rules:\n  - {category: topic/out_of_scope, action: block}\ncanaries: [zebra-4711]\n"
    shipped = load_policies([resources.folder("policies")])["default"].policy
    policy = parse_policy(text, "p.yaml").policy
    assert (policy.name, policy.mode, policy.description) == ("house", "monitor", "")
    assert policy.rules[0].category == ("topic/out_of_scope",)
    assert policy.rules[1:] == shipped.rules
    assert policy.canaries == ("zebra-4711",)
    strict = parse_policy("version: 1\nname: a\nextends: strict\nunknown_fields: scan\n").policy
    assert (strict.unscannable, strict.unknown_fields) == ("refuse", "scan")


def test_what_extends_says_in_its_version_what_is_in_force() -> None:
    text = "version: 1\nname: a\nextends: secrets-only\nrules: []\n"
    ruleset = parse_policy(text)
    whole = ruleset.policy.model_dump(mode="json", by_alias=True, exclude={"extends"})
    assert ruleset.version == parse_policy(yaml.safe_dump(whole)).version
    assert ruleset.version != parse_policy(text.replace("secrets-only", "strict")).version


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("extends: defualt\n", "p.yaml:3: extends: no policy 'defualt' ships with this version; there are: default,"),
        ("extends: house\n", "p.yaml:3: extends: no policy 'house'"),
        ("extends: ../x\n", "p.yaml:3: extends: no policy '../x'"),
        ("extends: [default]\n", "p.yaml:3: extends: "),
        ("extends: default\nrules: {}\n", "p.yaml:4: rules: must be a list"),
        ("extends: default\nrules:\n  - {category: pii/*, action: explode}\n", "p.yaml:5: rules.0.action: unknown"),
    ],
)
def test_what_cannot_be_extended(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as e:
        parse_policy(f"version: 1\nname: house\n{text}", "p.yaml")
    assert str(e.value).startswith(complaint)


def test_a_rule_in_plain_words_waits_for_nobody() -> None:
    """Its topic is its own; a policy does not load where nothing could find it."""
    text = GOOD + "custom_rules:\n  - name: shares\n    text: No advice on shares.\n"
    assert idle(parse_policy(text), frozenset({"pii/email"})) == []
    assert idle(parse_policy(text.replace("pii/*", "harm/*")), frozenset({"pii/email"})) == ["harm/*"]
