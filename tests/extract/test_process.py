"""The processes that open files, as they really run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from gateway.extract import Extraction, Isolated, kind_of, process
from gateway.settings import FileSettings
from tests.support.pdfs import pdf

# A reader in place of ours, which does what a file makes it do.
MISLED = """
import json, os, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
for line in sys.stdin.buffer:
    job = json.loads(line)
    told = sys.stdin.buffer.read(job["size"]).decode()
    if told == "sleep":
        time.sleep(60)
    if told == "die":
        os._exit(1)
    if told == "eat":
        bytearray(1 << 33)
    text = {"environment": ",".join(sorted(os.environ)), "pid": str(os.getpid())}.get(told, told)
    print(json.dumps({"text": text, "unread": []}), flush=True)
"""


@pytest.fixture
def isolated() -> Iterator[Isolated]:
    made = Isolated(FileSettings(processes=1))
    yield made
    made.close()


async def test_one_process_for_many_files(isolated: Isolated) -> None:
    """It is started once; what is broken in one file is nothing to the next; files of odd sizes come through."""
    assert await isolated.extract(pdf("Hello"), "pdf", 30) == Extraction("Hello")
    assert await isolated.extract(b"%PDF-1.7", "pdf", 30) == Extraction("", ("broken",))
    assert await isolated.extract(pdf("é" * 3000, "\\n"), "pdf", 30) == Extraction("é" * 3000 + "\n\\n")
    assert await isolated.extract(b"%PDF-" + b"x" * (10 << 20), "pdf", 30) == Extraction("", ("too_large",))
    assert await isolated.extract(pdf("Late"), "pdf", 0) == Extraction("", ("busy",))


async def test_what_a_file_may_do_to_its_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, isolated: Isolated
) -> None:
    script = tmp_path_factory.mktemp("worker") / "misled.py"
    script.write_text(MISLED)
    monkeypatch.setattr(process, "WORKER", script)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    async def told(what: str, seconds: float = 30) -> Extraction:
        return await isolated.extract(what.encode(), "pdf", seconds)

    first = await told("pid")
    assert (await told("pid")) == first
    environment = (await told("environment")).text
    assert "OPENAI_API_KEY" not in environment
    assert "ORT_DISABLE_TELEMETRY" in environment
    slow = asyncio.create_task(told("sleep", 0.5))
    await asyncio.sleep(0.05)  # it has the one process
    assert (await told("waits", 0.01)).unread == ("busy",)
    assert await slow == Extraction("", ("too_slow",))
    second = await told("pid")
    assert second.text not in ("", first.text)
    assert await told("die") == Extraction("", ("too_large",))
    assert await told("eat") == Extraction("", ("too_large",))
    assert (await told("pid")).text not in ("", second.text)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4", "pdf"),
        (b" " * 1000 + b"%PDF-1.4", "pdf"),
        (b" " * 1024 + b"%PDF-1.4", None),
        (b"\x89PNG\r\n\x1a\n...", "image"),
        (b"RIFF....WEBPVP8 ", "image"),
        (b"RIFF....WAVEfmt ", None),
        (b"PK\3\4", None),
        (b"", None),
    ],
)
def test_kinds(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind
