"""config.example.yaml is generated, complete and true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.cli.example import ENTRIES, example, settings
from gateway.settings import Settings, load_settings

FILE = Path(__file__).parent.parent / "config.example.yaml"


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("PORTCULLIS_"):
            monkeypatch.delenv(name)


def test_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == example(), "run: portcullis list settings --yaml > config.example.yaml"


def test_holds_the_defaults() -> None:
    assert load_settings(FILE) == Settings()


def test_its_commented_entries_are_settings_too(tmp_path: Path) -> None:
    lines = FILE.read_text("utf-8").splitlines()
    empty = {f"{name}: []" for name in ENTRIES}
    starts = {f"# {name}:" for name in ENTRIES}
    out, inside = [], False
    for line in lines:
        inside = line in starts or (inside and line.startswith("# "))
        if line not in empty:
            out.append(line.removeprefix("# ") if inside else line)
    path = tmp_path / "config.yaml"
    path.write_text("\n".join(out))
    loaded = load_settings(path)
    assert {name: getattr(loaded, name) for name in ENTRIES} == {name: (entry,) for name, entry in ENTRIES.items()}


def test_every_setting_has_help() -> None:
    assert [s.name for s in settings() if not s.help] == []
