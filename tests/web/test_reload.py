"""Policies are taken anew while the gateway runs: all of them or none, and no request sees two versions."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import rmtree

import pytest

from gateway.web import reload
from tests.support.gatewayed import Gatewayed, gatewayed, piece, said
from tests.support.scripted import Exchange, Script, end, event, head

FIRST = """
version: 1
name: house
custom: [{category: custom/word, keywords: [harbour]}]
rules: [{category: custom/word, action: mask}]
"""
SECOND = FIRST.replace("harbour", "lighthouse")
WRONG = FIRST.replace("mask", "mutter")


def write(gate: Gatewayed, text: str, name: str = "0.yaml") -> None:
    """As editors and config maps do it: a new file in the old one's place."""
    new = gate.folder / f"{name}.new"
    new.write_text(text)
    new.rename(gate.folder / name)


async def masks(gate: Gatewayed, word: str) -> bool:
    await gate.chat(f"the {word} here")
    return word.encode() not in gate.up.requests[-1].body


async def test_sighup() -> None:
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house", server={"reload_on_sighup": True}) as gate:
        assert await masks(gate, "harbour")
        write(gate, SECOND)
        before = gate.gateway.book
        os.kill(os.getpid(), signal.SIGHUP)
        await gate.wait(lambda: gate.gateway.book is not before)
        assert await masks(gate, "lighthouse")
        assert not await masks(gate, "harbour")
        await gate.wait(lambda: len(gate.events) == 3)
        old, new, last = (e.policies["house"] for e in gate.events)
        assert old != new == last == gate.gateway.book["house"].version


async def test_a_change_of_a_file() -> None:
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house", watch_policies=True) as gate:
        assert await masks(gate, "harbour")
        before = gate.gateway.book
        write(gate, SECOND)
        await gate.wait(lambda: gate.gateway.book is not before)
        assert await masks(gate, "lighthouse")


async def test_a_folder_made_anew_and_a_link_that_is_turned() -> None:
    """As deployments do it that keep each version in a folder of its own: a watch sees neither."""
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house", watch_policies=True) as gate:
        aside = gate.folder.with_name(gate.folder.name + "-aside")
        for text, word in ((SECOND, "lighthouse"), (FIRST, "harbour")):
            before = gate.gateway.book
            gate.folder.rename(aside)
            gate.folder.mkdir()
            write(gate, text)
            await gate.wait(lambda before=before: gate.gateway.book is not before)  # type: ignore[misc]
            assert await masks(gate, word)
            rmtree(aside)
        gate.folder.rename(aside)
        gate.folder.symlink_to(aside)
        elsewhere = aside.with_name(aside.name + "-2")
        elsewhere.mkdir()
        (elsewhere / "0.yaml").write_text(SECOND)
        await asyncio.sleep(0.1)
        before = gate.gateway.book
        turned = aside.with_name(aside.name + "-3")
        turned.symlink_to(elsewhere)
        turned.rename(gate.folder)
        await gate.wait(lambda: gate.gateway.book is not before)
        assert await masks(gate, "lighthouse")
        gate.folder.unlink()
        elsewhere.rename(gate.folder)
        rmtree(aside)


async def test_a_change_that_no_watch_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """One before the watch began, say, or on a file system that tells nothing."""

    async def deaf(*folders: Path, rust_timeout: int, **options: object) -> AsyncIterator[set[tuple[str, str]]]:
        while True:
            await asyncio.sleep(0.02)
            yield set()

    monkeypatch.setattr(reload, "awatch", deaf)
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house", watch_policies=True) as gate:
        first = gate.gateway.book
        write(gate, WRONG)
        await gate.wait(lambda: gate.gateway.policies_stale)
        write(gate, SECOND)
        await gate.wait(lambda: gate.gateway.book is not first)
        assert await masks(gate, "lighthouse")
        await asyncio.sleep(0.1)
        told = (await gate.http.get("/metrics")).text
        assert 'guard_reloads_total{result="refused"} 1.0' in told  # each state of the files once
        assert 'guard_reloads_total{result="taken"} 1.0' in told


async def test_a_reload_that_fails_in_another_way_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house", watch_policies=True) as gate:
        with monkeypatch.context() as broken:
            broken.setattr(type(gate.gateway), "load_book", lambda self: 1 / 0)
            assert not gate.gateway.reload()
        before = gate.gateway.book
        write(gate, SECOND)
        await gate.wait(lambda: gate.gateway.book is not before)
        assert await masks(gate, "lighthouse")


@pytest.mark.parametrize(
    "files",
    [
        {"0.yaml": WRONG},
        {"0.yaml": SECOND, "1.yaml": WRONG.replace("name: house", "name: other")},
        {"0.yaml": SECOND, "1.yaml": "rules: ["},
        {"0.yaml": SECOND, "1.yaml": "version: 1\nname: x\ndescription: 2024-13-45\n"},
        {"0.yaml": SECOND, "1.yaml": SECOND},  # one name in two files
        {"0.yaml": SECOND.replace("name: house", "name: home")},  # the name in force is gone
        {"0.yaml": SECOND.replace("keywords: [lighthouse]", "pattern: '('")},
        {"0.yaml": SECOND.replace("version: 1", "version: 2")},
        {"0.yaml": SECOND, "1.yaml": "version: 1\nname: x\nrules: [{category: pii/no_such, action: mask}]\n"},
    ],
)
async def test_a_mistake_in_one_file_leaves_all_as_they_were(
    files: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with gatewayed(said("Hi."), policies=[FIRST], policy="house") as gate:
        before = gate.gateway.book
        for name, text in files.items():
            write(gate, text, name)
        assert not gate.gateway.reload()
        assert gate.gateway.book is before
        assert await masks(gate, "harbour")
        assert not await masks(gate, "lighthouse")
        ready, metrics = await gate.http.get("/readyz"), (await gate.http.get("/metrics")).text
        assert ready.status_code == 200
        assert ready.json()["policies_stale"] is True
        assert 'guard_reloads_total{result="refused"} 1.0' in metrics
        assert "guard_policies_stale 1.0" in metrics
        (record,) = [r for r in caplog.records if r.getMessage() == "policies not reloaded"]
        assert ".yaml" in vars(record)["reason"] or "house" in vars(record)["reason"]
        for name in files:
            (gate.folder / name).unlink()
        write(gate, SECOND)
        assert gate.gateway.reload()  # mended
        assert await masks(gate, "lighthouse")
        assert "policies_stale" not in (await gate.http.get("/readyz")).json()
        assert "guard_policies_stale 0.0" in (await gate.http.get("/metrics")).text


async def test_a_request_keeps_the_policies_it_began_with() -> None:
    """The answer to a request that began before the change is judged by the old version."""
    gates: list[Gatewayed] = []

    async def change(x: Exchange) -> None:
        write(gates[0], SECOND)
        assert gates[0].gateway.reload()

    texts = [piece("the harbour and the lighthouse are "), piece("far."), piece(finish="stop")]
    script: Script = [
        head(200, {"content-type": "text/event-stream"}, chunked=True),
        change,
        *map(event, texts),
        event("[DONE]"),
        end(),
    ]
    async with gatewayed(script, policies=[FIRST], policy="house") as gate:
        gates.append(gate)
        before = gate.gateway.book["house"].version
        assert (await gate.stream()).text() == "the [WORD] and the lighthouse are far."
        assert (await gate.event()).policies == {"house": before}
