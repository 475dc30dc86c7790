"""
What people type to prove who they are: PINs, transaction numbers, one-time codes, codes of doors, recovery codes,
answers to security questions.

A few digits mean nothing. The words before them must say whose they are or what they are for: `PIN 560001` in an
Indian address, pin 17 of a chip, an error's code and a promotion's are none of them.
"""

from __future__ import annotations

import re

from gateway.detectors.base import Row

__all__ = ["ROWS"]

_WORD = r"(?:^|[^\w])"
_END = r"(?:$|[^\w.,:/%-]|[.,:/-](?:$|[^\w]))"
_IS = (
    r"(?:\s{0,2}(?:[:=]|：)\s{0,2}"
    r"|\s{1,2}(?i:is|was|ist|war|lautet|est|es|è|é|jest|to|är|er|adalah|là|это)(?i: now| jetzt)?:?\s{1,2}"
    r"|\s{0,2}(?:是|为|為|は|은|는)\s{0,2})[\"'`*]{0,2}"
)
_FOR = r"(?i: (?:for|of|to|für|zu|de|du|del|per|para|voor|do|til) [^\n.!?:=\d]{1,40}?)?"
_NUMBER = r"(?i:[ -]?(?:code|number|nummer|num|nr|no)\.?)?"

# Whose PIN, or what it opens.
_OWNER = (
    r"(?i:my|your|his|her|our|their|card|debit|credit|bank|atm|sim|voicemail|phone|account|parental|wallet"
    r"|meine?|deine?|ihre?|unsere|karten|konto|handy|mon|votre|ton|son|code|mi|tu|su|mio|tuo|suo|meu|minha|seu|sua"
    r"|mijn|uw|jouw|mój|twój|min|din|ditt)"
)
_SIX = r"\d{3}[ -]\d{3}"
_CODE = rf"(?:[A-Z]-)?(?:{_SIX}|\d{{4,8}})|[A-Z]{{1,5}}\d[A-Z0-9]{{2,6}}|\d[A-Z0-9]{{5,7}}"

_CODE_NAMES = (
    r"(?i:(?:verification|one[- ]time|single[- ]use|security|login|log-in|sign[- ]in|authentication|authenticator"
    r"|auth|2fa|mfa|two[- ]factor|otp|sms) (?:pass)?code|one[- ]time (?:password|pin)"
    r"|passcode|otp"
    r"|(?:bestätigungs|einmal|sicherheits|verifizierungs|freischalt|anmelde|aktivierungs|zugangs)-?"
    r"(?:code|passwort|kennwort|pin)"
    r"|code de (?:vérification|confirmation|sécurité|connexion|validation)|code à usage unique"
    r"|mot de passe à usage unique|código de (?:verificación|seguridad|acceso|confirmación)|contraseña de un solo uso"
    r"|codice di (?:verifica|sicurezza|conferma|accesso)|código de (?:verificação|segurança|confirmação)"
    r"|(?:verificatie|bevestigings|beveiligings|inlog)code|eenmalige code"
    r"|kod(?:em)? (?:weryfikacyjny|potwierdzający|autoryzacyjny|jednorazowy|sms)"
    r"|doğrulama kod(?:u|unuz)|onay kod(?:u|unuz)|tek kullanımlık (?:şifre|kod)(?:niz|unuz)?"
    r"|код (?:подтверждения|підтвердження)|проверочный код|код из смс|одноразовый (?:пароль|код)"
    r"|verifieringskod|engångskod|engangskode|verifiseringskode|bekræftelseskode|vahvistuskoodi|kertakäyttökoodi"
    r"|ověřovací kód|ellenőrző kód|cod de verificare|kode (?:verifikasi|otp)|mã (?:xác nhận|xác minh|xác thực|otp)"
    r"|κωδικός επαλήθευσης)"
)
# Airlines and shops give out such codes, too: letters and digits of a booking are none of ours.
_BOOKED_NAMES = r"(?i:(?:confirmation|activation|access) (?:pass)?code)"
_CODE_NAMES_UNSPACED = (
    "验证码|驗證碼|动态码|动态密码|校验码|認証コード|確認コード|ワンタイムパスワード|인증번호|인증 코드|확인 코드"
    "|رمز التحقق|رمز التأكيد|सत्यापन कोड|ओटीपी|รหัสยืนยัน|קוד אימות"
)
_PLACES = (
    r"(?i:(?:front |back )?door|gate|garage|lock ?box|safe|entry|building|voicemail|unlock|key ?pad|padlock)"
    r"(?i: code| combination| combo| pin)"
    r"|(?i:türcode|tür-code|zahlencode|digicode|code (?:de la porte|du portail|d'entrée)"
    r"|código (?:de la puerta|del portón))"
)
_RECOVERY_NAMES = (
    r"(?i:(?:backup|recovery|rescue|scratch|emergency) (?:codes?|keys?)|(?:wiederherstellungs|ersatz|notfall)-?codes?"
    r"|codes? de (?:secours|récupération)|códigos? de (?:recuperación|respaldo|recuperação)|codic[ei] di recupero)"
)
# A digit among its first characters, unlike the words behind it.
_RECOVERY = r"(?:[A-Za-z0-9]{0,5}\d[A-Za-z0-9-]{3,24}|\d{4} \d{4})"
_QUESTIONS = (
    r"(?i:(?:security|secret) (?:question )?answer|answer to (?:my|the|your|his|her) (?:security|secret) question"
    r"|mother[’']?s? maiden name|maiden name of (?:my|his|her) mother|name of (?:my|his|her) first pet"
    r"|(?:mädchen|geburts)name (?:der|meiner|seiner|ihrer) mutter|sicherheitsantwort"
    r"|nom de jeune fille de (?:ma|sa|la) mère|respuesta (?:secreta|de seguridad)"
    r"|apellido de soltera de (?:mi|su) madre|cognome da nubile d(?:i mia|ella) madre"
    r"|nome de solteira da (?:minha )?mãe)"
)
_NAME = r"[A-ZÀ-ÞĀ-Žа-яА-Я][\wÀ-žА-Яа-я’'-]{1,30}"
_NO_ANSWER = re.compile(
    r"(?i)(?:required|optional|none|null|n/a|unknown|string|str|text|varchar|true|false|yes|no|the|your|my|an?|this|that"
    r"|it|please|enter|type|hidden|hashed|stored|correct|incorrect|wrong|invalid|missing|not|must|should|is|what|hash)\b"
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}-\d{1,2}-\d{4}")


def _code(value: str) -> bool:
    """Digits, or letters and digits: no word in capitals."""
    return sum(c.isdigit() for c in value) >= 2


def _recovery(value: str) -> bool:
    return sum(c.isdigit() for c in value) >= 3 and len(set(value)) >= 5 and not _DATE.match(value)


def _bitlocker(value: str) -> bool:
    """Each group of six digits is eleven times a number of sixteen bits."""
    return all(int(group) % 11 == 0 and int(group) < 720_896 for group in value.split("-"))


def _answer(value: str) -> bool:
    return not _NO_ANSWER.match(value)


ROWS = (
    Row(
        "secret/pin",
        rf"{_WORD}{_OWNER}[ -](?i:pin){_NUMBER}{_FOR}(?:{_IS}|\s{{1,2}})(?P<v>\d{{4,8}}){_END}",
        score=0.9,
    ),
    Row("secret/pin", rf"{_WORD}(?:PIN|Pin|pin|NIP){_NUMBER}{_FOR}{_IS}(?P<v>\d{{4,5}}){_END}", score=0.9),
    Row(
        "secret/pin",
        rf"{_WORD}PUK[12]?{_NUMBER}(?:{_IS}|\s{{1,2}})(?P<v>\d{{8}}){_END}",
        score=0.9,
    ),
    Row(
        "secret/pin",
        rf"{_WORD}(?:{_PLACES}){_FOR}(?:{_IS}|\s{{1,2}})(?P<v>[#*]?\d{{3,8}}[#*]?|\d{{1,2}}-\d{{1,2}}-\d{{1,2}}){_END}",
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        rf"{_WORD}(?:[mi]|SMS-|push|chip|photo)?TAN{_NUMBER}(?:{_IS}|\s{{1,2}})(?P<v>\d{{6}}){_END}",
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        rf"{_WORD}{_CODE_NAMES}{_FOR}(?:{_IS}|\s{{1,2}})(?P<v>{_CODE}){_END}",
        _code,
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        rf"{_WORD}{_BOOKED_NAMES}{_FOR}(?:{_IS}|\s{{1,2}})(?P<v>{_SIX}|\d{{4,8}}){_END}",
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        rf"(?:{_CODE_NAMES_UNSPACED})(?:{_IS}|\s{{0,2}})[\[【「(]?(?P<v>{_SIX}|\d{{4,8}}){_END}",
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        rf"{_WORD}(?P<v>(?:[A-Z]-)?(?:{_SIX}|\d{{4,8}}))"
        r" (?i:is your|ist ihr|ist dein|est votre|est ton|es tu|es su|è il tuo|é o seu)"
        r" (?:[^\s]{1,20} ){0,3}?"
        r"(?i:(?:verification|security|login|one[- ]time|sign-in|authentication|confirmation|access) (?:pass)?code"
        r"|bestätigungscode|sicherheitscode|code de (?:vérification|sécurité)|código de (?:verificación|verificação))",
        score=0.9,
    ),
    Row(
        "secret/one_time_code",
        r"(?i:(?:^|[^\w])(?:code|enter|type)\s)(?P<v>\d{4,8})"
        r"(?i: (?:to (?:sign|log) ?in|to (?:verify|authenticate|log on)|zum anmelden|pour vous connecter"
        r"|para iniciar sesión))",
        score=0.9,
    ),
    Row(
        "secret/recovery_code",
        rf"{_WORD}{_RECOVERY_NAMES}{_FOR}{_IS}\s{{0,2}}(?P<v>{_RECOVERY}(?:[,;\s]{{1,3}}{_RECOVERY}){{0,9}}){_END}",
        _recovery,
        score=0.9,
    ),
    Row(
        "secret/recovery_code",
        r"(?i:bitlocker|recovery key|wiederherstellungsschlüssel|clé de récupération|clave de recuperación)"
        rf"[^\d]{{0,60}}?(?P<v>(?:\d{{6}}-){{7}}\d{{6}}){_END}",
        _bitlocker,
    ),
    Row(
        "secret/security_answer",
        rf"{_WORD}{_QUESTIONS}(?:{_IS}|\s{{0,2}}(?:->|→|[-–—])\s{{0,2}}(?i:answer: )?)"
        rf"(?P<v>{_NAME}(?: {_NAME}){{0,2}})",
        _answer,
        score=0.9,
    ),
)
