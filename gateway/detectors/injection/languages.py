"""
The main phrases of direct injection in languages other than English. (pattern, score)

`\\w` is ASCII here, so letters with accents are written out or left to `[^\\s]`.
"""

from __future__ import annotations

__all__ = ["PHRASES", "dropped"]

_START = r"(?i)(?:^|[^\w])"


def _clause(words: str, elided: str = "") -> str:
    """
    Where an order begins: a sentence, or behind one of these words. So neither "mon fils ignore toutes les règles" nor
    "n'oubliez pas vos consignes" is one. An apostrophe is an elision but at the beginning of a word.
    """
    before = rf"(?:^|[^\w])(?:{words})\s{{1,2}}" + (rf"|[^\w]{elided}['’]" if elided else "")
    return rf"(?i)(?:^|[^\w\s'’]\s{{0,3}}|(?:^|\s)['’]|\n\s{{0,3}}|\s{{2,3}}|{before})"


def dropped(
    verbs: str, nouns: str, when: str, own: str = "", start: str = _START, unless: str = "", gap_to_when: int = 16
) -> list[tuple[str, float]]:
    """
    A verb, then an old rule, in either order of noun and adjective; or the model's own rules. `start`: what stands
    before the verb; `unless`: first letters of the words behind it that turn it round ("vergiss nicht");
    `gap_to_when`: most characters between the noun and what dates it.
    """
    gap = rf"(?:[^.!?\n{unless}][^.!?\n]{{0,23}})?" if unless else r"[^.!?\n]{0,24}"
    phrases = [
        (rf"{start}(?P<v>(?:{verbs})\s{gap}(?:{when})[^.!?\n]{{0,16}}(?:{nouns}))", 0.9),
        (rf"{start}(?P<v>(?:{verbs})\s{gap}(?:{nouns})[^.!?\n]{{0,{gap_to_when}}}(?:{when}))", 0.9),
    ]
    if own:
        near = rf"(?:[^.!?\n{unless}][^.!?\n]{{0,9}})?" if unless else r"[^.!?\n]{0,10}"
        phrases.append((rf"{start}(?P<v>(?:{verbs})\s{near}(?:{own})\s[^.!?\n]{{0,12}}(?:{nouns}))", 0.85))
    return phrases


def _verb_last(when: str, nouns: str, verbs: str, start: str = "(?i)", end: str = "") -> list[tuple[str, float]]:
    return [(rf"{start}(?P<v>(?:{when})[^.!?\n。！？]{{0,14}}(?:{nouns})[^.!?\n。！？]{{0,16}}(?:{verbs})){end}", 0.9)]


_GERMAN = _clause(
    r"und|jetzt|nun|bitte|dann|also|aber|zuerst|assistent|ki|system|sofort|hiermit|einfach|mal|oder|hallo|hi|user"
    r"|nutzer"
)
_FRENCH = _clause(
    "et|puis|alors|maintenant|donc|mais|ensuite|dois|devez|faut|veux|voudrais|veuillez|peux-tu|pouvez-vous|peux|vas"
    "|allez"
    "|assistant|dorénavant tu|désormais tu|maintenant tu|que tu|système|system|utilisateur|plaît|plait|désormais|stp"
    "|svp|bonjour|salut|merci|bien|bot|ia|ou",
    elided="d",
)
_SPANISH = _clause(
    "y|e|ahora|luego|entonces|pero|primero|favor|asistente|sistema|system|debes|debe|puedes|solo|simplemente|hola|bien"
    "|usuario|bot|ia|o|quiero|necesito|pido|ordeno|exijo|tienes que|a|de"
)
_ITALIAN = _clause(
    "e|ed|ora|adesso|poi|quindi|ma|prima|favore|devi|assistente|sistema|system|puoi|allora|ciao|di|o|utente|bot|ia"
)
_PORTUGUESE = _clause(
    "e|agora|depois|então|mas|primeiro|favor|deve|assistente|sistema|system|pode|você|oi|olá|ou|usuário|bot|ia|por isso"
)
_POLISH = r"(?i)(?:^|[^\w\s]\s{0,3}|\n\s{0,3}|\s{2,3}|[a-df-z0-9]\s{1,3}|(?:^|[^\w])(?:całkowicie|natychmiast)\s{1,2})"
_LAST = r"(?:$|[^\w])"


_GERMAN_NOUNS = "anweisung|instruktion|regeln|vorgaben|befehle|richtlinien|prompt|anordnung|einschränkung"
_GERMAN_WHEN = (
    "vorherig|bisherig|vorangegangen|vorhergehend|vorig|obig|früher|zuvor|ursprünglich|vorangehend|oben genannt"
)

_OVERRIDE = [
    *dropped(
        r"ignorier(?:e|en|t)?(?: sie)?|vergiss|vergess(?:t|en|en sie)|missachte|verwirf|überschreibe|umgehe"
        r"|befolge nicht"
        r"|beachte nicht|halte dich nicht an",
        _GERMAN_NOUNS,
        _GERMAN_WHEN,
        "deine|alle deine|ihre",
        _GERMAN,
        "n",
    ),
    *_verb_last(
        _GERMAN_WHEN,
        _GERMAN_NOUNS,
        "ignorieren|vergessen|missachten|außer acht|nicht (?:mehr )?(?:gültig|befolgen)",
        # Not "darf ich die obigen Anweisungen ignorieren?"
        r"(?i)(?:^|[.!?:;,\n\"'(„“”«»>*#-]\s{0,3}|(?:bitte|jetzt|nun|sofort|du|und|sollst|musst|wirst|kannst"
        r"|solltest) )(?:(?:alle[rn]?|sämtliche|all|deine|die|diese"
        r"|ihre) ){0,2}",
    ),
    (
        rf"{_GERMAN}(?P<v>(?:setze?|setzt) (?:dich|euch) [^.!?\n]{{0,16}}über (?:alle? )?(?:deine|eure)[^.!?\n]{{0,16}}"
        rf"(?:{_GERMAN_NOUNS}|leitlinien|grenzen)\S{{0,3}}[^.!?\n]{{0,8}}hinweg)",
        0.85,
    ),
    *dropped(
        r"ignore[zrs]?|oublie[zrs]?|ne (?:tiens|tenez) (?:pas|plus) compte|néglige[zrs]?|fais abstraction"
        r"|faites abstraction"
        r"|ne suis (?:pas|plus)|contourne[zrs]?",
        "instructions|consignes|règles|directives|ordres|indications|prompt|restrictions",
        "précédent|antérieur|ci-dessus|initiale|d.origine|plus haut|reçues|préalable",
        "tes|vos|toutes tes|toutes vos",
        _FRENCH,
        "p",
    ),
    (
        rf"{_FRENCH}(?P<v>(?:passe outre(?: à)?|affranchis-toi de|enfreins|viole|transgresse"
        rf"|outrepasse) (?:toutes )?tes"
        r" (?:règles|consignes|instructions|directives|limites|restrictions|principes))",
        0.85,
    ),
    *dropped(
        r"(?:que )?(?:ignores|olvides)|ignora(?:d|r)?|ignore|olvida(?:d|r|te de|te)?|olvide|descarta|haz caso omiso"
        r"|hagan? caso omiso|no sigas"
        r"|desobedece|omite",
        "instrucciones|reglas|órdenes|directrices|indicaciones|prompt|restricciones|normas",
        "anterior|previa|de arriba|inicial|precedente|hasta ahora|original",
        "tus|sus|todas tus",
        _SPANISH,
    ),
    (
        rf"{_SPANISH}(?P<v>(?:sáltate|rompe|viola|incumple|elude|esquiva|infringe) (?:todas )?tus"
        r" (?:reglas|normas|instrucciones|directrices|restricciones|límites|políticas))",
        0.85,
    ),
    *dropped(
        r"ignora(?:te|re)?|dimentica(?:te|re)?|trascura|non seguire|scarta|disattendi",
        "istruzioni|regole|indicazioni|direttive|ordini|prompt|restrizioni|linee guida",
        "precedent|sopra|iniziali|ricevute|finora|originali",
        "tue|le tue|tutte le tue|vostre",
        _ITALIAN,
    ),
    *dropped(
        r"ignor(?:e|a|ar|em)|esque(?:ça|ce|cer)|desconsider(?:e|a)|descart(?:e|a)|não sig(?:a|as)|desobedeça",
        "instruções|regras|diretrizes|orientações|ordens|comandos|prompt|restrições",
        "anterior|prévi|acima|iniciais|até agora|originais",
        "suas|as suas|tuas|todas as suas",
        _PORTUGUESE,
    ),
    *dropped(
        r"negeer|vergeet|volg niet|sla over|laat achterwege|omzeil",
        "instructies|regels|opdrachten|aanwijzingen|richtlijnen|prompt|beperkingen",
        "vorige|eerdere|voorgaande|bovenstaande|oorspronkelijke|hierboven|voorafgaande",
        "je|jouw|uw|al je",
    ),
    *dropped(
        r"z?ignoruj(?:cie)?|zapomnij(?:cie)? o|zapomnij|pomiń|odrzuć|nie przestrzegaj|nie stosuj się do|obejdź|złam|łam"
        r"|omiń",
        "instrukcj|polece|zasad|reguł|wytyczn|prompt|ogranicze|rozkaz",
        "poprzedni|wcześniejsz|powyższ|dotychczas|pierwotn|początkow",
        "swoje|swoich|twoje|twoich|wszystkie swoje",
        _POLISH,
    ),
    *dropped(
        r"(?:про)?игнорируй(?:те)?|забудь(?:те)?(?: обо?| про)?|отбрось(?:те)?|не (?:следуй|соблюдай|выполняй)(?:те)?"
        r"|не обращай(?:те)? внимания на|обойди(?:те)?|отмени(?:те)?",
        "инструкци|правил|указани|команд|промпт|ограничени|предписани|распоряжени",
        "предыдущ|прошл|выше|прежн|ранее|первоначальн|предшествующ|изначальн",
        "свои|своих|твои|твоих|все свои|всех своих",
    ),
    *_verb_last(
        "önceki|yukarıdaki|daha önceki|şimdiye kadarki|evvelki|başlangıçtaki",
        "talimat|kural|komut|yönerge|emir|istem|prompt|kısıtlama",
        # Not "unutma" (do not forget), "unuttum" (I forgot), "uymak" (to obey).
        "(?:yok say(?:ın|ınız|manı|arak)?|unut(?:un|unuz|manı|manızı)?|görmezden gel(?:in|iniz|meni|menizi)?"
        "|dikkate alma(?:yın|yınız|dan|manı)?|göz ardı et(?:in|iniz|meni)?|boş ver(?:in)?|uyma(?:yın|yınız|manı)?"
        "|uymayı bırak(?:ın)?)",
        end=_LAST,
    ),
    (
        r"(?i)(?:^|[.!?:;\n]\s{0,3}|(?:kendi|bütün|tüm|artık|şimdi) )(?P<v>(?:kurallarını|talimatlarını|yönergelerini"
        r"|kısıtlamalarını|sınırlamalarını|ilkelerini)(?: (?:tamamen|artık))? (?:çiğne|yok say|ihlal et"
        r"|görmezden gel|unut"
        r"|boş ver|bir kenara bırak))" + _LAST,
        0.85,
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
        r"|(?:oublie[zrs]?|ignore[zrs]?) tout (?:ce qu[ei']|le reste)|(?:olvida|olvide|olvídate de|ignora"
        r"|ignore) todo (?:lo anterior|lo que)"
        r"|(?:dimentica(?:te)?|ignora(?:te)?) tutto (?:quello|ciò|quanto)|(?:esqueça|esquece|ignore"
        r"|ignora) tudo (?:o que|acima|antes)"
        r"|(?:vergeet|negeer) alles (?:wat|hierboven|hiervoor|daarvoor)|(?:zapomnij o|zapomnij"
        r"|zignoruj) wszystk\S{1,3},? (?:co|powyżej|wcześniej)"
        r"|(?:забудь(?:те)?|игнорируй(?:те)?) (?:обо )?вс[её]м?,? (?:что|до этого|выше|ранее)))(?:$|[^\w])",
        0.75,
    ),
    (
        r"(?i)(?:^|[^\w])(?P<v>ne (?:tiens|tenez) (?:plus|pas) compte de (?:tout )?ce qu(?:e l)?['’]?(?:on| t| vous)"
        r"|(?:başta|daha önce|şimdiye kadar|sana) (?:sana )?(?:söylenen|verilen|öğretilen) her şeyi (?:unut|yok say"
        r"|görmezden gel)(?:$|[^\w]))",
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
    r"(?:recopie|enséñame|copia|cuéntame|pokaż|wypisz)|zeige?|verrate?|nenne?|gib|wiederhole?|offenbare|drucke"
    r"|montre[zr]?|révèle[zr]?|affiche[zr]?|répète[zr]?"
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
# "Show me where the system prompt is set" is of no prompt in particular.
_YOUR = (
    r"dein(?:e[nr]?)?|ihre?n?|eure?n?|ton|ta|tes|votre|vos|tus?|sus?|il tuo|le tue|tuo|tue|seu|suas?|teu|tuas|je"
    r"|jouw|uw"
    r"|sw[oó]j\S{0,4}|tw[oó]j\S{0,4}|сво\S{1,2}|тво\S{1,3}|ваш\S{0,3}"
)
_ME_THE = (
    r"mir|uns|bitte|jetzt|sofort|mal|den|das|die|ganzen|kompletten|vollständigen|moi|nous|le|la|les|tout|maintenant"
    r"|me|nos"
    r"|ahora|aquí|el|lo|todo|il|o|os|a|de|het|teraz|cały|pełny|мне|нам|сейчас|весь|полный"
)
_EXTRACT = [
    (rf"(?i)(?:^|[^\w])(?P<v>(?:{_REVEAL})[^.!?\n]{{0,24}}[^\w](?:{_YOUR})\s[^.!?\n]{{0,14}}(?:{_PROMPT}))", 0.8),
    (rf"(?i)(?:^|[^\w])(?P<v>(?:{_REVEAL})\s(?:(?:{_ME_THE})\s){{0,4}}(?:l['’])?(?:{_PROMPT}))", 0.8),
    (rf"(?i)(?:^|[^\w])(?P<v>(?:{_REVEAL})[^.!?\n]{{1,24}}(?:{_PROMPT}))", 0.7),
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

_FREE = (
    r"ohne (?:jede|jegliche|alle|irgendwelche|jegliche art)?n? ?(?:einschränkung|grenze|regel|filter|zensur"
    r"|beschränkung)"
    r"|sans (?:aucune? |la moindre |toute )?(?:restriction|limite|filtre|censure|règle|contrainte)"
    r"|sin (?:ninguna? |ningún )?(?:restricci|límite|filtro|censura|regla|norma)"
    r"|bez (?:żadnych |jakichkolwiek )?(?:ogranicze|filtr|cenzur|zasad|reguł)"
)
_UNLOCK = [
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:(?:ab jetzt|ab sofort|von nun an|ab nun) bist du|(?:à partir de maintenant"
        r"|désormais|dès"
        r" maintenant),? tu es|(?:desde ahora|a partir de ahora|de ahora en adelante),? eres|od (?:teraz|tej pory"
        r"|tej chwili)"
        rf",? jesteś)[^.!?\n]{{1,50}}(?:{_FREE}))",
        0.85,
    ),
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:artık|şu andan itibaren|bundan sonra|şimdi)(?: sen)? [^.!?\n]{1,40}(?:(?:sınırı"
        r"|kuralı"
        r"|kısıtlaması|filtresi|sansürü) ?(?:olmayan|bulunmayan)|(?:sınır|kısıtlama|sansür|kural|filtre)(?:sız|süz)"
        r"|hiçbir"
        r" (?:sınır|kural|kısıtlama) tanımayan)[^.!?\n]{0,40}(?:yapay zek[aâ]|asistan|bot|model)[^.!?\n]{0,8}s[ıiuü]n)",
        0.85,
    ),
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
