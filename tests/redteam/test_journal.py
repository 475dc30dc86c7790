"""Results in a file: there and back, and a scan that goes on where it was broken off."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.redteam.journal import About, Journal, read_journal
from gateway.redteam.model import Call, Reply, Result, Ruling, Severity, Tried

ABOUT = About(1, "m", "up", "digest", "packs", ("bias",), ("plain",), ("direct",))
REPLY = Reply(
    "Hä? \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), (Call("f", '{"a": 1}'),), "no", "stop", 7
)
RESULT = Result(
    "bias/a/plain", "bias/a", "bias", "plain", Severity.LOW, "g", "direct", Ruling.BROKEN, "says", "it said",
    (Tried(({"role": "user", "content": "x"},), REPLY), Tried((), Reply(blocked="prompt"))), 2, 14, 1.5,
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scan.jsonl"


def test_there_and_back(path: Path) -> None:
    with Journal(path, ABOUT) as journal:
        journal.add(RESULT)
    assert read_journal(path) == (ABOUT, [RESULT])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_goes_on(path: Path) -> None:
    others = [replace(RESULT, case=f"bias/{r}/plain", ruling=r) for r in Ruling]
    with Journal(path, ABOUT) as journal:
        for result in others:
            journal.add(result)
    with Journal(path, ABOUT) as journal:
        assert {case for _, case in journal.known} == {f"bias/{r}/plain" for r in ("held", "broken", "unjudged")}
        journal.add(replace(RESULT, case="bias/error/plain", ruling=Ruling.HELD))
    _, results = read_journal(path)
    assert len(results) == len(Ruling)
    assert [r.ruling for r in results if r.case == "bias/error/plain"] == [Ruling.HELD]  # the newest


def test_a_line_that_was_broken_off(path: Path) -> None:
    with Journal(path, ABOUT) as journal:
        journal.add(RESULT)
        journal.add(replace(RESULT, case="bias/b/plain"))
    path.write_bytes(path.read_bytes()[:-40])
    with Journal(path, ABOUT) as journal:
        assert list(journal.known) == [("direct", "bias/a/plain")]
        journal.add(replace(RESULT, case="bias/b/plain"))
    assert len(read_journal(path)[1]) == 2


@pytest.mark.parametrize("changed", [{"seed": 2}, {"model": "n"}, {"prompt": "x"}, {"modes": ("direct", "guarded")}])
def test_of_another_scan(path: Path, changed: dict[str, object]) -> None:
    Journal(path, ABOUT).__exit__(None, None, None)
    with pytest.raises(ConfigError, match=f"{next(iter(changed))} differ"):
        Journal(path, replace(ABOUT, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["hello", "{}", "[]", '{"format": 1}', '{"format": 9, "seed": 1}', '{"format": 1, "x": 1}']
)
def test_no_such_file(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"scan\.jsonl"):
        read_journal(path)


def test_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_journal(tmp_path / "none")
    with pytest.raises(ConfigError, match="cannot be written"):
        Journal(tmp_path / "no" / "folder", ABOUT)
