"""The configuration file as commands read it: each mistake with its line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigError
from gateway.settings import CONFIG, PREFIX, Settings, load_settings
from gateway.settings.plain_yaml import plain_yaml

__all__ = ["add_config", "config_path", "load"]


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"settings in YAML (default: the file that {CONFIG} names, else built-in defaults)",
    )


def config_path(arguments: argparse.Namespace) -> Path | None:
    if arguments.config is not None:
        path: Path = arguments.config
        return path
    named = os.environ.get(CONFIG)
    return Path(named) if named else None


def load(path: Path | None) -> Settings:
    """
    Settings of a file (None: defaults) and the environment.

    Raises ConfigError, each line of it `file:line: setting: what is wrong`, or with the environment
    variable at fault in place of the file.
    """
    lines = _Lines(path) if path is not None else None
    try:
        return load_settings(path)
    except ConfigError as e:
        source = f"{path if path is not None else 'environment'}: "
        mistakes = [line.removeprefix(source).partition(": ") for line in e.message.splitlines()]
        first = [m for m in mistakes if not any(other[0].startswith(f"{m[0]}.") for other in mistakes)]
        raise ConfigError("\n".join(_located(where, what, source, lines) for where, _, what in first)) from None


def _located(where: str, what: str, source: str, lines: _Lines | None) -> str:
    if not what:
        return source + where
    if where.startswith(PREFIX):
        return f"{where}: {what}"
    variable = PREFIX + where.upper().replace(".", "__")
    if variable in os.environ:
        return f"{variable}: {what}"
    line = lines.of(where) if lines is not None else None
    return f"{source}{where}: {what}" if line is None else f"{source.removesuffix(': ')}:{line}: {where}: {what}"


class _Lines:
    """Where in a YAML file each setting stands. Raises ConfigError where it is no YAML or a key stands twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at: dict[str, int] = {}
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as e:
            reason = e.strerror if isinstance(e, OSError) else "it is not UTF-8"
            raise ConfigError(f"{path}: cannot be read: {reason}") from None
        _, root = plain_yaml(text, str(path))
        if root is not None:
            self._walk(root, "")

    def of(self, where: str) -> int | None:
        """The line of a setting, or of the nearest one around it that stands in the file."""
        while where and where not in self._at:
            where = where.rpartition(".")[0]
        return self._at.get(where)

    def _walk(self, node: Any, path: str) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = f"{path}.{key.value}".lstrip(".")
                if step in self._at:
                    raise ConfigError(f"{self._path}:{key.start_mark.line + 1}: {step}: stands twice")
                self._at[step] = key.start_mark.line + 1
                self._walk(value, step)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._at[f"{path}.{index}"] = value.start_mark.line + 1
                self._walk(value, f"{path}.{index}")
