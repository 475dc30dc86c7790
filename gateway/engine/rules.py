"""
Rules in plain words, and the task that a system prompt sets: what a text is about, by the vectors of the
same pass that gives every other verdict. One matrix product for all rules; no inference for any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gateway.detectors.onnx import Card, Meaning, Model
from gateway.engine.scope import FAR, SUBJECTS, scopes_in
from gateway.errors import ConfigError
from gateway.policy import OFF_TASK, OUT_OF_SCOPE, PlainRule, Ruleset
from gateway.text.channels import channel_of
from gateway.text.windows import fpr_of_many
from gateway.types import Direction, Finding, Kind, Part, Role, Span

__all__ = ["CALIBRATED", "SYSTEM", "Asked", "Topics", "asked_of", "topics_of"]

Floats = npt.NDArray[np.float32]

CALIBRATED = "topic/rule"  # where a card holds how often rules fit honest texts that they are not about
SURE = 0.5  # least score of a request that is out of scope
FLOOR = 0.2  # scores below are no findings, unless a rule asks for them
SYSTEM = (Role.SYSTEM, Role.DEVELOPER)
ON_TASK = (Role.USER, Role.ASSISTANT)  # who has to keep to it
TASK_KINDS = (Kind.TEXT, Kind.TRANSCRIPT)


@dataclass(frozen=True, slots=True)
class Topics:
    """What policies want to know about the meaning of texts of one direction. `floors`: which scores are findings."""

    model: Model
    rules: tuple[PlainRule, ...]
    vectors: Floats  # [R, D]
    slopes: Floats  # [R]: with the shift, how a cosine becomes log odds
    shifts: Floats
    floors: Floats
    direction: Direction
    tasks: bool
    subjects: Floats | None = None  # [S, D], of SUBJECTS; None: nobody asks about scopes

    @property
    def categories(self) -> frozenset[str]:
        more = [OFF_TASK] * self.tasks + [OUT_OF_SCOPE] * (self.subjects is not None)
        return frozenset((*(rule.category for rule in self.rules), *more))

    def reads(self, part: Part) -> bool:
        return (
            self.keeps_task(part)
            or self.keeps_scope(part)
            or any(rule.reads(self.direction, part.role, part.kind) for rule in self.rules)
        )

    def keeps_task(self, part: Part) -> bool:
        """Is this a text that has to keep to the task?"""
        return self.tasks and part.role in ON_TASK and part.kind in TASK_KINDS

    def keeps_scope(self, part: Part) -> bool:
        """Is this a request that has to keep to what the application is for?"""
        return self.subjects is not None and part.role is Role.USER and part.kind in TASK_KINDS

    def findings(self, part: Part, meaning: Meaning | None, *, as_it_stands: bool = True) -> list[Finding]:
        """
        Rules that a text falls under. What is forbidden must stand nowhere in it, so the window that is
        nearest to the rule counts; of what alone is allowed any window will do, and only a text as it
        stands can be about something else: what a decoder reads into it mostly is.
        """
        if meaning is None or not self.rules:
            return []
        # Not `@`: for a text of many windows it would wake threads on all processors.
        cosines = np.einsum("wd,rd->wr", meaning.vectors, self.vectors)
        scores = 1 / (1 + np.exp(-(self.slopes * cosines.max(axis=0) + self.shifts)))
        out = []
        for index in np.flatnonzero(scores >= self.floors):
            rule = self.rules[index]
            if not rule.reads(self.direction, part.role, part.kind) or (rule.only and not as_it_stands):
                continue
            if rule.only:
                found = self._finding(rule.category, OFF_TASK, float(scores[index]), part, Span(0, len(part.text)))
            else:
                span = meaning.spans[int(cosines[:, index].argmax())]
                found = self._finding(rule.category, CALIBRATED, float(scores[index]), part, span, len(meaning.spans))
            out.append(found)
        return out

    def off_task(self, part: Part, meaning: Meaning | None, tasks: Sequence[Meaning]) -> list[Finding]:
        """
        Does a text leave the task? A system prompt says more than its task, and a question may quote what it
        likes: the stretches of both that are nearest to each other count.
        """
        if meaning is None or not tasks or not self.keeps_task(part):
            return []
        nearest = max(float(np.einsum("td,wd->tw", task.vectors, meaning.vectors).max()) for task in tasks)
        score = 1 - self.model.card.similarity.tasks.at(nearest)
        return [self._finding(OFF_TASK, OFF_TASK, score, part, Span(0, len(part.text)))]

    def out_of_scope(self, part: Part, meaning: Meaning | None, scopes: Sequence[tuple[str, Meaning]]) -> list[Finding]:
        """
        A short request about a subject that no scope has to do with. As certain as it is about that subject,
        and far from each of the scopes.
        """
        if self.subjects is None or meaning is None or not scopes or len(meaning.spans) != 1:
            return []
        like = self.model.card.similarity
        scores = [like.rules.at(float(cosine)) for cosine in np.einsum("sd,d->s", self.subjects, meaning.vectors[0])]
        for scope, meant in scopes:
            near = np.einsum("sd,wd->sw", self.subjects, meant.vectors).max(axis=1)
            for index, subject in enumerate(SUBJECTS):
                if like.rules.at(float(near[index])) > FAR or subject.belongs_to(scope):
                    scores[index] = 0.0
            nearest = float(np.einsum("d,wd->w", meaning.vectors[0], meant.vectors).max())
            scores = [min(score, 1 - like.tasks.at(nearest)) for score in scores]
        best = max(scores)
        if best < SURE:
            return []
        return [self._finding(OUT_OF_SCOPE, OUT_OF_SCOPE, best, part, Span(0, len(part.text)))]

    def _finding(self, category: str, measured: str, score: float, part: Part, span: Span, looks: int = 1) -> Finding:
        curves = self.model.card.calibration.get(measured, {})
        curve = curves.get(channel_of(part)) or curves.get("user")
        fpr = 1.0 if curve is None else fpr_of_many(curve.at(score), looks)
        return Finding(category, min(max(score, 1e-6), 1.0), span, self.model.name, fpr=fpr)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is asked about texts of one conversation. `tasks`: its system prompts, as far as they matter; `scopes`:
    sentences of them that say what alone is helped with.
    """

    topics: Topics
    tasks: tuple[Part, ...] = ()
    scopes: tuple[Part, ...] = ()


def asked_of(topics: Topics | None, system: tuple[Part, ...]) -> Asked | None:
    """`system`: texts of system prompts. None where there is nothing to ask."""
    if topics is None:
        return None
    scopes = scopes_in(system) if topics.subjects is not None else ()
    if not topics.rules and not topics.tasks and not scopes:
        return None
    return Asked(topics, system if topics.tasks else (), scopes)


def topics_of(policies: Sequence[Ruleset], direction: Direction, loaded: Sequence[Model]) -> Topics | None:
    """
    None where no policy asks. Embeds the rules; a text that was embedded before is known. Raises ConfigError
    where a rule in plain words needs a model that is not there. A rule about the task alone needs none: it
    waits for one, as rules on other categories of models do.
    """
    plain = [(r, rule) for r in policies for rule in r.policy.custom_rules if direction in rule.directions]
    tasks = any(ruleset.asks_for(OFF_TASK, direction) for ruleset in policies)
    scopes = any(ruleset.asks_for(OUT_OF_SCOPE, direction) for ruleset in policies)
    model = next((model for model in loaded if model.embeds), None)
    if model is None:
        if plain:
            raise ConfigError(
                f"`custom_rules` ({plain[0][1].name!r}) need a model that gives an embedding, and none is loaded; "
                "put one into a folder of `models.folders`, or see `portcullis models`"
            )
        return None
    if not plain and not tasks and not scopes:
        return None
    rules = tuple(rule for _, rule in plain)
    for rule in rules:
        measured = OFF_TASK if rule.only else CALIBRATED
        if rule.max_fpr is not None and measured not in model.card.calibration:
            raise ConfigError(
                f"`custom_rules` ({rule.name!r}): the card of {model.name} has no calibration of {measured}; "
                "use `threshold` in place of `max_fpr`"
            )
    vectors = np.stack([_vector(model, rule.text) for rule in rules]) if rules else np.zeros((0, 1), np.float32)
    likeness = [model.card.similarity.tasks if rule.only else model.card.similarity.rules for rule in rules]
    signs = [-1 if rule.only else 1 for rule in rules]
    return Topics(
        model,
        rules,
        vectors,
        np.array([sign * how.scale for sign, how in zip(signs, likeness, strict=True)], np.float32),
        np.array([sign * how.shift for sign, how in zip(signs, likeness, strict=True)], np.float32),
        np.array([_floor(policies, direction, rule, model.card) for rule in rules], np.float32),
        direction,
        tasks,
        np.stack([_vector(model, subject.text) for subject in SUBJECTS]) if scopes else None,
    )


@lru_cache(maxsize=4096)
def _vector(model: Model, text: str) -> Floats:
    vector: Floats = model.embed([text])[0]
    return vector


def _floor(policies: Sequence[Ruleset], direction: Direction, plain: PlainRule, card: Card) -> float:
    """The least score that a rule of these policies may claim, and FLOOR at most: others are worth no finding."""
    claims = [rule for ruleset in policies for rule in ruleset.rules_on(plain.category, direction)]
    curves = card.calibration.get(OFF_TASK if plain.only else CALIBRATED, {}).values()
    least = FLOOR
    for rule in claims:
        if rule.max_fpr is None or not rule.by_share:
            least = min(least, rule.threshold)
        else:
            least = min(least, *(curve.cut(rule.max_fpr) for curve in curves), 1.0)
    return least
