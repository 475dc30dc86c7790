"""
Every setting as YAML, from the settings' own definition: config.example.yaml is this text.

Where a list is empty by default, an entry of it follows as a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import Url

from gateway.settings import Client, ModelQuota, Route, Settings, Tenant

__all__ = ["Setting", "example", "settings"]

HEADER = """\
# Every setting of Portcullis, with its default and what it is for.
# Written by `portcullis list settings --yaml`; a setting that is left out has its default.
# The environment goes over this file: PORTCULLIS_SERVER__PORT=9000 is server.port.
# Times are in seconds, sizes in bytes.

"""

# Entries of lists that are empty by default. The hash is that of no key.
ENTRIES: dict[str, BaseModel] = {
    "clients": Client(name="my-app", hash="sha256:" + "0" * 64),
    "tenants": Tenant(name="my-team"),
    "model_quotas": ModelQuota(model="gpt-*"),
    "routes": Route(policy="strict", model="gpt-*"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """`name` is dotted, with `[]` for the entries of a list; `default` is the YAML text, None where there is none."""

    name: str
    default: str | None
    help: str


def example() -> str:
    return HEADER + "\n".join(_blocks())


def settings() -> Iterator[Setting]:
    """All settings, those of a list's entries included."""
    return _walk(Settings, "")


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        inner = _model(field)
        default = None if field.is_required() or inner is not None else _scalar(field.default)
        yield Setting(prefix + name, default, field.description or "")
        if inner is not None:
            yield from _walk(inner, f"{prefix}{name}{'[]' if _is_list(field) else ''}.")


def _blocks() -> Iterator[str]:
    """One block of lines for each setting at the top."""
    defaults = Settings.model_construct()
    for name, field in Settings.model_fields.items():
        lines = [f"# {field.description}"]
        value = getattr(defaults, name)
        if isinstance(value, BaseModel):
            lines += [f"{name}:", *_mapping(value, "  ")]
        elif value and _is_list(field) and _model(field):
            lines += [f"{name}:", *(line for entry in value for line in _entry(entry))]
        else:
            lines.append(f"{name}: {_scalar(value)}")
        if name in ENTRIES:
            lines += [f"# {line}" for line in (f"{name}:", *_entry(ENTRIES[name]))]
        yield "\n".join(lines) + "\n"


def _mapping(model: BaseModel, indent: str) -> Iterator[str]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        yield f"{indent}# {field.description}"
        if isinstance(value, BaseModel):
            yield f"{indent}{name}:"
            yield from _mapping(value, indent + "  ")
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _entry(model: BaseModel) -> Iterator[str]:
    """An entry of a list: its first setting carries the dash."""
    lines = list(_mapping(model, "    "))
    yield lines[0]
    yield "  - " + lines[1].lstrip()
    yield from lines[2:]


def _scalar(value: Any) -> str:
    """One line of YAML."""
    if isinstance(value, Url | Path) or type(value).__name__ == "HttpUrl":
        value = str(value).rstrip("/")
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = list(value)
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _model(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a nested setting or of a list's entries."""
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _is_list(field: FieldInfo) -> bool:
    return getattr(field.annotation, "__origin__", None) is tuple
