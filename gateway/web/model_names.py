"""Which models a request names, and whether a glob means one of them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from gateway.surfaces.fields import fold
from gateway.types import Json

__all__ = ["also_asked", "means"]


@lru_cache(maxsize=1024)
def means(glob: str, model: str) -> bool:
    """
    For routes and bounds: in any case, width and spacing, since some upstreams take no notice of them, and
    another spelling must not lead past. Lists of what a key may use compare exactly.
    """
    return fnmatchcase(fold(model), fold(glob))


def also_asked(body: Json) -> tuple[str, ...]:
    """Models that routers of models behind the gateway take instead of the first (`models`, `fallbacks`)."""
    if "models" not in body and "fallbacks" not in body:
        return ()
    return tuple(dict.fromkeys((*_named(body.get("models")), *_named(body.get("fallbacks")))))


def _named(value: Any) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif type(value) is list:
        for item in value:
            yield from _named(item)
    elif type(value) is dict:
        if "model" in value:
            yield from _named(value["model"])
        else:  # LiteLLM's form: what to fall back to, by model
            for item in value.values():
                yield from _named(item)
