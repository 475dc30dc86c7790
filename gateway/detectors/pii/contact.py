"""How to reach a person: mail addresses, telephone numbers, social handles."""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits
from gateway.detectors.pii.context import BLANK, BLANKS, RIGHT, alone, labelled

__all__ = ["ROWS"]

# Letters of European scripts in mail addresses (RFC 6531). CJK text has no blank before an address,
# so its characters end one instead.
_LETTERS = "\u00c0-\u024f\u0370-\u052f"
# `'`, `*` and others may stand in an address, but quote and mark many more of them: one that begins with these begins
# behind them. `=`, `&` and `?` mostly stand before one (`to='ann@...'`, `?mail=ann@...`); inside they are of tags
# (ann+lists=2@...) and of what servers write for bounces (prvs=12ab=ann@...).
_LOCAL = (
    rf"(?:[\w{_LETTERS}][\w.!#$%'*+^~{_LETTERS}-]{{0,63}}"
    r"|\w[\w.-]{0,40}\+[\w.+=-]{1,60}|(?i:prvs|btv1|srs[01])=[\w.+=-]{1,60})"
)
_DOMAIN = rf"[0-9A-Za-z{_LETTERS}][0-9A-Za-z.{_LETTERS}-]{{0,120}}\.[A-Za-z{_LETTERS}]{{2,24}}"
# `user:password@host` is a URL's userinfo, `mailto:user@host` is an address.
_BEFORE_EMAIL = (
    rf"(?:^|[^\w.%+:{_LETTERS}-]"
    r"|(?i:mail|mailto|mail address|contact|from|to|cc|bcc|reply-to|correo|courriel|adresse)['\"]?:"
    r"|[^\x00-\x7f]:)"
)
# What follows the last dot of a file, a method or a unit, but of no mail address.
_NO_DOMAIN = frozenset(
    (
        *(
            "png",
            "jpg",
            "jpeg",
            "gif",
            "svg",
            "webp",
            "ico",
            "css",
            "js",
            "mjs",
            "ts",
            "tsx",
            "jsx",
            "py",
            "rb",
            "java",
        ),
        *("json", "yml", "yaml", "toml", "xml", "html", "md", "txt", "service", "socket", "target", "timer", "mount"),
        *("local", "localhost", "internal", "lan", "invalid"),
    )
)

_SAID_DOMAIN = r"(?:com|net|org|edu|gov|info|io|co|de|fr|es|it|nl|uk|eu|ch|at|br|in|jp|au|ca)"


def _email(value: str) -> bool:
    local, _, domain = value.rpartition("@")
    labels = domain.lower().split(".")
    if not all(label and len(label) < 64 and label.strip("-") == label for label in labels):
        return False
    if local[-1] == "." or ".." in local or local == "git":  # git@host names a service, not a person
        return False
    return labels[-1] not in _NO_DOMAIN


# --- telephone numbers ------------------------------------------------------------------------

_GROUP = rf"[{BLANKS}.()/-]{{1,3}}\d{{1,11}}"
_DATE = re.compile(r"\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}(?:\D|$)|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})$")
_YEARS = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d$")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}$")
# Numbers kept free for fiction: no subscriber, yet they stand for one in every example.
_FICTION = re.compile(r"(?:\+?1)?555[2-9]?\d{6,7}$|(?:\+44|0)7700900\d{3}$")


def _subscriber(value: str, region: str | None) -> bool:
    """Does the numbering plan of the region know this number?"""
    bare = re.sub(r"[^\d+]", "", value)
    if _FICTION.match(bare):
        return True
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _international(value: str) -> bool:
    return 7 <= len(digits(value)) <= 15 and _balanced(value) and _subscriber(value, None)


def _dialled_out(value: str) -> bool:
    return 9 <= len(digits(value)) <= 17 and _balanced(value) and _subscriber("+" + value[2:].lstrip(), None)


def _national(region: str) -> Callable[[str], bool]:
    return lambda value: _balanced(value) and _subscriber(value, region)


def _said_to_be(value: str) -> bool:
    """Behind a label: any length that a telephone number can have, and not plainly something else."""
    count = len(digits(value))
    if not 7 <= count <= 15 or len(set(digits(value))) == 1:
        return False
    return _balanced(value) and not (_DATE.match(value) or _YEARS.match(value) or _QUAD.match(value))


def _balanced(value: str) -> bool:
    return value.count("(") == value.count(")")


# Written forms that are telling without a label; the numbering plan has the last word.
_NATIONAL: tuple[tuple[str, str], ...] = (
    ("US", r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}-)[2-9]\d{2}-\d{4}"),
    ("US", r"[2-9]\d{2}\.[2-9]\d{2}\.\d{4}"),
    ("US", r"\(?555\)?[ .-]\d{3}[ .-]\d{4}"),
    ("GB", r"0(?:7\d{3} \d{6}|7\d{3} \d{3} \d{3}|2\d \d{4} \d{4}|1\d{3} \d{6}|1\d{2} \d{3} \d{4})"),
    ("GB", r"\(0\d{2,4}\) \d{3,4} ?\d{3,4}"),
    ("DE", r"0(?:1[567]\d{1,2}[ /-]{1,3}\d{3,8}(?: \d{2,5}){0,2}|[2-9]\d{1,4} ?/ ?\d{4,8})"),
    ("DE", r"\(0[2-9]\d{1,4}\) ?\d{4,8}"),
    ("CH", r"0\d{2} \d{3} \d{2} \d{2}"),
    ("BE", r"04\d{2}(?: |/)\d{2}[ .]\d{2}[ .]\d{2}"),
    ("NL", r"06[ -]\d{8}"),
    ("SE", r"07\d[ -]\d{3} \d{2} \d{2}"),
    ("BR", r"\(\d{2}\) ?9?\d{4}-\d{4}"),
    ("AU", r"04\d{2} \d{3} \d{3}|\(0[2378]\) \d{4} \d{4}"),
    ("JP", r"0\d{1,3}-\d{2,4}-\d{4}"),
    ("KR", r"01\d-\d{3,4}-\d{4}"),
    ("CN", r"1[3-9]\d[ -]\d{4}[ -]\d{4}"),
)

# Forms that are little more than pairs of digits: these many and no more of them; French ones are like dumps of bytes.
_PAIRS: tuple[tuple[str, str], ...] = (
    ("ES", r"[679]\d{2}(?: \d{2}){3}"),
    ("RU", r"8[ -]?(?:\(9\d{2}\)|[ -]9\d{2})[ -]?\d{3}[ -]\d{2}[ -]\d{2}"),
    ("TR", r"0?5\d{2} \d{3} \d{2} \d{2}"),
)
_NO_DIGITS_BEFORE = r"(?:^|[^\w.+/$€£# -]|(?:^|[^\d])[^\d] )"
_NO_DIGITS_BEHIND = r"(?:$|[^\w .-]|[ .-](?:$|[^0-9]))"
_FRENCH = (
    rf"{_NO_DIGITS_BEFORE}(?P<v>0[1-9](?:[ .-]\d{{2}}){{4}})"
    r"(?:$|[^\w .-]|[ .-](?:$|[^0-9A-Fa-f]|[0-9A-Fa-f](?:$|[^0-9A-Fa-f])|[0-9A-Fa-f]{2}[\w]))"
)

_PHONE_WORDS = (
    "phone|phones|telephone|tel|tlf|cel|mobile|mobile phone|cell|cellphone|cell phone|fax|whatsapp|landline|hotline|"
    "phone number|telephone number|mobile number|cell number|fax number|contact number|"
    "(?:call|text|reach|ring|phone)(?: (?:me|us|him|her|them|mom|dad)(?: back)?(?: at| on)?| at| on)|dial|"
    "telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|rufnummer|telefono|teléfono|teléfonos|móvil|celular|"
    "cellulare|téléphone|tél|portable|numéro de téléphone|número de teléfono|numero di telefono|telefone|telemóvel|"
    "mobiel|telefoonnummer|puhelin|puhelinnumero|telefonu|numer telefonu|телефон|тел|номер телефона|"
    "cep|cep telefonu|cep no|no hp|nomor hp|nomor telepon|no telp|telp|số điện thoại|sđt|điện thoại|komórka|"
    "telefonszám|mobilszám|τηλέφωνο|τηλ|κινητό"
)
_PHONE_UNSPACED = (
    "☎|☏|📞|電話番号|電話|电话|手机号|手机|手機|联系方式|전화번호|전화|휴대폰|"
    "फ़ोन नंबर|फोन नंबर|मोबाइल नंबर|मोबाइल|فون|هاتف|هاتفي|جوال|جوالي|موبايل|موبایل|تلفن|เบอร์โทร|เบอร์มือถือ|โทรศัพท์"
    "|โทร|טלפון|נייד|פלאפון"
)

_HANDLE_WORDS = (
    "twitter|instagram|insta|ig|tiktok|snapchat|snap|telegram|skype|discord|mastodon|bluesky|linkedin|github|threads|"
    "twitter handle|social handle|screen name|handle"
)
_PROFILE = (
    r"(?:linkedin\.com/in|facebook\.com/people|instagram\.com|twitter\.com|tiktok\.com|t\.me|"
    r"snapchat\.com/add|threads\.net|bsky\.app/profile)/@?[A-Za-z0-9][\w.-]{2,48}[\w]"
)
_NO_PROFILE = re.compile(
    r"(?i).*/@?(?:about|explore|login|legal|privacy|help|home|search|share|intent|hashtag|status|accounts|jobs|company|"
    r"settings|signup|download|developer|business|reel|reels|stories|policies)$"
)


def _profile(value: str) -> bool:
    return not _NO_PROFILE.match(value)


ROWS = (
    Row("pii/email", rf"{_BEFORE_EMAIL}(?P<v>{_LOCAL}@{_DOMAIN})(?:$|[^\w@-])", _email),
    # written so that harvesters do not find it: john (at) example (dot) com, john at example dot com
    Row(
        "pii/email",
        r"(?i)(?:^|[^\w.+-])(?P<v>[\w][\w.+-]{0,63} ?[\[({<] ?(?:at|@) ?[\])}>] ?[a-z0-9][a-z0-9-]{0,62}"
        rf"(?: ?[\[({{<] ?(?:dot|\.) ?[\])}}>] ?|\.| dot )(?:[a-z0-9-]{{1,40}}\.)?{_SAID_DOMAIN})(?:$|[^\w@-])",
        score=0.9,
    ),
    Row(
        "pii/email",
        r"(?i)(?:^|[^\w.+-])(?P<v>[\w]{2,40}(?: dot [\w]{1,40}){0,2} at [a-z0-9-]{2,60} dot "
        rf"{_SAID_DOMAIN})(?:$|[^\w@-])",
        score=0.9,
    ),
    # One row for each number of groups: each is matched as a whole, so a number behind the last
    # group cannot hide the telephone number before it.
    *(
        Row("pii/phone", rf"(?:^|[^\w+])(?P<v>\+\(?[1-9]\d{{0,14}}(?:{_GROUP}){{{n}}}){RIGHT}", _international)
        for n in range(7)
    ),
    *(
        Row("pii/phone", alone(rf"00{BLANK}?[1-9]\d{{0,3}}(?:{_GROUP}){{{n}}}"), _dialled_out, score=0.9)
        for n in range(1, 6)
    ),
    *(Row("pii/phone", alone(form), _national(region), score=0.9) for region, form in _NATIONAL),
    *(
        Row("pii/phone", f"{_NO_DIGITS_BEFORE}(?P<v>{form}){_NO_DIGITS_BEHIND}", _national(region), score=0.9)
        for region, form in _PAIRS
    ),
    Row("pii/phone", _FRENCH, _national("FR"), score=0.9),
    Row(
        "pii/phone",
        labelled(rf"\+?\(?\d[\d{BLANKS}()./-]{{5,20}}\d", _PHONE_WORDS, _PHONE_UNSPACED),
        _said_to_be,
        score=0.9,
    ),
    Row("pii/social_handle", labelled(r"@[A-Za-z0-9_][\w.]{2,30}", _HANDLE_WORDS), score=0.9),
    Row(
        "pii/social_handle",
        labelled(r"[A-Za-z][\w-]{5,19}", "wechat|wechat id|weixin", "微信号|微信|微信號"),
        lambda value: any(c in "_-0123456789" for c in value),
        score=0.8,
    ),
    Row("pii/social_handle", rf"(?:^|[^\w.-]|www\.)(?P<v>{_PROFILE})(?:$|[^\w])", _profile, score=0.8),
)
