"""
Policies from YAML files: unknown and repeated keys refused with their line, all files or none.

A policy's version is a digest of what it says, so that an event tells exactly what was in force.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml
from pydantic import ValidationError

from gateway.errors import ConfigError, in_words
from gateway.policy.actions import ACTIONS
from gateway.policy.decide import Ruleset
from gateway.policy.extends import extendable, with_base
from gateway.policy.model import (
    CATEGORY,
    CUSTOM_CATEGORY,
    FIXED_CATEGORY,
    NAME,
    RULE_NAME,
    Policy,
)
from gateway.policy.vocabulary import BY_MODELS
from gateway.settings.plain_yaml import plain_yaml

__all__ = ["Book", "load_policies", "parse_policy"]

MAX_FILE = 1 << 20

_FORMS = {
    CATEGORY: "a category is `family/name`, as `pii/email`, or a glob, as `pii/*`",
    FIXED_CATEGORY: "a category is `family/name` in small letters, as `tool/argument`",
    CUSTOM_CATEGORY: "must be `custom/` and a name in small letters, as `custom/project`",
    NAME: "must be a name in small letters, digits, `-` and `_`",
    RULE_NAME: "must be a name in small letters, digits, `-`, `_` and `.`",
}


@dataclass(frozen=True, slots=True)
class Book:
    """All policies by name."""

    policies: Mapping[str, Ruleset]

    def __getitem__(self, name: str) -> Ruleset:
        try:
            return self.policies[name]
        except KeyError:
            known = ", ".join(sorted(self.policies))
            raise ConfigError(f"there is no policy {name!r}; there are: {known}") from None

    def __contains__(self, name: object) -> bool:
        return name in self.policies

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.policies))


def load_policies(folders: Sequence[Path], categories: frozenset[str] | None = None) -> Book:
    """
    Read every *.yaml of the folders, later folders over earlier ones.

    With `categories`, a rule whose glob fits none of them, and none that a model could find, is an
    error: it is a typing mistake.
    Raises ConfigError with one line per mistake: file, line, what is wrong.
    """
    policies: dict[str, Ruleset] = {}
    mistakes: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            mistakes.append(f"{folder}: no such folder of policies")
            continue
        found: dict[str, Path] = {}
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                ruleset = parse_policy(_read(path), str(path), categories)
            except ConfigError as e:
                mistakes.append(str(e))
                continue
            if ruleset.name in found:
                mistakes.append(f"{path}: the policy {ruleset.name!r} is also in {found[ruleset.name].name}")
            found[ruleset.name] = path
            policies[ruleset.name] = ruleset
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    if not policies:
        raise ConfigError("no policies found in " + ", ".join(map(str, folders)))
    return Book(policies)


def parse_policy(text: str, source: str = "policy", categories: frozenset[str] | None = None) -> Ruleset:
    """One policy file. Raises ConfigError, each line of it `source:line: what`."""
    said, root = plain_yaml(text, source)
    lines = _Lines(root, source)
    try:
        policy = Policy.model_validate(with_base(said))
    except ValidationError as e:
        raise ConfigError("\n".join(lines.mistake(m["loc"], _in_words(m)) for m in e.errors())) from None
    mistakes = list(_check(policy, lines, categories))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    version = hashlib.sha256(policy.model_dump_json(exclude={"extends"}).encode()).hexdigest()[:12]
    try:
        return Ruleset(policy, version)
    except ConfigError as e:
        raise ConfigError(f"{source}: {e}") from None


def _read(path: Path) -> str:
    try:
        if not S_ISREG((about := path.stat()).st_mode):  # a pipe would be waited for
            raise ConfigError(f"{path}: is no file")
        if about.st_size > MAX_FILE:
            raise ConfigError(f"{path}: larger than {MAX_FILE} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from None


def _check(policy: Policy, lines: _Lines, categories: frozenset[str] | None) -> Iterator[str]:
    if policy.extends is not None and policy.extends not in extendable():
        known = ", ".join(extendable())
        yield lines.mistake(("extends",), f"no policy {policy.extends!r} ships with this version; there are: {known}")
    own = {c.category for c in policy.custom} | {plain.category for plain in policy.custom_rules}
    own |= {a.category for a in (policy.tools.arguments if policy.tools else ())}
    for index, plain in enumerate(policy.custom_rules):
        if plain.action not in ACTIONS:
            yield lines.mistake(("custom_rules", index, "action"), _unknown_action(plain.action))
    for index, rule in enumerate(policy.rules):
        if rule.action not in ACTIONS:
            yield lines.mistake(("rules", index, "action"), _unknown_action(rule.action))
        if categories is None:
            continue
        for glob in rule.category:
            if not any(fnmatchcase(c, glob) for c in categories | own | BY_MODELS):
                yield lines.mistake(
                    ("rules", index, "category"),
                    f"{glob!r} fits no category; `portcullis list categories` shows them",
                )


def _in_words(mistake: Mapping[str, Any]) -> str:
    """As `in_words`, in the words of this file."""
    if mistake["type"] == "tuple_type":
        return "must be a list, as in `[a, b]`"
    if mistake["type"] == "string_pattern_mismatch":
        return _FORMS.get(mistake["ctx"]["pattern"], in_words(mistake))
    return in_words(mistake, Policy)


def _unknown_action(action: str) -> str:
    return f"unknown action {action!r}; there are: {', '.join(ACTIONS)}"


class _Lines:
    """Where in the file each value stands."""

    def __init__(self, root: Any, source: str) -> None:
        self._source = source
        self._at: dict[tuple[str | int, ...], int] = {}
        if root is not None:
            self._walk(root, ())

    def mistake(self, where: tuple[str | int, ...], what: str) -> str:
        at = tuple(where)
        while at and at not in self._at:
            at = at[:-1]
        name = ".".join(str(step) for step in where)
        return f"{self._source}:{self._at.get(at, 1)}: {name + ': ' if name else ''}{what}"

    def _walk(self, node: Any, path: tuple[str | int, ...]) -> None:
        self._at.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = (*path, str(key.value))
                if step in self._at:
                    raise ConfigError(f"{self._source}:{key.start_mark.line + 1}: {key.value}: stands twice")
                self._at[step] = key.start_mark.line + 1
                self._walk(value, step)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))
