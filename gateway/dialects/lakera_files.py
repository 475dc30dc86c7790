"""
Policy files of a self-hosted Lakera Guard: *.json of a folder, all of them or none.

Every mistake is told with its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.dialects.lakera_detectors import compiled
from gateway.dialects.lakera_policies import complaint, mistakes
from gateway.dialects.rulesets import written
from gateway.errors import ConfigError, RequestError
from gateway.policy import Ruleset, parse_policy
from gateway.surfaces import parse_json
from gateway.types import Json, Path

__all__ = ["Files", "load", "policy_text"]


@dataclass(frozen=True, slots=True)
class Files:
    """Policies by their ids, and which of them each project has; and both as the files say them."""

    policies: Mapping[str, Ruleset] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[tuple[str, str], Json] = field(default_factory=dict)


def policy_text(body: Json, id: str, known: Collection[str]) -> str:
    """A policy of Lakera's as a policy of ours."""
    return written(compiled(body, id, known))


def load(texts: Mapping[str, str], known: Collection[str]) -> Files:
    """`texts` by the names of their files. Raises ConfigError, a line for each mistake: `file:line: what`."""
    wrong: list[str] = []
    bodies: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            bodies[name] = parse_json(text.encode())
        except RequestError as e:
            wrong.append(f"{name}:{_line_in(e.message)}: {e.message}")
    everywhere = {policy["id"] for body in bodies.values() for policy in _objects(body, "policies")}
    seen: dict[tuple[str, str], str] = {}
    policies: dict[str, Ruleset] = {}
    projects: dict[str, str] = {}
    said: dict[tuple[str, str], Json] = {}
    for name, body in bodies.items():
        lines = _lines(texts[name])
        found = mistakes(body, known, everywhere)
        wrong += [f"{name}:{_line(lines, mistake[0])}: {complaint(mistake)}" for mistake in found]
        for what in ("policies", "projects"):
            for index, item in enumerate(_objects(body, what)):
                first = seen.setdefault((what, item["id"]), name)
                said[what, item["id"]] = item
                if first != name:
                    wrong.append(f"{name}:{_line(lines, (what, index))}: {what}[{index}].id is also in {first}")
        if wrong:
            continue
        for index, policy in enumerate(_objects(body, "policies")):
            try:
                policies[policy["id"]] = parse_policy(policy_text(policy, policy["id"], known), policy["id"])
            except ConfigError as e:
                wrong.append(f"{name}:{_line(lines, ('policies', index))}: {e.message}")
        projects |= {project["id"]: project["policy_id"] for project in _objects(body, "projects")}
    if wrong:
        raise ConfigError("\n".join(wrong))
    return Files(policies, projects, said)


def _objects(body: Any, key: str) -> list[Json]:
    """Those that have an id."""
    value = body.get(key) if type(body) is dict else None
    if type(value) is not list:
        return []
    return [item for item in value if type(item) is dict and type(item.get("id")) is str and item["id"]]


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


def _lines(text: str) -> dict[Path, int]:
    """The line of every value, by its path. The text is JSON."""
    return dict(_places(text))


def _places(text: str) -> Iterator[tuple[Path, int]]:
    path: list[str | int] = []
    line, done, key = 1, 0, None
    for token in _TOKEN.finditer(text):
        line += text.count("\n", done, token.start())
        done, sign = token.start(), token.group()
        if sign == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            key = None
        elif sign == ":":
            path[-1], key = str(key), None
        elif sign in "]}":
            path.pop()
        elif path and path[-1] == "" and key is None and sign[0] == '"':
            key = sign[1:-1]
        else:
            yield tuple(path), line
            if sign in "[{":
                path.append(0 if sign == "[" else "")
        if sign == "," and path and isinstance(path[-1], str):
            path[-1] = ""


def _line(lines: Mapping[Path, int], at: Path) -> int:
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _line_in(message: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found[1]) if found else 1
