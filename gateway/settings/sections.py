"""Settings of the server, of models, limits and the store: each a section."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from gateway.settings.base import Count, Seconds, Size, Strict

__all__ = [
    "STORE_URL",
    "Breaker",
    "ConversationSettings",
    "FileSettings",
    "JudgeSettings",
    "Limits",
    "ModelSettings",
    "RedTeamSettings",
    "Retries",
    "Server",
    "StoreSettings",
    "Timeouts",
]

ORIGIN = r"^(\*|https?://[^\s/,]+)$"
STORE_URL = r"^(auto|none|sqlite:///.+|postgres(ql)?://.+)$"


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
    padding: Literal["follow", "always", "never"] = Field(
        "follow",
        description="Pad streamed events, so that their sizes tell no words: where the upstream does, or else.",
    )
    pre_drain: float = Field(0, ge=0, description="After SIGTERM: how long to keep accepting while readiness is red.")
    drain: Seconds = Field(30, description="After that: how long running answers may take to finish.")
    reload_on_sighup: bool = Field(True, description="Read the policy files again on SIGHUP.")
    open_metrics: bool = Field(True, description="Serve /metrics without a key.")
    management_port: int | None = Field(
        None, ge=0, le=65_535, description="Serve the management API on this port only; none: beside the rest."
    )
    large_pages: bool = Field(
        True, description="Ask Linux for tables and automata in pages of 2 MiB, seconds after the start."
    )
    openapi: bool = Field(True, description="Serve /openapi.json, the description of all paths, without a key.")
    cors_origins: tuple[Annotated[str, Field(pattern=ORIGIN)], ...] = Field(
        (),
        description="Origins (`https://app.example`, `*` for all) whose pages may call from a browser; none: no page.",
    )


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


class StoreSettings(Strict):
    """Where keys, tenants, policies of tenants and events are kept."""

    url: str = Field(
        "auto",
        pattern=STORE_URL,
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


class ModelSettings(Strict):
    folders: tuple[Path, ...] = Field(
        (), description="Folders of more models, each model a folder with a card; one replaces a built-in name."
    )
    enabled: tuple[str, ...] = Field(("*",), description="Globs of the names of models to load; [] loads none.")
    threads: int = Field(1, ge=1, le=64, description="Threads that run models, each on one processor.")
    intra_threads: int = Field(1, ge=1, le=64, description="Threads that share one batch; rarely worth it.")
    queue: Size = Field(16 << 20, description="Most text that may wait for models; more is overload.")
    deadline: Seconds = Field(
        30, description="Longest that all texts of one request may wait and be read; longer is overload."
    )
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


class ConversationSettings(Strict):
    ttl: Seconds = Field(86_400, description="How long the end of a turn and its placeholders are remembered.")
    memory: Size = Field(32 << 20, description="Most memory for that per worker; the oldest are forgotten first.")
    key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Encrypts it; with it, `limits.redis` keeps it, too. None: a random one.",
    )


class FileSettings(Strict):
    """Files whose text policies want (`unscannable: extract`). A file beyond a bound counts as not read."""

    max_size: Size = Field(10 << 20, description="Largest file that is opened.")
    max_pages: Size = Field(200, description="Most pages of a PDF, or pictures in one file, that are read.")
    max_expanded: Size = Field(64 << 20, description="Most that one stream of a PDF, or one picture, may unpack to.")
    max_text: Size = Field(2 << 20, description="Most characters that are taken out of one file.")
    deadline: Seconds = Field(20, description="Longest that all files of one request may take, waiting included.")
    ocr: bool = Field(True, description="Read what is written in pictures, where the extra `ocr` is installed.")
    processes: int = Field(2, ge=1, le=64, description="Files that are open at once, each in a process of its own.")
    memory: int = Field(2 << 30, ge=256 << 20, description="Most memory of each such process.")
    cache: int = Field(8 << 20, ge=0, description="Memory for texts of files that come again; 0: none.")


class JudgeSettings(Strict):
    upstream: str = Field("", description="Name of the upstream that is asked; empty: there is no judge.")
    model: str = Field("", description="Model that is asked.")
    deadline: Seconds = Field(5, description="Longest that its answer may take; later is a failure.")
    cache: int = Field(1024, ge=0, description="Answers that are remembered.")
    longest: Size = Field(32_000, description="Most characters of a text that it is asked about; more is a failure.")


class RedTeamSettings(Strict):
    deadline: Seconds = Field(
        25, description="Longest that a scan may take whose caller waits; what it has not reached then is left out."
    )
    max_requests: Size = Field(200, description="Most calls of one scan that comes through an API.")
    concurrency: int = Field(8, ge=1, le=256, description="Calls of one scan at the same time.")
    at_once: int = Field(2, ge=1, le=64, description="Scans of one worker at the same time; more are 503.")
