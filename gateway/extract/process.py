"""
Files are opened in processes of their own (`gateway.extract.worker`), started when the first file comes. One that
takes too long, or too much memory, is killed, and only its file is lost.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Timer
from time import monotonic

from gateway.extract.base import Extraction, FileKind, missing
from gateway.settings import FileSettings

__all__ = ["Isolated"]

WORKER = Path(__file__).parent / "worker.py"
MOST_JOBS = 200  # of one process, lest anything pile up in it
# What a program needs to start. Keys of upstreams are in the environment, too, and a file's reader needs none.
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
# One thread each, and nothing told to the makers of onnxruntime (see gateway/__init__.py).
GIVEN = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}


class Isolated:
    """An `Extractor`."""

    def __init__(self, settings: FileSettings | None = None) -> None:
        self._settings = settings or FileSettings()
        self._threads = ThreadPoolExecutor(self._settings.processes, thread_name_prefix="files")
        self._idle: list[_Process] = []
        self._lock = Lock()
        self._closed = False
        self._reads: dict[FileKind, bool] = {
            "pdf": not missing("pdf"),
            "image": self._settings.ocr and not missing("image"),
        }

    def reads(self, kind: FileKind) -> bool:
        return self._reads[kind]

    async def extract(self, data: bytes, kind: FileKind, seconds: float) -> Extraction:
        if len(data) > self._settings.max_size:
            return Extraction(unread=("too_large",))
        until = monotonic() + seconds
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._extract, data, kind, until)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _extract(self, data: bytes, kind: FileKind, until: float) -> Extraction:
        left = until - monotonic()
        if left <= 0:
            return Extraction(unread=("busy",))
        process = self._take()
        found: Extraction | None = None
        try:
            found = process.run(data, kind, self._settings, left)
        except OSError:  # it has died before it had read the file
            pass
        finally:
            self._give(process, well=found is not None and not process.killed)
        return found or Extraction(unread=("too_slow" if process.killed else "too_large",))

    def _take(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.alive:
                    return process
                process.end()
        return _Process(self._settings.memory)

    def _give(self, process: _Process, well: bool) -> None:
        with self._lock:
            if well and not self._closed and process.jobs < MOST_JOBS:
                self._idle.append(process)
                return
        process.end()


class _Process:
    def __init__(self, memory: int) -> None:
        self.jobs = 0
        self.killed = False
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._child = subprocess.Popen(  # noqa: S603 (our own script)
            [sys.executable, "-I", "-B", str(WORKER), json.dumps(sys.path), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, **GIVEN},
        )

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def run(self, data: bytes, kind: FileKind, settings: FileSettings, seconds: float) -> Extraction | None:
        """None where it has died. Raises OSError where it had before."""
        self.jobs += 1
        clock = Timer(seconds, self._kill)
        clock.daemon = True
        clock.start()
        try:
            return self._ask(data, kind, settings, seconds)
        finally:
            clock.cancel()

    def _ask(self, data: bytes, kind: FileKind, settings: FileSettings, seconds: float) -> Extraction | None:
        jobs, results = self._child.stdin, self._child.stdout
        assert jobs is not None
        assert results is not None
        bounds = {"pages": settings.max_pages, "expanded": settings.max_expanded, "text": settings.max_text}
        bounds["see"] = settings.ocr and not missing("image")
        job = {"kind": kind, "size": len(data), "seconds": seconds, "bounds": bounds}
        jobs.write(json.dumps(job).encode() + b"\n" + data)
        jobs.flush()
        # Twelve bytes for a character at most, as JSON has them.
        line = results.readline(12 * settings.max_text + 4096)
        try:
            result = json.loads(line)
        except ValueError:
            return None
        return Extraction(result["text"], tuple(result["unread"]))

    def _kill(self) -> None:
        self.killed = True
        self._child.kill()

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what it had not read yet
                    continue
