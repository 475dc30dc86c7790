"""
Addresses as people write them in Turkey, Central and Northern Europe, Russia, the Arab world, India and East Asia.

As in `address`: the word for a street and a number, or a shape that only addresses have, such as Prague's
`Dlouhá 12, 110 00 Praha`.
"""

from __future__ import annotations

from gateway.detectors.base import Row

__all__ = ["ROWS"]

_END = r"(?:$|[^\w-])"
_CAPITAL = "[A-ZÀ-ÞĀĂĄĆČĎĐĘĚĞĢĪİĶĹĽŁŃŅŇŐŒŔŘŚŞŠŤŪŮŰŹŻŽȘȚΑ-Ω]"
_LETTER = "[A-Za-zÀ-žȘșȚțΑ-Ωα-ωά-ώ'’-]"
_NAME = rf"{_CAPITAL}{_LETTER}{{1,24}}"

# --- Turkish: Bağdat Cad. No:25/7, Kadıköy/İstanbul
_TURKISH_WAY = r"Caddesi|Cad\.?|Cd\.|Sokak|Sokağı|Sok\.?|Sk\.|Bulvarı|Blv\.?"
_TURKISH = (
    rf"{_NAME}(?: {_NAME}){{0,3}} (?:{_TURKISH_WAY}|Mahallesi|Mah\.|Mh\.),?"
    rf"(?: (?:{_NAME} ){{1,3}}(?:{_TURKISH_WAY}),?)?"
    r" No ?[:.]? ?\d{1,4}(?:/\d{1,4})?[A-Z]?(?:,? (?:Daire|D\.|D:|Kat|K:) ?:? ?\d{1,3}){0,2}"
    rf"(?:,? (?:\d{{5}} )?{_NAME}(?: ?[/,] ?{_NAME})?)?"
)

# --- said to be one: a number, a comma, `110 00` and a town, in Czech, Slovak, Swedish, Greek
_LIVES = "(?:bydlím|bydliště|bytem|bydlisko|bývam|adresa|adress|adresse|bor på|διεύθυνση|διεύθυνσή μου|κάτοικος|μένω)"
_SPACED_POSTCODE = (
    rf"{_NAME}(?: {_LETTER}{{2,24}}){{0,2}} \d{{1,4}}(?:/\d{{1,4}})? ?[a-zA-Z]?, ?\d{{3}} \d{{2}} {_NAME}"
    r"(?: \d{1,2})?"
)
_NORDIC = (
    r"[A-ZÅÄÖÆØ][a-zåäöæøé]{1,24}(?:gatan|vägen|gränden|gaten|veien|gade|stræde|katu) \d{1,4} ?[A-Z]?"
    rf"(?:,? (?:\d{{3}} ?\d{{2}}|\d{{4,5}}) {_NAME})?"
)
_NORDIC_WEAK = (
    rf"[A-ZÅÄÖÆØ][a-zåäöæøé]{{2,24}}(?:vej|gate|vei|gata|tie|plads|plass) \d{{1,4}} ?[A-Z]?,? \d{{4,5}} {_NAME}"
)
_HUNGARIAN = (
    rf"(?:\d{{4}} {_NAME}, )?{_NAME}(?: {_NAME}){{0,2}} (?:utca|út|útja|tér|körút|köz|krt\.|u\.) \d{{1,4}}(?:/[A-Z])?"
)
_ROMANIAN = (
    rf"(?:Str\.|Strada|Bd\.|B-dul|Bulevardul|Calea|Aleea|Șos\.) {_NAME}(?: {_LETTER}{{2,24}}){{0,3}},?"
    r" [Nn]r\.? ?\d{1,4}[A-Z]?(?:,? (?:bl|sc|et|ap)\.? ?[A-Z0-9]{1,4}){0,4}"
)
_GREEK = rf"(?:Οδός|οδός|Λεωφόρος|Λεωφ\.) {_NAME}(?: {_NAME}){{0,2}},? \d{{1,4}}(?:, ?\d{{3}} \d{{2}} {_NAME})?"
_CYRILLIC = "[А-ЯЁІЇЄҐа-яёіїєґ-]"
_RUSSIAN = (
    r"(?:ул\.|улица|пр\.|пр-т|просп\.|проспект|пер\.|переулок|наб\.|набережная|бульвар|б-р|шоссе|вул\.|вулиця|провулок)"
    rf" ?[А-ЯЁІЇЄҐ]{_CYRILLIC}{{2,24}}(?: {_CYRILLIC}{{2,24}}){{0,2}},?"
    r" ?(?:д\.|дом|буд\.)? ?\d{1,4}[а-яА-Я]?(?:/\d{1,3})?"
    r"(?:,? ?(?:к\.|корп\.|корпус|стр\.|кв\.|квартира|оф\.) ?\d{1,4}){0,3}"
    rf"(?:,? (?:г\.|м\.)? ?[А-ЯЁІЇЄҐ]{_CYRILLIC}{{2,20}})?"
)

# --- Arabic, Hindi, India and Indonesia in Latin letters, Vietnamese
_ARABIC_LETTERS = "[\u0621-\u064a ]"
_ARABIC = rf"(?:شارع |طريق ال){_ARABIC_LETTERS}{{2,40}}?\d{{1,5}}(?:[،,] ?{_ARABIC_LETTERS}{{2,24}}(?: ?\d{{5}})?)?"
_HINDI_LETTERS = "\u0900-\u097f"
_DEVANAGARI = f"[{_HINDI_LETTERS} ]"
_HINDI_TOWN = rf",? {_DEVANAGARI}{{2,30}}?-? ?\d{{6}}"
_HINDI = rf"\d{{1,5}}[,/]? ?{_DEVANAGARI}{{2,40}}?(?:मार्ग(?:{_HINDI_TOWN})?|(?:रोड|गली){_HINDI_TOWN})"
_INDIAN = (
    r"(?:(?:Flat|House|Plot|Door)(?: No\.?:?)?|H\.? ?No\.?:?) ?#?[0-9A-Z/-]{1,8},"
    r"(?: [A-Z0-9][A-Za-z0-9 .'-]{1,30},){1,5} [A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20})? ?[-–]? ?[1-8]\d{2} ?\d{3}"
)
_INDIAN_ROAD = (
    r"#?\d{1,4}[A-Z]?(?:/\d{1,4})?,? (?:[A-Z0-9][A-Za-z0-9.]{0,20} ){1,4}(?:Road|Marg|Nagar|Colony)"
    r"(?:, [A-Z][A-Za-z0-9 .]{2,30}){1,4}? ?[-–,]? ?[1-8]\d{2} ?\d{3}"
)
_INDONESIAN = (
    r"(?:Jl\.|Jln\.|Jalan|Gg\.) [A-Z][\w.]{1,20}(?: [A-Z][\w.]{1,20}){0,3}? No\.? ?\d{1,4}[A-Z]?"
    r"(?:,? RT\.? ?\d{1,3} ?/ ?(?:RW\.? ?)?\d{1,3})?(?:, [A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20})?){0,3}(?: \d{5})?"
)
_VIETNAMESE_NAME = "[A-ZĐÀ-Ỹ][a-zđà-ỹA-Z]{0,10}"
_WARD = r"(?:Phường|phường|P\.|Quận|quận|Q\.|Huyện|TP\.|Thành phố)"
_VIETNAMESE = (
    rf"\d{{1,4}}[A-Za-z]?(?:/\d{{1,4}}){{0,2}} (?:(?:đường|phố|Đường|Phố) )?{_VIETNAMESE_NAME}"
    rf"(?: {_VIETNAMESE_NAME}){{0,4}}"
    rf"(?:, {_WARD} ?[A-ZĐÀ-Ỹ0-9][a-zđà-ỹ0-9]{{0,10}}(?: {_VIETNAMESE_NAME}){{0,3}}){{1,4}}"
)

# --- East Asia
_KANJI = "[一-鿿々ヶケノァ-ヴー]"
_JAPANESE = (
    r"(?:〒 ?)?(?:\d{3}-\d{4} ?)?(?:東京都|北海道|大阪府|京都府|[一-鿿]{2,3}県)"
    rf"{_KANJI}{{1,6}}[市区町村郡]{_KANJI}{{0,14}}\d{{1,4}}(?:(?:丁目|番地|番|号|[-－−‐])\d{{0,4}}){{1,4}}"
)
_CHINESE = (
    r"(?:[一-鿿]{2,8}(?:省|自治区))?[一-鿿]{2,6}(?:市|州)(?:[一-鿿]{1,8}(?:区|區|县|縣|镇|鎮|鄉|市)){1,2}"
    r"[一-鿿0-9]{1,20}?(?:路|街|大道|巷|弄|胡同|段|村|园|里)[一-鿿0-9]{0,10}?\d{1,5}(?:号|號|弄)"
    r"(?:[一-鿿0-9A-Za-z-]{0,14}(?:室|楼|樓|单元|栋|座|层|户))?"
)
_KOREAN = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|충청[남북]|전북|전남|전라[남북]|경북|경남|경상[남북]|제주)"
    r"(?:특별자치시|특별자치도|특별시|광역시|시|도)?(?: [가-힣]{1,5}[시군구읍면]){1,3} [가-힣0-9]{1,12}(?:로|길)"
    r"(?: ?\d{1,4}[가나다라]?(?:번길|길))? ?\d{1,5}(?:-\d{1,4})?(?:,? ?\d{1,4}동)?(?: ?\d{1,4}호)?"
)

_UNSPACED = (_JAPANESE, _CHINESE, _KOREAN)
_SPACED = (
    *(_TURKISH, _NORDIC, _NORDIC_WEAK, _HUNGARIAN, _ROMANIAN, _GREEK, _RUSSIAN, _ARABIC),
    *(_INDIAN, _INDIAN_ROAD, _INDONESIAN, _VIETNAMESE),
)

ROWS = (
    Row("pii/street_address", rf"(?:^|[^\w])(?i:{_LIVES})[^\n\d]{{0,12}}?[ :](?P<v>{_SPACED_POSTCODE}){_END}"),
    *(Row("pii/street_address", rf"(?:^|[^\w-])(?P<v>{value}){_END}") for value in _SPACED),
    Row("pii/street_address", rf"(?:^|[^\w-])(?P<v>{_HINDI})(?:$|[^\w{_HINDI_LETTERS}-])"),
    *(
        Row("pii/street_address", rf"(?:^|[^\w-])(?P<v>{value})(?:$|[^\d歳才年月日代人名円回件])")
        for value in _UNSPACED
    ),
)
