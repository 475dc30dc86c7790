"""Which files are opened, for whom, and what becomes of what stands in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.engine import Guard, Opener
from gateway.engine.files import Opened
from gateway.errors import ConfigError
from gateway.extract import Extraction, FileKind
from gateway.policy import Ruleset, parse_policy
from gateway.settings import FileSettings
from gateway.types import Direction, Effect, Kind, Part, Payload, Role, Transcript, Unscanned
from tests.support.gatewayed import ATTACK, EMAIL, detectors

PDF = b"%PDF-1.7 "
PNG = b"\x89PNG\r\n\x1a\n"
AT = ("messages", 0, "content", 0, "file", "file_data")


class Reader:
    """Says what stands behind the mark of a PDF; what begins with `!` it cannot read. Pictures are beyond it."""

    def __init__(self, *kinds: FileKind) -> None:
        self.kinds, self.asked = kinds or ("pdf",), 0

    def reads(self, kind: FileKind) -> bool:
        return kind in self.kinds

    async def extract(self, data: bytes, kind: FileKind, seconds: float) -> Extraction:
        self.asked += 1
        text = data.removeprefix(PDF).decode()
        return Extraction("", tuple(text[1:].split())) if text.startswith("!") else Extraction(text)

    def close(self) -> None:
        return


def policy(unscannable: str = "extract", action: str = "mask", more: str = "") -> Ruleset:
    return parse_policy(
        f"version: 1\nname: p-{unscannable}\nunscannable: {unscannable}\n{more}\n"
        f"rules: [{{category: 'pii/email', action: {action}}}, {{category: 'injection/*', action: block}}]"
    )


def asked(*files: bytes, direction: Direction = Direction.INPUT) -> Transcript:
    template = Part("", (), Role.TOOL, 3, Kind.DOCUMENT, "fetch")
    unread = tuple(Unscanned((*AT, i), "binary", len(f), Payload(f, template)) for i, f in enumerate(files))
    return Transcript((Part("Read this.", ("messages", 0, "content")),), direction, "m", unread)


async def opened(transcript: Transcript, *policies: Ruleset, opener: Opener | None = None) -> Opened:
    return await (opener or Opener(extractor=Reader())).open(transcript, policies, "")


async def test_the_text_of_a_file_is_a_part_like_others() -> None:
    found = await opened(asked(PDF + b"Hello"), policy())
    (part,) = found.transcript.parts[1:]
    assert (part.text, part.role, part.message, part.kind, part.name) == ("Hello", Role.TOOL, 3, Kind.DOCUMENT, "fetch")
    assert part.path[: len(AT) + 1] == (*AT, 0)
    assert found.transcript.unscanned == ()
    assert [(e.kind, e.size) for e in found.extracted] == [("pdf", 5)]


async def test_what_cannot_be_read_keeps_its_place_and_says_why() -> None:
    came = asked(PDF + b"!encrypted", PNG, b"PK\3\4", PDF + b"Hello", PDF + b"!no_text attachment")
    found = await opened(replace(came, unscanned=(*came.unscanned, Unscanned(("x",), "reference"))), policy())
    told = [(u.reason, u.size) for u in found.transcript.unscanned]
    sizes = [len(u.payload.data) for u in came.unscanned if u.payload]
    assert told == [
        ("encrypted", sizes[0]), ("binary", 8), ("binary", 4), ("no_text", 0), ("attachment", sizes[4]),
        ("reference", 0),
    ]  # fmt: skip
    assert len(found.extracted) == 1


@pytest.mark.parametrize("unscannable", ["count", "refuse"])
async def test_nothing_is_opened_that_no_policy_wants(unscannable: str) -> None:
    came = asked(PDF + b"Hello")
    reader = Reader()
    assert (await opened(came, policy(unscannable), opener=Opener(extractor=reader))).transcript is came
    assert reader.asked == 0


@pytest.mark.parametrize(
    ("policies", "file", "effect"),
    [
        ([policy()], b"Hello", Effect.ALLOW),
        ([policy()], ATTACK.encode(), Effect.BLOCK),
        ([policy()], EMAIL.encode(), Effect.BLOCK),  # nobody can mask it there
        ([policy(action="placeholder")], EMAIL.encode(), Effect.BLOCK),
        ([policy(action="flag")], EMAIL.encode(), Effect.FLAG),
        ([policy(more="mode: monitor")], EMAIL.encode(), Effect.FLAG),
        ([policy()], b"!encrypted", Effect.BLOCK),
        ([policy(more="unextracted: count")], b"!encrypted", Effect.ALLOW),
        ([policy(more="mode: monitor")], b"!encrypted", Effect.ALLOW),
        ([policy(), policy("count")], b"!encrypted", Effect.BLOCK),
        ([policy(), policy("refuse")], b"Hello", Effect.BLOCK),  # the stricter one wants no files
        ([policy("count")], ATTACK.encode(), Effect.ALLOW),
    ],
)
@pytest.mark.parametrize("direction", Direction)
async def test_what_policies_say(policies: list[Ruleset], file: bytes, effect: Effect, direction: Direction) -> None:
    guard = Guard(detectors(), files=Opener(extractor=Reader()))
    exchange = guard.begin(tuple(policies))
    came = asked(PDF + file, direction=direction)
    verdict = await (exchange.request(came) if direction is Direction.INPUT else exchange.response(came))
    assert verdict.effect is effect
    assert not verdict.edits
    assert bool(verdict.refused) == (not verdict.violations and effect is Effect.BLOCK)
    if not verdict.unscanned:
        assert verdict.coverage.scanned == verdict.coverage.seen == len("Read this." + file.decode())


async def test_a_placeholder_in_a_file_stays() -> None:
    """It cannot be restored there, and is no reason to withhold an answer."""
    exchange = Guard(detectors(), files=Opener(extractor=Reader())).begin((policy(action="placeholder"),))
    verdict = await exchange.request(Transcript((Part(EMAIL, ("x",)),), Direction.INPUT))
    (placeholder,) = verdict.edits.values()
    answer = await exchange.response(asked(PDF + placeholder.encode(), direction=Direction.OUTPUT))
    assert (answer.effect, answer.violations) == (Effect.ALLOW, ())


async def test_a_file_that_comes_again_is_not_opened_again() -> None:
    reader = Reader()
    opener = Opener(FileSettings(cache=600), reader)
    first, second = asked(PDF + b"one"), asked(PDF + b"two")
    for transcript, tenant, times in [
        (first, "a", 1), (first, "a", 1), (first, "b", 2), (second, "a", 3), (first, "b", 3), (first, "a", 4)
    ]:  # fmt: skip
        found = await opener.open(transcript, (policy(),), tenant)
        assert found.transcript.parts[-1].text == ("one" if transcript is first else "two")
        assert reader.asked == times
    busy = asked(PDF + b"!too_slow")
    for _ in range(2):
        await opener.open(busy, (policy(),), "a")
    assert reader.asked == 6  # it may have time another day


def test_a_policy_that_nobody_can_serve_is_refused() -> None:
    opener = Opener(extractor=Reader("image"))
    with pytest.raises(ConfigError, match=r"portcullis-gateway\[pdf\]"):
        opener.require(policy())
    opener.require(policy("refuse"))
    Opener().require(policy())
