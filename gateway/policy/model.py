"""A policy as data: what the YAML file says, checked. See policies/*.yaml for examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateway.policy.language import Language
from gateway.text.channels import Channel
from gateway.types import Direction, Kind, Role

__all__ = [
    "CATEGORY",
    "CUSTOM_CATEGORY",
    "FIXED_CATEGORY",
    "NAME",
    "OFF_TASK",
    "OUT_OF_SCOPE",
    "RULE_NAME",
    "Allow",
    "Custom",
    "Messages",
    "PlainRule",
    "Policy",
    "Rule",
    "ToolArgument",
    "Tools",
]

CATEGORY = r"^[a-z0-9_*?\[\]!-]+/[a-z0-9_*?\[\]!.-]+$"
OFF_TASK = "topic/off_task"
OUT_OF_SCOPE = "topic/out_of_scope"
FIXED_CATEGORY = r"^[a-z0-9_-]+/[a-z0-9_.-]+$"
CUSTOM_CATEGORY = r"^custom/[a-z0-9_.-]+$"
NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"
RULE_NAME = r"^[a-z0-9][a-z0-9_.-]{0,62}$"


def _as_tuple(value: object) -> object:
    """`category: pii/*` and `category: [pii/*, secret/*]` are both fine."""
    return (value,) if isinstance(value, str) else value


def _as_share(value: object) -> object:
    """`1%` is 0.01."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return float(value.strip().removesuffix("%")) / 100
        except ValueError:
            return value
    return value


Category = Annotated[str, Field(pattern=CATEGORY)]
Categories = Annotated[tuple[Category, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Claim(Strict):
    """What a rule says of the findings that it is for, whichever way they are found."""

    action: str = Field(description="allow, flag, mask, replace, hash, placeholder or block.")
    directions: tuple[Direction, ...] = Field(tuple(Direction), min_length=1, description="Prompts, answers or both.")
    roles: tuple[Role, ...] = Field((), description="Only texts of these roles; none: all.")
    kinds: tuple[Kind, ...] = Field((), description="Only these kinds of text; none: all.")
    threshold: float = Field(0.5, ge=0, le=1, description="Least score; with `max_fpr` alone any score will do.")
    max_fpr: Annotated[float, BeforeValidator(_as_share), Field(ge=0, le=1)] | None = Field(
        None, description="Largest share of honest texts that score so high: `1%` or 0.01."
    )
    text_in: str | None = Field(None, max_length=1000, alias="with", description="What `replace` puts in.")
    message: str = Field("", max_length=1000, description="Shown to the client instead of the policy's message.")

    @model_validator(mode="after")
    def _text_for_replace(self) -> Claim:
        if (self.action == "replace") != (self.text_in is not None):
            raise ValueError("`with` belongs to the action `replace`, which needs it")
        return self

    @property
    def by_share(self) -> bool:
        """Does the share of false alarms alone decide?"""
        return self.max_fpr is not None and "threshold" not in self.model_fields_set

    def claims(self, score: float, fpr: float) -> bool:
        """Is a finding certain enough?"""
        if self.max_fpr is None:
            return score >= self.threshold
        return fpr <= self.max_fpr and (self.by_share or score >= self.threshold)


class Rule(Claim):
    """What to do about findings. The first rule that fits a finding decides."""

    category: Categories = Field(description="Globs over `family/name`.")
    name: str = Field("", description="Name in events; default: the first category.")
    channels: tuple[Channel, ...] = Field(
        (), description="Only texts of these channels: user, document, tool, code, answer; none: all."
    )
    languages: tuple[Language, ...] = Field(
        (), description="Only texts in English (`english`), or beyond doubt in another language (`other`); none: all."
    )
    found_by: Literal["any", "rules", "models", "unmeasured"] = Field(
        "any", description="Only what rules find, only what models find, or only models whose errors nobody measured."
    )
    quoted: bool | None = Field(
        None, description="Only what a prompt quotes, in plain sight (`true`), or only the rest (`false`); none: all."
    )

    @model_validator(mode="after")
    def _quoted_in_prompts(self) -> Rule:
        if self.quoted is not None and Direction.OUTPUT in self.directions:
            raise ValueError(
                "`quoted` needs `directions: [input]`: answers stream, and are judged before a mark closes"
            )
        return self

    @property
    def title(self) -> str:
        return self.name or self.category[0]

    @property
    def narrow(self) -> bool:
        """Does it leave findings of models that are certain enough to later rules?"""
        chosen = self.roles or self.kinds or self.channels or self.languages or self.found_by in ("rules", "unmeasured")
        return bool(chosen) or self.quoted is not None or self.max_fpr is not None

    def claims(self, score: float, fpr: float) -> bool:
        return _FOUND_BY[self.found_by](fpr) and super().claims(score, fpr)


_FOUND_BY: dict[str, Callable[[float], bool]] = {
    "any": lambda fpr: True,
    "rules": lambda fpr: fpr == 0,
    "models": lambda fpr: fpr > 0,
    "unmeasured": lambda fpr: fpr == 1,
}


class PlainRule(Claim):
    """
    A rule in plain words: a text is found where it is about what the rule is about. The finding is
    `topic/<name>`. These are asked before `rules`.
    """

    name: str = Field(pattern=RULE_NAME, description="Name; the category is `topic/<name>`.")
    text: str = Field(min_length=3, max_length=4000, description="The rule, in a sentence or two.")
    only: bool = Field(False, description="The rule says what alone is allowed; found is what is about something else.")
    action: str = Field("block", description="As in `rules`.")
    judge: bool = Field(False, description="Ask the LLM of the settings (`judge`) in place of comparing meaning.")
    roles: tuple[Role, ...] = Field((Role.USER, Role.ASSISTANT), description="Only texts of these roles; none: all.")
    kinds: tuple[Kind, ...] = Field(
        (Kind.TEXT, Kind.TRANSCRIPT, Kind.DOCUMENT, Kind.UNKNOWN),
        description="Only these kinds of text; none: all.",
    )

    @model_validator(mode="after")
    def _own_name(self) -> PlainRule:
        if self.category in (OFF_TASK, OUT_OF_SCOPE):
            raise ValueError(f"{self.category} is found by the system prompt; choose another name")
        if self.judge and (self.max_fpr is not None or self.only):
            raise ValueError("`judge` goes with `threshold`, and with a rule that says what is forbidden")
        return self

    @property
    def category(self) -> str:
        return f"topic/{self.name}"

    def reads(self, direction: Direction, role: Role, kind: Kind) -> bool:
        fits = (not self.roles or role in self.roles) and (not self.kinds or kind in self.kinds)
        return fits and direction in self.directions

    def as_rule(self) -> Rule:
        shared = {name: getattr(self, name) for name in Claim.model_fields if name in self.model_fields_set}
        given = {"action": self.action, "roles": self.roles, "kinds": self.kinds, **shared}
        given["with"] = given.pop("text_in", None)
        return Rule.model_validate({"category": self.category, "name": self.name, **given})


class Allow(Strict):
    """Findings that are never claimed."""

    category: Categories = Field(("*/*",), description="Globs of the findings meant.")
    directions: tuple[Direction, ...] = Field(tuple(Direction), min_length=1, description="Prompts, answers or both.")
    values: tuple[str, ...] = Field((), max_length=10_000, description="Exact matched texts, in any case.")
    patterns: tuple[str, ...] = Field((), max_length=100, description="RE2 patterns that match the whole text found.")
    hosts: tuple[str, ...] = Field((), max_length=10_000, description="Hosts of links; `*.x.org` for subdomains.")

    @model_validator(mode="after")
    def _says_what(self) -> Allow:
        if not (self.values or self.patterns or self.hosts):
            raise ValueError(
                "needs `values`, `patterns` or `hosts`; to let a whole category pass, write a rule with `action: allow`"
            )
        return self


class Custom(Strict):
    """A detector of your own: keywords, or an RE2 pattern."""

    category: str = Field(pattern=CUSTOM_CATEGORY, description="Its category, `custom/<name>`.")
    pattern: str | None = Field(None, description="RE2 pattern; the group `v`, if any, is the finding.")
    keywords: tuple[str, ...] = Field((), description="Words or phrases.")
    case_sensitive: bool = Field(False, description="Tell capitals from small letters.")
    whole_word: bool = Field(True, description="Keywords match whole words only.")
    score: float = Field(1.0, ge=0, le=1, description="Score of its findings.")


class ToolArgument(Strict):
    tool: str = Field("*", description="Glob of the tool's name.")
    pattern: str = Field(description="RE2 pattern over the arguments.")
    category: str = Field("tool/argument", pattern=FIXED_CATEGORY, description="Category of the finding.")


class Tools(Strict):
    """Which tools a model may call. Findings are `tool/denied` and `tool/argument`."""

    allow: tuple[str, ...] = Field((), description="Globs of tool names; given, all others are denied.")
    deny: tuple[str, ...] = Field((), description="Globs of tool names that are denied.")
    arguments: tuple[ToolArgument, ...] = Field((), description="Patterns that arguments must not match.")


class Messages(Strict):
    """What a client reads when something is blocked. Never the matched text."""

    input: str = Field("The request was blocked by a content policy.", max_length=1000)
    output: str = Field("The answer was withheld by a content policy.", max_length=1000)


class Policy(Strict):
    version: Literal[1] = Field(description="Version of the file format.")
    name: str = Field(pattern=NAME, description="Name that settings, keys and events use.")
    description: str = Field("", max_length=1000)
    extends: str | None = Field(
        None, description="A policy that ships: its rules follow these, and what is not said here is as there."
    )
    mode: Literal["enforce", "monitor"] = Field("enforce", description="`monitor` records and changes nothing.")
    on_error: Literal["block", "allow_insecure"] = Field(
        "block", description="When a detector fails: stop with 503, or pass unscanned and say so."
    )
    on_overload: Literal["block", "rules_only"] = Field(
        "block", description="When models have no time: stop with 503, or let the rules decide alone and say so."
    )
    joined: Literal["rules", "models"] = Field(
        "rules",
        description="Who reads several messages as one text, for what is split over them: rules, or models as well.",
    )
    on_judge_error: Literal["meaning", "error"] = Field(
        "meaning", description="When the judge of a rule fails: compare meaning and say so, or as `on_error` says."
    )
    on_store_failure: Literal["count", "block"] = Field(
        "count", description="When events cannot be recorded: count the lost ones, or stop with 503."
    )
    event_texts: Literal["none", "redacted", "full"] = Field(
        "none",
        description="Texts kept with an event: none, with personal data and secrets masked, or as they were.",
    )
    unscannable: Literal["count", "refuse", "extract"] = Field(
        "count",
        description="Images, audio, files, unknown part types: pass and count, refuse, or scan what text they hold.",
    )
    unextracted: Literal["refuse", "count"] = Field(
        "refuse", description="With `extract`: what no text could be taken out of, refuse, or pass and count."
    )
    unknown_fields: Literal["scan", "refuse"] = Field(
        "scan", description="Request fields that we do not know: scan all their text, or refuse."
    )
    output_block: Literal["finish", "error"] = Field(
        "finish", description="A blocked answer ends with finish_reason content_filter, or with an error."
    )
    max_hold: int = Field(
        16_384, ge=256, le=1 << 20, description="Most characters that a stream may hold back; more is blocked."
    )
    rules: tuple[Rule, ...] = Field((), max_length=1000, description="The first rule that fits a finding decides.")
    allow: tuple[Allow, ...] = Field((), max_length=100, description="Findings that are never claimed.")
    custom_rules: tuple[PlainRule, ...] = Field(
        (), max_length=1000, description="Rules in plain words, found by meaning; they need a model that embeds."
    )
    custom: tuple[Custom, ...] = Field((), max_length=1000, description="Detectors of your own.")
    tools: Tools | None = Field(None, description="Which tools a model may call.")
    canaries: tuple[Annotated[str, Field(min_length=8)], ...] = Field(
        (), description="Strings planted in system prompts; one in an answer is injection/system_prompt_leak."
    )
    messages: Messages = Field(Messages(), description="What a client reads when something is blocked.")

    @model_validator(mode="after")
    def _names(self) -> Policy:
        names = [rule.name for rule in self.custom_rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules in `custom_rules` have the same name")
        return self

    @property
    def refuses_unread(self) -> bool:
        """Does nothing pass that was not read?"""
        return self.unscannable == "refuse" or (self.unscannable == "extract" and self.unextracted == "refuse")

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """In the order in which they are asked."""
        return (*(rule.as_rule() for rule in self.custom_rules), *self.rules)
