"""
Lakera's policies and projects: what is sound, what is kept of them, what is told.

A file holds policies, projects, and which project has which policy. The vendor's exact form is not public;
this is the form of its API's bodies.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterator
from typing import Any

from gateway.detectors.custom import user_pattern
from gateway.dialects import body as fields
from gateway.dialects.lakera import TAXONOMY
from gateway.dialects.lakera_detectors import CUSTOM, FAMILIES, SIDES, THRESHOLDS, Detector, categories_of, detectors_of
from gateway.errors import ConfigError, RequestError
from gateway.surfaces import dump_json, show
from gateway.types import Json, Path

__all__ = ["ID", "Mistake", "complaint", "created", "health", "lint", "mistakes", "policy_of", "project_of", "shown"]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
MAX_MISTAKES = 100
MAX_NAME = 200
MAX_METADATA = 4096
_KEPT = ("name", "policy_mode", "default_threshold", *SIDES)

# Where, and what is wrong there.
Mistake = tuple[Path, str]


def health(policy: str, *, is_default: bool, usable: bool) -> Json:
    """Which policy holds for a project, and whether it is in force."""
    errors = [] if usable else [{"message": f"The policy {policy} cannot be used.", "severity": "error"}]
    return {
        "status": "ok" if usable else "error",
        "is_default": is_default,
        "message": f"The policy {policy} is in force." if usable else f"The policy {policy} cannot be used.",
        "lint": {"passed": usable, "errors": errors},
    }


def lint(body: Any, known: Collection[str] = ()) -> Json:
    errors = [
        {"message": complaint(mistake), "severity": "error"}
        for _, mistake in zip(range(MAX_MISTAKES), mistakes(body, known), strict=False)
    ]
    return {"passed": not errors, "errors": errors}


def complaint(mistake: Mistake) -> str:
    at, what = mistake
    return f"{show(at)} {what}" if at else what


def mistakes(body: Any, known: Collection[str] = (), elsewhere: Collection[str] = ()) -> Iterator[Mistake]:
    """
    What is wrong with a policy file, or a policy by itself. `known` are the categories that are looked for,
    `elsewhere` the ids of policies in other files.
    """
    if type(body) is not dict:
        yield (), "The file must be an object with policies and projects."
        return
    if "policies" not in body and "projects" not in body:
        yield from _of_policy(body, (), known)
        return
    policies = yield from _list(body, "policies")
    projects = yield from _list(body, "projects")
    yield from _ids(policies, "policies")
    yield from _ids(projects, "projects")
    for index, policy in enumerate(policies):
        if type(policy.get("id")) is str and policy["id"] and not ID.fullmatch(policy["id"]):
            yield ("policies", index, "id"), "may have small letters, digits, - and _ only, 63 at most."
        yield from _of_policy(policy, ("policies", index), known)
    ids = {p.get("id") for p in policies if type(p.get("id")) is str} | set(elsewhere)
    for index, project in enumerate(projects):
        wanted = project.get("policy_id")
        if type(wanted) is not str or not wanted:
            yield ("projects", index), "has no policy_id: a project has exactly one policy."
        elif wanted not in ids:
            yield ("projects", index, "policy_id"), "names a policy that is not in the file."


def policy_of(body: Json, known: Collection[str], before: Json | None = None) -> Json:
    """
    What is kept of a body that makes a policy, or changes the one `before`: what is not given stays. Raises
    RequestError with the first mistake.
    """
    given = {key: body[key] for key in _KEPT if body.get(key) is not None}
    if before is not None and "detectors" in given:
        before = {key: value for key, value in before.items() if key not in SIDES}
    kept = {"policy_mode": "IO", **(before or {}), **given}
    if body.get("custom_guardrail_ids"):
        raise RequestError("There is no custom guardrail of that id.", param="custom_guardrail_ids")
    if "detectors" not in kept:
        kept = {
            **kept,
            "input_detectors": kept.get("input_detectors", []),
            "output_detectors": kept.get("output_detectors", []),
        }
    for at, what in mistakes(kept, known):
        raise RequestError(complaint((at, what)), param=show(at) or None, code="invalid_policy")
    if len(kept["name"]) > MAX_NAME or "\x00" in kept["name"]:
        raise fields.wrong("name", f"a text of at most {MAX_NAME} characters")
    return {key: kept[key] for key in _KEPT if key in kept}


def project_of(body: Json, before: Json | None = None) -> Json:
    """`name`, `policy_id` (null: the gateway's own) and `metadata`."""
    kept: Json = {"policy_id": None, "metadata": {}, **(before or {})}
    kept |= {key: body[key] for key in ("name", "policy_id", "metadata") if body.get(key) is not None}
    name = fields.text(kept, "name")
    if not 0 < len(name) <= MAX_NAME or "\x00" in name:
        raise fields.wrong("name", f"a text of 1 to {MAX_NAME} characters")
    fields.text(kept, "policy_id", "")
    if type(kept["metadata"]) is not dict or len(dump_json(kept["metadata"])) > MAX_METADATA:
        raise fields.wrong("metadata", f"an object of at most {MAX_METADATA} bytes", "dict_type")
    return {key: kept[key] for key in ("name", "policy_id", "metadata")}


def created(id: str, kept: Json, what: str) -> Json:
    return {"status": "ok", "message": f"The {what} was created.", "id": id, "data": kept}


def shown(id: str, kept: Json) -> Json:
    """A project."""
    return {"id": id, **kept}


def _list(body: Json, key: str) -> Generator[Mistake, None, list[Json]]:
    """The objects under a key; complains where there is something else."""
    value = body.get(key)
    if value is None:
        return []
    if type(value) is not list or any(type(item) is not dict for item in value):
        yield (key,), "must be a list of objects."
        return []
    return value


def _ids(items: list[Json], what: str) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        name = item.get("id")
        if type(name) is not str or not name:
            yield (what, index), "has no id."
        elif name in seen:
            yield (what, index, "id"), "stands there twice."
        else:
            seen.add(name)


def _of_policy(policy: Json, at: Path, known: Collection[str]) -> Iterator[Mistake]:
    if type(policy.get("name")) is not str or not policy["name"]:
        yield at or ("policy",), "has no name."
    if (mode := policy.get("policy_mode")) is not None and mode != "IO":
        yield (*at, "policy_mode"), "must be IO."
    default = policy.get("default_threshold")
    if default is not None and not (type(default) is str and default in THRESHOLDS):
        yield (*at, "default_threshold"), "must be one of l1, l2, l3, l4."
    for side in SIDES:
        value = policy.get(side)
        if value is not None and (type(value) is not list or any(type(item) is not dict for item in value)):
            yield (*at, side), "must be a list of objects."
            return
    detectors = list(detectors_of(policy))
    for detector in detectors:
        yield from _of_detector(detector, (*at, *detector.at), known)
    if not detectors:
        yield at or ("policy",), "has no detectors: it would flag nothing."
    allowed = {tuple(sorted(d.texts("allowed_tools"))) for d in detectors if d.body.get("allowed_tools")}
    if len(allowed) > 1:
        yield at or ("policy",), "has several lists of allowed_tools that differ."


def _of_detector(detector: Detector, at: Path, known: Collection[str]) -> Iterator[Mistake]:
    kind, body = detector.type, detector.body
    if not (kind in TAXONOMY or kind in FAMILIES or kind in CUSTOM or categories_of(kind, known)):
        yield (*at, "type"), "is not a type of detector."
    threshold = body.get("threshold")
    if threshold is not None and not (type(threshold) is str and threshold in THRESHOLDS):
        yield (*at, "threshold"), "must be one of l1, l2, l3, l4."
    for key, what in _LISTS.items():
        value = body.get(key)
        if value is not None and (type(value) is not list or any(type(d) is not str or not d.strip() for d in value)):
            yield (*at, key), f"must be a list of {what}."
    task = body.get("task")
    if task is not None and not (type(task) is str and 3 <= len(task) <= 4000):
        yield (*at, "task"), "must be a text of 3 to 4000 characters."
    pattern = body.get("regex")
    if pattern is not None and not _compiles(pattern):
        yield (*at, "regex"), "is not a regular expression."
    elif pattern is None and kind in CUSTOM and not detector.texts("words", "keywords"):
        yield at, "has neither a regex nor words."


_LISTS = {
    "allowed_domains": "host names",
    "denied_tools": "names of tools",
    "allowed_tools": "names of tools",
    "words": "words",
    "keywords": "words",
}


def _compiles(pattern: Any) -> bool:
    """As RE2 understands it, which knows no look-around and no back-references."""
    if type(pattern) is not str or not pattern:
        return False
    try:
        user_pattern(pattern, "regex")
    except ConfigError:
        return False
    return True
