"""
A PostgreSQL server of our own, on a free port, in a folder that goes with it.

PostgreSQL refuses to run as root: then it runs as `postgres` or, failing that, `nobody`. Where it is not
installed, tests that need it are skipped with a word, or fail where CI is set.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.support.servers import free_port

__all__ = ["Postgres", "postgres", "require_postgres"]

PATIENCE = 60.0  # seconds


def require_postgres() -> Path:
    """Where its programs are; skips the test if nowhere."""
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *_on_path()):
        if (folder / "initdb").exists():
            return folder
    if os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed, and CI must not skip its tests")
    pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")


class Postgres:
    """`stop` and `start` keep the data."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self._programs = programs
        self._folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://gate:secret@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Returns its URL."""
        env = {"PGPASSWORD": "secret"}
        command = ["createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "gate", name]
        self._run(*command, env=env)
        return self.url(name)

    def create(self) -> None:
        secret = self._folder / "secret"
        secret.write_text("secret")
        os.chmod(secret, 0o644)
        options = ["-U", "gate", "-A", "scram-sha-256", "--pwfile", str(secret), "-N", "-E", "UTF8"]
        self._run("initdb", "-D", str(self._folder / "data"), *options, "--locale=C.UTF-8")

    def start(self) -> None:
        options = ["-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        quick = ["-c", "fsync=off", "-c", "max_connections=60"]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._folder / "data", *options, *quick],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_demoted(),
        )
        end = time.monotonic() + PATIENCE
        while subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        ).returncode:
            assert self._process.poll() is None, "PostgreSQL ended while it was starting"
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: immediate shutdown
            self._process.wait(PATIENCE)
            self._process = None

    def _run(self, program: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, check=False, cwd="/", **_demoted())
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def postgres() -> Iterator[Postgres]:
    programs = require_postgres()
    folder = Path(mkdtemp(prefix="portcullis-pg-"))
    try:
        if (user := _user()) is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = Postgres(programs, folder, free_port())
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).parent] if found else []


def _user() -> pwd.struct_passwd | None:
    """Whom to run it as, if not as ourselves."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("there is no user that PostgreSQL could run as")


def _demoted() -> dict[str, Any]:
    user = _user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
