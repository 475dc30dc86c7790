"""
A scan as a file of JSON lines: first what it was, then each result as it came. A scan that was broken off goes
on from there.

It holds what was said and answered; only its owner may read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from gateway.errors import ConfigError
from gateway.redteam.model import Call, Reply, Result, Ruling, Severity, Tried
from gateway.types import Json

__all__ = ["About", "Journal", "as_json", "read_journal", "result_of"]

FORMAT = 1
# What must be the same for a scan to go on.
_SAME = ("seed", "model", "target", "prompt", "packs", "types", "strategies", "modes")


@dataclass(frozen=True, slots=True)
class About:
    """What a scan is. `prompt` is a digest of the system prompt, `packs` one of the attacks."""

    seed: int
    model: str
    target: str
    prompt: str
    packs: str
    types: tuple[str, ...]
    strategies: tuple[str, ...]
    modes: tuple[str, ...]
    policy: str = ""
    began: str = ""
    portcullis: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> Json:
        return asdict(self)

    def differs(self, other: About) -> list[str]:
        return [name for name in _SAME if getattr(self, name) != getattr(other, name)]


class Journal:
    """Append only. Each line is whole or not there."""

    def __init__(self, path: Path, about: About) -> None:
        """Begins the file, or goes on with it. Raises ConfigError where it is of another scan."""
        self.known: dict[tuple[str, str], Result] = {}
        self.about = about
        new = not path.exists() or path.stat().st_size == 0
        if not new:
            self.about, results = read_journal(path)
            if differing := about.differs(self.about):
                raise ConfigError(f"{path}: is of another scan: {', '.join(differing)} differ; name another file")
            again = (Ruling.ERROR, Ruling.SKIPPED)
            self.known = {(r.mode, r.case): r for r in results if r.ruling not in again}
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as e:
            raise ConfigError(f"{path}: cannot be written: {e.strerror}") from None
        self._file = os.fdopen(handle, "ab")
        if new:
            self._line({"format": FORMAT, **about.told()})
        else:
            self._file.write(b"" if path.read_bytes().endswith(b"\n") else b"\n")

    def add(self, result: Result) -> None:
        self._line(as_json(result))

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _line(self, value: Json) -> None:
        self._file.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
        self._file.flush()


def read_journal(path: Path) -> tuple[About, list[Result]]:
    """
    Of each case and mode the newest result. A line that was broken off is left out. Raises ConfigError where
    it is no such file.
    """
    try:
        first, *lines = path.read_bytes().split(b"\n")
        head: dict[str, Any] = orjson.loads(first)
        if head.pop("format") != FORMAT:
            raise ConfigError(f"{path}: was written by another version")
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in head.items()}
        about = About(**fields)
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{path}: is no file of a red-team scan") from None
    results: dict[tuple[str, str], Result] = {}
    for line in lines:
        if not line:
            continue
        try:
            result = result_of(orjson.loads(line))
        except (ValueError, KeyError, TypeError):
            continue  # broken off, by a crash or a full disk
        results[result.mode, result.case] = result
    return about, list(results.values())


def as_json(result: Result) -> Json:
    return asdict(result)


def result_of(value: Mapping[str, Any]) -> Result:
    """Raises KeyError, TypeError or ValueError where it is none."""
    turns = tuple(Tried(tuple(turn["said"]), _reply(turn["reply"])) for turn in value["turns"])
    fields = {**value, "severity": Severity(value["severity"]), "ruling": Ruling(value["ruling"]), "turns": turns}
    return Result(**fields)


def _reply(value: Mapping[str, Any]) -> Reply:
    return Reply(**{**value, "calls": tuple(Call(**call) for call in value["calls"])})
