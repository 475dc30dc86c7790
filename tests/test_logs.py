"""Logs are events with fields; exceptions never bring a user's text along."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gateway import logs
from gateway.errors import ConfigError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.getLogger("gateway").setLevel(logging.NOTSET)


log = logging.getLogger("gateway.test")

EVENT = {"route": "chat", "status": 200, "decision": "allow", "model": "m", "duration_ms": 1, "id": "evt_1"}
REQUEST = {"event": EVENT}


def test_one_json_object_a_line() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    log.info("first\nline", extra={"count": 3, "event": {"id": "e"}})
    log.warning("second")
    log.debug("not this")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["message"], first["level"], first["logger"]) == ("first\nline", "info", "gateway.test")
    assert (first["count"], first["event"]) == (3, {"id": "e"})
    assert first["time"].endswith("+00:00")
    assert set(second) == {"time", "level", "logger", "message"}


def test_level_is_for_our_own_loggers() -> None:
    stream = io.StringIO()
    logs.configure("debug", stream)
    logging.getLogger("watchfiles").info("chatter")
    log.debug("ours")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["ours"]


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_an_exception_is_told_without_its_text(stream: io.StringIO) -> None:
    logs.configure("info", stream)
    try:
        try:
            raise ValueError("what a user wrote")
        except ValueError as e:
            raise KeyError("what another wrote") from e
    except KeyError:
        log.exception("failed")
    text = stream.getvalue()
    assert "KeyError" in text
    assert "ValueError, which led to:" in text
    assert "test_logs.py" in text
    assert "wrote" not in text


def test_our_own_message_is_kept() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    try:
        raise ConfigError("the file is empty")
    except ConfigError:
        log.exception("failed")
    exception = json.loads(stream.getvalue())["exception"]
    assert (exception["type"], exception["message"]) == ("gateway.errors.ConfigError", "the file is empty")


def test_lines_for_a_terminal() -> None:
    stream = Terminal()
    logs.configure("info", stream)
    log.info("listening", extra={"url": "http://127.0.0.1:1", "clients": 0, "color_message": "\x1b[1m"})
    event = {"route": "chat", "status": 200, "decision": "allow", "model": "m\x1b]0;", "duration_ms": 1.5, "id": "e"}
    log.info("request", extra={"event": event})
    first, second = stream.getvalue().splitlines()
    assert first.endswith("info    listening url=http://127.0.0.1:1 clients=0")
    assert "route=chat status=200 decision=allow" in second
    assert "\x1b" not in second


@pytest.mark.parametrize(
    "created", [0.0, 1.9996, 1_700_000_000.0, 1_700_000_000.123456, 1_799_999_999.9999999, 1e9 + 0.0005]
)
def test_times_are_those_of_datetime(created: float) -> None:
    record = logging.makeLogRecord({"msg": "x", "created": created})
    told = json.loads(logs.JsonLines().format(record))["time"]
    assert told == datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")


async def test_lines_may_wait_for_each_other_but_not_for_long() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    log.info("first", extra=REQUEST)
    log.info("second", extra=REQUEST)
    assert not stream.getvalue()
    await asyncio.sleep(3 * logs.WAIT)
    assert messages(stream) == ["first", "second"]
    log.info("third", extra=REQUEST)
    log.info("fourth")
    assert messages(stream) == ["first", "second", "third", "fourth"]
    for _ in range(logs.MOST_WAITING + 1):
        log.info("many", extra=REQUEST)
    assert len(messages(stream)) > logs.MOST_WAITING


async def test_a_line_that_cannot_be_made_takes_no_other_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    for event in (EVENT, {("no", "key"): 1}, EVENT):
        log.info("request", extra={"event": event})
    log.info("at once")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["request", "request", "at once"]
    assert "TypeError" in capsys.readouterr().err


def test_lines_of_a_loop_that_has_ended_come_before_what_is_said_next() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)

    async def say(what: str) -> None:
        log.info(what, extra=REQUEST)

    asyncio.run(say("in one"))
    asyncio.run(say("in another"))
    log.info("outside")
    assert messages(stream) == ["in one", "in another", "outside"]
    asyncio.run(say("last"))
    for handler in logging.root.handlers:
        handler.flush()  # as logging does when the process ends
    assert messages(stream)[-1] == "last"


async def test_a_terminal_hears_at_once() -> None:
    stream = Terminal()
    logs.configure("info", stream)
    log.info("now", extra=REQUEST)
    assert "now" in stream.getvalue()


def messages(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
