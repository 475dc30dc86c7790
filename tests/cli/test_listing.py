"""`portcullis list`, `portcullis keys` and the command itself."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from gateway import __version__
from gateway.cli.example import example
from gateway.settings import Settings
from gateway.web.auth import hash_key
from tests.cli.command import portcullis

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("what", ["detectors", "categories", "policies", "settings"])
def test_lists_for_people_and_programs(what: str) -> None:
    done = portcullis("list", what, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    shown = portcullis("list", what)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"{len(rows)} in all" in shown.stdout


def test_categories_and_detectors_agree() -> None:
    categories = {row["category"] for row in json.loads(portcullis("list", "categories", "--json").stdout)}
    detectors = json.loads(portcullis("list", "detectors", "--json").stdout)
    found = {category for detector in detectors for category in detector["categories"]}
    # A policy says which tools; the engine itself finds where its reading ended, and what documents do not support.
    by_others = {"tool/denied", "tool/argument", "obfuscation/nested_encoding", "grounding/unsupported"}
    assert categories - found == by_others
    assert found < categories


def test_settings_as_yaml() -> None:
    done = portcullis("list", "settings", "--yaml")
    assert done.stdout == example()
    wrong = portcullis("list", "policies", "--yaml")
    assert wrong.returncode == 2
    assert "--yaml goes with `list settings`" in wrong.stderr


def test_a_new_key_and_its_hash() -> None:
    done = portcullis("keys", "new", "--name", "my-app")
    assert (done.returncode, done.stderr) == (0, "")
    (key,) = re.findall(r"^  (pc_[\w-]{43})$", done.stdout, re.MULTILINE)
    lines = done.stdout[done.stdout.index("clients:") :].split("\n\n")[0]
    settings = Settings(**yaml.safe_load(lines))
    assert [(c.name, c.hash) for c in settings.clients] == [("my-app", hash_key(key))]
    assert key not in portcullis("keys", "new", "--name", "my-app").stdout


def test_a_key_needs_a_plain_name() -> None:
    done = portcullis("keys", "new", "--name", "My App")
    assert done.returncode == 2
    assert "use small letters" in done.stderr


def test_version_and_help() -> None:
    assert portcullis("--version").stdout == f"portcullis {__version__}\n"
    shown = portcullis("--help")
    assert shown.returncode == 0
    for command in ("serve", "demo", "scan", "check", "list", "keys"):
        assert re.search(rf"^\s+{command}\b", shown.stdout, re.MULTILINE)
    assert portcullis().returncode == 2
