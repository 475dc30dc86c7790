"""POST /v1/moderations: what a text is judged for, and a verdict in OpenAI's thirteen categories."""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import MODEL, PART
from gateway.surfaces.fields import Collector, Each, Either, Enum, Keyed, Number, Obj, Text, Token
from gateway.surfaces.strict import wrong
from gateway.surfaces.table import TableSurface
from gateway.types import Direction, Json, Role, Transcript, Verdict

__all__ = ["CATEGORIES", "Moderations", "inputs", "result"]

MAX_INPUTS = 2048

# OpenAI's categories, and ours that tell them; where there are two lists, both must be there.
CATEGORIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "harassment": (("harm/harassment",),),
    "harassment/threatening": (("harm/harassment",), ("harm/violence",)),
    "hate": (("harm/hate",),),
    "hate/threatening": (("harm/hate",), ("harm/violence",)),
    "illicit": (("harm/crime", "harm/cyber", "harm/drugs", "harm/weapons"),),
    "illicit/violent": (("harm/weapons",),),
    "self-harm": (("harm/self_harm",),),
    "self-harm/instructions": (),  # our detectors do not tell these two from self-harm
    "self-harm/intent": (),
    "sexual": (("harm/sexual", "harm/sexual_minors"),),
    "sexual/minors": (("harm/sexual_minors",),),
    "violence": (("harm/violence",),),
    "violence/graphic": (),  # nor this one from violence
}

_NAMES = "|".join(CATEGORIES)
_REQUEST = Obj({"input": Either(Text(), Each(Either(Text(), PART))), "model": MODEL})
_ANSWER = Obj(
    {
        "id": Token("modr-[A-Za-z0-9]{1,64}"),
        "model": MODEL,
        "results": Each(
            Obj(
                {
                    "flagged": Number(),
                    "categories": Keyed(_NAMES, Number()),
                    "category_scores": Keyed(_NAMES, Number()),
                    "category_applied_input_types": Keyed(_NAMES, Each(Enum("text", "image"))),
                }
            )
        ),
    }
)


class Moderations(TableSurface):
    def __init__(self) -> None:
        super().__init__("moderations", _REQUEST, _ANSWER)

    def check(self, body: Json) -> None:
        super().check(body)
        given = body.get("input")
        items = [given] if type(given) is str else given
        if type(items) is not list or not 0 < len(items) <= MAX_INPUTS:
            raise wrong("input", f"a text, or a list of 1 to {MAX_INPUTS} texts or parts")
        if len({type(item) for item in items}) > 1 or type(items[0]) not in (str, dict):
            raise wrong("input", "a list of texts, or one of parts")


def inputs(body: Json) -> list[Transcript]:
    """What gets a result each: every text, or all parts together."""
    given = body["input"]
    if type(given) is list and type(given[0]) is str:
        return [_transcript(text, index) for index, text in enumerate(given)]
    return [_transcript(given, None)]


def _transcript(value: Any, index: int | None) -> Transcript:
    out = Collector(Role.USER, strict=True)
    if index is None:
        _REQUEST.fields["input"].read(value, (), "input", out)
    else:
        out.add(value, ("input", index), out.kind)
    return Transcript(tuple(out.parts), Direction.INPUT, "", tuple(out.unscanned))


def result(verdict: Verdict) -> Json:
    """
    Of a verdict without errors. A category is there where a rule of the policies claims it; scores are the
    detectors' own.
    """
    claimed = {v.hit.finding.category for v in verdict.violations}
    flags, scores = {}, {}
    for name, needed in CATEGORIES.items():
        flags[name] = bool(needed) and all(claimed.intersection(ours) for ours in needed)
        best = [max((verdict.scores.get(ours, 0.0) for ours in some), default=0.0) for some in needed]
        scores[name] = round(min(best, default=0.0), 6)
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] if flag else [] for name, flag in flags.items()},
    }
