"""What the figures were measured on, and what the system says of a process. Linux tells most; others less."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["Cpus", "cpu_seconds", "facts", "peak_rss", "pin", "reset_peak_rss", "rss"]

PACKAGES = (
    "aiohttp", "google-re2", "httptools", "httpx", "httpx-aiohttp", "jiter", "onnxruntime", "orjson",
    "portcullis-gateway", "prometheus-client", "pydantic", "starlette", "uvicorn", "uvloop",
)  # fmt: skip
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Cpus:
    """Which processor each role runs on; None where processes cannot be pinned or there is only one."""

    server: int | None = None
    upstream: int | None = None
    load: int | None = None

    @classmethod
    def here(cls) -> Cpus:
        if not hasattr(os, "sched_getaffinity"):
            return cls()
        usable = sorted(os.sched_getaffinity(0))
        if len(usable) < 2:
            return cls()
        return cls(usable[0], usable[1], usable[2] if len(usable) > 2 else usable[1])

    def __str__(self) -> str:
        if self.server is None:
            return "processes are not pinned"
        if self.upstream == self.load:
            return f"server under test on CPU {self.server}, upstream and load generator on CPU {self.load}"
        return f"server under test on CPU {self.server}, upstream on {self.upstream}, load generator on {self.load}"


def pin(cpu: int | None) -> None:
    """Keep this process, and what it starts from now on, on one processor."""
    if cpu is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})


def reset_peak_rss(pid: int) -> None:
    """Let the peak begin again at what the process holds now (proc(5), clear_refs)."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        return


def peak_rss(pid: int) -> int | None:
    """Bytes, since the last reset."""
    return _status(pid, "VmHWM:")


def rss(pid: int) -> int | None:
    """Bytes, now."""
    return _status(pid, "VmRSS:")


def _status(pid: int, name: str) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), None)


def cpu_seconds(pid: int) -> float | None:
    """Time that all threads of a process have spent on processors, user and system."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def facts() -> dict[str, Any]:
    """Hardware, interpreter, packages, commit, and how busy the machine was before we began."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: found for name in PACKAGES if (found := _version(name)) is not None},
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": len((_git("status", "--porcelain") or "").splitlines()),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
