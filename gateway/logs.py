"""
Logs as events: one JSON object a line, or short lines for a person at a terminal.

Exceptions are told by their type and where they passed, not by their message: that of a foreign
exception may quote what a user wrote. Only our own messages, which never hold such text, are kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from functools import lru_cache
from traceback import extract_tb
from typing import IO, Any

import orjson

from gateway.errors import GatewayError

__all__ = ["JsonLines", "Terminal", "configure"]

WAIT, MOST_WAITING = 0.05, 100  # seconds and lines

# What logging itself puts on a record; the rest came with `extra=`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(level: str = "info", stream: IO[str] | None = None) -> None:
    """
    Send all logs to `stream` (stderr), replacing what was configured before.

    `level` is for our own loggers; libraries speak from `warning` on.
    """
    stream = stream or sys.stderr
    handler = _Handler(stream)
    handler.setFormatter(Terminal() if stream.isatty() else JsonLines())
    logging.root.handlers[:] = [handler]
    # None of our formats shows them, and each costs at every record.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(level.upper())


class _Handler(logging.StreamHandler[IO[str]]):
    """
    The record of a request may wait `WAIT` seconds for others: to make and write each line by itself, in the midst of
    other work, is a good part of what it costs. Whatever else is said leaves at once, behind what waited; so does
    everything at a terminal.
    """

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(stream)
        self._waiting: list[logging.LogRecord] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._at_once = stream.isatty()

    def emit(self, record: logging.LogRecord) -> None:
        if not self._at_once and "event" in record.__dict__ and self._may_wait():
            self._waiting.append(record)
        else:
            self._write_waiting()
            super().emit(record)

    def flush(self) -> None:
        self._write_waiting()
        super().flush()

    def _write_waiting(self) -> None:
        with self.lock or nullcontext():
            waiting, self._waiting = self._waiting, []
            lines = [line for record in waiting if (line := self._line(record))]
            if lines:
                with suppress(OSError, ValueError):  # as with every line: a stream that is gone stops nobody's work
                    self.stream.write("\n".join(lines) + "\n")

    def _line(self, record: logging.LogRecord) -> str:
        """Nothing where it cannot be told; those beside it are."""
        try:
            return self.format(record)
        except (TypeError, ValueError):
            self.handleError(record)
            return ""

    def _flush_later(self) -> None:
        with suppress(OSError, ValueError):
            self.flush()

    def _may_wait(self) -> bool:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if not self._waiting or loop is not self._loop:  # one that has ended writes nothing
            self._loop = loop
            loop.call_later(WAIT, self._flush_later)
        return len(self._waiting) < MOST_WAITING


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message", ...}` and every field of `extra=`."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": _stamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
            **_fields(record),
        }
        if (error := _error(record)) is not None:
            entry["exception"] = {"type": _type(error), "message": _own_message(error), "at": _frames(error)}
        # Only ASCII: a line separator of Unicode would start a new line for some readers.
        line = orjson.dumps(entry, default=str).decode()
        return line if line.isascii() else json.dumps(orjson.loads(line), separators=(",", ":"))


class Terminal(logging.Formatter):
    """`12:30:01 info    listening url=http://127.0.0.1:8080 ...`"""

    def format(self, record: logging.LogRecord) -> str:
        clock = _time(record).astimezone().strftime("%H:%M:%S")
        fields = _fields(record)
        event = fields.pop("event", None)
        if isinstance(event, Mapping):
            fields |= {name: event[name] for name in ("route", "status", "decision", "model", "duration_ms", "id")}
        words = [f"{clock} {record.levelname.lower():<7} {record.getMessage().strip()}"]
        words += [f"{name}={_word(value)}" for name, value in fields.items()]
        line = "".join(c if c.isprintable() else "?" for c in " ".join(words))
        if (error := _error(record)) is None:
            return line
        told = f"{_type(error)}: {_own_message(error)}".rstrip(": ")
        return "\n".join([line, f"  {told}", *(f"    {frame}" for frame in _frames(error))])


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    # uvicorn sends the same message a second time, with colour codes.
    return {name: value for name, value in vars(record).items() if name not in _OWN and name != "color_message"}


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _stamp(seconds: float) -> str:
    """As `datetime.isoformat`."""
    whole, micro = divmod(round(seconds * 1e6), 1_000_000)
    return f"{_second(whole)}.{micro // 1000:03d}+00:00"


@lru_cache(maxsize=4)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _word(value: object) -> str:
    return value if isinstance(value, str) and value and " " not in value else json.dumps(value, default=str)


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _own_message(error: BaseException) -> str:
    return error.message if isinstance(error, GatewayError) else ""


def _frames(error: BaseException) -> list[str]:
    """Where it passed, innermost last, and what caused it. No source lines, no values."""
    frames: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        frames += [*_frames(cause), f"{_type(cause)}, which led to:"]
    return frames + [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(error.__traceback__)]
