"""The wheel holds what it needs, and the image's recipe names files that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import environment

ROOT = Path(__file__).parent.parent


def copied() -> list[str]:
    """What the Dockerfile copies from the build context."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    sources: list[str] = []
    for line in lines:
        if line.startswith("COPY ") and "--from=" not in line:
            sources += line.split()[1:-1]
    return sources


def test_the_image_copies_what_exists() -> None:
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_image_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", text, re.MULTILINE)
    assert "/readyz" in text


def test_the_image_health_check_is_python(tmp_path: Path) -> None:
    """It is a string inside JSON inside a Dockerfile; a slip in it would only show in production."""
    (command,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    python, flag, code = json.loads(command)
    assert (python, flag) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")


@pytest.mark.parametrize("script", ["demo", "test", "check", "venv", "../.ci/run"])
def test_scripts_are_valid(script: str) -> None:
    path = ROOT / "scripts" / script
    subprocess.run(["bash", "-n", str(path)], check=True)
    if script != "venv":  # it is sourced
        assert path.stat().st_mode & 0o111, f"{script} is not executable"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from nothing but what the image has, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in copied():
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs_and_no_more(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    policies = {f"gateway/_data/policies/{path.name}" for path in (ROOT / "policies").glob("*.yaml")}
    assert policies <= names
    sources = [path for kind in ("*.py", "*.lua", "*.yaml") for path in (ROOT / "gateway").rglob(kind)]
    modules = {path.relative_to(ROOT).as_posix() for path in sources}
    assert {*modules, "gateway/py.typed"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gateway", "portcullis_gateway"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_wheel_runs(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    (entry,) = site.glob("*.dist-info/entry_points.txt")
    assert "portcullis = gateway.__main__:main" in entry.read_text()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gateway", "list", "policies"],
        env=environment({"PYTHONPATH": str(site)}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "default (default)" in done.stdout
    code = "import gateway.resources as r; print(r.folder('policies'))"
    where = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment({"PYTHONPATH": str(site)}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.strip() == str(site / "gateway/_data/policies")
