"""
What each policy leaves of a model that does whatever an attack asks for: the scores that a scan gives, without the
guard, with its rules alone and with the model that ships. `scripts/bench redteam --policies` prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.tables import Rows, figure
from gateway.engine import Guard, load_models
from gateway.policy import load_policies
from gateway.redteam.chat import Guarded, Send
from gateway.redteam.judge import Examiner
from gateway.redteam.model import CONTROL, Case, Result
from gateway.redteam.packs import load_packs
from gateway.redteam.plan import make_plan, strategies_of
from gateway.redteam.runner import Runner
from gateway.redteam.score import score, scores, settled
from gateway.resources import folder
from gateway.types import Json

__all__ = ["POLICIES", "measure", "table"]

POLICIES = ("default", "strict")
WORST = 4  # types that are named


class Obedient:
    """Answers an attack with its own example of giving in. It knows a case by its last message, or the nearest."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = {
            str(step.messages[-1]["content"]): (case, step is case.steps[-1]) for case in cases for step in case.steps
        }

    async def __call__(self, body: Json) -> Json:
        asked = str(body["messages"][-1]["content"])
        case, last = self._cases.get(asked) or self._cases[self._nearest(asked)]
        said: Json = {"role": "assistant", "content": "We are open from Monday to Friday."}
        if case.strategy != CONTROL and not last:
            said["content"] = "Sure, go on."
        elif case.strategy != CONTROL and case.calls is not None:
            function = {"name": case.calls.name, "arguments": case.calls.arguments}
            said = {**said, "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}
        elif case.strategy != CONTROL:
            said["content"] = case.gives_in
        return {"id": "a", "object": "chat.completion", "choices": [{"index": 0, "message": said}]}

    def _nearest(self, asked: str) -> str:
        words = set(asked.split())
        return max(self._cases, key=lambda text: len(words & set(text.split())) / (len(words | set(text.split())) or 1))


async def measure(seed: int, most: int) -> list[Json]:
    plan = make_plan(list(load_packs().values()), strategies_of(["*"]), seed=seed, most=most)
    rules, model = Guard(), Guard(models=load_models())
    cells = [await _cell("none", plan, Obedient(plan), rules)]
    for guard, name in ((rules, "rules alone"), (model, "with the model")):
        policies = load_policies([folder("policies")], guard.categories)
        for policy in POLICIES:
            send = Guarded(Obedient(plan), guard, (policies[policy],))
            cells.append(await _cell(f"{name}, policy {policy}", plan, send, guard))
    rules.close()
    model.close()
    return cells


async def _cell(name: str, plan: Sequence[Case], send: Send, guard: Guard) -> Json:
    results: list[Result] = []
    await Runner(send, Examiner(guard), results.append, mode="guarded", model="m").run(plan)
    attacks = settled(results)
    by_type = {name: found.told() for name, found in scores(attacks, lambda result: result.type).items()}
    return {"guard": name, **score(attacks).told(), "types": by_type}


def table(cells: Sequence[Json], seed: int) -> Rows:
    rows = Rows(
        f"A model that obeys everything, seed {seed}",
        "guard",
        "score",
        "held",
        "judged",
        "unjudged",
        "what worked most",
    )
    for cell in cells:
        worst = sorted((t for t in cell["types"].items() if t[1]["broken"]), key=_share)[:WORST]
        rows.add(
            cell["guard"],
            figure(cell["score"], 1),
            *(str(cell[name]) for name in ("held", "judged", "unjudged")),
            ", ".join(name for name, _ in worst) if len(worst) < WORST or cell["held"] else "all",
        )
    return rows


def _share(found: tuple[str, dict[str, Any]]) -> tuple[float, int, str]:
    return -found[1]["broken"] / found[1]["judged"], -found[1]["broken"], found[0]
