"""
Instructions to an assistant inside documents, mails and tools, in languages other than English. (pattern, score)

One sign alone ("note to the AI", "do not tell the user") is a flag: people write so in plain honesty. Two of them in a
breath, or one with an order that no reader of a document gives, are an attack. `\\w` is ASCII here.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PHRASES"]

_OPEN = r"(?i)(?:^|[^\w])"
_CLOSE = r"(?:$|[^\w])"
_FILE = r"(?:~/|\.ssh|\.env|id_rsa|/etc/)"


@dataclass(frozen=True, slots=True)
class _Words:
    """Of one language. Each is a list of alternatives."""

    ai: str  # whom it is for
    note: str  # "note to", what stands before
    every: str  # the, all
    these: str  # "who read this text must": the rest of the sentence, up to the order
    if_you: str  # "if you are an AI"
    order: str  # what such text wants done: beginnings of imperatives
    drop: str  # ignore, forget
    wish: str  # the user's request, the task of now
    tools: str  # all other tools
    obey: str  # only what this tool says
    hush: str  # tell the user nothing
    quiet: str  # without telling the user
    do: str  # what is to be done in secret
    call: str  # before each call
    read: str  # opens or sends
    renewed: str  # your new instructions
    are: str
    called: str  # "assistant:"


_GERMAN = _Words(
    ai=r"(?:ki|ai)(?:[- ](?:assistent|agent|system|modell|bot|werkzeug|tool)(?:en|in|innen|e|s)?)?"
    r"|künstliche[nr]? intelligenz(?:en)?|(?:große[ns]? )?sprachmodelle?n?s?|chat-?bots?|sprachassistenten"
    r"|llms?|chatgpt",
    note=r"(?:hinweis|nachricht|notiz|anmerkung|achtung|wichtig|anweisung(?:en)?|mitteilung|info)[^.!?\n]{0,16}"
    r"(?:an|für)|<!-- ?(?:an|für)",
    every="den|die|das|dem|alle|jede|jeden|jedes|unsere",
    these=r",? (?:die|der|das|welche[rs]?) (?:diese[nrs]?|den) (?:text|seite|mail|e-mail|nachricht|dokument|hinweis"
    r"|datei)"
    r"[^.!?\n]{0,24}(?:müssen|muss|sollen|soll|haben)",
    if_you=r"(?:wenn|falls|sofern|solltest) (?:du|sie) (?:(?:selbst|auch) )?(?:eine? )?(?:{ai})(?: (?:bist|sind"
    r"|sein))?",
    order=r"ignorier|vergiss|leite|sende|schick|übermittle|bewerte|empfiehl|empfehl|rufe? |öffne|lösch|überweis|klick"
    r"|antworte|füge|erwähne|führe|brich|stopp|beende|fordere|frage? |musst|sollst|verschweig",
    drop=r"ignorier(?:e|en sie)?|missachte|vergiss|übergehe?|verwirf",
    wish=r"(?:die |den |das )?(?:bitte|anfrage|wunsch|frage|aufgabe|anliegen|auftrag|eingabe)n? (?:des|der|vom)"
    r" (?:nutzer|benutzer|anwender|user|menschen)(?:s|in)?|(?:deine|deinen) (?:aktuelle|bisherige|eigentliche"
    r"|ursprüngliche|jetzige)n? (?:aufgabe|auftrag)",
    tools=r"(?:verwende keine|nutze keine|benutze keine|ignorier(?:e|en sie)(?: alle)?) (?:anderen?|übrigen|sonstigen)"
    r" (?:werkzeuge|tools|funktionen)",
    obey=r"(?:befolge|folge|gehorche)[^.!?\n]{0,24}(?:nur|ausschließlich|allein)[^.!?\n]{0,16}(?:anweisung"
    r"|befehl)\S{0,3}"
    r",? (?:die|welche|aus|von)[^.!?\n]{0,4}(?:diese[sm]?) (?:werkzeug|tool|server)",
    hush=r"(?:sag|sage|verrate?|erzähle?|melde|zeige?|teile)(?: es| das| dies)? (?:dem|der|den)"
    r" (?:nutzer|benutzer|anwender|user)(?:in|n)?(?: (?:davon|darüber|hiervon|aber|bitte|jedoch))? (?:nichts|nicht|nie)"
    r"|verschweige? (?:es |das |dies )?(?:dem|der|den) (?:nutzer|benutzer|anwender|user)"
    r"|(?:nutzer|benutzer|anwender)(?:in)? (?:darf|soll) (?:davon |hiervon )?(?:nichts|nicht) (?:davon )?(?:erfahren"
    r"|wissen"
    r"|merken)|erwähne (?:diese[ns]?|den) (?:hinweis|anweisung|nachricht|text)[^.!?\n]{0,12}(?:nicht|nie)",
    quiet=r"ohne (?:den|die) (?:nutzer|benutzer|anwender|user)(?:in)? (?:davon |darüber )?zu (?:informieren|fragen"
    r"|warnen)",
    do=r"rufe? |sende|schicke? |lies |lesen|leite|kopiere?|übermittle|überweise|führe|lade|lösche|bewerte|gib",
    call=r"(?:vor|bei|nach) (?:jede[mr]|jeglichem|diese[mr]|der) (?:aufruf|werkzeugaufruf|nutzung|verwendung|benutzung)"
    r"|bevor du (?:dieses|ein|irgendein)[^.!?\n]{0,24}(?:werkzeug|tool)",
    read=r"lesen|lies|lese|öffnen?|senden?|kopier|inhalt|mitgeben|übergeben|anhängen",
    renewed=r"(?:deine|eure|ihre) neuen? (?:anweisung(?:en)?|aufgabe|instruktionen|befehle|regeln)",
    are="lauten?|sind|ist|bestehe?n?t?",
    called=r"assistent|ki|agent|chatbot|modell",
)
_FRENCH = _Words(
    ai=r"(?:l['’])?ia|(?:l['’])?(?:assistant|agent|modèle|système|outil)(?:s|es)? (?:d['’]|de l['’])?ia"
    r"|(?:l['’])?intelligences? artificielles?|modèles? de langage|(?:l['’])?assistants? virtuels?|chat-?bots?|llms?"
    r"|chatgpt",
    note=r"(?:note|message|attention|important|instructions?|consignes?|avis|remarque|info)[^.!?\n]{0,16}"
    r"(?:à|au|aux|pour|destinée?s? à)|<!-- ?(?:à|au|aux|pour)",
    every="les|la|le|tous les|toute|tout|chaque|toutes les",
    these=r",? qui (?:lisent|lit|traitent|traite|résument|résume|analysent|traduisent|lisez) (?:ce|cet|cette)"
    r" (?:texte|page|mail|message|document|fichier|courriel)[^.!?\n]{0,24}(?:doivent|doit|devez|sont priés)",
    if_you=r"si (?:tu es|vous êtes) (?:une? |l['’])?(?:{ai})",
    order=r"ignore|oublie|transfère|envoie|envoyez|attribue|supprimez|virez|recommande|appelle|ouvre|supprime|vire"
    r"|clique|ajoute"
    r"|réponds|répondez|mentionne|exécute|arrête|interrom|demande|(?:tu )?dois|(?:vous )?devez|ne ",
    drop=r"ignore[zr]?|oublie[zr]?|néglige[zr]?|laisse[zr]? tomber",
    wish=r"(?:la|les|ce que) (?:demande|requête|question|consigne|tâche|souhait)s? (?:de l['’]|des "
    r"|d['’]un )utilisat\S{1,6}"
    r"|(?:ta|votre) tâche (?:actuelle|initiale|en cours|présente)",
    tools=r"(?:ignore[zr]?|n['’]utilise[zr]?|n['’]emploie) (?:tous |aucun |pas )?(?:de |d['’]|les )?autres? outils?",
    obey=r"(?:suis|suivez|obéis|obéissez|exécute)[^.!?\n]{0,24}(?:que|seulement|uniquement)[^.!?\n]{0,8}(?:instructions"
    r"|consignes|ordres)[^.!?\n]{0,24}(?:cet outil|ce serveur)",
    hush=r"(?:ne le |n['’]en |n['’])(?:dis|dites|parle[zr]?|informe[zr]?|révèle[zr]?)(?: pas| rien| jamais)?"
    r"(?: à| pas)? l['’]utilisat(?:eur|rice)|l['’]utilisat(?:eur|rice) ne doit (?:pas|rien|jamais)(?: le"
    r"| en)? (?:savoir|apprendre)|ne mentionne[zr]? (?:pas|jamais) (?:cette|ce|ces) (?:remarque|note|consigne"
    r"|instruction|message)s?",
    quiet=r"(?:sans|ne pas) (?:en )?(?:informer|prévenir|avertir|le dire à) l['’]utilisat(?:eur|rice)",
    do=r"appelle|envoie|envoyez|transfère|lis |lire|copie|transmets|ajoute|exécute|télécharge|supprime|attribue|note ",
    call=r"(?:avant|à|après|lors de) (?:chaque|tout|toute|cet) (?:appel|utilisation|usage)"
    r"|avant d['’](?:utiliser|appeler)[^.!?\n]{0,16}outil",
    read=r"lire|lis|lisez|ouvr|envoy|envoi|copi|contenu|joindre",
    renewed=r"(?:tes|vos) nouvelles (?:instructions|consignes|règles|tâches)",
    are="sont|consistent",
    called=r"assistant|ia|agent|chatbot|modèle",
)
_SPANISH = _Words(
    ai=r"ia|(?:asistente|agente|modelo|sistema|herramienta)s? de ia|inteligencias? artificial(?:es)?"
    r"|modelos? de lenguaje|asistentes? virtual(?:es)?|chat-?bots?|llms?|chatgpt",
    note=r"(?:nota|mensaje|atención|importante|instrucci(?:ón|ones)|aviso|indicaci(?:ón|ones))[^.!?\n]{0,16}"
    r"(?:a|al|para)|<!-- ?(?:a|al|para)",
    every="la|el|los|las|todos los|todas las|cualquier|cada",
    these=r",? que (?:lean|leen|lea|lee|procesen|procesan|resuman|resumen|traduzcan|analicen) (?:este|esta)"
    r" (?:texto|página|correo|mensaje|documento|archivo)[^.!?\n]{0,24}(?:deben|debe|deberán|tienen que|han de)",
    if_you=r"si (?:eres|usted es|es usted) (?:una? |la )?(?:{ai})",
    order=r"ignora|olvida|reenvía|envía|manda|transfiere|recomienda|llama a|abre|borra|elimina|añade|responde|menciona"
    r"|ejecuta|deja de|detén|interrump|pide|pídele|dale|debes|debe |no ",
    drop=r"ignor[ae]|olvid[ae]|descart[ae]|desatiende|omite",
    wish=r"(?:la|las|el|los) (?:petici(?:ón|ones)|solicitud|pregunta|tarea|orden|deseo)\S{0,2} (?:del|de la|de los)"
    r" usuari[oa]s?|tu (?:tarea|encargo) (?:actual|original|inicial)",
    tools=r"(?:ignor[ae]|no us[ae]s?|no utilic[ae]s?) (?:a )?(?:todas |ninguna )?(?:las )?(?:otras?"
    r"|demás) herramientas?",
    obey=r"(?:sigue|siga|obedece|cumple)[^.!?\n]{0,24}(?:solo|sólo|solamente|únicamente)[^.!?\n]{0,8}(?:instrucciones"
    r"|indicaciones|órdenes)[^.!?\n]{0,24}(?:esta herramienta|este servidor)",
    hush=r"no (?:se )?(?:le|lo|la|les)?(?: lo)? ?(?:digas|diga|cuentes|cuente|menciones|informes|avises|reveles)"
    r"(?: esto| nada| de esto)? (?:a los|al|a la) usuari[oa]s?|(?:el|la) usuari[oa] no debe (?:saber|enterarse)"
    r"|no menciones (?:esta|este|estas) (?:indicación|nota|instrucción|mensaje|instrucciones)",
    quiet=r"sin (?:que el usuario (?:lo sepa|se entere)|(?:avisar|informar|decírselo|decirle nada"
    r"|preguntar) al usuario)",
    do=r"llama a|envía|manda|reenvía|transfiere|lee |leer|copia|transmite|añade|ejecuta|descarga|borra|dale",
    call=r"(?:antes de|en|después de|tras) (?:cada|toda|cualquier|esta) (?:llamada|uso|utilización)"
    r"|antes de (?:usar|llamar)[^.!?\n]{0,16}herramienta",
    read=r"leer|lee|lea|abr[ae]|abrir|enví|envi|copi|contenido|adjunt",
    renewed=r"(?:tus|sus) nuevas (?:instrucciones|reglas|órdenes|tareas)",
    are="son|consisten",
    called=r"asistente|ia|agente|chatbot|modelo",
)
_POLISH = _Words(
    ai=r"(?:asysten|agen|system|model|narzędzi|bot)\S{0,4} (?:ai|si|sztucznej inteligencji)|ai"
    r"|sztuczn\S{1,3} inteligencj\S{1,3}|model\S{0,4} językow\S{1,4}|(?:chat|czat)-?bot\S{0,4}|llm|chatgpt"
    r"|wirtualn\S{1,4} asystent\S{0,3}",
    note=r"(?:uwaga|wiadomość|ważne|notatka|instrukcj[ae]|informacja|polecenie|adnotacja)[^.!?\n]{0,12}(?:dla|do)"
    r"|<!-- ?(?:dla|do)",
    every="wszystkich|wszystkie|każdego|każdej",
    these=r",? (?:czytając\S{1,3}|przetwarzając\S{1,3}|któr\S{1,2} (?:czyta|czytają|przetwarza|przetwarzają|streszcza"
    r"|streszczają|tłumaczą)) (?:ten|tę|tą|to) (?:tekst|stronę|wiadomość|mail|dokument|plik)\S{0,2}[^.!?\n]{0,24}"
    r"(?:muszą|musi|mają|ma|powinn\S{1,2})",
    if_you=r"(?:jeśli|jeżeli|gdy) jesteś (?:{ai})",
    order=r"z?ignoruj|zapomnij|prześlij|wyślij|poleca?j|poleć|oceń|wywołaj|otwórz|usuń|przelej|kliknij|dodaj|odpowiedz"
    r"|wspomnij|wykonaj|przerwij|przestań|zapytaj|poproś|musisz|nie ",
    drop=r"z?ignoruj|zapomnij o|zapomnij|pomiń|odrzuć|porzuć",
    wish=r"(?:prośb|pytani|polece|zadani|żąda|życze)\S{1,3} użytkownik\S{1,3}|(?:swoim|swoje|twoim|twoje)"
    r" (?:dotychczasow|obecn|aktualn|pierwotn)\S{1,3} (?:zadani|polece)\S{1,3}",
    tools=r"(?:z?ignoruj|pomiń|nie używaj) (?:wszystkie |żadnych )?(?:inn|pozostał)\S{1,3} narzędzi\S{0,3}",
    obey=r"(?:wykonuj|słuchaj|stosuj|przestrzegaj)[^.!?\n]{0,16}(?:tylko|wyłącznie|jedynie)[^.!?\n]{0,8}(?:polece"
    r"|instrukcj)"
    r"\S{1,3}[^.!?\n]{0,24}(?:to narzędzie|tego narzędzia|ten serwer|tego serwera)",
    hush=r"nie (?:mów|powiedz|wspominaj|informuj|zdradzaj|pokazuj)(?: nic)?(?: o tym| tego)? użytkownik\S{1,4}"
    r"|nic (?:o tym )?nie mów użytkownik\S{1,4}"
    r"|użytkownik nie (?:może|powinien) (?:się )?(?:o tym |tego )?(?:wiedzieć|dowiedzieć)"
    r"|nie wspominaj o (?:tej|tym|tych) (?:wskazówce|uwadze|poleceniu|instrukcji|notatce|wiadomości)",
    quiet=r"bez (?:informowania|wiedzy|pytania|powiadamiania) użytkownik\S{1,4}",
    do=r"wywołaj|wyślij|prześlij|przekaż|przeczyta|odczyta|skopiuj|dołącz|wykonaj|pobierz|usuń|oceń",
    call=r"(?:przed|przy|po) (?:każdy[mi]|każdym|tym) (?:wywołani|użyci)\S{1,2}"
    r"|zanim (?:użyjesz|wywołasz)[^.!?\n]{0,16}narzędzi",
    read=r"czyta|odczyt|przeczyt|otw[oó]|wyśl|wysł|skopiuj|treść|zawartość|dołącz",
    renewed=r"(?:twoje|wasze) nowe (?:instrukcje|polecenia|zasady|zadanie|zadania)",
    are=r"to|brzmi\S{0,2}|polega\S{0,2}",
    called=r"asystencie|asystent|ai|agencie|agent|modelu",
)
_EVERY = (_GERMAN, _FRENCH, _SPANISH, _POLISH)


def _verb_first(w: _Words) -> list[tuple[str, float]]:
    if_you = w.if_you.replace("{ai}", w.ai)
    note = rf"(?:{w.note}) (?:(?:{w.every}) )?(?:{w.ai})(?: [^.!?:;\n]{{1,24}})?(?: ?[:!,]| [-–]|\n)"
    order = rf"(?:[^\w]{{1,3}}(?:[^\s.!?]{{1,12}} ){{0,3}})(?:{w.order})"
    call = rf"(?:{w.call})[^.!?\n]{{0,60}}"
    return [
        (rf"{_OPEN}(?P<v>{note})", 0.6),
        (rf"{_OPEN}(?P<v>{note}{order})", 0.85),
        (rf"{_OPEN}(?P<v>(?:{w.ai}){w.these}){_CLOSE}", 0.85),
        (rf"{_OPEN}(?P<v>{if_you}){_CLOSE}", 0.6),
        (rf"{_OPEN}(?P<v>{if_you}{order})", 0.85),
        (rf"{_OPEN}(?P<v>(?:{w.drop}) (?:[^\s.!?]{{1,10}} )?(?:{w.wish})){_CLOSE}", 0.7),
        (rf"{_OPEN}(?P<v>{w.tools}){_CLOSE}", 0.8),
        (rf"{_OPEN}(?P<v>{w.obey}){_CLOSE}", 0.85),
        (rf"{_OPEN}(?P<v>{w.hush}|{w.quiet}){_CLOSE}", 0.65),
        (rf"{_OPEN}(?P<v>(?:{w.do})[^\n]{{0,120}}[^\w](?:{w.hush})){_CLOSE}", 0.85),
        (rf"{_OPEN}(?P<v>(?:{w.do})[^\n]{{0,120}}[^\w](?:{w.quiet})){_CLOSE}", 0.75),
        (rf"{_OPEN}(?P<v>{call}{_FILE}[^\n]{{0,40}}(?:{w.read}))", 0.85),
        (rf"{_OPEN}(?P<v>{call}(?:{w.read})[^\n]{{0,40}}{_FILE})", 0.85),
        (rf"{_OPEN}(?P<v>(?:{w.renewed}) ?(?:{w.are})? ?:)", 0.7),
        (rf"{_OPEN}(?P<v>(?:{w.called}) ?[:,] ?(?:{w.renewed}) ?(?::|{w.are}))", 0.85),
    ]


# Turkish puts the verb last.
_TR_AI = (
    r"(?:yapay zek[aâ]|dil model|sohbet (?:bot|robot)|chat-?bot|sanal asistan|llm|chatgpt)\S{0,6}"
    r"(?: (?:asistan|ajan|sistem|model|araç|arac)\S{0,8})?"
)
_TR_USER = r"(?:kullanıcı)\S{0,4}"
_TR_SAY = r"(?:söyleme|bahsetme|söz etme|haber verme|bildirme|gösterme|belli etme|çaktırma)(?:yin|yiniz|den)?"
_TR_ORDER = (
    r"(?:yok say|unut|gönder|ilet|öner|puan ver|puanı ver|çağır|aç|sil|havale et|tıkla|ekle|yanıtla|çalıştır|bırak"
    r"|iste|sor|aktar)(?:ın|in|un|ün|ınız|iniz|unuz|ünüz|malı|meli|malısın|melisin)?"
)
_TR_HUSH = rf"{_TR_USER}(?: (?:bunu|bundan|hiçbir şey|bir şey|bu konuda)){{0,2}} {_TR_SAY}"
rf"|{_TR_USER} (?:haberi olmadan|fark etmeden|sormadan)"
_TURKISH = (
    (rf"{_OPEN}(?P<v>{_TR_AI} (?:için )?(?:önemli )?(?:not|mesaj|uyarı|talimat|önemli) ?[:!,\n-])", 0.6),
    (
        rf"{_OPEN}(?P<v>(?:{_TR_AI} (?:için )?(?:önemli )?(?:not|mesaj|uyarı|talimat|önemli)|<!-- ?{_TR_AI}) ?[:!,\n-]"
        rf"[^.!?\n]{{1,90}} {_TR_ORDER}){_CLOSE}",
        0.85,
    ),
    (
        rf"{_OPEN}(?P<v>bu (?:metni|sayfayı|e-?postayı|mesajı|belgeyi|dosyayı) (?:okuyan|işleyen|özetleyen|çeviren)"
        rf"[^.!?\n]{{0,12}} {_TR_AI})",
        0.85,
    ),
    (
        rf"{_OPEN}(?P<v>eğer (?:sen )?(?:bir )?(?:yapay zek[aâ]|dil model|sohbet (?:bot|robot)|chat-?bot"
        rf"|llm)\S{{0,8}})",
        0.6,
    ),
    (
        rf"{_OPEN}(?P<v>eğer (?:sen )?(?:bir )?(?:yapay zek[aâ]|dil model|sohbet (?:bot|robot)|chat-?bot|llm)\S{{0,8}}"
        rf"[^.!?\n]{{1,60}} {_TR_ORDER}){_CLOSE}",
        0.85,
    ),
    (
        rf"{_OPEN}(?P<v>{_TR_USER} (?:isteğini|isteklerini|sorusunu|talebini|komutunu) (?:yok say|unut|görmezden gel"
        rf"|dikkate alma|boş ver)(?:ın|un|in|yın)?){_CLOSE}",
        0.7,
    ),
    (
        rf"{_OPEN}(?P<v>(?:diğer|öteki|başka) (?:bütün |tüm )?araçları[^.!?\n]{{0,8}} (?:yok say|unut|kullanma"
        rf"|görmezden gel)){_CLOSE}",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:yalnızca|sadece|yalnız) bu (?:aracın|sunucunun)[^.!?\n]{{0,24}}(?:talimat|komut"
        rf"|yönerge)\S{{0,6}}"
        rf" (?:uy|izle|yerine getir)){_CLOSE}",
        0.85,
    ),
    (rf"{_OPEN}(?P<v>{_TR_HUSH}){_CLOSE}", 0.65),
    (
        rf"{_OPEN}(?P<v>(?:gönder|ilet|oku|çağır|kopyala|yaz|ekle|aktar|çalıştır|sil)\S{{0,5}}[^\n]{{0,60}}[^\w]"
        rf"(?:{_TR_HUSH}|(?:bunu|bundan) {_TR_USER} {_TR_SAY}|bu (?:nottan|talimattan|mesajdan) {_TR_SAY})){_CLOSE}",
        0.85,
    ),
    (
        rf"{_OPEN}(?P<v>(?:her|bu) (?:çağrı|kullanım|araç)\S{{0,4}} önce[^.!?\n]{{0,60}}{_FILE}[^\n]{{0,40}}(?:oku"
        rf"|gönder|aç"
        rf"|kopyala|içeri))",
        0.85,
    ),
    (rf"{_OPEN}(?P<v>yeni (?:talimat|komut|yönerge)(?:ın|in|ınız|iniz|ların|lerin)\S{{0,3}} ?[:,])", 0.7),
    (rf"{_OPEN}(?P<v>(?:asistan|yapay zek[aâ]|ajan) ?[:,] ?yeni (?:talimat|komut|yönerge|görev)\S{{1,5}} ?[:,])", 0.85),
)

# Other languages: the sentence that opens most of them.
_IF_YOU = (
    (
        rf"{_OPEN}(?P<v>se (?:sei|siete) un.?.?(?:ia|modello linguistico|assistente ia|intelligenza artificiale|llm)"
        r"|se (?:você é|tu és|for) (?:uma? )?(?:ia|modelo de linguagem|assistente de ia|inteligência artificial|llm)"
        r"|als (?:je|u) een (?:ai|taalmodel|ai-assistent|chatbot|llm) bent"
        rf"|если ты (?:ии|языковая модель|искусственный интеллект|ии-ассистент|чат-бот)){_CLOSE}",
        0.8,
    ),
    (
        r"(?P<v>(?:如果|若|假如)(?:你|您)(?:是|為|为)(?:一个|一個)?"
        r"(?:AI|人工智能|人工智慧|语言模型|語言模型|大模型|智能助手|AI ?助手))",
        0.8,
    ),
    (
        r"(?P<v>(?:あなたが|もし)(?:、)?(?:あなたが)?(?:AI|人工知能|言語モデル|AIアシスタント)(?:なら|である場合|であれば|の場合))",
        0.8,
    ),
    (r"(?P<v>(?:당신이|네가|만약) ?(?:AI|인공지능|언어 ?모델|AI ?어시스턴트)(?:라면|이라면|인 경우))", 0.8),
    (r"(?P<v>(?:إذا كنت|إن كنت)\s(?:نموذج لغ|نموذجا لغ|ذكاء اصطناعي|مساعد ذكاء|نموذج ذكاء))", 0.8),
    (r"(?P<v>(?:यदि|अगर) (?:आप|तुम) (?:एक )?(?:एआई|AI|भाषा मॉडल|कृत्रिम बुद्धि)\S{0,6} (?:हैं|हो))", 0.8),
)

PHRASES: tuple[tuple[str, float], ...] = (*(row for w in _EVERY for row in _verb_first(w)), *_TURKISH, *_IF_YOU)
