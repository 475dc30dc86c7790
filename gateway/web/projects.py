"""Which policy a caller means by the id of a project: that of the settings, of a policy file, or of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.store import Project

__all__ = ["Chosen", "choose"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`policy` by its name, None: the gateway's own. `on_top`: beside the gateway's own, not in its place."""

    policy: str | None
    on_top: bool = False


def choose(
    id: str, tenant: str, settings: Mapping[str, str], files: Mapping[str, str], stored: Mapping[str, Project]
) -> Chosen | None:
    """None where there is no such project. Another tenant's in the store is none."""
    if id in settings:
        return Chosen(settings[id], on_top=True)
    if id in files:
        return Chosen(files[id])
    project = stored.get(id)
    if project is None or project.tenant != tenant:
        return None
    return Chosen(project.policy or None)
