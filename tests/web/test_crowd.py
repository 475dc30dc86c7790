"""As many connections as there may be, and one more. What the server does then, on real sockets: test_protocol.py."""

from __future__ import annotations

import logging
import sys

import pytest

from gateway.web import crowd
from gateway.web.crowd import FILES, MOST, OWN, Crowd, most_connections


class Connection:
    def __init__(self) -> None:
        self.closed = False

    def make_room(self) -> None:
        self.closed = True


def full(number: int, counted: list[str]) -> tuple[Crowd, list[Connection]]:
    made = Crowd(number, counted.append)
    there = [Connection() for _ in range(number)]
    for at, connection in enumerate(there):
        assert made.takes(connection, at + 1)
    return made, there


def test_the_longest_at_rest_makes_room() -> None:
    counted: list[str] = []
    made, there = full(3, counted)
    made.works(there[0])
    made.rests(there[1])  # it has just been answered
    assert made.takes(Connection(), 4)
    assert [connection.closed for connection in there] == [False, False, True]
    assert counted == ["made_room"]


def test_who_works_makes_no_room() -> None:
    counted: list[str] = []
    made, there = full(3, counted)
    for connection in there:
        made.works(connection)
    assert not made.takes(Connection(), 4)
    assert not any(connection.closed for connection in there)
    made.rests(there[1])
    assert made.takes(Connection(), 4)
    assert there[1].closed
    assert counted == ["refused", "made_room"]


def test_it_is_said_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    times = iter((0.0, 1.0, 9.0, 11.0))
    made = Crowd(0, clock=lambda: next(times))
    with caplog.at_level(logging.WARNING, "gateway.web"):
        for _ in range(4):
            made.takes(Connection(), 1)
    assert len(caplog.records) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
@pytest.mark.parametrize(
    ("soft", "needed", "most"),
    [(64, 232, 32), (1024, 232, 1024 - 232 - OWN), (1024, 800, 512), (FILES, 232, MOST), (-1, 232, MOST)],
)
def test_what_the_files_leave(soft: int, needed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda kind: (soft, soft))
    assert most_connections(needed) == most


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
@pytest.mark.parametrize(
    ("before", "after"),
    [((1024, 4096), (4096, 4096)), ((1024, -1), (FILES, -1)), ((1 << 20, 1 << 20), None), ((-1, -1), None)],
)
def test_more_files_are_asked_for(
    before: tuple[int, int], after: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda kind: before)
    monkeypatch.setattr("resource.setrlimit", lambda kind, limits: asked.append(limits))
    crowd.raise_file_limit()
    assert asked == ([] if after is None else [after])
