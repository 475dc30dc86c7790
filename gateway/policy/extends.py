"""
A policy that begins where a shipped one ends: `extends: default`.

Lists are its own first and then the shipped one's, so that its rules are asked first; of all else its own value
holds. Only what ships with this version can be extended: that never changes while it runs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from gateway.resources import folder

__all__ = ["extendable", "inherited", "with_base"]

LISTS = ("rules", "custom_rules", "allow", "custom", "canaries")
OWN = ("version", "name", "description")


def extendable() -> list[str]:
    """The names of policies that ship."""
    return sorted(path.stem for path in folder("policies").glob("*.yaml"))


def with_base(said: Any) -> Any:
    """What a file says, completed by what it extends. A name that is not there changes nothing."""
    name = said.get("extends") if isinstance(said, dict) else None
    if not isinstance(name, str) or name not in extendable():
        return said
    base = {key: value for key, value in _shipped(name).items() if key not in OWN}
    merged = {**base, **said}
    for key in LISTS:
        own = said.get(key, [])
        if key in merged and isinstance(own, list):
            merged[key] = [*own, *base.get(key, [])]
    return merged


def inherited(name: str | None) -> int:
    """How many of a policy's rules, the last ones, are those of what it extends."""
    return len(_shipped(name).get("rules", [])) if name in extendable() else 0


@lru_cache(maxsize=16)
def _shipped(name: str | None) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((folder("policies") / f"{name}.yaml").read_text("utf-8"))
    return read
