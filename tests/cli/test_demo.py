"""`portcullis demo`: the whole thing, end to end, in a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess

import httpx
import pytest

from gateway.cli.tour import STOPS, Visit
from gateway.web.demo_upstream import MODEL, demo_key
from tests.cli.command import COMMAND, PATIENCE, environment, portcullis

pytestmark = pytest.mark.slow


def test_shows_what_it_claims() -> None:
    done = portcullis("demo", "--once", "--port", "0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no language model" in done.stdout
    for stop in STOPS:
        assert stop.title in done.stdout
        for claim, _ in stop.proves:
            assert f"ok             {claim}" in done.stdout
    assert demo_key() not in done.stdout
    assert "FAILED" not in done.stdout


def test_settings_around_it_change_nothing() -> None:
    env = {"PORTCULLIS_POLICY": "nosuch", "PORTCULLIS_SERVER__HOST": "192.0.2.1", "http_proxy": "http://127.0.0.1:9"}
    done = portcullis("demo", "--once", env={**env, "PORT": "0"})
    assert (done.returncode, done.stderr) == (0, "")


def test_a_claim_that_does_not_hold_is_seen() -> None:
    """Each stop tells the good visit from one where the guard did nothing."""
    for stop in STOPS[1:]:
        unguarded = Visit(stop.prompt, stop.prompt, 200, {"x-guard-decision": "allow"}, [f"Sure. {demo_key()}"] * 6)
        assert not all(holds(unguarded) for _, holds in stop.proves), stop.title


def test_a_taken_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = portcullis("demo", "--once", env={"PORT": port})
    assert done.returncode == 2
    assert done.stderr == f"error: port {port} is taken: choose another with --port or PORT=..., 0 takes a free one\n"


@pytest.mark.parametrize("port", ["many", "70000"])
def test_no_port_number(port: str) -> None:
    done = portcullis("demo", "--once", env={"PORT": port})
    assert done.returncode == 2
    assert "is no port number" in done.stderr


def test_keeps_running_until_a_signal() -> None:
    command = [*COMMAND, "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line.decode())
                if "portcullis serve" in lines[-1]:
                    break
            (url,) = re.findall(r"It keeps running on (\S+);", "".join(lines))
            body = {"model": MODEL, "messages": [{"role": "user", "content": "Write to jane.roe@example.org"}]}
            answer = httpx.post(f"{url}/v1/chat/completions", json=body, trust_env=False)
            assert "jane.roe@example.org" in answer.json()["choices"][0]["message"]["content"]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in errors
