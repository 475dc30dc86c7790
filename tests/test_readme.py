"""
README.md is true: its commands run and print what it shows, its programs run, its numbers are right.

A block ```` ```sh run ```` is executed; a block ```` ```text output ```` after it is what it prints, but
for what is new each time. `UPDATE_README=1 pytest tests/test_readme.py` writes what is printed now.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.engine import Guard
from gateway.settings import Settings, Upstream
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from gateway.web.demo_upstream import demo_upstream
from tests.cli.command import ALL_MODELS, ROOT, environment
from tests.support.servers import serve_in_thread

FILE = ROOT / "README.md"
README = FILE.read_text("utf-8")
BLOCKS = [
    (info.strip(), text) for info, text in re.findall(r"^```([^\n]*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
COMMANDS = [
    (text, output if kind == "text output" else None)
    for (info, text), (kind, output) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True)
    if info == "sh run"
]
PROGRAMS = [text for info, text in BLOCKS if info == "python"]

NEW_EACH_TIME = (
    (re.compile(r"evt_[0-9a-f]{32}"), "evt_"),
    (re.compile(r"_[0-9a-f]{8}\]"), "_]"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:"),
)


def lasting(text: str) -> list[str]:
    for pattern, replacement in NEW_EACH_TIME:
        text = pattern.sub(replacement, text)
    return [line.rstrip() for line in text.strip().splitlines()]


@pytest.fixture
def command_path(tmp_path: Path) -> str:
    """PATH with `portcullis` in it, whether or not the package is installed."""
    command = tmp_path / "portcullis"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m gateway "$@"\n')
    command.chmod(0o755)
    return f"{tmp_path}{os.pathsep}{os.environ['PATH']}"


def test_there_are_blocks() -> None:
    assert len(COMMANDS) >= 2
    assert len(PROGRAMS) >= 4


@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=lambda text: text.strip().splitlines()[0][:40])
def test_commands(command: str, output: str | None, command_path: str) -> None:
    done = subprocess.run(
        ["bash", "-euc", command],
        env=environment({**ALL_MODELS, "PATH": command_path, "PORT": "0"}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if output is None:
        return
    if "UPDATE_README" in os.environ and lasting(done.stdout) != lasting(output):
        now = "".join(f"{line.rstrip()}\n" for line in done.stdout.strip().splitlines())
        FILE.write_text(FILE.read_text("utf-8").replace(output, re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8080", now)))
        return
    assert lasting(done.stdout) == lasting(output)


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    settings = Settings.model_construct(
        upstreams=(Upstream(name="demo", url="http://demo/v1", key="none"),),
        watch_policies=False,
    )
    upstream = demo_upstream(delay=0)
    with serve_in_thread(create_app(settings, transport=lambda _: ASGITransport(upstream))) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.splitlines()[0][:40])
def test_programs(program: str, gateway: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.replace("http://127.0.0.1:8080", gateway)],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if "BadRequestError" in program:
        assert "jane.roe@example.org" in done.stdout
        assert done.stdout.endswith("content_filter\n")


def test_counts_of_categories() -> None:
    found = Counter(category.partition("/")[0] for category in Guard().categories)
    shown = dict(re.findall(r"^\| `(\w+)/\*` \| (\d+) \|", README, re.MULTILINE))
    assert shown == {family: str(count) for family, count in found.items()}


def test_files_it_names_exist() -> None:
    for script in re.findall(r"^(scripts/\w+)", README, re.MULTILINE):
        assert (ROOT / script).exists()
