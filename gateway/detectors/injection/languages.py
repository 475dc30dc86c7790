"""
The main phrases of direct injection in languages other than English. (pattern, score)

`\\w` is ASCII here, so letters with accents are written out or left to `[^\\s]`.
"""

from __future__ import annotations

__all__ = ["PHRASES"]

_START = r"(?i)(?:^|[^\w])"


def _dropped(verbs: str, nouns: str, when: str, own: str = "") -> list[tuple[str, float]]:
    """A verb, then an old rule, in either order of noun and adjective; or the model's own rules."""
    phrases = [
        (rf"{_START}(?P<v>(?:{verbs})\s[^.!?\n]{{0,24}}(?:{when})[^.!?\n]{{0,16}}(?:{nouns}))", 0.9),
        (rf"{_START}(?P<v>(?:{verbs})\s[^.!?\n]{{0,24}}(?:{nouns})[^.!?\n]{{0,16}}(?:{when}))", 0.9),
    ]
    if own:
        phrases.append((rf"{_START}(?P<v>(?:{verbs})\s[^.!?\n]{{0,10}}(?:{own})\s[^.!?\n]{{0,12}}(?:{nouns}))", 0.85))
    return phrases


def _verb_last(when: str, nouns: str, verbs: str) -> list[tuple[str, float]]:
    return [(rf"(?i)(?P<v>(?:{when})[^.!?\n。！？]{{0,14}}(?:{nouns})[^.!?\n。！？]{{0,16}}(?:{verbs}))", 0.9)]


_GERMAN_NOUNS = "anweisung|instruktion|regeln|vorgaben|befehle|richtlinien|prompt|anordnung|einschränkung"
_GERMAN_WHEN = (
    "vorherig|bisherig|vorangegangen|vorhergehend|vorig|obig|früher|zuvor|ursprünglich|vorangehend|oben genannt"
)

_OVERRIDE = [
    *_dropped(
        r"ignorier(?:e|en|t)?(?: sie)?|vergiss|vergesse(?:n|n sie)?|missachte|verwirf|überschreibe|umgehe|befolge nicht"
        r"|beachte nicht|halte dich nicht an",
        _GERMAN_NOUNS,
        _GERMAN_WHEN,
        "deine|alle deine|ihre",
    ),
    *_verb_last(
        _GERMAN_WHEN, _GERMAN_NOUNS, "ignorieren|vergessen|missachten|außer acht|nicht (?:mehr )?(?:gültig|befolgen)"
    ),
    *_dropped(
        r"ignore[zrs]?|oublie[zrs]?|ne (?:tiens|tenez) (?:pas|plus) compte|néglige[zrs]?|fais abstraction"
        r"|faites abstraction"
        r"|ne suis (?:pas|plus)|contourne[zrs]?",
        "instructions|consignes|règles|directives|ordres|indications|prompt|restrictions",
        "précédent|antérieur|ci-dessus|initiale|d.origine|plus haut|reçues|préalable",
        "tes|vos|toutes tes|toutes vos",
    ),
    *_dropped(
        r"ignora(?:d|r)?|ignore|olvida(?:d|r|te)?|olvide|descarta|haz caso omiso|hagan? caso omiso|no sigas"
        r"|desobedece|omite",
        "instrucciones|reglas|órdenes|directrices|indicaciones|prompt|restricciones|normas",
        "anterior|previa|de arriba|inicial|precedente|hasta ahora|original",
        "tus|sus|todas tus",
    ),
    *_dropped(
        r"ignora(?:te|re)?|dimentica(?:te|re)?|trascura|non seguire|scarta|disattendi",
        "istruzioni|regole|indicazioni|direttive|ordini|prompt|restrizioni|linee guida",
        "precedent|sopra|iniziali|ricevute|finora|originali",
        "tue|le tue|tutte le tue|vostre",
    ),
    *_dropped(
        r"ignor(?:e|a|ar|em)|esque(?:ça|ce|cer)|desconsider(?:e|a)|descart(?:e|a)|não sig(?:a|as)|desobedeça",
        "instruções|regras|diretrizes|orientações|ordens|comandos|prompt|restrições",
        "anterior|prévi|acima|iniciais|até agora|originais",
        "suas|as suas|tuas|todas as suas",
    ),
    *_dropped(
        r"negeer|vergeet|volg niet|sla over|laat achterwege|omzeil",
        "instructies|regels|opdrachten|aanwijzingen|richtlijnen|prompt|beperkingen",
        "vorige|eerdere|voorgaande|bovenstaande|oorspronkelijke|hierboven|voorafgaande",
        "je|jouw|uw|al je",
    ),
    *_dropped(
        r"z?ignoruj(?:cie)?|zapomnij(?:cie)? o|zapomnij|pomiń|odrzuć|nie przestrzegaj|nie stosuj się do|obejdź",
        "instrukcj|polece|zasad|reguł|wytyczn|prompt|ogranicze|rozkaz",
        "poprzedni|wcześniejsz|powyższ|dotychczas|pierwotn|początkow",
        "swoje|swoich|twoje|twoich|wszystkie swoje",
    ),
    *_dropped(
        r"(?:про)?игнорируй(?:те)?|забудь(?:те)?(?: обо?| про)?|отбрось(?:те)?|не (?:следуй|соблюдай|выполняй)(?:те)?"
        r"|не обращай(?:те)? внимания на|обойди(?:те)?|отмени(?:те)?",
        "инструкци|правил|указани|команд|промпт|ограничени|предписани|распоряжени",
        "предыдущ|прошл|выше|прежн|ранее|первоначальн|предшествующ|изначальн",
        "свои|своих|твои|твоих|все свои|всех своих",
    ),
    *_verb_last(
        "önceki|yukarıdaki|daha önceki|şimdiye kadarki|evvelki|başlangıçtaki",
        "talimat|kural|komut|yönerge|emir|istem|prompt|kısıtlama",
        "yok say|unut|görmezden gel|dikkate alma|göz ardı et|boş ver|uyma",
    ),
    (
        r"(?P<v>(?:忽略|无视|無視|忘记|忘掉|忘記|忽视|忽視|不要理会|不要遵守|不要遵循|抛开|撇开|绕过|覆盖)[^。！？\n]{0,8}(?:之前|以上|先前|上述|前面|上面|此前|"
        r"所有|一切|原有|原来|你的|你收到)[^。！？\n]{0,8}(?:指令|指示|命令|规则|規則|提示词|提示詞|系统提示|设定|設定|限制|规定|約束|约束))",
        0.9,
    ),
    *_verb_last(
        "これまで|以前|上記|前の|今まで|先ほど|以上|すべて|全て|あなたの|元の|従来",
        "指示|命令|ルール|指令|プロンプト|規則|制約|制限|設定",
        "無視|忘れ|破棄|従わな|取り消|無効",
    ),
    *_verb_last(
        "이전|위의|위에|앞의|앞선|지금까지|기존|모든|너의|당신의|원래",
        "지시|명령|지침|규칙|프롬프트|제한|설정",
        "무시|잊어|잊으|잊고|따르지|무효",
    ),
    (
        r"(?P<v>(?:تجاهل|تجاهلي|تجاهلوا|انس|انسى|أهمل|لا تتبع|تخطى|تخط)\s[^.!?؟\n]{0,16}(?:التعليمات|تعليماتك"
        r"|الأوامر|أوامرك|القواعد"
        r"|قواعدك|التوجيهات|الإرشادات|القيود)(?:[^.!?؟\n]{0,12}(?:السابق|أعلاه|المذكور|الأصلي|الأولي))?)",
        0.8,
    ),
    *_verb_last(
        "पिछल|पहले के|पहले दिए|पूर्व|उपरोक्त|ऊपर|अपने सभी|सभी",
        "निर्देश|आदेश|नियम|अनुदेश|प्रॉम्प्ट|हिदायत",
        "अनदेखा|अनदेखी|नज़रअंदाज़|नजरअंदाज|भूल जा|उपेक्षा|इग्नोर|मत मान",
    ),
]

_EVERYTHING = [
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:(?:vergiss|vergessen sie|ignoriere|ignorieren sie|missachte) alles,? (?:was"
        r"|davor|zuvor|bisher|vorher|obige|oben)"
        r"|(?:oublie[zrs]?|ignore[zrs]?) tout (?:ce qu[ei']|le reste)|(?:olvida|olvide|ignora"
        r"|ignore) todo (?:lo anterior|lo que)"
        r"|(?:dimentica(?:te)?|ignora(?:te)?) tutto (?:quello|ciò|quanto)|(?:esqueça|esquece|ignore"
        r"|ignora) tudo (?:o que|acima|antes)"
        r"|(?:vergeet|negeer) alles (?:wat|hierboven|hiervoor|daarvoor)|(?:zapomnij o|zapomnij"
        r"|zignoruj) wszystk\S{1,3},? (?:co|powyżej|wcześniej)"
        r"|(?:забудь(?:те)?|игнорируй(?:те)?) (?:обо )?вс[её]м?,? (?:что|до этого|выше|ранее)))(?:$|[^\w])",
        0.75,
    ),
    (r"(?P<v>(?:忘记|忘掉|忽略|无视)(?:之前|以上|上面|前面)(?:的)?(?:所有|一切|全部)?(?:内容|对话|文字|信息))", 0.7),
]

_PROMPT = (
    r"system-?\s?prompt|prompt (?:du )?système|prompt (?:del|de) sistema|prompt di sistema|prompt do sistema"
    r"|systeemprompt"
    r"|prompt systemow\S{0,3}|instrukcj\S{1,4} systemow\S{0,3}|системн\S{2,3} (?:промпт|инструкци|подсказк)\S{0,3}"
    r"|sistem (?:istemi|promptu|talimat)\S{0,6}|系统提示词?|系統提示詞?|系统指令|システムプロンプト|시스템 ?프롬프트"
    r"|(?:موجه|تعليمات|أوامر) النظام|सिस्टम (?:प्रॉम्प्ट|निर्देश)|systemanweisung\S{0,3}"
    r"|instructions (?:initiales|système)"
    r"|instrucciones (?:iniciales|del sistema|ocultas)|istruzioni (?:iniziali|di sistema|nascoste)"
    r"|instruções (?:iniciais|do sistema|ocultas)|начальн\S{2,3} инструкци\S{0,3}|初始指令|初期指示|초기 지시"
)
_REVEAL = (
    r"zeige?|verrate?|nenne?|gib|wiederhole?|offenbare|drucke|montre[zr]?|révèle[zr]?|affiche[zr]?|répète[zr]?"
    r"|donne[zr]?"
    r"|divulgue[zr]?|muéstrame|muestra|revela|repite|dime|imprime|enseña|mostra(?:mi)?|rivela(?:mi)?|ripeti"
    r"|stampa|dimmi"
    r"|mostre|revele|repita|diga|toon|onthul|herhaal|geef|pokaż|ujawnij|powtórz|wypisz|podaj|покажи|раскрой"
    r"|повтори|выведи"
    r"|напиши|назови|göster|açıkla|tekrarla|söyle|yazdır|显示|顯示|透露|告诉我|告訴我|输出|輸出|重复|打印|泄露"
)
_REVEAL_LAST = (
    r"ausgeben|verraten|zeigen|anzeigen|wiederholen|göster|açıkla|tekrarla|söyle|yazdır|教えて|表示|出力|見せて|公開|繰り返"
    r"|알려|보여|출력|공개|말해|反复|दिखा|बता|प्रकट"
)
_EXTRACT = [
    (rf"(?i)(?:^|[^\w])(?P<v>(?:{_REVEAL})[^.!?\n]{{1,24}}(?:{_PROMPT}))", 0.8),
    (
        r"(?P<v>(?:显示|顯示|透露|告诉我|告訴我|输出|輸出|重复|打印|泄露|说出)[^。！？\n]{0,8}(?:系统提示|系統提示|系统指令|初始指令))",
        0.8,
    ),
    (rf"(?i)(?P<v>(?:{_PROMPT})[^.!?\n。！？]{{0,12}}(?:{_REVEAL_LAST}))", 0.75),
    (
        r"(?P<v>(?:اعرض|أظهر|اكشف|كرر|اطبع|أخبرني)[^.!?؟\n]{1,20}(?:(?:موجه|تعليمات|أوامر) النظام|تعليماتك الأولية))",
        0.8,
    ),
]

_UNLOCK = [
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:antworte|handle|agiere|réponds|répondez|agis|responde|actúa|rispondi|agisci"
        r"|responda|aja"
        r"|antwoord|odpowiadaj|отвечай|действуй)[^.!?\n]{0,30}(?:ohne (?:jegliche |alle )?(?:einschränkung"
        r"|filter|zensur)"
        r"|sans (?:aucune? )?(?:restriction|filtre|censure|limite)|sin (?:ninguna? )?(?:restricci|filtro"
        r"|censura|límite)"
        r"|senza (?:alcuna? )?(?:restrizion|filtr|censur|limit)|sem (?:nenhuma? )?(?:restriç|filtro|censura|limite)"
        r"|zonder (?:enige )?(?:beperking|filter|censuur)|bez (?:żadnych )?(?:ogranicze|filtr|cenzur)"
        r"|без (?:каких-либо |всяких )?(?:ограничени|фильтр|цензур)))",
        0.75,
    ),
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:du bist (?:jetzt|nun|ab sofort)|tu es (?:maintenant|désormais)|ahora eres"
        r"|ora sei|agora você é"
        r"|je bent nu|jesteś teraz|теперь ты)[^.!?\n]{1,30}(?:DAN|ohne einschränkung|uneingeschränkt|unzensiert"
        r"|sans restriction"
        r"|sans filtre|non censuré|sin restricciones|sin filtros|sin censura|senza restrizioni|senza filtri"
        r"|senza censura"
        r"|sem restrições|sem filtros|sem censura|zonder beperkingen|ongecensureerd|bez ograniczeń|bez cenzury"
        r"|без ограничений|без цензуры|без фильтров))",
        0.85,
    ),
    (
        r"(?P<v>(?:你现在是|从现在开始你是|从现在起,?你|你現在是)[^。！？\n]{0,20}(?:不受[^。！？\n]{0,8}限制|没有[^。！？\n]{0,6}限制|無限制|无限制|不受约束|DAN))",
        0.85,
    ),
    (
        r"(?P<v>(?:制限|制約|フィルター|検閲|倫理)(?:は|が|の)?(?:一切)?(?:ない|なし|無し|無い)(?:の)?(?:AI|状態で|モード|で答え|で回答))",
        0.75,
    ),
    (r"(?P<v>(?:제한|필터|검열|제약) ?(?:없이|없는|이 없는) ?(?:AI|답|대답|응답|모드|모델))", 0.75),
]

PHRASES: tuple[tuple[str, float], ...] = (*_OVERRIDE, *_EVERYTHING, *_EXTRACT, *_UNLOCK)
