"""The gateway as a process: how it starts, and how it ends while answers are running."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import COMMAND, PATIENCE, ROOT, Running, environment, portcullis, serving
from tests.support.scripted import Exchange, Scripted, end, event, head, scripted

pytestmark = pytest.mark.slow

REQUEST = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Tell me a story."}]}


def piece(text: str | None, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def config(folder: Path, upstream: str, **server: float) -> str:
    """A configuration file; returns its name."""
    path = folder / "config.yaml"
    settings = {"server": server, "upstreams": [{"name": "up", "url": upstream, "key": "none"}]}
    path.write_text(json.dumps(settings))
    return str(path)


@dataclass(slots=True)
class Conversation:
    """A streamed answer that stands still after its first words until `go` is set."""

    upstream: Scripted
    gateway: Running
    go: asyncio.Event
    response: httpx.Response | None = None
    received: list[str] = field(default_factory=list)
    _lines: AsyncIterator[str] | None = None

    async def first_words(self) -> None:
        assert self._lines is not None
        async for line in self._lines:
            self.received.append(line)
            if "Once upon" in line:
                return
        raise AssertionError(f"the answer ended early: {self.received}")

    async def rest(self) -> list[str]:
        """The payloads of all events, to the end of the answer."""
        assert self._lines is not None
        self.received += [line async for line in self._lines]
        return [line.removeprefix("data: ") for line in self.received if line.startswith("data: ")]


@asynccontextmanager
async def conversation(folder: Path, *arguments: str, **server: float) -> AsyncIterator[Conversation]:
    go = asyncio.Event()

    async def wait(x: Exchange) -> None:
        await go.wait()

    script = [
        head(200, {"content-type": "text/event-stream"}, chunked=True),
        event(piece("Once upon a time ")),
        wait,
        event(piece("there was a gate.")),
        event(piece(None, "stop")),
        event("[DONE]"),
        end(),
    ]
    async with scripted([script]) as upstream, httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        with serving("--config", config(folder, upstream.url, **server), *arguments) as gateway:
            request = client.build_request("POST", f"{gateway.url}/v1/chat/completions", json=REQUEST)
            response = await client.send(request, stream=True)
            assert response.status_code == 200
            talk = Conversation(upstream, gateway, go, response, _lines=response.aiter_lines())
            await talk.first_words()
            yield talk
            await response.aclose()


def text(payloads: list[str]) -> str:
    """What a client has read; how it was cut is up to the gateway."""
    events = [json.loads(payload) for payload in payloads if payload != "[DONE]"]
    return "".join(choice["delta"].get("content") or "" for e in events for choice in e["choices"])


async def accepts(url: str) -> bool:
    """Whether a new connection is taken."""
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"{url}/livez")
    except httpx.TransportError:
        return False
    return True


async def test_running_answers_finish_while_readiness_is_red(tmp_path: Path) -> None:
    async with conversation(tmp_path, pre_drain=2, drain=20) as talk, httpx.AsyncClient(trust_env=False) as other:
        assert (await other.get(f"{talk.gateway.url}/readyz")).status_code == 200
        talk.gateway.signal(signal.SIGTERM)
        await asyncio.to_thread(talk.gateway.wait_for, "draining")
        async with httpx.AsyncClient(trust_env=False) as late:  # a new connection is still taken
            ready = await late.get(f"{talk.gateway.url}/readyz")
            assert (ready.status_code, ready.json()) == (503, {"status": "draining"})
            assert (await late.get(f"{talk.gateway.url}/livez")).status_code == 200
        talk.go.set()
        payloads = await talk.rest()
        assert payloads[-1] == "[DONE]"
        assert text(payloads) == "Once upon a time there was a gate."
        assert await asyncio.to_thread(talk.gateway.end) == 0
    assert [line["message"] for line in talk.gateway.lines if line["level"] in ("warning", "error")] == []


async def test_the_listener_closes_after_the_grace_time(tmp_path: Path) -> None:
    async with conversation(tmp_path, drain=20) as talk:
        talk.gateway.signal(signal.SIGTERM)
        await asyncio.to_thread(talk.gateway.wait_for, "draining")
        async with asyncio.timeout(10):
            while await accepts(talk.gateway.url):
                pass
        talk.go.set()
        assert (await talk.rest())[-1] == "[DONE]"
        assert await asyncio.to_thread(talk.gateway.end) == 0


async def test_answers_are_cut_with_an_error_when_time_is_up(tmp_path: Path) -> None:
    async with conversation(tmp_path, drain=0.5) as talk:
        talk.gateway.signal(signal.SIGINT)
        payloads = await talk.rest()
        error = json.loads(payloads[-1])["error"]
        assert error["code"] == "shutting_down"
        assert "[DONE]" not in payloads
        assert await asyncio.to_thread(talk.gateway.end) == 0
        await talk.upstream.wait_for_gone()
    (recorded,) = (line["event"] for line in talk.gateway.lines if line["message"] == "request")
    assert recorded["error"] == "shutting_down"


async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    async with conversation(tmp_path, drain=3600) as talk:
        talk.gateway.signal(signal.SIGTERM)
        await asyncio.to_thread(talk.gateway.wait_for, "draining")
        talk.gateway.signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert "[DONE]" not in await talk.rest()
            assert await asyncio.to_thread(talk.gateway.end) == 1


@pytest.mark.parametrize("number", [2])
async def test_workers_drain_too(number: int, tmp_path: Path) -> None:
    async with conversation(tmp_path, "--workers", str(number), drain=20) as talk:
        talk.gateway.signal(signal.SIGTERM)
        await asyncio.to_thread(talk.gateway.wait_for, "draining")
        talk.go.set()
        assert (await talk.rest())[-1] == "[DONE]"
        assert await asyncio.to_thread(talk.gateway.end) == 0


def test_workers_make_the_same_placeholders_and_are_replaced(tmp_path: Path) -> None:
    """One that is no more is no longer in the gauges, and the folder of the counts goes with the last."""
    env = {"TMPDIR": str(tmp_path)}
    with serving("--workers", "2", "--config", config(tmp_path, "http://127.0.0.1:9/v1"), env=env) as gateway:
        redacted = {scan(gateway.url) for _ in range(20)}
        assert len(redacted) == 1
        (counts,) = tmp_path.glob("portcullis-metrics-*")
        first = workers(gateway.process.pid)[0]
        assert list(counts.glob(f"gauge_live*_{first}.db"))
        os.kill(first, signal.SIGKILL)
        assert gateway.wait_for("worker died")["status"] == -signal.SIGKILL
        assert list(counts.glob(f"gauge_live*_{first}.db")) == []
        assert {scan(gateway.url) for _ in range(5)} == redacted
        gateway.signal(signal.SIGTERM)
        assert gateway.end() == 0
    assert not counts.exists()


def test_ctrl_c_reaches_all_processes_and_is_still_orderly(tmp_path: Path) -> None:
    with serving("--workers", "2", "--config", config(tmp_path, "http://127.0.0.1:9/v1")) as gateway:
        scan(gateway.url)
        os.killpg(gateway.process.pid, signal.SIGINT)
        assert gateway.end() == 0
    assert [line for line in gateway.lines if line["level"] == "error"] == []


def test_workers_that_still_start_end_with_their_parent(tmp_path: Path) -> None:
    command = [
        *COMMAND,
        "serve",
        "--port",
        "0",
        "--workers",
        "2",
        "--config",
        config(tmp_path, "http://127.0.0.1:9/v1"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment(), cwd=ROOT)
    end = time.monotonic() + PATIENCE
    while len(started := workers(process.pid)) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert b"listening" not in said
    assert b"Traceback" not in said
    assert not any(runs(pid) for pid in started)


def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    with serving("--workers", "2", "--config", config(tmp_path, "http://127.0.0.1:9/v1")) as gateway:
        scan(gateway.url)
        started = workers(gateway.process.pid)
        gateway.signal(signal.SIGKILL)
        gateway.process.wait()
        end = time.monotonic() + PATIENCE
        while any(runs(pid) for pid in started):
            assert time.monotonic() < end
            time.sleep(0.05)


def workers(parent: int) -> list[int]:
    """Process ids of workers; Python starts a process of its own beside them."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def runs(pid: int) -> bool:
    """Not gone, and not a zombie that nobody collects."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def scan(url: str) -> str:
    """A text with a placeholder in it."""
    with httpx.Client(trust_env=False, timeout=60) as client:  # workers take a moment to start
        answer = client.post(f"{url}/guard/v1/scan", json={"texts": ["I am jane.roe@example.org"]})
        redacted: str = answer.json()["results"][0]["redacted"]
        return redacted


@pytest.mark.parametrize("number", ["1", "2"])
def test_sighup_reads_policies_again(number: str, tmp_path: Path) -> None:
    with serving("--workers", number, "--config", config(tmp_path, "http://127.0.0.1:9/v1")) as gateway:
        scan(gateway.url)  # there is a worker that serves
        gateway.signal(signal.SIGHUP)
        assert "default" in gateway.wait_for("policies reloaded")["policies"]
        scan(gateway.url)
        gateway.signal(signal.SIGTERM)
        assert gateway.end() == 0


def test_says_what_listens_where(tmp_path: Path) -> None:
    with serving("--config", config(tmp_path, "http://127.0.0.1:9/v1")) as gateway:
        (line,) = gateway.lines
        assert line["url"].startswith("http://127.0.0.1:")
        assert not line["url"].endswith(":0")
        assert line["policy"] == "default"
        assert line["upstreams"] == {"up": "http://127.0.0.1:9/v1"}
        assert line["clients"] == 0


@pytest.mark.parametrize("number", ["1", "2"])
def test_says_so_when_it_can_answer(number: str, tmp_path: Path) -> None:
    """Not when its socket is there, but with the self-test done."""
    with (
        serving("--config", config(tmp_path, "http://127.0.0.1:9/v1"), "--workers", number) as gateway,
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        assert client.get(f"{gateway.url}/readyz").json()["status"] == "ready"


def test_warns_of_open_access(tmp_path: Path) -> None:
    with serving("--config", config(tmp_path, "http://127.0.0.1:9/v1"), "--host", "0.0.0.0") as gateway:
        warning = gateway.wait_for(
            "no client keys: unless the store has some, anybody who reaches this address can call"
        )
        assert warning["level"] == "warning"


def test_a_taken_port_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = portcullis("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: cannot listen on 127.0.0.1:")
    assert "choose another with --host, --port" in line


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"server": {"port": "many"}}, "config.yaml:1: server.port: "),
        ({"policy": "nosuch"}, "there is no policy 'nosuch'"),
        ({"upstreams": [{"name": "a", "url": "http://a/v1", "key": "env:NO_SUCH_KEY"}]}, "NO_SUCH_KEY is not set"),
    ],
)
def test_mistakes_are_one_line_each(settings: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps({"server": {"port": 0}, **settings}))
    done = portcullis("serve", "--config", str(path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert complaint in line
