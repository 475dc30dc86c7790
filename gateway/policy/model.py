"""A policy as data: what the YAML file says, checked. See policies/*.yaml for examples."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateway.types import Direction, Kind, Role

__all__ = ["Allow", "Custom", "Messages", "Policy", "Rule", "ToolArgument", "Tools"]

CATEGORY = r"^[a-z0-9_*?\[\]!-]+/[a-z0-9_*?\[\]!.-]+$"
FIXED_CATEGORY = r"^[a-z0-9_-]+/[a-z0-9_.-]+$"


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


class Rule(Strict):
    """What to do about findings. The first rule that fits a finding decides."""

    category: Categories = Field(description="Globs over `family/name`.")
    action: str = Field(description="allow, flag, mask, replace, hash, placeholder or block.")
    name: str = Field("", description="Name in events; default: the first category.")
    directions: tuple[Direction, ...] = Field(tuple(Direction), min_length=1, description="Prompts, answers or both.")
    roles: tuple[Role, ...] = Field((), description="Only texts of these roles; none: all.")
    kinds: tuple[Kind, ...] = Field((), description="Only these kinds of text; none: all.")
    threshold: float = Field(0.5, ge=0, le=1, description="Least score; with `max_fpr` alone any score will do.")
    max_fpr: Annotated[float, BeforeValidator(_as_share), Field(ge=0, le=1)] | None = Field(
        None, description="Largest share of honest texts that score so high: `1%` or 0.01."
    )
    text: str | None = Field(None, max_length=1000, alias="with", description="What `replace` puts in.")
    message: str = Field("", max_length=1000, description="Shown to the client instead of the policy's message.")

    @model_validator(mode="after")
    def _text_for_replace(self) -> Rule:
        if (self.action == "replace") != (self.text is not None):
            raise ValueError("`with` belongs to the action `replace`, which needs it")
        return self

    @property
    def title(self) -> str:
        return self.name or self.category[0]

    def claims(self, score: float, fpr: float) -> bool:
        """Is a finding certain enough?"""
        if self.max_fpr is None:
            return score >= self.threshold
        return fpr <= self.max_fpr and ("threshold" not in self.model_fields_set or score >= self.threshold)


class Allow(Strict):
    """Findings that are never claimed."""

    category: Categories = Field(("*/*",), description="Globs of the findings meant.")
    values: tuple[str, ...] = Field((), max_length=10_000, description="Exact matched texts, in any case.")
    patterns: tuple[str, ...] = Field((), max_length=100, description="RE2 patterns that match the whole text found.")
    hosts: tuple[str, ...] = Field((), max_length=10_000, description="Hosts of links; `*.x.org` for subdomains.")


class Custom(Strict):
    """A detector of your own: keywords, or an RE2 pattern."""

    category: str = Field(pattern=r"^custom/[a-z0-9_.-]+$", description="Its category, `custom/<name>`.")
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
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Name that settings, keys and events use.")
    description: str = Field("", max_length=1000)
    mode: Literal["enforce", "monitor"] = Field("enforce", description="`monitor` records and changes nothing.")
    on_error: Literal["block", "allow_insecure"] = Field(
        "block", description="When a detector fails: stop with 503, or pass unscanned and say so."
    )
    on_overload: Literal["block", "rules_only"] = Field(
        "block", description="When models have no time: stop with 503, or let the rules decide alone and say so."
    )
    on_store_failure: Literal["count", "block"] = Field(
        "count", description="When events cannot be recorded: count the lost ones, or stop with 503."
    )
    event_texts: Literal["none", "redacted", "full"] = Field(
        "none",
        description="Texts kept with an event: none, with personal data and secrets masked, or as they were.",
    )
    unscannable: Literal["count", "refuse"] = Field(
        "count", description="Images, audio, files, unknown part types: pass and count, or refuse."
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
    custom: tuple[Custom, ...] = Field((), max_length=1000, description="Detectors of your own.")
    tools: Tools | None = Field(None, description="Which tools a model may call.")
    canaries: tuple[Annotated[str, Field(min_length=8)], ...] = Field(
        (), description="Strings planted in system prompts; one in an answer is injection/system_prompt_leak."
    )
    messages: Messages = Field(Messages(), description="What a client reads when something is blocked.")
