"""
What a conversation costs that grows: processor time to judge the prompt of each turn, with what was found
in earlier turns remembered and without. Rules only, policy `default`; every turn sends all texts again.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

from rich.console import Console

from benchmarks.machine import Cpus, facts, pin
from benchmarks.tables import Rows, deliver, figure
from benchmarks.texts import answer_words, prompt
from gateway.engine import Guard
from gateway.policy import Ruleset, load_policies
from gateway.resources import folder
from gateway.surfaces import OpenAIChat

__all__ = ["main"]

Figures = dict[str, Any]

SURFACE = OpenAIChat()


def run(args: argparse.Namespace) -> Figures:
    cpus = Cpus.here()
    pin(cpus.server)
    guards = {"remembered": Guard(), "not remembered": Guard(memory=0)}
    book = load_policies([folder("policies")], guards["remembered"].categories)
    times: dict[str, list[list[int]]] = {name: [[] for _ in range(args.turns)] for name in guards}
    gc.collect()
    gc.freeze()
    for number in range(args.warmup + args.conversations):
        messages: list[dict[str, str]] = [{"role": "system", "content": prompt(number + 7919, args.system)}]
        for turn in range(args.turns):
            seed = number * args.turns + turn
            messages.append({"role": "user", "content": prompt(seed, args.prompt)})
            for name, guard in guards.items():
                took = asyncio.run(_judge(guard, (book["default"],), messages))
                if number >= args.warmup:
                    times[name][turn].append(took)
            messages.append({"role": "assistant", "content": "".join(answer_words(seed, args.answer))})
    for guard in guards.values():
        guard.close()
    turns = [
        {"turn": turn + 1} | {name: median(found[turn]) / 1000 for name, found in times.items()}
        for turn in range(args.turns)
    ]
    return {"benchmark": "conversation", "version": 1, "machine": facts(), "turns": turns}


async def _judge(guard: Guard, policies: tuple[Ruleset, ...], messages: Sequence[dict[str, str]]) -> int:
    transcript = SURFACE.request({"model": "bench", "messages": list(messages)})
    exchange = guard.begin(policies, "bench")
    began = process_time_ns()
    await exchange.request(transcript)
    return process_time_ns() - began


def tables(report: Figures) -> list[Rows]:
    rows = Rows("A prompt of a growing conversation: microseconds", "turn", "not remembered", "remembered", "share (%)")
    last = len(report["turns"])
    for turn in report["turns"]:
        if turn["turn"] in (1, 2, 5, 10, 20, 30, last):
            known, new = turn["remembered"], turn["not remembered"]
            rows.add(str(turn["turn"]), figure(new, 0), figure(known, 0), figure(100 * known / new, 0))
    return [rows]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench conversation", description=__doc__, allow_abbrev=False)
    parser.add_argument("--turns", type=int, default=30, help="of a conversation (default 30)")
    parser.add_argument("--conversations", type=int, default=20, help="default 20")
    parser.add_argument("--warmup", type=int, default=5, help="conversations before that (default 5)")
    parser.add_argument("--system", type=int, default=1500, help="characters of the system prompt (default 1500)")
    parser.add_argument("--prompt", type=int, default=400, help="characters of a user's message (default 400)")
    parser.add_argument("--answer", type=int, default=120, help="words of an answer (default 120)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    report = run(args)
    deliver(Console(), tables(report), report, args.json, args.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
