"""
Lakera's policy files: is one sound? (POST /v2/policies/lint; POST /v2/policies/health)

A file holds policies, projects, and which project has which policy. The vendor's exact form is not public;
this is the form of its API's bodies.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from gateway.dialects.lakera import TAXONOMY
from gateway.dialects.vocabulary import LEVELS
from gateway.errors import NotFound
from gateway.types import Json

__all__ = ["health", "lint", "mistakes"]

_FAMILIES = ("moderated_content", "pii", "agent", "custom")
_THRESHOLDS = frozenset(name[:2] for name in LEVELS[:4]) | frozenset(LEVELS[:4])
_ENTITY = re.compile(r"(?:pii|moderated_content|agent|custom)/[a-z0-9_]{1,64}")
MAX_MISTAKES = 100


def health(project: str | None, known: Mapping[str, str], default: str) -> Json:
    """Which policy holds for a project, and that it is in force. Raises NotFound."""
    if project is not None and project not in known:
        raise NotFound("There is no project of that id.", param="project_id", code="project_not_found")
    policy = known[project] if project is not None else default
    return {
        "status": "ok",
        "is_default": project is None,
        "message": f"The policy {policy} is in force.",
        "lint": {"passed": True, "errors": []},
    }


def lint(body: Any) -> Json:
    errors = [
        {"message": text, "severity": "error"} for _, text in zip(range(MAX_MISTAKES), mistakes(body), strict=False)
    ]
    return {"passed": not errors, "errors": errors}


def mistakes(body: Any) -> Iterator[str]:
    """What is wrong with a policy file, one sentence each."""
    if type(body) is not dict:
        yield "The file must be an object with policies and projects."
        return
    if "policies" not in body and "projects" not in body:
        yield from _of_policy(body, "policy")  # one policy by itself
        return
    policies = yield from _list(body, "policies")
    projects = yield from _list(body, "projects")
    yield from _ids(policies, "policies")
    yield from _ids(projects, "projects")
    for index, policy in enumerate(policies):
        yield from _of_policy(policy, f"policies[{index}]")
    ids = {p.get("id") for p in policies if type(p.get("id")) is str}
    for index, project in enumerate(projects):
        wanted = project.get("policy_id")
        if type(wanted) is not str or not wanted:
            yield f"projects[{index}] has no policy_id: a project has exactly one policy."
        elif wanted not in ids:
            yield f"projects[{index}].policy_id names a policy that is not in the file."


def _list(body: Json, key: str) -> Generator[str, None, list[Json]]:
    """The objects under a key; complains where there is something else."""
    value = body.get(key)
    if value is None:
        return []
    if type(value) is not list or any(type(item) is not dict for item in value):
        yield f"{key} must be a list of objects."
        return []
    return value


def _ids(items: list[Json], what: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        name = item.get("id")
        if type(name) is not str or not name:
            yield f"{what}[{index}] has no id."
        elif name in seen:
            yield f"{what}[{index}].id stands there twice."
        else:
            seen.add(name)


def _of_policy(policy: Json, at: str) -> Iterator[str]:
    if type(policy.get("name")) is not str or not policy["name"]:
        yield f"{at} has no name."
    detectors = 0
    for side in ("input_detectors", "output_detectors", "detectors"):
        value = policy.get(side)
        if value is None:
            continue
        if type(value) is not list or any(type(item) is not dict for item in value):
            yield f"{at}.{side} must be a list of objects."
            continue
        detectors += len(value)
        for index, detector in enumerate(value):
            yield from _of_detector(detector, f"{at}.{side}[{index}]")
    if not detectors:
        yield f"{at} has no detectors: it would flag nothing."


def _of_detector(detector: Json, at: str) -> Iterator[str]:
    kind = detector.get("type")
    if type(kind) is not str or not (kind in TAXONOMY or kind in _FAMILIES or _ENTITY.fullmatch(kind)):
        yield f"{at}.type is not a type of detector."
    threshold = detector.get("threshold")
    if threshold is not None and not (type(threshold) is str and threshold in _THRESHOLDS):
        yield f"{at}.threshold must be one of l1, l2, l3, l4."
    domains = detector.get("allowed_domains")
    if domains is not None and (type(domains) is not list or any(type(d) is not str for d in domains)):
        yield f"{at}.allowed_domains must be a list of host names."
    pattern = detector.get("regex")
    if pattern is not None and not _compiles(pattern):
        yield f"{at}.regex is not a regular expression."


def _compiles(pattern: Any) -> bool:
    if type(pattern) is not str:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
