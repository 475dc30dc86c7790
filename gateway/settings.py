"""
Every setting, nested and strict: YAML first, environment over it.

`PORTCULLIS_SERVER__PORT=9000` sets `server.port`. Unknown keys are refused. Times are in seconds,
sizes in bytes. config.example.yaml lists each setting with the help text given here; a test
compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.errors import ConfigError

__all__ = [
    "UNBOUNDED",
    "Breaker",
    "Client",
    "Dialects",
    "JudgeSettings",
    "Limits",
    "ModelQuota",
    "ModelSettings",
    "Quota",
    "RealtimeSettings",
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
]

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Size = Annotated[int, Field(gt=0)]
Scope = Literal["proxy", "scan", "manage"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Strict):
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=256, description="Processes that serve. One a core is a good start.")
    max_body: Size = Field(4 << 20, description="Largest request body; a larger one gets 413 as soon as it is passed.")
    max_upload: Size = Field(32 << 20, description="Largest form with files (audio, images, batches).")
    max_header: Size = Field(32 << 10, description="Largest request head: target and all headers together.")
    max_headers: Size = Field(100, description="Most request headers.")
    header_timeout: Seconds = Field(10, description="Time to send the whole request head.")
    body_timeout: Seconds = Field(60, description="Time to send the whole request body.")
    idle_timeout: Seconds = Field(60, description="How long a kept-alive connection may rest between requests.")
    write_timeout: Seconds = Field(60, description="How long a client may take to read one piece of an answer.")
    pre_drain: float = Field(0, ge=0, description="After SIGTERM: how long to keep accepting while readiness is red.")
    drain: Seconds = Field(30, description="After that: how long running answers may take to finish.")
    reload_on_sighup: bool = Field(True, description="Read the policy files again on SIGHUP.")
    open_metrics: bool = Field(True, description="Serve /metrics without a key.")
    management_port: int | None = Field(
        None, ge=0, le=65_535, description="Serve the management API on this port only; none: beside the rest."
    )
    openapi: bool = Field(True, description="Serve /openapi.json, the description of all paths, without a key.")


class Timeouts(Strict):
    connect: Seconds = Field(3, description="Time to connect to an upstream.")
    first_byte: Seconds = Field(120, description="Time from the request sent to the answer's headers.")
    idle: Seconds = Field(60, description="Longest silence inside an answer.")
    total: Seconds = Field(600, description="Longest whole answer.")


class Retries(Strict):
    attempts: int = Field(2, ge=1, le=5, description="Tries per upstream, the first included, before its first byte.")
    budget: float = Field(0.1, ge=0, le=1, description="Retries allowed, as a share of recent requests (10 are free).")
    backoff: Seconds = Field(0.25, description="First wait; doubles each time, with jitter.")
    max_wait: Seconds = Field(5, description="A Retry-After longer than this is handed to the client instead.")


class Breaker(Strict):
    window: int = Field(20, ge=2, description="Calls looked at.")
    failures: float = Field(0.5, gt=0, le=1, description="Share of failures that opens the breaker.")
    open_for: Seconds = Field(1, description="How long an open breaker refuses before one probe is let through.")


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
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Name in logs and metrics.")
    url: HttpUrl = Field(description="Base URL up to and including /v1; of an MCP server, its endpoint.")
    kind: Literal["openai", "anthropic", "mcp"] = Field(
        "openai", description="What it serves: OpenAI's API, Anthropic's messages, or an MCP server (at /mcp/<name>)."
    )
    models: tuple[str, ...] = Field(("*",), min_length=1, description="Globs of the model names it serves.")
    key: str = Field(
        "client",
        pattern=r"^(client|none|env:[A-Za-z_][A-Za-z0-9_]*)$",
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


Count = Annotated[int, Field(ge=1, le=1 << 50)]
NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"


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

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Name in events and metrics.")
    hash: str = Field(
        pattern=r"^sha256:[0-9a-f]{64}$", description="Hash of the key, as `portcullis keys new` prints it."
    )
    models: tuple[str, ...] = Field(("*",), description="Globs of the models it may ask for.")
    scopes: tuple[Scope, ...] = Field(
        ("proxy", "scan"), description="What it may call: `proxy` (models), `scan`, `manage` (the management API)."
    )
    policy: str | None = Field(None, description="Policy of this key; else the route decides.")
    tenant: str = Field("default", pattern=NAME, description="Team or project it belongs to; see `tenants`.")
    quota: Quota = Field(UNBOUNDED, description="Bounds of this key.")


class StoreSettings(Strict):
    """Where keys, tenants, policies of tenants and events are kept."""

    url: str = Field(
        "auto",
        pattern=r"^(auto|none|sqlite:///.+|postgres(ql)?://.+)$",
        repr=False,
        description="`sqlite:///file`, `postgresql://user:password@host/name`, `none`, or `auto`: `portcullis serve` "
        "keeps an SQLite file in `folder` where it may write there, the middleware nothing.",
    )
    folder: Path | None = Field(
        None, description="Folder of the SQLite file; none: portcullis in $XDG_DATA_HOME, else in ~/.local/share."
    )
    pepper: SecretStr | None = Field(
        None, min_length=16, description="Secret that keys are hashed with; none: one that the store makes and keeps."
    )
    encryption_keys: tuple[SecretStr, ...] = Field(
        (), description="Secrets for the texts of events: the first encrypts, all decrypt. None: kept in the clear."
    )
    timeout: Seconds = Field(5, description="Longest that one use of the database may take.")
    poll: float = Field(1, gt=0, le=4, description="How often each worker looks for changed keys and policies.")
    queue: Size = Field(10_000, description="Most events that wait to be written; more are lost, and counted.")
    queue_bytes: Size = Field(64 << 20, description="Most memory for the texts of waiting events.")
    batch: int = Field(500, ge=1, le=5000, description="Most events written at once.")
    flush: Seconds = Field(0.2, description="Longest that an event waits for others to be written with.")
    max_text: Size = Field(256 << 10, description="Most of an event's texts that is kept, in bytes of JSON.")
    retention_days: float | None = Field(30, gt=0, description="Age at which events are deleted; none: never.")
    retention_events: Size | None = Field(1_000_000, description="Events kept, the newest; none: all.")


class Route(Strict):
    """Which policy holds where no key names one; the first that fits wins."""

    policy: str = Field(description="Name of the policy.")
    model: str = Field("*", description="Glob of the model.")
    path: str = Field("*", description="Glob of the request path.")


class ModelSettings(Strict):
    folders: tuple[Path, ...] = Field(
        (), description="Folders of more models, each model a folder with a card; one replaces a built-in name."
    )
    enabled: tuple[str, ...] = Field(("*",), description="Globs of the names of models to load; [] loads none.")
    threads: int = Field(1, ge=1, le=64, description="Threads that run models, each on one processor.")
    intra_threads: int = Field(1, ge=1, le=64, description="Threads that share one batch; rarely worth it.")
    queue: Size = Field(16 << 20, description="Most text that may wait for models; more is overload.")
    deadline: Seconds = Field(30, description="Longest that a text may wait and be read; longer is overload.")
    batch_tokens: int = Field(512, ge=64, le=65_536, description="Most tokens in one batch, padding included.")
    batch_wait: float = Field(0.002, ge=0, le=0.1, description="Longest that a batch waits for company when busy.")
    cache: int = Field(32 << 20, ge=0, description="Memory for what models said of texts seen before; 0: none.")


class Limits(Strict):
    redis: SecretStr | None = Field(
        None,
        description="Where counters are kept: redis://, rediss:// (TLS), redis+sentinel://host:26379,host/master or "
        "redis+cluster://host:6379,host. None: in each process, which then gets its share of each bound.",
    )
    outage: Literal["local", "deny", "allow"] = Field(
        "local", description="Redis away: `local` gives each process its share, `deny` is 503, `allow` no limits."
    )
    replicas: int = Field(1, ge=1, le=10_000, description="Gateways that share the bounds, for the shares of `local`.")
    deadline: Seconds = Field(0.05, description="Longest that a call to Redis may take, connecting included.")
    connections: int = Field(32, ge=1, le=1024, description="Most connections to Redis per worker.")
    failures: int = Field(5, ge=1, description="Failures within ten seconds after which Redis is left alone.")
    open_for: Seconds = Field(1, description="For how long, before one call tries it again.")
    prefix: str = Field("guard", pattern=r"^[A-Za-z0-9_.-]{1,32}$", description="What all names in Redis begin with.")
    estimate: Literal["learned", "strict"] = Field(
        "learned",
        description="What to reserve where a request names no `max_tokens`: what answers took of late, or the "
        "model's `max_output`.",
    )
    max_output: Count = Field(16_384, description="Most tokens of one answer of models without `max_output`.")
    charge_blocked: bool = Field(False, description="Blocked prompts cost their tokens, too.")
    lease: Seconds = Field(30, ge=0.1, description="After a crash: how long its running requests hold their places.")


class RealtimeSettings(Strict):
    max_event: Size = Field(1 << 20, description="Largest event, either way. Sound comes in events, too.")
    idle: Seconds = Field(300, description="Longest time in which nobody says anything.")
    total: Seconds = Field(3600, description="Longest session.")


class ConversationSettings(Strict):
    ttl: Seconds = Field(86_400, description="How long the end of a turn and its placeholders are remembered.")
    memory: Size = Field(32 << 20, description="Most memory for that per worker; the oldest are forgotten first.")
    key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Encrypts it; with it, `limits.redis` keeps it, too. None: a random one.",
    )


class JudgeSettings(Strict):
    upstream: str = Field("", description="Name of the upstream that is asked; empty: there is no judge.")
    model: str = Field("", description="Model that is asked.")
    deadline: Seconds = Field(5, description="Longest that its answer may take; later is a failure.")
    cache: int = Field(1024, ge=0, description="Answers that are remembered.")
    longest: Size = Field(32_000, description="Most characters of a text that it is asked about; more is a failure.")


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
        extra="forbid", frozen=True, env_prefix="PORTCULLIS_", env_nested_delimiter="__", hide_input_in_errors=True
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
    dialects: Dialects = Field(Dialects(), description="Guard APIs of others.")
    conversations: ConversationSettings = Field(ConversationSettings(), description="Memory of what upstreams keep.")
    judge: JudgeSettings = Field(
        JudgeSettings(), description="An LLM for custom rules with `judge: true`. It reads what they read."
    )
    realtime: RealtimeSettings = Field(RealtimeSettings(), description="Sessions of /v1/realtime.")
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
        lines = [f"{source}: {'.'.join(map(str, m['loc'])) or 'settings'}: {m['msg']}" for m in e.errors()]
        raise ConfigError("\n".join(lines)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from None
    except yaml.YAMLError as e:
        raise ConfigError(f"{path}: not valid YAML: {e}") from None
    if not isinstance(data or {}, dict):
        raise ConfigError(f"{path}: must be a mapping of settings")
    return data or {}
