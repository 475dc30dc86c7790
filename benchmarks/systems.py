"""
The systems under test, each a process of its own with one worker.

`python -m benchmarks.systems relay|gateway|command ...` is such a process; `System` starts one,
waits until it answers, and asks the operating system what it costs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import orjson
import uvicorn
from pydantic import HttpUrl

from benchmarks import bare_relay
from benchmarks.machine import pin
from benchmarks.sampling import Sampler
from benchmarks.upstream import FAST, MODEL
from gateway.settings import ModelSettings, Server, Settings, Upstream
from gateway.web.listening import listen
from gateway.web.serve import serve, server_config

__all__ = ["PEERS", "System", "end_on_sigterm", "gateway", "peer", "relay", "shipped", "upstream"]

START = 90.0  # seconds a server may take until it answers; peers import much
STOP = 10.0
HOST = "127.0.0.1"
PATH = "/v1/chat/completions"
PEERS = ("litellm",)


@dataclass(slots=True)
class System:
    """A server that runs. `exact`: its answers are the upstream's own, length included."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    exact: bool = True

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait(self) -> None:
        """Until it answers a chat request. Raises RuntimeError with the end of its log if it does not."""
        end = time.monotonic() + START
        while not _answers(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} did not start:\n{self._last_words()}")
            time.sleep(0.1)

    def forget_log(self) -> None:
        """Logs are written as in earnest, but not kept: they would fill the disk."""
        os.truncate(self.log, 0)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:]


def upstream(name: str, folder: Path, cpu: int | None, chunks: int, gap_ms: float) -> System:
    """The canned model server; as a system under test it shows what the load generator itself costs."""
    options = ["--chunks", str(chunks), "--gap-ms", str(gap_ms)]
    return _start(name, folder, cpu, ["-m", "benchmarks.upstream", *options])


def relay(folder: Path, cpu: int | None, port: int, *, direct: bool = False) -> System:
    options = ["--upstream", str(port), *(["--direct"] if direct else ())]
    return _start("relay direct" if direct else "relay", folder, cpu, ["-m", "benchmarks.systems", "relay", *options])


def gateway(folder: Path, cpu: int | None, port: int, policy: str, samples: Path | None = None) -> System:
    options = ["--upstream", str(port), "--policy", policy]
    if samples is not None:
        options += ["--samples", str(samples)]
    return _start("gateway", folder, cpu, ["-m", "benchmarks.systems", "gateway", *options])


def shipped(folder: Path, cpu: int | None, port: int) -> System:
    """The gateway as its command starts it: with its model, its default policy and a store of its own."""
    config = folder / "portcullis.json"  # JSON is YAML
    settings = {
        "upstreams": [{"name": "bench", "url": f"http://{HOST}:{port}/v1", "key": "none"}],
        "store": {"url": f"sqlite:///{folder / 'store.db'}"},
    }
    config.write_bytes(orjson.dumps(settings))
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
    return _start("portcullis", folder, cpu, ["-m", "benchmarks.systems", "command", *command])


def peer(name: str, folder: Path, cpu: int | None, port: int) -> System | None:
    """Another product's proxy in its plain form, without guardrails; None if it is not installed."""
    command = shutil.which(name)
    if command is None:
        return None
    config = folder / f"{name}.json"  # JSON is YAML
    server = {"api_base": f"http://{HOST}:{port}/v1", "api_key": "none"}
    models = [{"model_name": m, "litellm_params": {"model": f"openai/{m}", **server}} for m in (MODEL, FAST)]
    config.write_bytes(orjson.dumps({"model_list": models}))
    options = ["--config", str(config), "--host", HOST, "--num_workers", "1"]
    system = _start(name, folder, cpu, ["-m", "benchmarks.systems", "command", command, *options])
    system.exact = False
    return system


def end_on_sigterm() -> None:
    """Make SIGTERM an ordinary end of this program, so that the systems it has started end as well."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def _free_port() -> int:
    with socket.socket() as s:
        s.bind((HOST, 0))
        return int(s.getsockname()[1])


def _start(name: str, folder: Path, cpu: int | None, arguments: Sequence[str]) -> System:
    port = _free_port()
    log = folder / f"{name}.log"
    # Our settings read the environment; what stands there must not change what is measured.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PORTCULLIS_")}
    pinned = [] if cpu is None else ["--cpu", str(cpu)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments, "--port", str(port), *pinned],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            cwd=Path(__file__).parent.parent,
        )
    return System(name, port, process, log)


def _answers(port: int) -> bool:
    body = orjson.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Hello."}], "seed": 1})
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("POST", PATH, body, {"content-type": "application/json"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _settings(args: argparse.Namespace) -> Settings:
    url = HttpUrl(f"http://{HOST}:{args.upstream}/v1")
    return Settings(
        models=ModelSettings(enabled=()),  # rules alone: what models cost is `bench model`
        server=Server(host=HOST, port=args.port, workers=1),
        upstreams=(Upstream(name="bench", url=url, key="none"),),
        policy=args.policy,
    )


def _run_relay(args: argparse.Namespace) -> int:
    settings = _settings(args)
    app = bare_relay.create_app(f"http://{HOST}:{args.upstream}/v1", direct=args.direct)
    with listen(settings) as sock:
        uvicorn.Server(server_config(app, settings)).run([sock])
    return 0


def _run_gateway(args: argparse.Namespace) -> int:
    if args.samples is None:
        return serve(_settings(args))
    sampler = Sampler()
    with sampler:
        status = serve(_settings(args))
    sampler.write(args.samples)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in ("relay", "gateway"):
        sub = kinds.add_parser(kind)
        sub.add_argument("--port", type=int, required=True)
        sub.add_argument("--cpu", type=int)
        sub.add_argument("--upstream", type=int, required=True, help="port of the upstream")
        sub.add_argument("--direct", action="store_true", help="of the relay: without httpx")
        sub.add_argument("--policy", default="default")
        sub.add_argument("--samples", type=Path, help="write where the time went to this file")
    command = kinds.add_parser("command", help="become another program, pinned")
    command.add_argument("--cpu", type=int)
    args, rest = parser.parse_known_args()
    pin(args.cpu)
    if args.kind == "command":
        os.execv(rest[0], rest)
    return _run_relay(args) if args.kind == "relay" else _run_gateway(args)


if __name__ == "__main__":
    raise SystemExit(main())
