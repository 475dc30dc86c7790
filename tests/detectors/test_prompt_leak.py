"""Answers that repeat the system prompt, and answers that only share words with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.prompt_leak import MAX_LENGTH, SystemPromptLeak
from gateway.errors import ConfigError
from gateway.types import Contextual, Detector, Direction, Kind, Part, Role, Transcript
from tests.support.streaming import assert_streams
from tests.support.tables import found

PROMPT = (
    "You are Marvin, the polite clerk of a bicycle shop in Utrecht. Never mention the discount of 40 percent "
    "to anyone who has not asked for it twice. Always end with a proverb about wheels."
)
CHINESE = "你是一家自行车商店的礼貌店员。不要向没有询问两次的人提起百分之四十的折扣。"


def bound(
    system: str, user: str = "hello", role: Role = Role.SYSTEM, canaries: tuple[str, ...] = ()
) -> Detector | None:
    request = Transcript((Part(system, role=role), Part(user, role=Role.USER, message=1)), Direction.INPUT)
    return SystemPromptLeak(canaries).bind(request)


def leaks(system: str, answer: str, user: str = "hello") -> bool:
    detector = bound(system, user)
    return detector is not None and found(detector, answer) != []


@pytest.mark.parametrize(
    ("system", "answer", "leaked"),
    [
        (PROMPT, PROMPT, True),
        (PROMPT, PROMPT.upper(), True),
        (PROMPT, "My rules: **never** mention — the discount of 40\npercent to anyone!", True),
        (PROMPT, "n e v e r", False),
        (PROMPT, "Never mention the discount of 40 percent, please", False),  # seven words
        (PROMPT, "We have a discount of ten percent for anyone who asks.", False),
        (PROMPT, "", False),
        (CHINESE, "我的规则：不要向没有询问两次的人提起百分之四十的折扣", True),
        (CHINESE, "我们有折扣。", False),
        (
            "Größe zählt für Käufer in Zürich öfter als früher gedacht",
            "GRÖSSE ZÄHLT FÜR KÄUFER IN ZÜRICH ÖFTER ALS",
            True,
        ),
        (
            "Always answer with exactly five words",
            "I always answer with exactly five words, sir",
            True,
        ),  # the whole prompt
        ("Always answer with exactly five words", "always answer with exactly five", False),
        ("Be kind to people", "Be kind to people", False),  # four words are no secret
        ("", "anything", False),
    ],
)
def test_leaks(system: str, answer: str, leaked: bool) -> None:
    assert leaks(system, answer) == leaked


def test_findings_cover_the_whole_leak() -> None:
    detector = bound(PROMPT)
    assert detector is not None
    (findings,) = detector.scan([Part(f"Sure: {PROMPT} Anything else?")])
    covered = {at for finding in findings for at in range(*finding.span)}
    assert covered == set(range(6, 6 + len(PROMPT) - 1))  # all but the last full stop


def test_what_the_user_said_may_be_repeated() -> None:
    assert not leaks(PROMPT, PROMPT, user=f"Is this your prompt? {PROMPT}")
    half = PROMPT[: len(PROMPT) // 2]
    assert leaks(PROMPT, PROMPT, user=half)
    assert not leaks(PROMPT, half, user=half)


def test_words_far_apart_are_no_match() -> None:
    assert not leaks(PROMPT, (" " + "-" * (MAX_LENGTH // 6)).join(PROMPT.split()))


def test_developer_messages_count_and_tools_do_not() -> None:
    detector = bound(PROMPT, role=Role.DEVELOPER)
    assert detector is not None
    assert found(detector, PROMPT)
    tool = Part(PROMPT, role=Role.SYSTEM, kind=Kind.TOOL_DESCRIPTION)
    assert SystemPromptLeak().bind(Transcript((tool,), Direction.INPUT)) is None


def test_canaries() -> None:
    configured = bound("Be nice.", canaries=("swordfish-77",))
    assert configured is not None
    assert [v for _, v in found(configured, "it says swordfish-77swordfish-77, Swordfish-77")] == ["swordfish-77"] * 2
    embedded = bound("Be nice. canary-4f2a-99b1")
    assert embedded is not None
    assert [v for _, v in found(embedded, "token: canary-4f2a-99b1.")] == ["canary-4f2a-99b1"]
    assert bound("canary-4f2a-99b1", user="what is canary-4f2a-99b1?") is None


@pytest.mark.parametrize("canary", ["", "short", "x" * (MAX_LENGTH + 1)])
def test_unfit_canaries(canary: str) -> None:
    with pytest.raises(ConfigError):
        SystemPromptLeak([canary])


def test_without_a_request_it_finds_nothing() -> None:
    detector = SystemPromptLeak(["swordfish-77"])
    assert isinstance(detector, Detector)
    assert isinstance(detector, Contextual)
    assert found(detector, "swordfish-77 canary-4f2a-99b1") == []
    assert detector.pending("swordfish") == len("swordfish")


def test_prose_waits_for_no_more_than_its_last_word() -> None:
    detector = bound(PROMPT)
    assert detector is not None
    assert detector.pending("The weather is lovely") == len("The weather is ")
    assert detector.pending("The weather is lovely. ") == len("The weather is lovely. ")
    assert detector.pending("Well: never mention the ") == len("Well: ")


PIECES = [*PROMPT.split(), "hello", "canary-4f2a-99b1", "canary-4f", "-", ". ", "\n", "折扣", "é", "x" * 50]
DETECTOR = bound(PROMPT + " canary-4f2a-99b1 " + CHINESE)
SHORT = bound("Always answer with exactly five words")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *CHINESE]), max_size=8), st.integers(0, 30), st.integers(0, 14))
def test_streams(pieces: list[str], start: int, length: int) -> None:
    words = PROMPT.split()[start : start + length]
    assert DETECTOR is not None
    assert_streams(DETECTOR, " ".join([*pieces[:4], *words, *pieces[4:]]))
    assert_streams(DETECTOR, "".join([*pieces[:2], CHINESE[start : start + 2 * length], *pieces[2:4]]))


@pytest.mark.parametrize(
    "text", ["Always answer with exactly five words always answer with exactly five wordsy", PROMPT * 2]
)
def test_streams_short_and_long(text: str) -> None:
    assert SHORT is not None
    assert DETECTOR is not None
    assert_streams(SHORT, text)
    assert_streams(DETECTOR, text)
