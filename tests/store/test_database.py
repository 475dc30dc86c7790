"""Where the store is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.errors import ConfigError
from gateway.settings import StoreSettings
from gateway.store import Database, place


def test_auto_is_a_file_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert place(StoreSettings()) == f"sqlite:///{tmp_path}/data/portcullis/portcullis.db"
    assert stat.S_IMODE((tmp_path / "data/portcullis").stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert place(StoreSettings()) == f"sqlite:///{tmp_path}/home/.local/share/portcullis/portcullis.db"
    assert place(StoreSettings(folder=tmp_path / "here")) == f"sqlite:///{tmp_path}/here/portcullis.db"
    assert place(StoreSettings(url="none")) == "none"


def test_auto_without_a_folder_to_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asked for a store: none. One asked for this folder: a mistake."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert place(StoreSettings()) == "none"
    with pytest.raises(ConfigError):
        place(StoreSettings(folder=tmp_path / "file" / "x"))


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///", "postgresql://", "/file.db", "http://x"])
def test_what_is_no_url_of_a_store(url: str) -> None:
    with pytest.raises(ValidationError):
        StoreSettings(url=url)


def test_a_file_is_for_nobody_else(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/store.db")
    assert stat.S_IMODE((tmp_path / "store.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["no/such/folder.db", ""])
def test_a_file_that_cannot_be(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError):
        Database(f"sqlite:///{tmp_path}/{path}")


def test_a_password_is_not_told(tmp_path: Path) -> None:
    database = Database("postgresql://gate:verysecret@db.example/portcullis")
    assert str(database) == "postgresql://gate:***@db.example/portcullis"
    assert "verysecret" not in repr(StoreSettings(url="postgresql://gate:verysecret@db.example/portcullis"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_names_of_postgresql(scheme: str) -> None:
    assert Database(f"{scheme}://gate@db.example/portcullis").url.drivername == "postgresql+asyncpg"
