"""Which memory is asked for in large pages, and that nothing in it changes."""

from __future__ import annotations

import sys
from threading import Event

import pytest
import uvicorn

from gateway.settings import Server, Settings
from gateway.web import serve
from gateway.web.pages import LARGE, mostly_used, use_large_pages

SIZE = 8 * LARGE


def mapping(begin: int, end: int, resident: float, rights: str = "rw-p", inode: int = 0, name: str = "") -> list[str]:
    """As Linux tells it."""
    return [
        f"{begin:x}-{end:x} {rights} 00000000 00:00 {inode} {name}\n",
        f"Size: {(end - begin) >> 10} kB\n",
        f"Rss: {int(resident * (end - begin)) >> 10} kB\n",
        "Pss: 4 kB\n",
        "VmFlags: rd wr mr mw me ac\n",
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (mapping(LARGE, LARGE + SIZE, 1), [(LARGE, LARGE + SIZE)]),
        (mapping(LARGE, LARGE + SIZE, 0.8, name="[heap]"), [(LARGE, LARGE + SIZE)]),
        (mapping(LARGE, LARGE + SIZE, 1, name="[anon: tables]"), [(LARGE, LARGE + SIZE)]),
        (mapping(LARGE + 4096, 3 * LARGE + 8192, 1), [(2 * LARGE, 3 * LARGE)]),
        (mapping(LARGE + 4096, 3 * LARGE - 4096, 1), []),  # no whole page in it
        (mapping(LARGE, LARGE + SIZE, 0.5), []),  # would cost memory
        (mapping(LARGE, LARGE + SIZE, 1, name="[stack]"), []),
        (mapping(LARGE, LARGE + SIZE, 1, inode=17, name="/usr/lib/libc.so"), []),
        (mapping(LARGE, LARGE + SIZE, 1, rights="r--p"), []),
        (mapping(LARGE, LARGE + SIZE, 1, rights="rw-s"), []),  # shared with others
        (mapping(LARGE, LARGE + SIZE, 0.1) + mapping(LARGE + SIZE, 2 * SIZE, 1), [(LARGE + SIZE, 2 * SIZE)]),
        (["Rss: 99999 kB\n"], []),
    ],
)
def test_what_is_mostly_used(lines: list[str], found: list[tuple[int, int]]) -> None:
    assert list(mostly_used(lines)) == found


def test_memory_stays_as_it_is() -> None:
    text = bytes(range(256)) * (SIZE // 256)
    before = bytearray(text)
    asked = use_large_pages()
    assert before == text
    assert asked % LARGE == 0


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_server_asks_when_it_is_told_to(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Event()
    monkeypatch.setattr(serve, "use_large_pages", asked.set)
    settings = Settings(server=Server(large_pages=wanted))
    await serve.Server(uvicorn.Config("none"), settings).on_tick(serve.LARGE_PAGES[0])
    assert asked.wait(5 if wanted else 0.1) is wanted


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert use_large_pages() == 0
