"""
Where a person lives or gets mail: a house number next to a word for a street.

Words that mean other things as well (court, drive, place, -weg, -ring) count only where the rest
of the address follows: a unit, a town, a postcode.
"""

from __future__ import annotations

import re

from gateway.detectors.base import Row
from gateway.detectors.pii.context import labelled

__all__ = ["ROWS"]

_LEFT = r"(?:^|[^\w.,/$€£#-]|[^\d], ?)"
_END = r"(?:$|[^\w-])"

# --- English ----------------------------------------------------------------------------------

_STRONG = "Street|Avenue|Boulevard|Road|Lane|Terrace|Crescent|Parkway|Highway|Gardens|Mews|Grove|Turnpike|Blvd|Pkwy|Hwy"
_WEAK = "St|Ave|Rd|Ln|Dr|Ct|Pl|Sq|Cir|Ter|Drive|Court|Place|Square|Circle|Way|Close|Walk|Row|Trail|Loop|Hill|Green|Rise"
_WHERE = r"(?:North|South|East|West|[NSEW]\.?|[NS][EW])"
_NAME = r"(?:[A-Z][a-z'’]{1,20}\.?|[A-Z][a-z]{1,5}[A-Z][a-z]{2,15}|\d{1,3}(?:st|nd|rd|th)|[A-Z]\.?)"
_UNIT = r"(?:,? (?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Room|Floor|Fl)\.? ?#? ?[0-9A-Za-z-]{1,6}|# ?[0-9A-Za-z-]{1,6}))"
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[AT]|W[AIVY])"
)
_ZIP = r"\d{5}(?:-\d{4})?"
_UK_POSTCODE = r"[A-Z]{1,2}\d[0-9A-Z]? ?\d[ABD-HJLNP-UW-Z]{2}"
_TOWN = r"[A-Z][A-Za-z.'’-]{1,24}(?: [A-Za-z.'’-]{1,24}){0,2}"
_AMERICAN = rf"(?:[,\n] ?{_TOWN}[,\n] ?(?:{_STATE}|[A-Z][a-z]{{3,13}})(?:,? {_ZIP})?|,? {_STATE},? {_ZIP})"
_CANADIAN = rf"(?:[,\n] ?{_TOWN}[,\n] ?(?:AB|BC|MB|N[BLSTU]|ON|PE|QC|SK|YT),? {{1,2}}[A-Z]\d[A-Z] ?\d[A-Z]\d)"
_BRITISH = rf"(?:(?:[,\n] ?{_TOWN}){{0,2}}[, \n] ?{_UK_POSTCODE})"
_TAIL = rf"(?:{_AMERICAN}|{_CANADIAN}|{_BRITISH})"
_NUMBER = r"\d{1,6}[A-Za-z]?(?:-\d{1,4})?"
_HOUSE = rf"{_NUMBER},? (?:{_WHERE} )?(?:{_NAME} ){{1,4}}"

_NO_STREET = re.compile(
    r"\b(?:Hard|Flash|Usb|Disk|Google|Test|Best|Most|Great|Easy|Million|Billion|Hundred|Thousand|Silk|Sesame|Wall|Abbey|"
    r"The|In|On|At|Of|And|Or|For|To|From|With|Is|Are|Was|Each|Every|Supreme|Circuit|District|Top|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sep|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|November|December)\b"
)


def _street(value: str) -> bool:
    """Neither a sentence that happens to hold a number nor a thing that is no house."""
    return not value.startswith("0") and not _NO_STREET.search(value.split(",")[0])


# --- other languages --------------------------------------------------------------------------

_GERMAN_STRONG = r"(?:stra(?:ß|ss)e|str\.|gasse|allee|chaussee)"
_GERMAN_WEAK = r"(?:weg|platz|ring|damm|ufer|hof|markt|berg|steig|pfad)"
_GERMAN_NAME = r"[A-ZÄÖÜ][a-zäöüß]{1,24}(?:-[A-ZÄÖÜ][a-zäöüß]{1,24}){0,2}"
_GERMAN_HOUSE = r"\d{1,4} ?[a-z]?(?: ?- ?\d{1,4})?"
_GERMAN_TOWN = r",?[ \n](?:D-|A-|CH-)?\d{4,5} [A-ZÄÖÜ][a-zäöüß]{2,24}(?:[ -][A-ZÄÖÜ(][a-zäöüß)]{1,24}){0,2}"

_CAPITAL, _LETTERS = "[A-ZÀ-Ý]", "[A-Za-zÀ-ÿ'’-]"
_OF_TOWN = r"[A-ZÀ-Ý][a-zà-ÿ]{2,24}"

_FRENCH_WAY = (
    r"(?i:rue|avenue|av\.|boulevard|bd\.?|chemin|allée|impasse|quai|faubourg|ruelle|venelle|sentier|square"
    r"|passage|cours|place|route)"
)
_FRENCH_NUMBER = r"\d{1,4}(?: ?(?:bis|ter|quater))?,?"
_FRENCH_NAME = (
    rf"(?:{_CAPITAL}{_LETTERS}{{1,24}}|\d{{1,2}} [a-zû]{{3,9}} \d{{4}})"
    rf"(?:[ -](?:de |du |des |la |le |les )?{_CAPITAL}{_LETTERS}{{1,24}}){{0,3}}"
)
_FRENCH_TOWN = rf",?[ \n](?:F-)?\d{{5}} {_CAPITAL}{_LETTERS}{{1,24}}(?:[ -][A-Za-zÀ-ÿ'’0-9-]{{1,24}}){{0,3}}"
_OF = r"(?:(?i:de la|de l['’]|du|des|de|d['’]|la|le|les|aux?) ?)"

_ROMANCE_NAME = (
    r"[A-ZÀ-Ý][A-Za-zÀ-ÿ.'’-]{1,24}"
    r"(?: (?:(?:de|del|della|delle|dei|di|da|do|dos|das|la|los|las|el|y|e|i) ){0,2}"
    r"[A-ZÀ-Ý0-9][A-Za-zÀ-ÿ.'’-]{0,24}){0,4}"
)
_SPANISH_OF = "(?:(?:de la|de los|de las|del|de|la|el) )?"
_SPANISH_WAY = (
    r"(?:Calle|calle|Avenida|avenida|Avda\.?|Av\.|Paseo|paseo|Plaza|Ronda|Camino|Travesía|Glorieta)"
    rf" ?{_SPANISH_OF}"
)
_SPANISH_SHORT = rf"C/ ?{_SPANISH_OF}"
_SPANISH_NUMBER = r"(?:,? (?:n[º°.]|núm\.?|nº|número) ?|, ?| )\d{1,4}(?:[º°ª](?: ?[A-Za-z]{1,4})?)?"
_SPANISH_TOWN = rf"(?:, ?[0-9º°ªA-Za-z.]{{1,10}}){{0,3}},? ?\d{{5}} {_OF_TOWN}"
_ITALIAN_WAY = (
    r"(?:Via|via|Viale|viale|Piazza|piazza|Corso|Vicolo|Piazzale|Lungotevere|Strada)"
    r" (?:(?:della|delle|dei|del|di|dell['’]) ?)?"
)
_ITALIAN_NUMBER = r"\d{1,4}(?:/[A-Za-z])?"
_ITALIAN_TOWN = rf",? ?\d{{5}} {_OF_TOWN}"
_PORTUGUESE_WAY = r"(?:Rua|rua|R\.|Avenida|avenida|Av\.|Travessa|Praça|Alameda|Estrada|Rodovia|Largo)"
_PORTUGUESE_TOWN = (
    r"(?:,? (?:apto|ap|apt|bloco|bl|casa|sala)\.? ?[0-9A-Z]{1,5}){0,2}"
    rf"(?: ?[-,] ?{_OF_TOWN}(?: (?:d[aeo] )?{_OF_TOWN})?){{0,2}}(?: ?[-/] ?[A-Z]{{2}})?"
    rf"(?:,? (?:CEP:? )?\d{{4,5}}-\d{{3}}(?: {_OF_TOWN})?)?"
)
_POLISH_NAME = "[A-ZŁŚŻŹĆ][A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż]{2,24}"
_DUTCH_WAY = r"(?:straat|laan|gracht|singel|plein|kade|dreef|weg|dijk|hof|pad)"
_DUTCH_TOWN = r",?[ \n]\d{4} ?[A-Z]{2},? [A-Z][A-Za-z'-]{1,24}(?: [A-Za-z-]{2,20}){0,2}"

_ZIP_WORDS = (
    "zip code|zipcode|zip|zip:|postcode|post code|postal code|postleitzahl|plz|code postal|código postal|codigo postal|"
    "cep|codice postale|cap|postnummer|postinumero|kod pocztowy|psč|eircode|pin code|pincode"
)
_POSTCODE = (
    rf"(?:{_ZIP}|{_UK_POSTCODE}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{{4}} ?[A-Z]{{2}}|\d{{5}}-\d{{3}}|\d{{4}}-\d{{3}}|"
    r"\d{3}-\d{4}|\d{2}-\d{3}|\d{3} \d{2}|[A-Z]\d[0-9W] ?[0-9A-Z]{4}|\d{4}|\d{6})"
)


def _at(value: str) -> str:
    return rf"{_LEFT}(?P<v>{value}){_END}"


def _elsewhere(value: str) -> bool:
    return not re.search(r"[ ,]0+(?:[ ,]|$)", value)


def _row(value: str) -> Row:
    return Row("pii/street_address", rf"(?:^|[^\w-])(?P<v>{value}){_END}", _elsewhere)


_ENGLISH = (
    (rf"{_HOUSE}(?:{_STRONG})\.?(?: {_WHERE})?{_UNIT}?{_TAIL}?", _street),
    (rf"{_HOUSE}(?:{_WEAK})\.?(?: {_WHERE})?(?:{_UNIT}{_TAIL}?|{_UNIT}?{_TAIL})", _street),
    (rf"(?i:p\.? ?o\.? ?box|post office box) \d{{1,6}}(?:{_TAIL})?", None),
    (rf"(?i:Flat|Apartment|Apt|Unit) [0-9A-Z]{{1,4}}, {_HOUSE}(?:{_STRONG}|{_WEAK}){_TAIL}?", None),
)
_GERMAN = (
    rf"(?:{_GERMAN_NAME}[ -])?{_GERMAN_NAME}{_GERMAN_STRONG} {_GERMAN_HOUSE}(?:{_GERMAN_TOWN})?",
    rf"{_GERMAN_NAME} (?:Stra(?:ß|ss)e|Str\.|Allee|Chaussee|Gasse) {_GERMAN_HOUSE}(?:{_GERMAN_TOWN})?",
    rf"(?:(?:Am|An der|Im|In der|Auf der|Zum|Zur|Unter den) {_GERMAN_NAME}|{_GERMAN_NAME}{_GERMAN_WEAK}"
    rf"|{_GERMAN_NAME} (?:Weg|Platz|Ring|Damm|Ufer)) {_GERMAN_HOUSE}{_GERMAN_TOWN}",
)
_OTHERS = (
    rf"{_FRENCH_NUMBER} {_FRENCH_WAY} {_OF}{{0,2}}{_FRENCH_NAME}{_FRENCH_TOWN}",
    rf"{_FRENCH_NUMBER} (?i:rue|avenue|boulevard|chemin|impasse) {_OF}{{1,2}}{_FRENCH_NAME}",
    rf"{_FRENCH_NUMBER} (?i:rue|boulevard|chemin|impasse) {_FRENCH_NAME}",
    *(rf"{way}{_ROMANCE_NAME}{_SPANISH_NUMBER}(?:{_SPANISH_TOWN})?" for way in (_SPANISH_WAY, _SPANISH_SHORT)),
    rf"{_ITALIAN_WAY}{_ROMANCE_NAME}(?:, ?{_ITALIAN_NUMBER}(?:{_ITALIAN_TOWN})?| {_ITALIAN_NUMBER}{_ITALIAN_TOWN})",
    rf"{_PORTUGUESE_WAY} (?:(?:da|do|das|dos|de) )?{_ROMANCE_NAME},? (?:n[º°.]? ?)?\d{{1,5}}{_PORTUGUESE_TOWN}",
    rf"[A-Z][a-z]{{1,20}}(?:straat|laan|gracht|singel|plein|kade|dreef) \d{{1,4}} ?[a-zA-Z]?(?:{_DUTCH_TOWN})?",
    rf"[A-Z][a-z]{{1,20}}{_DUTCH_WAY} \d{{1,4}} ?[a-zA-Z]?{_DUTCH_TOWN}",
    rf"(?:ul\.|al\.|os\.|pl\.) {_POLISH_NAME}(?: {_POLISH_NAME})? \d{{1,4}}(?:(?:[/m ]{{1,3}}| m\. ?)\d{{1,4}})?"
    rf"(?:, ?\d{{2}}-\d{{3}} {_POLISH_NAME})?",
)

ROWS = (
    *(Row("pii/street_address", _at(value), valid) for value, valid in _ENGLISH),
    *(_row(value) for value in (*_GERMAN, *_OTHERS)),
    Row("pii/postcode", labelled(_POSTCODE, _ZIP_WORDS, "邮政编码|邮编|郵便番号|우편번호"), score=0.8),
)
