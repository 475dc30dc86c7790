"""PINs, one-time codes, recovery codes and security answers, beside numbers that are none of them."""

from __future__ import annotations

import pytest

from gateway.detectors.secret import secret
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()

# `[[...]]` marks the finding.
PINS = (
    "My PIN is [[4821]].",
    "The pin for my debit card is [[4821]]",
    "PIN: [[4821]]",
    "PIN-Code: [[4821]]",
    "Meine PIN lautet [[4821]]",
    "Karten-PIN [[482913]]",
    "Mon code PIN est [[4821]]",
    "mi PIN es [[4821]]",
    "Il mio PIN è [[4821]]",
    "Mijn pin is [[4821]]",
    "NIP: [[4821]]",
    "voicemail pin [[4821]]",
    "PUK: [[12345678]]",
    "The door code is [[4821#]]",
    "gate code: [[#4821]]",
    "safe combination [[12-34-56]]",
    "The unlock code for my phone is [[482913]].",
    "Türcode: [[4821]]",
    "Le digicode est [[48213]]",
)
CODES = (
    "Your verification code is [[482913]].",
    "Your one-time code is [[482 913]]. Do not share it.",
    "OTP: [[482913]]",
    "[[482913]] is your bank verification code",
    "[[G-482913]] is your verification code.",
    "Use code [[482913]] to sign in",
    "2FA code [[482913]]",
    "passcode [[482913]]",
    "Your confirmation code is [[482913]].",
    "Login code: [[7F3K9Q]]",
    "TAN: [[482913]]",
    "Die pushTAN ist [[482913]]",
    "Ihr Bestätigungscode lautet [[482913]]",
    "Dein Einmalpasswort: [[482913]]",
    "Votre code de vérification est [[482913]]",
    "Tu código de verificación es [[482913]]",
    "Il tuo codice di verifica è [[482913]]",
    "Seu código de verificação é [[482913]]",
    "Uw verificatiecode is [[482913]]",
    "Twój kod weryfikacyjny to [[482913]]",
    "Doğrulama kodunuz: [[482913]]",
    "Ваш код подтверждения: [[482913]]",
    "Din engångskod är [[482913]]",
    "您的验证码是[[482913]]，5分钟内有效",
    "認証コードは [[482913]] です",
    "인증번호는 [[482913]] 입니다",
    "رمز التحقق: [[482913]]",
)
RECOVERY = (
    "backup codes: [[8f3k-29dk, 92kd-0sk2]] and keep them",
    "recovery code: [[4F7K9-2LM8Q]], remember it",
    "Wiederherstellungscode: [[4F7K9-2LM8Q]]",
    "The recovery key of the laptop:\n[[123453-234564-345675-456786-567897-678909-011000-022000]]",
)
ANSWERS = (
    "Security answer: [[Kowalska]]",
    "My mother's maiden name is [[Kowalska]].",
    "security question: mother's maiden name - answer: [[Kowalska]]",
    "The answer to my security question is [[Rue Pasteur]]",
    "Mädchenname der Mutter: [[Öztürk]]",
    "nom de jeune fille de ma mère : [[Lefèvre]]",
)
NONE = (
    "PIN: 560001",
    "12 MG Road, Bengaluru, PIN 560001",
    "Pincode: 560 034",
    "connect pin 1234 to GND",
    "GPIO pin 17, pin 4 and pin 5 of the chip",
    "pin number 40 of the DIP package",
    "pin the message 1234 to the channel",
    "version pin: 1.2.3",
    "PIN must be 4 to 6 digits",
    "Jan 2024 pin: AB1234",
    "NIP: 526-10-40-828",
    "TAN 2024 was a good year",
    "tan(45) = 1",
    "error code 482913",
    "exit code 137, HTTP status code 401",
    "your order code is 482913",
    "promo code SAVE20, use code 482913 for 20% off",
    "country code: 0049, area code 212",
    "the OTP expires in 300 seconds and has 6 digits",
    "verification code path returns 404",
    "Login code: REQUIRED",
    "sign in code: src/auth/login.py",
    "access code 2.1.4 of the standard",
    "the verification code is 482913.5",
    "4829 is more than the number of the access codes",
    "the security code of the site is ABCDEFGH",
    "door code review",
    "Booking confirmation code X7K9QP for flight LH454",
    "safe combination of 12 and 34",
    "PUK stands for Personal Unblocking Key",
    "recovery code: see below",
    "backup keys: 2024-05-01 and later",
    "BitLocker recovery key: 123456-234567-345678-456789-567890-678901-789012-890123",
    "What is your mother's maiden name?",
    "Security answer: Required",
    "security answers are stored hashed",
    "the secret answer is The one you chose",
)


@pytest.mark.parametrize(
    ("category", "marked"),
    [
        *(("secret/pin", text) for text in PINS),
        *(("secret/one_time_code", text) for text in CODES),
        *(("secret/recovery_code", text) for text in RECOVERY),
        *(("secret/security_answer", text) for text in ANSWERS),
    ],
)
def test_the_value_is_found(category: str, marked: str) -> None:
    before, value, after = marked.replace("[[", "\0").replace("]]", "\0").split("\0")
    assert found(DETECTOR, before + value + after) == [(category, value)]


@pytest.mark.parametrize("text", NONE)
def test_these_are_none(text: str) -> None:
    assert found(DETECTOR, text) == []


@pytest.mark.parametrize("marked", [*PINS[::5], *CODES[::6], *RECOVERY[::3], *ANSWERS[::3]])
def test_they_stream(marked: str) -> None:
    assert_streams(DETECTOR, f"Hi. {marked.replace('[[', '').replace(']]', '')} Bye, é.")


def test_a_year_does_not_hold_back_a_stream() -> None:
    text = "In 2024 the team grew, 1200 people in 2025 alone, and 20000 is what we expect of the next one."
    assert max(end - DETECTOR.pending(text[:end]) for end in range(len(text) + 1)) < 24
