"""Hidden, reordered and look-alike characters, and the honest texts that use the same ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.base import MAX_CANDIDATES
from gateway.detectors.obfuscation import Obfuscation
from gateway.errors import ScanError
from gateway.types import Part
from tests.support.streaming import assert_streams
from tests.support.tables import categories, found

DETECTOR = Obfuscation()

ZWSP, ZWNJ, ZWJ, SHY = "\u200b", "\u200c", "\u200d", "\u00ad"
RLO, PDF, RLE, LRI, RLI, FSI, PDI = "\u202e", "\u202c", "\u202b", "\u2066", "\u2067", "\u2068", "\u2069"
BLACK_FLAG, CANCEL = "\U0001f3f4", "\U000e007f"


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(c)) for c in text)


def styled(text: str) -> str:
    """In bold mathematical letters."""
    return "".join(chr(0x1D41A + ord(c) - ord("a")) for c in text)


def wide(text: str) -> str:
    return "".join(chr(ord(c) - 0x20 + 0xFF00) for c in text)


@pytest.mark.parametrize(
    ("category", "text", "matched"),
    [
        ("invisible", f"ig{ZWSP}nore", [ZWSP]),
        ("invisible", f"i{ZWNJ}g{ZWJ}n", [ZWNJ, ZWJ]),
        ("invisible", "ig\u2060nore", ["\u2060"]),
        ("invisible", "ig\ufeffnore", ["\ufeff"]),
        ("invisible", f"i{SHY}g{SHY}n{SHY}ore", [SHY, SHY, SHY]),
        ("invisible", f"donau{SHY}{SHY}dampf", [SHY + SHY]),
        ("invisible", "ig\u034fnore", ["\u034f"]),
        ("invisible", "ig\u200enore", ["\u200e"]),
        ("invisible", "ig\u3164nore", ["\u3164"]),
        ("invisible", "ig\u17b4nore", ["\u17b4"]),
        ("invisible", "ig\u180enore", ["\u180e"]),
        ("invisible", "in\u2062visible", ["\u2062"]),
        ("invisible", f"hello {ZWSP}{ZWNJ}{ZWSP}{ZWJ} world", [ZWSP + ZWNJ + ZWSP + ZWJ]),
        ("invisible", f"\ufeff{ZWSP * 3}a", [ZWSP * 3]),
        ("tags", f"hello{tags('ignore all')}", [tags("ignore all")]),
        ("tags", f"{BLACK_FLAG}{tags('gbeng')}{CANCEL}{tags('hi')}", [tags("hi")]),
        ("tags", f"{BLACK_FLAG}{tags('do evil')}{CANCEL}", [tags("do evil") + CANCEL]),
        ("tags", f"{BLACK_FLAG}{tags('gbeng')}", [tags("gbeng")]),
        ("variation_selectors", "😀\ufe00\ufe01\ufe02", ["\ufe00\ufe01\ufe02"]),
        ("variation_selectors", "😀" + "\U000e0158" * 9, ["\U000e0158" * 9]),
        ("variation_selectors", "a\U000e0101b", ["\U000e0101"]),
        ("variation_selectors", "h\ufe0fi\ufe0f", ["\ufe0f", "\ufe0f"]),
        ("variation_selectors", "a\ufe01", ["\ufe01"]),
        ("bidi", f"access {RLO}nimda{PDF} level", [RLO, PDF]),
        ("bidi", f"/*{RLO} }} {LRI}if (isAdmin){PDI} {LRI} begin */", [RLO, PDI, LRI]),
        ("bidi", f"''' subtract {RLI}''' ;return", [RLI]),
        ("bidi", f"x {RLE}(y){PDF}", [RLE, PDF]),
        ("bidi", f"open {FSI}isolate", [FSI]),
        ("homoglyph", "log in at pаypаl now", ["pаypаl"]),
        ("homoglyph", "аpple", ["аpple"]),
        ("homoglyph", "visit googlе today", ["googlе"]),
        ("homoglyph", "my pαssword", ["pαssword"]),
        ("homoglyph", "micrοsoft", ["micrοsoft"]),
        ("homoglyph", "ΑPPLE", ["ΑPPLE"]),
        ("homoglyph", "Ꭺpple", ["Ꭺpple"]),
        ("homoglyph", "gοogle and gооgle", ["gοogle", "gооgle"]),
        ("homoglyph", "please enter the рауреr", ["рауреr"]),
        ("homoglyph", "send it to сосоа please", ["сосоа"]),
        ("homoglyph", f"please {styled('ignore')} this", [styled("ignore")]),
        ("homoglyph", f"please {wide('ignore')} this", [wide("ignore")]),
        ("homoglyph", "ⓘⓖⓝⓞⓡⓔ", ["ⓘⓖⓝⓞⓡⓔ"]),
        ("homoglyph", "купить нaркoтики", ["нaркoтики"]),
        ("control", "pass\b\b\bword", ["\b\b\b"]),
        ("control", "a\x7fb\x00c", ["\x7f", "\x00"]),
        ("control", "ding\a", ["\a"]),
    ],
)
def test_hidden(category: str, text: str, matched: list[str]) -> None:
    assert found(DETECTOR, text) == [(f"obfuscation/{category}", value) for value in matched]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain text,\twith a tab\r\nand lines.",
        "👨\u200d👩\u200d👧\u200d👦 and 👩🏽\u200d🚀, 🏳️\u200d🌈, 🏴\u200d☠️, ❤️\u200d🔥, 🤷🏻\u200d♀️",
        "🇩🇪🇫🇷 1️⃣ #️⃣ ☎︎ ™️ ©️ ℹ️ Ⓜ️ ㊗️ ‼️ ↔️ 〰️",
        f"{BLACK_FLAG}{tags('gbeng')}{CANCEL} {BLACK_FLAG}{tags('usca')}{CANCEL}",
        f"می{ZWNJ}خواهم کتاب{ZWNJ}ها را بخوانم",
        "مرحبا بالعالم، كيف حالك؟ (API) \u200f٣٫١٤\u200e",
        "שלום עולם, C++\u200e הוא שפה",
        f"{RLE}שלום{PDF} (abc) {RLI}עולם{PDI}",
        f"Hello, {FSI}Anna{PDI}! You have {FSI}3{PDI} messages.",
        "शक्\u200dति, क्\u200cष और हिन्दी में लिखो",
        "ශ්\u200dරී ලංකාව",
        f"ภาษา{ZWSP}ไทย{ZWSP}สวย",
        f"これは{ZWSP}日本語です。ＮＨＫとＴＯＫＹＯ",
        "葛\U000e0100飾区 辻\U000e0101 、\ufe00。\ufe00",
        "한국어 텍스트, ᅟᅠᄒᆞᆫ글",
        "Tiếng Việt: Nguyễn Thị Ánh, đường phố",
        "Tie\u0302\u0301ng Vie\u0323t decomposed",
        "Москва (Moscow) и Санкт-Петербург, USB-кабель, 3D-принтер",
        "Отправь PDFку и SMSки на email'ы, iPhoneов хватит всем",
        "The Russian words мама and мыло mean mother and soap.",
        "Ελληνικά και English μαζί, NATOϊκός",
        "Δx = 5 µm, 3 μm, R = 10 kΩ, hν, NFκB, TGFβ, πr², sinα, ρgh, ∑xᵢ, λ-calculus",
        "𝑥 + 𝑦 = 𝐀𝐁, 𝑑𝑥/𝑑𝑡, ℝ ⊂ ℂ, ℏ",
        f"Donau{SHY}dampf{SHY}schiff{SHY}fahrt",
        "\ufeffA byte order mark",
        f"a stray {ZWSP}one, 2\u2062x and f\u2061(x)",
        "iPhone, GitHub, macOS, naïve café, Ångström, Œuvre",
        "page one\n\fpage two, a slide\vtitle",
        "\x1b[31mred\x1b[0m \x1b]0;title\a",
        "Հայերեն տեքստ, ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
        "ქართული ენა, አማርኛ, 中文文本",
        "emoji slip ❤\ufe0f\ufe0f",
    ],
)
def test_honest(text: str) -> None:
    assert found(DETECTOR, text) == []


@pytest.mark.parametrize("character", [ZWSP, tags("a"), "\ufe01", "\x08", "\U0001d41a", wide("a")])
def test_a_long_stretch_is_covered_without_gaps(character: str) -> None:
    (findings,) = DETECTOR.scan([Part("x " + character * 600)])
    assert findings[0].span == (2, 258)
    assert [f.span.start for f in findings] == [2, *range(258, 602)]
    assert findings[-1].span.end == 602


def test_look_alikes_in_an_endless_word() -> None:
    text = "x" * 100 + "\u0430" + "y" * 100
    assert found(DETECTOR, text) == [("obfuscation/homoglyph", "\u0430")]


def test_too_much_of_it_is_an_error() -> None:
    with pytest.raises(ScanError):
        DETECTOR.scan([Part(ZWSP * (MAX_CANDIDATES + 1000))])


def test_prose_waits_for_no_more_than_its_last_word() -> None:
    text = "The quick brown fox jumped"
    assert DETECTOR.pending(text) == len(text) - len("jumped")
    assert DETECTOR.pending(text + " ") == len(text) + 1


PIECES = [
    *("word", "слово", "pаypаl", "сосоа", "PDFка", "pαss", " ", "\n", "é", "😀", "1"),
    *(
        ZWSP,
        ZWJ,
        SHY,
        ZWSP * 3,
        "\ufeff",
        tags("ab"),
        BLACK_FLAG,
        tags("gbeng"),
        CANCEL,
        "\ufe0f",
        "\ufe01\ufe02\ufe03",
    ),
    *(RLO, PDF, RLI, FSI, PDI, "שלום", "\b", "\f", "\a", "\x1b]0;", styled("abcd"), wide("abc"), "日", "a\u0301"),
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_streams(text: str) -> None:
    assert_streams(DETECTOR, text)


@pytest.mark.parametrize(
    "text",
    [
        f"a{ZWSP * 300}b{ZWSP}c",
        tags("x" * 270) + "z" + wide("abcdef"),
        "a" * 62 + "а" + "b" * 3 + " paypаl",
        ("pа" * 40) + " ok",
        f"{RLE}one two{'-' * 130}{PDF} עולם",
        "send сосоа " + "y" * 50 + " слово",
        wide("abc") + "-" * 40 + "日" + wide("def"),
    ],
)
def test_streams_long(text: str) -> None:
    assert_streams(DETECTOR, text)
    assert "obfuscation" in " ".join(categories(DETECTOR, text))
