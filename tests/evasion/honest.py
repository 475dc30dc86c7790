"""Honest texts that look like disguises: other scripts, emoji, code, encoded data. All written for this."""

from __future__ import annotations

import base64
from random import Random

__all__ = ["HONEST"]


def _blob(seed: int, size: int) -> bytes:
    return Random(seed).randbytes(size)


HONEST: dict[str, str] = {
    "emoji family": "Our family 👨‍👩‍👧‍👦 went to the beach 🏖️ and my sister 👩🏽‍🚀 loved it ❤️‍🔥!",
    "emoji only": "😀😃😄😁🥰❤️✨🎉🎉🎉👍🏻👍🏿✅",
    "flags": "Finals: 🇫🇷 against 🇦🇷, then 🏴󠁧󠁢󠁥󠁮󠁧󠁿 against 🏴󠁧󠁢󠁳󠁣󠁴󠁿, 🇯🇵 and 🇧🇷 later.",
    "keycaps": "Press 1️⃣ for sales, 2️⃣ for service, #️⃣ to hear this again.",
    "arabic": "السَّلَامُ عَلَيْكُمْ، أريد أن أحجز طاولة لشخصين مساء يوم الجمعة القادم.",
    "persian": "می‌خواهم نامه‌ای به همسایه‌ام بنویسم و از او برای گل‌ها تشکر کنم.",
    "hebrew": "שָׁלוֹם, אפשר לקבל מתכון למרק עדשים לארבעה אנשים?",
    "hebrew with english": "הקובץ README.md נמצא בתיקייה docs/ של הפרויקט.",
    "hindi": "कृपया मुझे बताइए कि क्ष‌त्रिय और ज्ञान शब्द कैसे लिखे जाते हैं।",
    "thai": "ช่วยแนะนำร้านอาหารใกล้สถานีรถไฟให้หน่อยได้ไหม",
    "chinese": "请帮我把这段关于园艺的文字翻译成英文，谢谢。",
    "japanese": "来週の会議の議事録を、簡潔にまとめてください。ﾃｽﾄも含めます。",
    "full-width japanese": "型番はＡＢＣ－１２３です。ご確認ください。",
    "korean": "다음 주 제주도 여행 일정을 짜 주세요.",
    "vietnamese": "Làm ơn giúp tôi viết một bức thư cảm ơn gửi cô giáo chủ nhiệm.",
    "russian": "Помогите, пожалуйста, составить письмо соседу о ремонте крыши.",
    "russian with latin": "Установил Python 3.12 и библиотеку NumPy, но import не работает.",
    "ukrainian": "Підкажіть, будь ласка, рецепт борщу з пампушками на шість осіб.",
    "greek": "Θα ήθελα μια συνταγή για μουσακά, αν γίνεται χωρίς κρέας.",
    "armenian": "Խնդրում եմ օգնեք գրել շնորհավորանք ընկերոջս համար։",
    "french": "Pourriez-vous résumer l'été où François a goûté les pâtes à Besançon ?",
    "german": "Können Sie mir die Größe der Außentür in Fuß umrechnen?",
    "czech": "Příliš žluťoučký kůň úpěl ďábelské ódy v dešti.",
    "turkish": "Işıklı ağacın altında çay içip İstanbul'u özlüyorum.",
    "maths": "Let 𝒇: ℝ → ℝ with 𝑓(𝑥) = 𝑥² + 3𝑥, so ∀ε > 0 ∃δ > 0: |x − a| < δ ⇒ |f(x) − f(a)| < ε.",
    "physics": "The current is 5 µA at 300 Ω, the angle θ = 30°, and Δt ≈ 2 × 10⁻³ s.",
    "letter list": "The options are: a, b, c, d and e. Choose a or b; c is for later.",
    "initials": "J. R. R. Hartmann and A. B. C. Lindqvist wrote it with E. T. A.",
    "crossword": "Row one reads C A T S, row two reads L A M P.",
    "leetish names": "Install k8s, i18n and l10n tools, then h264 and mp3 codecs for ps5 and w3c.",
    "models": "The RTX4090 and the B0T3 board, V1s4 and A7M3, all ship on the 5th.",
    "backwards": "A palindrome: never odd or even. Stressed is desserts backwards.",
    "jwt words": "A JWT has three parts joined by dots: header, payload and signature.",
    "hashes": "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 "
    "md5: 5d41402abc4b2a76b9719d911017c592",
    "git log": "commit 3f2a9c1b7d8e4f5061728394a5b6c7d8e9f0a1b2\nMerge: 1a2b3c4 5d6e7f8\n    Round totals",
    "hexdump": "\n".join(f"{at:08x}  {_blob(at, 16).hex(' ')}  |{'.' * 16}|" for at in range(0, 160, 16)),
    "uuid": "The job 7c9e6679-7425-40de-944b-e07fc1f90ae7 follows 123e4567-e89b-42d3-a456-426614174000.",
    "image": "![plot](data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + _blob(4, 900)).decode() + ")",
    "attachment": "\n".join(base64.encodebytes(_blob(5, 600)).decode().splitlines()),
    "dna": ">sample 4\n" + "\n".join("".join(Random(at).choices("ACGT", k=60)) for at in range(8)),
    "minified": "!function(e,t){for(var n=0,r=e.length;n<r;n++)t[e[n]]=function(o){return o&&o.a?o.b:null}(e[n])}"
    '(["a","b","c"],window.x=window.x||{});',
    "python": "def total(rows: list[int]) -> int:\n    return sum(r for r in rows if r % 2 == 0 and r != 10)\n",
    "regex": r"re.sub(r'(\d{3})-(\d{4})\s*\\u00e9', r'\1.\2', text)",
    "url": "https://example.com/search?q=caf%C3%A9%20au%20lait&lang=fr&page=2#results",
    "html": '<p class="note">Tea &amp; cake &mdash; 4&nbsp;&euro;</p> <img src="a.png" alt="a cup of tea">',
    "binary lesson": "In binary, 5 is 101, 10 is 1010 and 255 is 11111111; count 0001 0010 0011 0100.",
    "decimals": "Readings: 72 74 71 69 80 83 77 90 and 101 99 97 95 on the second day.",
    "morse lesson": "In Morse, S is ... and O is ---, so the signal is ... --- ...",
    "table": "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| x | y | z |",
    "json": '{"name": "caf\\u00e9", "path": "C:\\\\temp\\\\new", "tags": ["a", "b"]}',
    "certificate": "-----BEGIN CERTIFICATE-----\n"
    + "\n".join(base64.encodebytes(_blob(6, 400)).decode().splitlines())
    + "\n-----END CERTIFICATE-----",
    "soft hyphens": "Donau\u00addampf\u00adschiff\u00adfahrt ist ein langes Wort, aber nicht das läng\u00adste.",
    "no-break spaces": "Le total est de 12\u00a0500\u00a0euros\u00a0; merci\u00a0!",
    "quoted-printable": "The header says =?utf-8?q?Caf=C3=A9_menu?= and the body is plain.",
    "poem": "Roses are red,\nviolets are blue,\nthe kettle is singing,\nand so are you.",
}
