"""Policies are taken anew while the gateway runs: all of them or none, and no request sees two versions."""

from __future__ import annotations

import os
import signal

import pytest

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


@pytest.mark.parametrize(
    "files",
    [
        {"0.yaml": WRONG},
        {"0.yaml": SECOND, "1.yaml": WRONG.replace("name: house", "name: other")},
        {"0.yaml": SECOND, "1.yaml": "rules: ["},
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
        assert (await gate.http.get("/readyz")).status_code == 200
        assert 'guard_reloads_total{result="refused"} 1.0' in (await gate.http.get("/metrics")).text
        (record,) = [r for r in caplog.records if r.getMessage() == "policies not reloaded"]
        assert ".yaml" in vars(record)["reason"] or "house" in vars(record)["reason"]
        for name in files:
            (gate.folder / name).unlink()
        write(gate, SECOND)
        assert gate.gateway.reload()  # mended
        assert await masks(gate, "lighthouse")


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
