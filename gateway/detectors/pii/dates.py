"""When a person was born, and how old the person is."""

from __future__ import annotations

import re
from datetime import date

from gateway.detectors.base import Row
from gateway.detectors.pii.context import labelled

__all__ = ["ROWS"]

# The first letters of month names that tell them apart, in a dozen languages of Europe.
_MONTHS: tuple[str, ...] = (
    "jan ene gen jän led sty ιαν янв січ",
    "feb fév fev úno lut φεβ фев лют",
    "mar mär maa mrt bře μαρ мар бер",
    "apr avr abr dub kwi απρ апр кві",
    "may mai mag mei maj kvě μαι май тра",
    "jun jui giu črn cze ιουν июн чер",
    "jul juil lug črv lip ιουλ июл лип",
    "aug aoû ago srp sie αυγ авг сер",
    "sep set zář wrz σεπ сен вер",
    "oct okt out ott říj paź οκτ окт жов",
    "nov lis list νοε ноя лис",
    "dec dez dic déc des pro gru δεκ дек гру",
)
_BORN = (
    r"d o b|d[.,/:·]o[.,/:·]b|date of birth|birth date|birthdate|birth day|birthday|born|born on|"
    r"geboren|geboren am|geb|geb\.|geb\.? am|geb\. dat\.|geb\. datum|geburtsdatum|geburtstag|"
    r"né le|née le|né|née|né(?:e) le|date de naissance|ddn|"
    "fecha de nacimiento|fecha (?:de )?nac|nacido el|nacida el|nacido|nacida|nació el|"
    "data di nascita|nato il|nata il|nato|nata|"
    "data de nascimento|nascido em|nascida em|nascido|nascida|geboortedatum|geboren op|data urodzenia|urodzony|"
    r"urodzona|ur\.|född|födelsedatum|født|fødselsdato|syntynyt|syntymäaika|datum narození|narozen|narozena|"
    "data nașterii|născut|doğum tarihi|дата рождения|родился|родилась|дата народження|ημερομηνία γέννησης|γεννήθηκε"
)
_BORN_UNSPACED = "出生日期|出生于|生于|生日|生年月日|誕生日|생년월일|출생일|תאריך לידה|تاريخ الميلاد|जन्म तिथि|วันเกิด"
_MONTH = r"[A-Za-zÀ-ÿĀ-ſΑ-ωА-я]{3,12}\.?"
_FORMS = (
    r"\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?(?:\d{4}|\d{2})",
    r"\d{4} ?[./-] ?\d{1,2} ?[./-] ?\d{1,2}",
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|er|º|ª)?[ -](?:of |de |d')?{_MONTH}(?:,? |-|,? de |,? del )\d{{4}}",
    rf"\d{{1,2}}-{_MONTH}-\d{{2}}",
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}",
    r"\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]",
)
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2049


def _birthday(value: str) -> bool:
    """A day of the calendar, in any order of day and month, at which a living person can be born."""
    numbers = _NUMBER.findall(value)
    if len(numbers) == 2:
        months = [n for word in _WORD.findall(value) if (n := _month(word))]
        year = max(reversed(numbers), key=len)
        day = numbers[1 - numbers.index(year)]
        return bool(months) and _is_day(_in_full(year), months[0], int(day))
    if len(numbers[0]) == 4:
        year, month, day = map(int, numbers)
        return _is_day(year, month, day)
    first, second = map(int, numbers[:2])
    year = _in_full(numbers[2])
    return _is_day(year, second, first) or _is_day(year, first, second)


def _in_full(year: str) -> int:
    """Of two digits the year within this century or the last one that a living person can be born in."""
    return int(year) + (0 if len(year) == 4 else 2000 if int(year) < 50 else 1900)


def _month(word: str) -> int:
    """1..12, or 0. `jui` is June unless it goes on as in `juillet`; the longest beginning wins."""
    lower = word.lower()
    best = max(
        ((len(start), n) for n, starts in enumerate(_MONTHS, 1) for start in starts.split() if lower.startswith(start)),
        default=(0, 0),
    )
    return best[1]


def _is_day(year: int, month: int, day: int) -> bool:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _years(value: str) -> bool:
    """From thirteen: "explain it as if I'm 5 years old" is about the explanation."""
    return 13 <= int(_NUMBER.findall(value)[0]) <= 120


_AGE = (
    r"(?i)(?:^|[^\w])(?:i am|i'm|i’m|i just turned|my age is|i'm only|i am only|patient is an?|patient,? (?:an?)?|"
    r"(?:he|she) is my|ich bin|j'ai|j’ai|tengo|ho|tenho|jeg er|jag är|mam|ik ben) ?"
    r"(?P<v>\d{1,3}(?:[ -]years?[ -]old|[ -]y/?o|[ -]year-old| jahre alt| ans| años| anni| anos| år| lat| jaar))"
    r"(?:$|[^\w])"
)

ROWS = (
    *(Row("pii/date_of_birth", labelled(form, _BORN, _BORN_UNSPACED), _birthday) for form in _FORMS),
    Row("pii/age", _AGE, _years, score=0.8),
    Row(
        "pii/age",
        labelled(r"\d{1,3}(?: years| yrs| y/?o)?", "patient age|age of patient|age at admission|my age"),
        _years,
        score=0.8,
    ),
)
