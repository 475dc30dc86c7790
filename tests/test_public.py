"""The public names are those of `__all__`, sorted, and no others."""

from __future__ import annotations

import types

import gateway


def test_the_public_names() -> None:
    public = {n for n, v in vars(gateway).items() if not n.startswith("_") and not isinstance(v, types.ModuleType)}
    assert public | {"__version__"} == set(gateway.__all__)


def test_all_is_sorted() -> None:
    assert list(gateway.__all__) == sorted(gateway.__all__)
