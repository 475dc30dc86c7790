"""What a carrier is: an honest document with marks where something may be put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.examples import Channel
from training.generate.indirect.grammar import Scene

__all__ = ["Carrier", "Writer"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """`text` with marks (`places.py`); `register` says which human imperatives fit; `family` names the writer."""

    text: str
    register: str
    family: str
    channel: Channel = "document"
    lang: str = "en"


Writer = Callable[[Scene], Carrier]
