"""YAML that people write, as plain data: every mistake is a ConfigError with its line, aliases stay within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from gateway.errors import ConfigError

__all__ = ["plain_yaml"]

MAX_NODES = 100_000  # with aliases written out: a few lines of them can stand for more than any memory holds


def plain_yaml(text: str, source: str) -> tuple[Any, yaml.Node | None]:
    """What it says, and its nodes, which know their lines. Raises ConfigError, `source:line: what`."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        if root is None:
            return None, None
        for node in _nodes(root, source):
            _require_value(node, source)
        return yaml.safe_load(text), root
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        what = getattr(e, "problem", None) or "unreadable"
        raise ConfigError(f"{source}:{mark.line + 1 if mark else 1}: not valid YAML: {what}") from None
    except RecursionError:
        raise ConfigError(f"{source}:1: nested too deeply") from None


def _nodes(root: yaml.Node, source: str) -> Iterator[yaml.Node]:
    waiting, left = [root], MAX_NODES
    while waiting:
        node = waiting.pop()
        left -= 1
        if not left:
            raise ConfigError(f"{source}:{node.start_mark.line + 1}: its aliases stand for too much")
        yield node
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _require_value(node: yaml.Node, source: str) -> None:
    """A date that there is not, or a number of thousands of digits, is no YAML error to PyYAML."""
    if not isinstance(node, yaml.ScalarNode):
        return
    try:
        yaml.SafeLoader("").construct_object(node)
    except yaml.YAMLError:
        pass  # told by who reads all of it
    except ValueError:
        shown = node.value if len(node.value) <= 20 else f"{node.value[:20]}..."
        raise ConfigError(
            f"{source}:{node.start_mark.line + 1}: {shown} cannot be read as what it looks like; put it in quotes"
        ) from None
