"""The real command in a process of its own."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "gateway")
PATIENCE = 60.0  # seconds until a process that hangs fails the test


ALL_MODELS = {"PORTCULLIS_MODELS__ENABLED": '["*"]'}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without settings of whoever runs the tests, and without the model, unless ALL_MODELS are asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTCULLIS_", "OPENAI_"))}
    ours = {
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",  # another guard's client has one, which loads pytest in every process
        "PORTCULLIS_STORE__URL": "none",
        "PORTCULLIS_MODELS__ENABLED": "[]",
    }
    return {**kept, **ours, **(extra or {})}


def portcullis(
    *arguments: str, stdin: str | bytes = b"", env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=PATIENCE,
        env=environment(env),
        cwd=cwd or ROOT,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass(slots=True)
class Running:
    """A gateway that serves in its own process."""

    process: subprocess.Popen[bytes]
    lines: list[dict[str, Any]] = field(default_factory=list)  # its log
    url: str = ""

    def wait_for(self, message: str) -> dict[str, Any]:
        """The next log line with this message."""
        assert self.process.stderr is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ready, _, _ = select.select([self.process.stderr], [], [], end - time.monotonic())
            line = self.process.stderr.readline() if ready else b""
            if not line:
                break
            try:
                entry: dict[str, Any] = json.loads(line)
            except ValueError:
                raise AssertionError(f"this log line is no JSON: {line!r}") from None
            self.lines.append(entry)
            if entry["message"] == message:
                return entry
        raise AssertionError(f"no {message!r} in the log: {self.lines}")

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for its end; returns its exit status."""
        status = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        self.lines += [json.loads(line) for line in self.process.stderr]
        return status


@contextmanager
def serving(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`portcullis serve` on a free port, ready for requests."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        stderr=subprocess.PIPE,
        bufsize=0,
        env=environment(env),
        cwd=ROOT,
        start_new_session=True,
    )
    running = Running(process)
    try:
        running.url = running.wait_for("listening")["url"]
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        assert process.stderr is not None
        process.stderr.close()
