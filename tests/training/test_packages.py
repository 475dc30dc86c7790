"""Texts out of packages: kinds by path, cuts at blank lines and lines, what is left out, log messages; no network."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from random import Random

import pytest

from training.packages import LIST, LONGEST, SHORTEST, kind_of, messages, package_texts, parts, usable

PERMISSIVE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "PSF-2.0"}


def test_every_package_is_pinned_and_has_a_permissive_licence() -> None:
    lines = [line for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = [re.fullmatch(r"[\w-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}  # (\S+)", line) for line in lines]
    assert len(lines) > 8
    assert all(match and match[1] in PERMISSIVE for match in found)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("p-1/src/app.py", "code"),
        ("p-1/deploy/site.yml", "config"),
        ("p-1/Dockerfile", "config"),
        ("p-1/docs/intro.rst", "docs"),
        ("p-1/docs/releases/1.2.txt", "changelog"),
        ("p-1/CHANGES.rst", "changelog"),
        ("p-1/locale/de/LC_MESSAGES/django.po", "strings"),
        ("p-1/locale/de/LC_MESSAGES/django.mo", None),
        ("p/components/sun/translations/pt-BR.json", "strings"),
        ("p-1/tests/examplefiles/pytb/error.pytb", "log"),
        ("p-1/logo.png", None),
        ("p-1/LICENSE.txt", None),
        ("p-1/AGENTS.md", None),
        ("p/components/openai_conversation/services.yaml", None),
        ("p/tests/id_rsa", None),
    ],
)
def test_kind_of(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("server {\n    listen 80;\n    root /srv/www/site/html;\n}", True),
        ("too short", False),
        ("The system prompt of the assistant is kept in this file, says the page.", False),
        ("key = -----BEGIN RSA PRIVATE KEY----- and then some more letters of it", False),
        ("a" * 90 + " is one long word without any blank", False),
        ("0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x09 0x10 0x11 0x12", False),
        ("words " * LONGEST, False),
    ],
)
def test_usable(text: str, fits: bool) -> None:
    assert usable(text) is fits


def test_documentation_gives_its_snippets_by_kind() -> None:
    text = """Start the service like this:

.. code-block:: console

    $ systemctl start shop
    $ journalctl -u shop

It says::

    Traceback (most recent call last):
      File "a.py", line 1, in run
    KeyError: 'port'

.. code-block:: yaml

    port: 80
    host: shop.example

Then go on with the next page of this guide.
"""
    found = {kind: part for part, kind in parts(Random(1), "docs/start.rst", "docs", text)}
    assert found["shell"] == "$ systemctl start shop\n$ journalctl -u shop"
    assert found["log"].startswith("Traceback (most recent call last):\n  File")
    assert found["log"].endswith("KeyError: 'port'")
    assert found["config"] == "port: 80\nhost: shop.example"


def test_sql_is_taken_out_of_code() -> None:
    source = (
        'run("SELECT name FROM orders WHERE open ORDER BY total", 3)\nsay("SELECT it")\nask("Select a name from all")\n'
    )
    found = [part for part, kind in parts(Random(1), "p/a.py", "code", source) if kind == "sql"]
    assert found == ["SELECT name FROM orders WHERE open ORDER BY total"]


def test_log_messages_with_their_levels() -> None:
    source = (
        'LOG.warning("Disk %s is nearly " "full: %d left", disk, left)\nprint("Not a message of a log at all")\n'
        "_LOGGER.exception('Cannot reach %(host)s')\nlog.info(\"short\")\nlogger.error(text)\n"
    )
    assert list(messages(source)) == [
        ("warning", "Disk %s is nearly full: %d left"),
        ("error", "Cannot reach %(host)s"),
    ]


def test_texts_of_an_archive(tmp_path: Path) -> None:
    code = "\n\n".join(f"def rule_{i}(value: int) -> int:\n    return value * {i} + 1  # times {i}" for i in range(60))
    catalogue = "\n\n".join(
        ['msgid ""\nmsgstr "Language: de"', *(f'msgid "Row {i} of it"\nmsgstr "Zeile {i} davon"' for i in range(40))]
    )
    files = {"p-1/rules.py": code, "p-1/locale/de/LC_MESSAGES/p.po": catalogue, "p-1/CLAUDE.md": code}
    files["p-1/other.py"] = "# Under the GNU General Public License\n" + code.replace("rule", "other")
    with tarfile.open(tmp_path / "p-1.tar.gz", "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    texts, logged = package_texts(Random(4), tmp_path)
    assert (texts, logged) == package_texts(Random(4), tmp_path)
    assert {(t.package, t.kind, t.lang) for t in texts} == {("p", "code", "en"), ("p", "strings", "de")}
    assert all(SHORTEST <= len(t.text) <= LONGEST for t in texts)
    assert all(t.text.startswith("def rule_") and t.text in code for t in texts if t.kind == "code")
    assert logged == []
