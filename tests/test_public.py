"""The public names are those of `__all__`, sorted, and no others."""

from __future__ import annotations

import types

import pytest

import gateway
from gateway.web import app


def test_the_public_names() -> None:
    everything = {name: getattr(gateway, name) for name in dir(gateway) if not name.startswith("_")}
    public = {name for name, value in everything.items() if not isinstance(value, types.ModuleType)}
    assert public | {"__version__"} == set(gateway.__all__)


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Guard'"):
        gateway.Guard  # noqa: B018


def test_a_name_is_loaded_once() -> None:
    assert gateway.create_app is app.create_app
    assert vars(gateway)["create_app"] is app.create_app


def test_all_is_sorted() -> None:
    assert list(gateway.__all__) == sorted(gateway.__all__)
