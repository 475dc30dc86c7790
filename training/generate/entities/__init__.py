"""
Texts with names in them: who, where, which organisation, address and date of birth, with exact offsets.

`sentences.txt` holds the frames; `<person>` and its like are filled in and tagged here. Months, products,
titles, languages, handles and other dates stay untagged, and so do names that are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from training.examples import Example, Tag
from training.generate.grammar import Grammar

__all__ = ["SOURCE", "entities"]

SOURCE = "generated/entities"
HERE = Path(__file__).parent
NAMES = Grammar.read(*(HERE / f"{name}.txt" for name in ("names", "places", "organisations")))
SENTENCES = Grammar.read(HERE / "sentences.txt")
GENRES = tuple(SENTENCES.lines)
WEIGHTS = tuple(6 if name == "none" else 4 if name == "word" else 1 if "lang_" in name else 3 for name in GENRES)
CULTURES = tuple(name.removeprefix("given_") for name in NAMES.slots if name.startswith("given_"))
ADDRESSES = tuple(name for name in NAMES.lines if name.startswith("address_"))
ORGANISATIONS = tuple(name for name in NAMES.lines if name.startswith("org_"))
LABELS = {"injection/direct": 0, "injection/indirect": 0}

MARK = re.compile(r"<(\w+)>")
TRIES = 40
ORGANISATION_MARKS = {
    "university": "org_university",
    "party": "org_party",
    "band": "org_band",
    "company": "org_company",
    "team": "org_team",
    "agency": "org_agency",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
LOCAL = {"de": "{d}. {name} {y}", "fr": "{d} {name} {y}", "es": "{d} de {name} de {y}"}
STYLES = (
    "{d} {name} {y}",
    "{name} {d}, {y}",
    "{y}-{m:02}-{d:02}",
    "{d:02}.{m:02}.{y}",
    "{d}/{m}/{y}",
    "{m:02}/{d:02}/{y}",
    "{d:02}/{m:02}/{short:02}",
    "{d} {abbr} {y}",
    "{d:02}-{abbr}-{y}",
    "{d}.{m}.{short:02}",
)


@dataclass(slots=True)
class Writer:
    """Fills the marks of one text, and knows whom it spoke of last."""

    random: Random
    lang: str = "en"
    given: str = "Anna"
    family: str = "Lund"
    parts: list[tuple[str, str]] = field(default_factory=list)  # the text, and its label or nothing

    def digits(self, text: str) -> str:
        text = re.sub("~", lambda _: str(self.random.randint(1, 9)), text)
        return re.sub("°", lambda _: str(self.random.randint(0, 9)), text)

    def person(self) -> str:
        culture = self.random.choice(CULTURES)
        other = culture if self.random.random() < 0.85 else self.random.choice(CULTURES)
        self.given = self.random.choice(NAMES.slots[f"given_{culture}"])
        self.family = self.random.choice(NAMES.slots[f"family_{other}"])
        roll = self.random.random()
        if culture == other == "eastasian" and roll < 0.4:
            return f"{self.family} {self.given}"
        if roll < 0.06:
            return f"{self.given} {self.random.choice('ABCDEFGHJKLMPRST')}. {self.family}"
        if roll < 0.10:
            return f"{self.given[0]}. {self.family}"
        if roll < 0.14:
            return f"{self.given} {self.family}-{self.random.choice(NAMES.slots[f'family_{other}'])}"
        if roll < 0.18:
            return f"{self.given} {self.random.choice(NAMES.slots[f'given_{culture}'])} {self.family}"
        return f"{self.given} {self.family}"

    def place(self) -> str:
        roll = self.random.random()
        if roll < 0.12:
            return NAMES.write(self.random, "[{village_pre} |]{village_a}{village_b}")
        kind = "city" if roll < 0.45 else "country" if roll < 0.7 else "region" if roll < 0.88 else "water"
        return self.random.choice(NAMES.slots[kind])

    def date(self, born: bool) -> str:
        random = self.random
        year = random.randint(1931, 2015) if born else random.randint(1988, 2026)
        day, month = random.randint(1, 28), random.randint(1, 12)
        name = MONTHS[self.lang].split()[month - 1]
        style = random.choice(STYLES) if self.lang == "en" else LOCAL.get(self.lang, LOCAL["fr"])
        if self.lang != "en" and random.random() < 0.4:
            style = "{d:02}.{m:02}.{y}" if self.lang == "de" else "{d}/{m}/{y}"
        return style.format(d=day, m=month, y=year, short=year % 100, name=name, abbr=name[:3])

    def organisation(self, name: str) -> str:
        return NAMES.pick(self.random, name)[0]

    def fill(self, mark: str) -> tuple[str, str]:
        """What stands at a mark, and its tag."""
        random = self.random
        if mark in ORGANISATION_MARKS:
            return self.organisation(ORGANISATION_MARKS[mark]), "organisation"
        match mark:
            case "person" | "again_or_person":
                return self.person(), "person"
            case "again":
                return f"{self.given} {self.family}", "person"
            case "given" | "family":
                return (self.given if mark == "given" else self.family), "person"
            case "givenname" | "family_name":
                kind = "given" if mark == "givenname" else "family"
                return random.choice(NAMES.slots[f"{kind}_{random.choice(CULTURES)}"]), "person"
            case "place":
                return self.place(), "place"
            case "city" | "country" | "water" | "wordplace":
                return random.choice(NAMES.slots[mark]), "place"
            case "homonym":
                return random.choice(NAMES.slots[mark]), "person"
            case "address":
                return self.digits(NAMES.pick(random, random.choice(ADDRESSES))[0]), "address"
            case "dob":
                return self.date(born=True), "date_of_birth"
            case "date":
                return self.date(born=False), ""
            case "hospital":
                return NAMES.write(random, "[St. Mary's|Mercy|{city} General|Northside] Hospital"), "organisation"
            case "paper":
                return NAMES.write(random, "{city} [Tribune|Herald|Gazette|Courier]"), "organisation"
            case "org":
                return self.organisation(random.choice(ORGANISATIONS)), "organisation"
        raise ValueError(f"no such mark: {mark}")

    def add(self, template: str) -> None:
        """`template` without holes."""
        for index, piece in enumerate(MARK.split(template)):
            if index % 2 == 0:
                if self.parts and self.parts[-1][0].endswith("."):
                    piece = piece.removeprefix(".")  # "Inc." ends a sentence as it is
                self.parts.append((self.digits(re.sub(r" ?\\n ?", "\n", piece)), ""))
                continue
            text, label = self.fill(piece)
            if label == "place" and text.startswith("the "):
                self.parts.append(("the ", ""))
                text = text.removeprefix("the ")
            self.parts.append((text, label))

    def result(self, case: str) -> tuple[str, tuple[Tag, ...]]:
        """Part by part, since a change of case may change lengths."""
        text, tags, at_start = "", [], True
        for piece, label in self.parts:
            if case == "lower":
                piece = piece.lower()
            elif case == "upper":
                piece = piece.upper()
            elif at_start and case == "capital":
                piece = piece[:1].upper() + piece[1:]
            at_start = at_start and not piece
            if label:
                tags.append(Tag(len(text), len(text) + len(piece), label))
            text += piece
        return text, tuple(tags)


def case_of(random: Random) -> str:
    roll = random.random()
    return "lower" if roll < 0.13 else "upper" if roll < 0.18 else "capital" if roll < 0.8 else "as is"


def entities(random: Random, count: int) -> Iterator[Example]:
    """`count` texts of one to three sentences of a genre, without repetition."""
    seen: set[str] = set()
    for _ in range(count):
        for _ in range(TRIES):
            genre = random.choices(GENRES, WEIGHTS)[0]
            lang = genre.removeprefix("lang_") if genre.startswith("lang_") else "en"
            lines = SENTENCES.lines[genre]
            size = random.choices((1, 2, 3), (7, 2, 1))[0]
            chosen = random.sample(range(len(lines)), size)
            writer = Writer(random, lang)
            for place, index in enumerate(chosen):
                template = lines[index]
                if '{"' not in template:
                    template = SENTENCES.write(random, template)
                if place:
                    writer.parts.append(("\n" if genre in ("form", "email", "cv") else " ", ""))
                writer.add(template)
            text, tags = writer.result(case_of(random))
            if text not in seen:
                break
        else:
            continue
        seen.add(text)
        group = "+".join(str(index) for index in chosen)
        yield Example(text, LABELS, "user", SOURCE, f"entities/{genre}/{group}", lang, tags=tags)
