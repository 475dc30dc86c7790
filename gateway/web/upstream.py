"""
The model's servers: which one answers a model, how it is called, when it is called again.

A call is sent to the upstreams whose globs fit its model, in the order of the settings. It may be
sent again to the same one, then to the next, only while no byte of an answer has arrived and only
if the failure says that the work was not done: no connection, a connection dropped without a word, or
a status that asks to come back (`RETRYABLE`). A call that was sent and not answered in time is
never repeated: the tokens may have been spent. When all fail, the last answer there was is
given to the caller as it is.

Upstreams are bulkheads: each has its own connections, breaker and retry budget.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlencode

import httpx

from gateway.errors import AuthError, ConfigError, GatewayError, NotFound, UpstreamError
from gateway.settings import Upstream, telling
from gateway.web.answer import Answer, readable
from gateway.web.breaker import Breaker, Permit, State
from gateway.web.connections import Connections, exchange
from gateway.web.headers import VIA, forward_request, is_loop, via
from gateway.web.patience import Patience
from gateway.web.retry import RETRYABLE, RetryBudget, backoff, retry_after
from gateway.web.wire import Given, Outgoing, OverHttpx, Wire

__all__ = ["CHAT", "Answer", "Call", "CircuitOpen", "PoolStats", "UpstreamPool"]

CHAT = "/chat/completions"
USER_AGENT = "portcullis"
ANTHROPIC_VERSION = "2023-06-01"  # where the client names none

_PATH = re.compile(r"(/[A-Za-z0-9_~%:@-][A-Za-z0-9_.~%:@-]*)+")  # no query, no dot segments
_KEY = re.compile(r"[\x21-\x7e]+")
_FAILED = frozenset((500, 502, 503, 504))  # statuses that say the server is ill; 429 and 408 say it is busy
_UNSENT = frozenset(("upstream_unreachable", "upstream_connect_timeout", "upstream_circuit_open"))
_OF_HTTP = frozenset(("accept", "accept-encoding", "content-length", "host"))


class CircuitOpen(UpstreamError):
    """The upstream fails so much that it is not called for a moment."""

    status, code = 503, "upstream_circuit_open"


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request to a model. `headers` are the client's, as they came: `open` passes on those that may
    pass, with `more_headers` of them. `path` is ours, never the client's, and so is each pair of `query`.
    Only upstreams of its `kind` get it; `only` names the one to use; without a model it is the first.
    An MCP server's `path` is empty: its base URL itself. `once`: whatever its answer says, it may have had its effect.
    """

    model: str
    body: bytes | None = field(default=None, repr=False)
    headers: Sequence[tuple[bytes, bytes]] = field(default=(), repr=False)
    client_key: str | None = field(default=None, repr=False)
    stream: bool = False
    method: str = "POST"
    path: str = CHAT
    only: str | None = None
    query: Sequence[tuple[str, str]] = ()
    media_type: str = "application/json"
    more_headers: frozenset[bytes] = frozenset()
    kind: str = "openai"
    accept: str = ""
    once: bool = False

    def __post_init__(self) -> None:
        if self.path != CHAT and not _PATH.fullmatch(self.path) and (self.path or self.kind != "mcp"):
            raise ValueError("not a plain upstream path")


@dataclass(frozen=True, slots=True)
class Reach:
    """`permit` must be told how it went."""

    upstream: Upstream
    url: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    permit: Permit


@dataclass(slots=True)
class PoolStats:
    """Counts since the start, by upstream name."""

    calls: Counter[str] = field(default_factory=Counter)  # sent, retries included
    retries: Counter[str] = field(default_factory=Counter)
    starved: Counter[str] = field(default_factory=Counter)  # retries that the budget forbade
    failovers: Counter[str] = field(default_factory=Counter)  # calls that came here from another upstream
    refused: Counter[str] = field(default_factory=Counter)  # by an open breaker
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)  # (name, error code)


@dataclass(frozen=True, slots=True)
class _Target:
    upstream: Upstream
    key: str | None = field(repr=False)
    wire: Wire
    breaker: Breaker
    budget: RetryBudget
    base: str
    chat: httpx.URL
    host: str

    @property
    def name(self) -> str:
        return self.upstream.name

    def fits(self, call: Call) -> bool:
        if call.only is not None:
            return self.name == call.only
        return self.upstream.kind == call.kind and self.serves(call.model)

    def serves(self, model: str) -> bool:
        globs = self.upstream.models
        return "*" in globs or any(fnmatchcase(model, glob) for glob in globs)


class UpstreamPool:
    """
    All upstreams of one process (and one event loop).

    `transport` replaces the connection of an upstream, `environ` is where `env:NAME` keys are read,
    `instance` is our name in `Via` (give all workers of one gateway the same). Raises ConfigError
    for a key that is missing or that no header can carry.
    """

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        *,
        transport: Callable[[Upstream], httpx.AsyncBaseTransport] | None = None,
        environ: Mapping[str, str] = os.environ,
        instance: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stats = PoolStats()
        self._instance = instance or secrets.token_hex(8)
        self._clock = clock
        make = Connections() if transport is None else lambda upstream: OverHttpx(transport(upstream))
        self._targets = [self._target(upstream, make, environ) for upstream in upstreams]

    def _target(self, upstream: Upstream, make: Callable[[Upstream], Wire], environ: Mapping[str, str]) -> _Target:
        base = str(upstream.url).rstrip("/")
        chat = httpx.URL(base + CHAT)
        return _Target(
            upstream,
            _own_key(upstream, environ),
            make(upstream),
            Breaker(upstream.breaker, self._clock),
            RetryBudget(upstream.retries.budget, self._clock),
            base,
            chat,
            chat.netloc.decode("ascii"),
        )

    @property
    def keys(self) -> list[str]:
        """Our own upstream keys, as far as they cannot be words, for the secret scanner. Never log them."""
        return [target.key for target in self._targets if target.key and telling(target.key)]

    def states(self) -> dict[str, State]:
        """Each upstream's breaker."""
        return {target.name: target.breaker.state for target in self._targets}

    def is_loop(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request comes, perhaps through others, from this gateway."""
        return is_loop(headers, self._instance)

    def candidates(self, model: str) -> list[Upstream]:
        """The upstreams that serve a model, first choice first. Raises NotFound (`model_not_found`)."""
        return [target.upstream for target in self._fitting(Call(model))]

    async def open(self, call: Call) -> Answer:
        """
        Send a call and wait for the head of its answer. The caller must close the answer.

        Raises NotFound, AuthError (the client's key cannot be passed on), UpstreamTimeout
        (`upstream_connect_timeout`, `upstream_first_byte_timeout`, `upstream_total_timeout`),
        CircuitOpen, UpstreamError (`upstream_unreachable`, `upstream_redirect`,
        `upstream_encoding`, `upstream_error`). Cancelling it closes the connection.
        """
        started = asyncio.get_running_loop().time()
        last: Answer | None = None
        error: UpstreamError | None = None
        try:
            for number, target in enumerate(self._fitting(call)):
                if number:
                    self.stats.failovers[target.name] += 1
                try:
                    answer = await self._call(target, call, started + target.upstream.timeouts.total)
                except UpstreamError as e:
                    if e.code not in _UNSENT:
                        raise
                    error = e if error is None or isinstance(error, CircuitOpen) else error
                    continue
                last, worse = answer, last
                if worse is not None:
                    await worse.aclose()
                if answer.status not in RETRYABLE:
                    break
            if last is None:
                raise error or UpstreamError("no upstream could be called")
            result, last = last, None
            return result
        finally:
            if last is not None:
                await last.aclose()

    def reach(self, call: Call) -> Reach:
        """
        Where and how a call is opened that is no plain request (a WebSocket), and whom to tell how that
        went. Raises as `open` does.
        """
        error: UpstreamError | None = None
        for target in self._fitting(call):
            permit = target.breaker.admit()
            if permit is None:
                self.stats.refused[target.name] += 1
                error = CircuitOpen(f"upstream {target.name!r} has failed too often and is given a moment")
                continue
            try:
                request = self._request(target, call)
            except GatewayError:
                permit.drop()
                raise
            self.stats.calls[target.name] += 1
            headers = [(name, value) for name, value in request.headers if name not in _OF_HTTP]
            url = request.url.copy_with(scheme="wss" if request.url.scheme == "https" else "ws")
            return Reach(target.upstream, str(url), headers, permit)
        raise error or UpstreamError("no upstream could be called")

    async def aclose(self) -> None:
        """Close all connections."""
        for target in self._targets:
            await target.wire.aclose()

    def _fitting(self, call: Call) -> list[_Target]:
        targets = [target for target in self._targets if target.fits(call)]
        if not call.model and call.only is None:  # what is kept at one upstream is not at another
            targets = (targets or [t for t in self._targets if t.upstream.kind == call.kind])[:1]
        if not targets:
            shown = "".join(c if c.isprintable() else "?" for c in call.model[:128])
            message = f"the model {shown!r} does not exist or is not served here"
            if any(target.upstream.kind == "anthropic" and target.serves(call.model) for target in self._targets):
                message = f"the model {shown!r} is served at /v1/messages only, by an upstream of kind `anthropic`"
            raise NotFound(message, param="model", code="model_not_found")
        return targets

    async def _call(self, target: _Target, call: Call, deadline: float) -> Answer:
        """All tries at one upstream."""
        target.budget.request()
        number = 0
        while True:
            number += 1
            permit = target.breaker.admit()
            if permit is None:
                self.stats.refused[target.name] += 1
                raise CircuitOpen(f"upstream {target.name!r} has failed too often and is given a moment")
            answer: Answer | None = None
            try:
                answer = await self._send(target, call, permit, deadline)
            except UpstreamError as e:
                self.stats.faults[target.name, e.code] += 1
                if e.code not in _UNSENT or (wait := self._wait(target, number, None, deadline)) is None:
                    raise
            else:
                if (
                    call.once
                    or answer.status not in RETRYABLE
                    or (wait := self._wait(target, number, answer.headers, deadline)) is None
                ):
                    return answer
                await answer.aclose()
            self.stats.retries[target.name] += 1
            await asyncio.sleep(wait)

    def _wait(self, target: _Target, number: int, headers: Given | None, deadline: float) -> float | None:
        """Seconds before try number+1, or None if there shall be none."""
        retries = target.upstream.retries
        if number >= retries.attempts or target.breaker.state is State.OPEN:
            return None
        chance = random.random()  # noqa: S311 (jitter)
        wait = backoff(retries.backoff, number, retries.max_wait, chance)
        asked = retry_after(headers, time.time()) if headers is not None else None
        if asked is not None:
            if asked > retries.max_wait:
                return None
            wait += asked  # not before it, and not all at the same moment
        if asyncio.get_running_loop().time() + wait >= deadline:
            return None
        if not target.budget.take():
            self.stats.starved[target.name] += 1
            return None
        return wait

    async def _send(self, target: _Target, call: Call, permit: Permit, deadline: float) -> Answer:
        """One try; it reports to the breaker."""
        patience = Patience()
        try:
            request = self._request(target, call)
            self.stats.calls[target.name] += 1
            head = await exchange(target.wire, target.upstream, request, deadline, patience)
        except BaseException as e:
            patience.close()
            if isinstance(e, UpstreamError):
                permit.fail()
            else:
                permit.drop()
            raise
        if head.status in _FAILED:
            permit.fail()
        else:
            permit.succeed()
        answer = Answer(head, target.name, deadline, target.upstream.timeouts.idle, target.breaker.fault, patience)
        if 300 <= head.status < 400:
            await answer.aclose()
            raise UpstreamError(f"upstream {target.name!r} redirects; that is not followed", code="upstream_redirect")
        if not readable(head.headers):
            await answer.aclose()
            raise UpstreamError(f"upstream {target.name!r} sent an unknown encoding", code="upstream_encoding")
        return answer

    def _request(self, target: _Target, call: Call) -> Outgoing:
        headers = [
            ("accept", call.accept or ("text/event-stream" if call.stream else "application/json")),
            ("accept-encoding", "identity"),
            ("user-agent", USER_AGENT),
            ("via", ", ".join((*via(call.headers), VIA + self._instance))),
            *forward_request(call.headers, call.more_headers),
        ]
        key = _key(target, call)
        headers += _credentials(target.upstream, call, key)
        if call.body is not None:
            headers.append(("content-type", call.media_type))
        url = target.chat if call.path == CHAT else _url(target, call)
        body = call.body or b""
        headers += [("host", target.host), ("content-length", str(len(body)))]
        return Outgoing(call.method, url, headers, body, target.upstream.timeouts.connect)


def _url(target: _Target, call: Call) -> httpx.URL:
    plain = target.base + call.path if call.path else str(target.upstream.url)
    return httpx.URL(f"{plain}?{urlencode(call.query)}" if call.query else plain)


def _own_key(upstream: Upstream, environ: Mapping[str, str]) -> str | None:
    if not upstream.key.startswith("env:"):
        return None
    name = upstream.key.removeprefix("env:")
    key = environ.get(name, "").strip()
    if not key:
        raise ConfigError(f"upstreams: {upstream.name}: key: the environment variable {name} is not set")
    if not _KEY.fullmatch(key):
        raise ConfigError(f"upstreams: {upstream.name}: key: {name} holds characters that no key has")
    return key


def _credentials(upstream: Upstream, call: Call, key: str | None) -> list[tuple[str, str]]:
    """Where an upstream of this kind looks for its key, and what else it must be told."""
    more = []
    if upstream.kind == "anthropic" and all(name != b"anthropic-version" for name, _ in call.headers):
        more.append(("anthropic-version", ANTHROPIC_VERSION))
    if key is None:
        return more
    # A client's own key goes on as it came: some are for one of the two headers only.
    bearer = upstream.kind == "openai" or (
        upstream.key == "client" and all(name != b"x-api-key" for name, _ in call.headers)
    )
    return [*more, ("authorization", f"Bearer {key}") if bearer else ("x-api-key", key)]


def _key(target: _Target, call: Call) -> str | None:
    """Ours or the client's, never both."""
    if target.upstream.key != "client":
        return target.key
    if call.client_key is not None and not _KEY.fullmatch(call.client_key):
        raise AuthError("the API key holds characters that no key has")
    return call.client_key
