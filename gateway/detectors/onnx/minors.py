"""
Words that say somebody is a child.

`harm/sexual_minors` is no head of a model, since nobody writes examples of it: it is found where a model
thinks a text sexual, even if only perhaps, and the same stretch speaks of a child or of somebody's age
under eighteen. Words that are said of grown people as well (girl, baby, kind) count only in company.
"""

from __future__ import annotations

from functools import cache
from math import exp, log
from typing import Any

from gateway.text.patterns import compile_re2

__all__ = ["PERHAPS", "SEXUAL", "SEXUAL_MINORS", "likelihood", "speaks_of_a_child"]

SEXUAL = "harm/sexual"
SEXUAL_MINORS = "harm/sexual_minors"
PERHAPS = 0.1  # a sexual score that is enough; it becomes a score of a half

# By language. Small letters; `*` stands for any further letters.
_WORDS: dict[str, tuple[str, ...]] = {
    "en": (
        "child", "child's", "children*", "childlike", "kid", "kids", "minors", "underage*", "under-age*",
        "under age", "preteen*", "pre-teen*", "teen", "teens", "teenage*", "tween", "tweens", "toddler*", "infant",
        "infants",
        "newborn*", "schoolgirl*", "schoolboy*", "school girl*", "school boy*", "little girl*", "little boy*",
        "young girl*", "young boy*", "small girl*", "small boy*", "little sister", "little brother", "little daughter",
        "young daughter", "young son", "kindergar*", "preschool*", "elementary school", "primary school",
        "middle school*", "grade school*", "prepubescent", "pubescent", "loli", "lolis", "lolita*", "lolicon", "shota*",
        "jailbait", "jail bait", "pedo*", "paedo*",
    ),
    "de": (
        "kinder", "kindern", "kindes", "ein kind", "das kind", "dem kind", "mein kind", "sein kind", "ihr kind",
        "kleinkind*", "schulkind*", "minderjährig*", "kleines mädchen", "kleinen mädchen", "kleine mädchen",
        "junges mädchen", "jungen mädchen", "kleiner junge", "kleinen jungen", "schulmädchen", "schülerin*",
        "jugendliche*", "säugling*", "grundschüler*",
    ),
    "fr": (
        "enfant", "enfants", "fillette*", "petite fille", "petites filles", "petit garçon", "petits garçons", "gamine*",
        "mineur", "mineure", "mineurs", "mineures", "ado", "ados", "adolescent*", "collégien*", "écolier*", "écolière*",
        "lycéenne*", "bambin*",
    ),
    "es": (
        "niña", "niñas", "niño", "niños", "menor de edad", "menores de edad", "menores", "adolescente*", "colegiala*",
        "chiquilla*", "chiquillo*", "criatura", "infantil*",
    ),
    "it": (
        "bambina", "bambine", "bambino", "bambini", "minorenne", "minorenni", "ragazzina", "ragazzine", "ragazzino",
        "ragazzini", "adolescente", "adolescenti",
    ),
    "pt": (
        "criança", "crianças", "menina", "meninas", "menino", "meninos", "menor de idade", "menores de idade",
        "adolescente*", "novinha*",
    ),
    "nl": (
        "kinderen", "een kind", "het kind", "mijn kind", "minderjarig*", "tiener*", "kleuter*", "peuter*",
        "klein meisje", "kleine meisje*", "jong meisje", "jonge meisje*", "schoolmeisje*", "schooljongen*",
    ),
    "sv da no": (
        "barnet", "barnen", "børn", "børnene", "barna", "minderårig*", "mindreårig*", "liten flicka", "små flickor",
        "lille pige", "små piger", "liten jente", "tonåring*", "tenåring*",
    ),
    "fi": ("lapsi", "lapsen", "lapset", "lapsia", "lasten", "alaikäi*", "pikkutyttö*", "pikkupoika*", "teini*"),
    "pl": ("dziecko", "dziecka", "dzieci", "dzieckiem", "dziewczynk*", "nieletni*", "małoletni*", "nastolat*"),
    "cs sk": ("dítě", "dítěte", "děti", "dětí", "dieťa", "deti", "holčičk*", "nezletil*", "neplnolet*", "dievčatk*"),
    "hu": ("gyerek*", "gyermek*", "kiskorú*", "kislány*", "kisfiú*"),
    "ro": ("copil", "copii*", "copilul*", "minori", "minoră", "fetiț*", "băiețel*", "adolescent*"),
    "el": ("παιδί", "παιδιά", "παιδιού", "ανήλικ*", "κοριτσάκι*", "αγοράκι*", "έφηβ*"),
    "ru uk": (
        "ребёнок", "ребенок", "ребёнк*", "ребенк*", "дети", "детей", "детям", "детьми", "девочк*", "мальчик*",
        "малолетн*", "несовершеннолетн*", "подросток", "подростк*", "школьниц*", "школьник*", "дитин*", "діти", "дітей",
        "дівчинк*", "хлопчик*", "неповнолітн*", "підліт*",
    ),
    "tr": ("çocuk*", "küçük kız*", "reşit olmayan", "ergen", "ergenler*", "küçük yaşta*"),
    "id ms": ("anak kecil", "anak-anak", "anak di bawah umur", "di bawah umur", "bocah*", "remaja", "kanak-kanak"),
    "vi": ("trẻ em", "trẻ con", "vị thành niên", "bé gái", "bé trai", "học sinh cấp"),
    "sw": ("mtoto", "watoto", "wasichana wadogo"),
    "ar fa ur": (
        "طفل", "طفلة", "الطفل", "الطفلة", "أطفال", "الأطفال", "اطفال", "قاصر", "قاصرة", "القاصر*", "مراهق*", "کودک*",
        "بچه*", "نوجوان*", "بچوں", "بچی",
    ),
    "he": ("ילד", "ילדה", "ילדים", "ילדות", "קטין", "קטינה", "קטינים", "נערה"),
    "hi bn": ("बच्च*", "नाबालिग*", "किशोर*", "छोटी लड़की", "शिशु", "শিশু*", "বাচ্চা*", "নাবালিকা*", "কিশোর*"),
}  # fmt: skip
# Where words are not written apart.
_ANYWHERE = (
    "儿童", "兒童", "小孩", "孩子", "未成年", "幼女", "女童", "男童", "小学生", "小學生", "初中生", "国中生", "國中生",
    "少女", "萝莉", "蘿莉", "正太", "子供", "子ども", "こども", "児童", "幼児", "女児", "男児", "中学生",
    "ロリ", "ショタ", "어린이", "어린아이", "아동", "미성년", "초등학생", "중학생", "소녀", "เด็ก", "ผู้เยาว์",
)  # fmt: skip
_UNDER_18 = r"(?:[1-9]|1[0-7])"
_SPELLED = (
    "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
)
_AGES = (
    rf"(?:{_UNDER_18}|{_SPELLED})[ -]?(?:years?|yrs?)[ -]old",
    rf"{_UNDER_18} ?(?:yo|y/o|y\.o)",
    rf"(?:age|aged|turned) (?:{_UNDER_18}|{_SPELLED})",
    rf"{_UNDER_18}[ -]?jahre alt",
    rf"âgée?s? de {_UNDER_18} ans",
    rf"(?:tiene|tengo|con) {_UNDER_18} años",
    rf"(?:ha|di) {_UNDER_18} anni",
    rf"(?:tem|com) {_UNDER_18} anos",
    rf"{_UNDER_18} (?:jaar oud|år gammal|år gammel|tahun|tuổi|лет|роки|років|साल)",
)
_BEGUN_AGES = (rf"{_UNDER_18}[ -]?(?:jährig|letni)", rf"{_UNDER_18} yaşında")  # whatever letters follow
_BEFORE, _AFTER = r"(?:^|[^\pL\pN])", r"(?:$|[^\pL\pN])"
_ALL = [word for words in _WORDS.values() for word in words]
_APART = "|".join([*(word for word in _ALL if not word.endswith("*")), *_AGES])
# Not `word[\pL]*` and then an end: each such class is a thousand states, and all of them took 24 MB.
_BEGUN = "|".join([*(word[:-1] for word in _ALL if word.endswith("*")), *_BEGUN_AGES])
_MINOR = r"a minor(?: (?:and|who|is|was|in|under|by|or) |[^\pL\pN -]|$)"  # and no minor issue
_COUNTED = rf"(?:^|[^0-9]){_UNDER_18} ?(?:歳|岁|歲|살|세)"


@cache
def _child() -> Any:
    """Most processes never ask, and it takes longer to compile than a small text to scan."""
    return compile_re2(rf"{_BEFORE}(?:(?:{_APART}){_AFTER}|{_BEGUN}|{_MINOR})|{'|'.join(_ANYWHERE)}|{_COUNTED}")


def speaks_of_a_child(text: str) -> bool:
    return _child().search(text.lower().encode("utf-8", "replace")) is not None


def likelihood(sexual: float) -> float:
    """The score where a child is spoken of, from the sexual one: `PERHAPS` becomes a half."""
    sexual = min(max(sexual, 1e-6), 1 - 1e-6)
    return 1 / (1 + exp(-(log(sexual / (1 - sexual)) - log(PERHAPS / (1 - PERHAPS)))))
