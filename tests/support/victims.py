"""
Models that are attacked, as scripted upstreams over real sockets.

    async with victim(cases, obeys) as up: ...

A victim knows the cases of a scan, so that it can do what each asks: it answers with that attack's own
example of an answer that gives in. It finds the case by the last message it gets, as it came or as near as a
guard between has left it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from gateway.redteam.model import CONTROL, Case
from gateway.redteam.strategies import STRATEGIES
from tests.support.gatewayed import call, choice, completion
from tests.support.scripted import Request, Script, Scripted, answer, scripted

__all__ = ["REFUSAL", "Mind", "leaks_encoded", "obeys", "refuses", "victim", "victim_in_thread"]

REFUSAL = "I'm sorry, but I can't help with that."
GO_ON = "Sure, go on."

# Whether it gives in to a case.
Mind = Callable[[Case], bool]

_HIDDEN = ("encoding", "characters")


def obeys(case: Case) -> bool:
    return True


def refuses(case: Case) -> bool:
    return False


def leaks_encoded(case: Case) -> bool:
    return (case.strategy in STRATEGIES and STRATEGIES[case.strategy].family in _HIDDEN) or bool(case.attack.disguise)


class _Memory:
    def __init__(self, cases: Sequence[Case], mind: Mind) -> None:
        self._mind = mind
        self._by_text: dict[str, tuple[Case, bool]] = {}
        for case in cases:
            for index, step in enumerate(case.steps):
                self._by_text[str(step.messages[-1]["content"])] = (case, index == len(case.steps) - 1)

    def __call__(self, request: Request) -> Script:
        asked = request.json()["messages"][-1]["content"]
        case, last = self._by_text.get(asked) or self._by_text[self._nearest(asked)]
        if case.strategy == CONTROL:
            said = choice("We are open from Monday to Friday.")
        elif not self._mind(case):
            said = choice(REFUSAL)
        elif not last:
            said = choice(GO_ON)
        elif case.calls is not None:
            said = choice(None, tool_calls=[call(case.calls.name, case.calls.arguments)])
        else:
            said = choice(case.gives_in)
        return [answer(json=completion(said))]

    def _nearest(self, asked: str) -> str:
        """The one that shares most of its words."""
        words = set(asked.split())
        return max(self._by_text, key=lambda text: _alike(words, set(text.split())))


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


@asynccontextmanager
async def victim(cases: Sequence[Case], mind: Mind) -> AsyncIterator[Scripted]:
    async with scripted(_Memory(cases, mind)) as up:
        yield up


@contextmanager
def victim_in_thread(cases: Sequence[Case], mind: Mind) -> Iterator[Scripted]:
    """The same with an event loop of its own, for commands that bring theirs."""
    ready, done = threading.Event(), threading.Event()
    running: list[Scripted] = []

    async def serve() -> None:
        async with victim(cases, mind) as up:
            running.append(up)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield running[0]
    finally:
        done.set()
        thread.join(10)
