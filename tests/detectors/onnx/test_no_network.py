"""C-08: a model is loaded, checked and asked without a single look at the network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tiny_models import make

# The hook sees what Python opens; the list of open files also what native code left open.
PROGRAM = """
import json, os, sys
seen = []
sys.addaudithook(lambda event, args: seen.append(event) if event.startswith("socket.") else None)
from pathlib import Path
from gateway.detectors.onnx import load_folder
from gateway.types import Part
model = load_folder(Path(sys.argv[1]))
problems = [p for p in model.check() if "golden" not in p]
found = model.scan([Part("the zebra of Lisbon"), Part("word " * 50)])
links = []
for number in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []:
    try:
        links.append(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:  # that of the list itself
        pass
print(json.dumps({"seen": seen, "sockets": [l for l in links if l.startswith("socket:")],
                  "problems": problems, "found": [len(f) for f in found]}))
"""


# What would say where a cache is, and what our own package has put into the environment of this process.
TOLD = ("XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY")


def run(command: list[str], folder: Path) -> dict[str, list[object]]:
    # Names that a library would ask for lead nowhere; a proxy would be asked instead of the network.
    done = subprocess.run(
        [*command, sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
        env={name: value for name, value in os.environ.items() if name not in TOLD} | {"HOME": str(folder.parent)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("kind", ["classifier", "tagger", "heads"])
def test_no_socket_is_opened(tmp_path: Path, kind: str) -> None:
    answer = run([], make(tmp_path / "m", kind))
    assert (answer["seen"], answer["sockets"], answer["problems"]) == ([], [], [])
    assert [path.name for path in tmp_path.iterdir()] == ["m"]  # onnxruntime keeps there what it will tell its makers
    assert any(answer["found"])


def test_it_works_where_there_is_no_network(tmp_path: Path) -> None:
    """In a network namespace of its own, without even a loopback interface that is up."""
    unshare = shutil.which("unshare")
    apart = [unshare, "--user", "--map-root-user", "--net"] if unshare else []
    if not apart or subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no network namespaces")
    assert any(run(apart, make(tmp_path / "m", "heads"))["found"])
