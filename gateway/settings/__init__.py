"""
Every setting, nested and strict: YAML first, environment over it.

`PORTCULLIS_SERVER__PORT=9000` sets `server.port`. Unknown keys are refused. Times are in seconds,
sizes in bytes. config.example.yaml lists each setting with the help text given here; a test
compares the two.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from gateway.errors import ConfigError, in_words
from gateway.settings.base import Count, Seconds, Size, Strict
from gateway.settings.plain_yaml import plain_yaml
from gateway.settings.sections import (
    STORE_URL,
    Breaker,
    ConversationSettings,
    FileSettings,
    JudgeSettings,
    Limits,
    ModelSettings,
    RedTeamSettings,
    Retries,
    Server,
    StoreSettings,
    Timeouts,
)

__all__ = [
    "CONFIG",
    "PREFIX",
    "UNBOUNDED",
    "Breaker",
    "Client",
    "Dialects",
    "FileSettings",
    "JudgeSettings",
    "Limits",
    "ModelQuota",
    "ModelSettings",
    "Quota",
    "RealtimeSettings",
    "RedTeamSettings",
    "Retries",
    "Route",
    "Server",
    "Settings",
    "StoreSettings",
    "Tenant",
    "Timeouts",
    "Upstream",
    "XecGuardLicence",
    "load_settings",
    "telling",
]

PREFIX = "PORTCULLIS_"
CONFIG = "PORTCULLIS_CONFIG"  # the environment variable that names the configuration file

NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"
UPSTREAM_KEY = r"^(client|none|env:[A-Za-z_][A-Za-z0-9_]*)$"
KEY_HASH = r"^sha256:[0-9a-f]{64}$"
_FORMS = {
    NAME: "must be a name in small letters, digits, `-` and `_`",
    UPSTREAM_KEY: "must be `client`, `none` or `env:NAME`; a key itself stands in the environment, not here",
    KEY_HASH: "must be a hash as `portcullis keys new` prints it, `sha256:` and 64 digits",
    STORE_URL: "must be `sqlite:///file`, `postgresql://user:password@host/name`, `none` or `auto`",
}

Scope = Literal["proxy", "scan", "manage"]


class XecGuardLicence(Strict):
    """What each tenant may have by XecGuard's API."""

    tokens: int = Field(100, ge=1, le=10_000, description="Most service tokens.")
    policies: int = Field(2, ge=0, le=100, description="Most policies of its own.")


class Dialects(Strict):
    """The guard APIs of others that we answer."""

    enabled: tuple[str, ...] = Field(("*",), description="Globs of the names of APIs to serve; [] serves none.")
    projects: dict[str, str] = Field(
        {}, description="Policies by the project ids that their callers send; on top of the policy that holds anyway."
    )
    floor: str | None = Field(
        None, description="Policy that holds beside those that came through an API, so that none of them weakens it."
    )
    lakera_policies: Path | None = Field(
        None, description="Folder of *.json with policies and projects, as a self-hosted Lakera Guard reads them."
    )
    lakera_open: bool = Field(
        False, description="Serve Lakera's endpoints without a key, as its self-hosted guard does. Anybody may scan."
    )
    sagexai_offsets: Literal["codepoint", "utf8"] = Field(
        "codepoint", description="What offsets in SageXAI's answers count."
    )
    xecguard: XecGuardLicence = Field(XecGuardLicence(), description="The licence of each tenant there.")
    idempotency: Seconds = Field(
        86_400, description="How long an answer is kept for a call that comes again with its `Idempotency-Key`."
    )


class Upstream(Strict):
    name: str = Field(pattern=NAME, description="Name in logs and metrics.")
    url: HttpUrl = Field(description="Base URL up to and including /v1; of an MCP server, its endpoint.")
    kind: Literal["openai", "anthropic", "mcp"] = Field(
        "openai", description="What it serves: OpenAI's API, Anthropic's messages, or an MCP server (at /mcp/<name>)."
    )
    models: tuple[str, ...] = Field(("*",), min_length=1, description="Globs of the model names it serves.")
    key: str = Field(
        "client",
        pattern=UPSTREAM_KEY,
        description="`env:NAME` (read at start), `client` (pass the client's own key on) or `none`.",
    )
    timeouts: Timeouts = Field(Timeouts(), description="Deadlines of each phase.")
    retries: Retries = Field(Retries(), description="When and how often to try again.")
    breaker: Breaker = Field(Breaker(), description="When to stop trying for a while.")
    connections: Size = Field(200, description="Most connections to it per worker.")
    max_answer: Size = Field(32 << 20, description="Largest answer that is not streamed.")
    max_event: Size = Field(1 << 20, description="Largest event of a streamed answer.")

    @field_validator("url")
    @classmethod
    def _plain(cls, url: HttpUrl) -> HttpUrl:
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("no user, password, query or fragment; give the key with `key: env:NAME`")
        return url


class Quota(Strict):
    """
    Upper bounds; None: no bound. Each holds in every rolling window of its length. Blocked requests count
    once they are blocked: requests that run when the bound is reached may still add to it.
    """

    requests_per_minute: Count | None = Field(None, description="Requests in any minute.")
    tokens_per_minute: Count | None = Field(None, description="Tokens in and out in any minute.")
    tokens_per_day: Count | None = Field(None, description="Tokens in and out in any 24 hours.")
    concurrent: Count | None = Field(None, description="Requests at the same time.")
    blocks_per_minute: Count | None = Field(None, description="Blocked requests in any minute.")


UNBOUNDED = Quota()


class Tenant(Strict):
    """A team or project. Its keys share its bounds."""

    name: str = Field(pattern=NAME, description="Name that keys refer to; `default` is that of all others.")
    quota: Quota = Field(UNBOUNDED, description="Bounds of all its keys together.")


class ModelQuota(Strict):
    """Bounds of the models of one glob, for each tenant by itself."""

    model: str = Field(min_length=1, max_length=256, description="Glob of the model; the first that fits counts.")
    quota: Quota = Field(UNBOUNDED, description="Bounds of each tenant with these models, all keys together.")
    max_output: Count | None = Field(
        None, description="Most tokens of one answer: what `strict` reserves where a request names no limit."
    )


class Client(Strict):
    """A key that clients present, and what it may do."""

    name: str = Field(pattern=NAME, description="Name in events and metrics.")
    hash: str = Field(pattern=KEY_HASH, description="Hash of the key, as `portcullis keys new` prints it.")
    models: tuple[str, ...] = Field(("*",), description="Globs of the models it may ask for.")
    scopes: tuple[Scope, ...] = Field(
        ("proxy", "scan"), description="What it may call: `proxy` (models), `scan`, `manage` (the management API)."
    )
    policy: str | None = Field(None, description="Policy of this key; else the route decides.")
    tenant: str = Field("default", pattern=NAME, description="Team or project it belongs to; see `tenants`.")
    quota: Quota = Field(UNBOUNDED, description="Bounds of this key.")


class Route(Strict):
    """Which policy holds where no key names one; the first that fits wins."""

    policy: str = Field(description="Name of the policy.")
    model: str = Field("*", description="Glob of the model.")
    path: str = Field("*", description="Glob of the request path.")


class RealtimeSettings(Strict):
    max_event: Size = Field(1 << 20, description="Largest event, either way. Sound comes in events, too.")
    idle: Seconds = Field(300, description="Longest time in which nobody says anything.")
    total: Seconds = Field(3600, description="Longest session.")
    direct: Literal["deny", "allow"] = Field(
        "deny",
        description="Secrets and calls with which clients reach the model's server past the gateway. `allow` scans "
        "what a session begins with, and nothing that is said in it.",
    )


class Endpoints(Strict):
    """The API beside chat."""

    tokenizers: dict[str, Path] = Field(
        {},
        description="Files `tokenizer.json` by glob of the model: its prompts of token ids are read with that, and "
        "forwarded as text. All others are refused.",
    )
    moderations: Literal["local", "pass"] = Field(
        "local", description="/v1/moderations: `local` answers from our own detectors, `pass` asks the upstream."
    )
    unknown: Literal["deny", "scan_leaves", "allow"] = Field(
        "deny",
        description="Unknown paths below /v1: refused; or relayed, their JSON scanned or not. Always counted.",
    )
    aliases: tuple[Literal["azure", "openai"], ...] = Field(
        (), description="Further paths: `azure` (/openai/deployments/{id}/...), `openai` (/openai/v1/...)."
    )


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", hide_input_in_errors=True
    )

    version: Literal[1] = Field(1, description="Version of this file's format.")
    server: Server = Field(Server(), description="How it listens.")
    upstreams: tuple[Upstream, ...] = Field(
        (Upstream(name="openai", url=HttpUrl("https://api.openai.com/v1")),),
        min_length=1,
        description="Where requests go; the first whose globs fit the model, the next ones on failure.",
    )
    clients: tuple[Client, ...] = Field((), description="Keys that clients must present. None: anybody may call.")
    allow_anonymous_insecure: bool = Field(
        False, description="Serve without client keys on a public address with our own upstream key. Anybody spends it."
    )
    tenants: tuple[Tenant, ...] = Field((), description="Teams or projects and their bounds.")
    model_quotas: tuple[ModelQuota, ...] = Field((), description="Bounds by model.")
    limits: Limits = Field(Limits(), description="How bounds are kept.")
    keys_required: bool = Field(False, description="Refuse whoever has no key, also where there are no keys yet.")
    store: StoreSettings = Field(StoreSettings(), description="Where keys, tenants, policies and events are kept.")
    policy: str = Field("default", description="Policy where no route and no key names another.")
    routes: tuple[Route, ...] = Field((), description="Policies by model and path.")
    policies: tuple[Path, ...] = Field((), description="Folders of more policy files; a file replaces a built-in name.")
    watch_policies: bool = Field(True, description="Read the policy files again when they change.")
    placeholder_key: SecretStr | None = Field(
        None, description="Secret for reversible placeholders; set it so that replicas and restarts agree."
    )
    scan_threads: int = Field(2, ge=1, le=64, description="Threads that scan long texts.")
    inline_scan: int = Field(32 << 10, ge=0, description="Texts up to this size are scanned without a thread.")
    models: ModelSettings = Field(ModelSettings(), description="Models: which, and how much they may take.")
    endpoints: Endpoints = Field(Endpoints(), description="The API beside chat.")
    files: FileSettings = Field(FileSettings(), description="Reading the text of files.")
    dialects: Dialects = Field(Dialects(), description="Guard APIs of others.")
    conversations: ConversationSettings = Field(ConversationSettings(), description="Memory of what upstreams keep.")
    judge: JudgeSettings = Field(
        JudgeSettings(), description="An LLM for custom rules with `judge: true`. It reads what they read."
    )
    realtime: RealtimeSettings = Field(RealtimeSettings(), description="Sessions of /v1/realtime.")
    redteam: RedTeamSettings = Field(RedTeamSettings(), description="Red-team scans through the APIs.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        names = [u.name for u in self.upstreams]
        if len(set(names)) != len(names):
            raise ValueError("two upstreams have the same name")
        tenants = {t.name for t in self.tenants}
        if len(tenants) != len(self.tenants):
            raise ValueError("two tenants have the same name")
        if unknown := [c.name for c in self.clients if c.tenant not in tenants | {"default"}]:
            raise ValueError(f"the tenant of client {unknown[0]!r} is not among `tenants`")
        if self.judge.upstream and (self.judge.upstream not in names or not self.judge.model):
            raise ValueError("`judge` needs the name of one of `upstreams`, and a `model`")
        public = self.server.host not in ("127.0.0.1", "::1", "localhost")
        ours = [u.name for u in self.upstreams if u.key.startswith("env:")]
        open_to_all = not self.clients and not self.keys_required and not self.allow_anonymous_insecure
        if public and ours and open_to_all:
            raise ValueError(
                f"anybody who reaches {self.server.host} could spend the key of {ours[0]!r}: "
                "add `clients` (make a key with `portcullis keys new`), set keys_required, listen on 127.0.0.1, "
                "or set allow_anonymous_insecure"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def telling(key: str) -> bool:
    """Is it a secret, and no word as servers of one's own take it in place of a key: `EMPTY`, `ollama`?"""
    return len(key) >= 16 or (len(key) >= 8 and any(sign.isdigit() for sign in key))


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """
    Read a YAML file (none: defaults) and the environment.

    Raises ConfigError with one line per mistake: where it is, what is wrong.
    """
    data: dict[str, Any] = {}
    if path is not None:
        data = _read(path)
    try:
        return Settings(**data, **overrides)
    except ValidationError as e:
        source = str(path) if path else "environment"
        lines = [f"{source}: {'.'.join(map(str, m['loc'])) or 'settings'}: {_in_words(m)}" for m in e.errors()]
        raise ConfigError("\n".join(lines)) from None
    except SettingsError as e:
        names = " or ".join(_no_json(e)) or "environment"
        raise ConfigError(f'{names}: must be JSON, as `["a"]` is for a list') from None


def _in_words(mistake: Mapping[str, Any]) -> str:
    """As `in_words`, in the words of this file."""
    if mistake["type"] == "string_pattern_mismatch":
        return _FORMS.get(mistake["ctx"]["pattern"], in_words(mistake))
    return in_words(mistake, Settings)


def _no_json(error: SettingsError) -> list[str]:
    """Variables of a list or mapping that cannot be read: pydantic names the setting, not the variable."""
    field = re.search(r'field "(\w+)"', str(error))
    start = PREFIX + (field[1].upper() if field else "")
    return sorted(name for name, value in os.environ.items() if name.upper().startswith(start) and not _is_json(value))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from None
    data, _ = plain_yaml(text, str(path))
    if not isinstance({} if data is None else data, dict):
        raise ConfigError(f"{path}: must be a mapping of settings")
    return data or {}
