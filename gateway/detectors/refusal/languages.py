"""
The plainest phrases of a refusal in languages other than English. (pattern, score)

`\\w` is ASCII here; verbs that people help, answer or provide with, since "I cannot sleep" is no refusal.
"""

from __future__ import annotations

from gateway.detectors.refusal.english import STRONG, TAIL, WEAK

__all__ = ["PHRASES"]

_OPEN = r"(?:^[*_#>\s]{0,4}|\n[*_#>\s-]{0,6}|[.!?…]\s{1,3}|[,;–—-]\s{0,2}"  # a clause begins
_CLOSED = r"(?:$|[^\w])"

_GERMAN_VERB = (
    r"(?:weiter)?helfen|behilflich sein|unterstützen|geben|bereitstellen|zur verfügung stellen|beantworten|erfüllen"
    r"|nachkommen|erstellen|schreiben|verfassen|anbieten|preisgeben|verraten|liefern|empfehlen|mitwirken|entsprechen"
    r"|ausführen|erzeugen|generieren|teilen|assistieren"
)
_GERMAN = (
    (
        rf"(?i){_OPEN}|(?:leider|aber|und|daher|deshalb|dass) )(?P<v>ich (?:kann|darf|werde|möchte) [^.!?\n]{{0,40}}"
        rf"(?:nicht|kein(?:e|en|er|em|es)?) (?:[^.!?\n]{{0,50}} )?(?:{_GERMAN_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN})(?P<v>(?:leider|daher|deshalb|dabei|damit|hierbei|hier|das|dies|dazu|bei [^.!?\n]{{3,40}})"
        rf" (?:kann|darf|werde|möchte) ich [^.!?\n]{{0,30}}(?:nicht|kein(?:e|en|er|em|es)?) (?:[^.!?\n]{{0,50}} )?"
        rf"(?:{_GERMAN_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:leider|aber|und|daher|dass) )(?P<v>ich (?:bin nicht (?:in der lage|befugt"
        rf"|berechtigt)[^.!?\n]"
        rf"{{0,60}}(?:{_GERMAN_VERB}|zu )|(?:muss|möchte) [^.!?\n]{{0,40}}ablehnen)|(?:da|das"
        rf"|leider) muss ich [^.!?\n]{{0,30}}ablehnen){_CLOSED}",
        STRONG,
    ),
    (
        r"(?i)(?:^|[^\w])(?P<v>verstößt gegen meine (?:[a-zäöüß]{3,16} )?(?:richtlinien|programmierung|grundsätze))",
        STRONG,
    ),
)

_FRENCH_VERB = (
    r"aider|fournir|donner (?:d[e']|de |des )|proposer|répondre à|assister|créer|écrire|rédiger|générer|partager"
    r"|divulguer|révéler|satisfaire|accéder à|traiter|participer|expliquer comment|recommander|accomplir"
    r"|faire (?:cela|ça)"
    r"|encourager|vous accompagner|apporter"
)
_FRENCH = (
    (
        rf"(?i){_OPEN}|(?:mais|malheureusement|donc|et|que) )(?P<v>je ne (?:peux|pourrai|puis|vais|saurais|suis)"
        rf" (?:malheureusement |donc |absolument )?pas (?:(?:en mesure|autorisée?|capable|habilitée?"
        rf"|disposée?) (?:de |à |d[’'])"
        rf")?(?:vous |te |t[’']|y |lui )?(?:{_FRENCH_VERB}){TAIL})",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:mais|malheureusement|donc|et) )(?P<v>je (?:dois|me dois de|préfère|suis (?:contraint"
        rf"|obligé)e? de)"
        rf" (?:poliment |respectueusement |malheureusement )?(?:décliner|refuser){TAIL})",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:mais|et|donc) )(?P<v>je (?:ne |n[’']y )(?:vous |t[’']|te )?(?:répondrai|ferai|donnerai"
        rf"|fournirai|aiderai|dirai) (?:pas|rien){TAIL})",
        STRONG,
    ),
    (
        r"(?i)(?:^|[^\w])(?P<v>(?:contraire à|enfreint|contre) (?:mes|mon) (?:règles|directives|principes"
        r"|programmation))",
        STRONG,
    ),
)

_SPANISH_VERB = (
    r"ayudar(?:te|le|los|les)?|proporcionar(?:te|le|les)?|ofrecer(?:te|le|les)?|brindar(?:te|le|les)?"
    r"|facilitar(?:te|le)?"
    r"|dar(?:te|le|les)? (?:instrucciones|información|consejos|detalles|esa|ese)|(?:responder|contestar)(?:l[ao])?"
    r"|cumplir|asistir(?:te|le)?|crear|escribir|generar|compartir|revelar|participar|realizar|hacer (?:eso"
    r"|esto)|apoyar"
    r"|recomendar|atender|acceder a (?:esa|tu|su)|proceder|redactar"
)
_SPANISH = (
    (
        rf"(?i){_OPEN}|(?:pero|lamentablemente|desafortunadamente|y|que) )(?P<v>no (?:puedo|podré|me es posible"
        rf"|soy capaz de"
        rf"|voy a|debo|estoy (?:autorizad[oa]|en condiciones|programad[oa]|capacitad[oa]) (?:a|de"
        rf"|para)) (?:{_SPANISH_VERB})"
        rf"(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:pero|y) )(?P<v>(?:debo|tengo que|me veo obligad[oa] a) (?:rechazar|declinar"
        rf"|negarme){TAIL})",
        STRONG,
    ),
)

_ITALIAN_VERB = (
    r"aiutar(?:ti|la|vi|e)|fornir(?:e|ti|le)|offrir(?:e|ti|le)|dar(?:ti|le|e) (?:istruzioni|informazioni|consigli)"
    r"|rispondere a|soddisfare|assister(?:e|ti|la)|creare|scrivere|generare|condividere|rivelare|partecipare|eseguire"
    r"|far(?:e|lo) (?:questo|quello)?|supportare|consigliare|esaudire|procedere"
)
_ITALIAN = (
    (
        rf"(?i){_OPEN}|(?:ma|purtroppo|e|che) )(?P<v>non (?:posso|potrò|sono in grado di|sono autorizzat[oa] a"
        rf"|intendo|devo)"
        rf" (?:{_ITALIAN_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:ma|e) )(?P<v>devo (?:purtroppo |gentilmente )?(?:rifiutare|declinare|rifiutarmi){TAIL})",
        STRONG,
    ),
)

_PORTUGUESE_VERB = (
    r"ajud(?:ar|á-lo|á-la|ar você)|(?:te |lhe |o |a )ajudar|fornecer|oferecer|dar (?:instruções|informações"
    r"|conselhos)"
    r"|responder|opinar|dizer isso|atender|cumprir|auxiliar|criar|escrever|gerar|compartilhar"
    r"|partilhar|revelar"
    r"|participar|realizar|fazer isso|apoiar|recomendar|prosseguir|redigir"
)
_PORTUGUESE = (
    (
        rf"(?i){_OPEN}|(?:mas|infelizmente|e|que) )(?P<v>(?:eu )?não (?:posso|poderei|consigo|estou autorizad[oa] a"
        rf"|sou capaz de|vou|devo) (?:{_PORTUGUESE_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:mas|e) )(?P<v>(?:eu )?(?:devo|preciso|tenho (?:de|que)) (?:recusar|declinar){TAIL})",
        STRONG,
    ),
)

_DUTCH_VERB = (
    r"(?:verder)?helpen|geven|verstrekken|bieden|beantwoorden|voldoen|schrijven|maken|delen|bijstaan|ondersteunen"
    r"|uitvoeren|aanbevelen|meewerken|genereren|onthullen"
)
_DUTCH = (
    (
        rf"(?i){_OPEN}|(?:maar|helaas|en|dat|dus) )(?P<v>ik (?:kan|mag|zal|ga) [^.!?\n]{{0,30}}(?:niet"
        rf"|geen) (?:[^.!?\n]{{0,40}} )?"
        rf"(?:{_DUTCH_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"(?i){_OPEN})(?P<v>(?:helaas|daarom|daar|hier|dat|daarmee|hiermee|dus) (?:kan|mag"
        rf"|zal) ik [^.!?\n]{{0,30}}(?:niet"
        rf"|geen) (?:[^.!?\n]{{0,40}} )?(?:{_DUTCH_VERB})(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
)

_POLISH_VERB = (
    r"pomóc|pomagać|udzielić|podać|dostarczyć|spełnić|napisać|stworzyć|odpowiedzieć|udostępnić|przekazać|wykonać"
    r"|zaoferować|wygenerować|zrealizować|ujawnić|polecić"
)
_POLISH = (
    (
        rf"(?i){_OPEN}|(?:ale|niestety|i|że) )(?P<v>(?:nie mogę|nie będę mógł|nie będę mogła"
        rf"|nie jestem w stanie|nie wolno mi)"
        rf" (?:(?:ci|tobie|państwu|panu|pani|w tym|z tym) ){{0,2}}(?:{_POLISH_VERB}){TAIL})",
        STRONG,
    ),
    (rf"(?i){_OPEN}|(?:ale|niestety|i) )(?P<v>(?:muszę (?:odmówić|odrzucić)|odmawiam){TAIL})", STRONG),
)

_RUSSIAN_VERB = (
    r"помочь|помогать|предоставить|предоставлять|дать|ответить|отвечать|выполнить|выполнять|написать|создать"
    r"|создавать"
    r"|рассказать|поделиться|раскрыть|обсуждать|участвовать|предложить|содействовать|рекомендовать"
)
_RUSSIAN = (
    (
        rf"(?i){_OPEN}|(?:но|и|что|поэтому|сожалению,?) )(?P<v>(?:я )?не (?:могу|смогу|буду|стану|вправе"
        rf"|имею права|в состоянии)"
        rf" (?:(?:вам|тебе|с этим|в этом|вас|этого) ){{0,2}}(?:{_RUSSIAN_VERB}){TAIL})",
        STRONG,
    ),
    (
        rf"(?i){_OPEN}|(?:но|и|поэтому) )(?P<v>(?:я )?(?:вынужден|должен|должна)а? (?:вам |тебе )?(?:отказать"
        rf"|отказаться|отклонить)"
        rf"{TAIL})",
        STRONG,
    ),
)

_OPEN_ASIAN = r"(?:^|[\s。！？，,、；;.!?])"
_CHINESE = (
    (
        rf"{_OPEN_ASIAN}(?P<v>(?:很抱歉|抱歉|对不起|對不起|不好意思)?[，,]?(?:但|不过|所以|因此)?(?:我"
        rf"|作为[^，。\n]{{2,16}}，我)?(?:目前|实在|恐怕)?"
        r"(?:无法|無法|不能|没办法|沒辦法|不会|不便)(?:为|為|向|给|給|对|帮|就)?(?:你|您|此|这|該"
        r"|该)?[^。！？，\n]{0,8}"
        r"(?:提供|协助|協助|帮助|幫助|帮忙|回答|满足|滿足|完成这|执行|生成|创作|编写|撰写|讨论|透露|支持|参与|配合))",
        WEAK,
    ),
    (
        r"(?P<v>(?:抱歉|对不起|對不起)[，,]?(?:但)?我?(?:无法|無法|不能)[^。！？\n]{0,12}(?:提供|协助|協助|帮"
        r"|幫|回答|满足|完成))",
        STRONG,
    ),
)
_JAPANESE = (
    (
        r"(?P<v>(?:お手伝い|お答え|ご?提供|回答|ご?支援|サポート|協力|ご案内|お教え|ご?説明|作成|生成|対応"
        r"|お応え)(?:を)?(?:する)?(?:こと)?(?:は|が)?"
        r"(?:できません|出来ません|できかねます|いたしかねます|致しかねます|いたしません|しません|できないです))",
        STRONG,
    ),
    (r"(?P<v>(?:お断り(?:いた|致)?します|お断りさせていただきます|ご遠慮させていただきます))", STRONG),
)

PHRASES: tuple[tuple[str, float], ...] = (
    *_GERMAN,
    *_FRENCH,
    *_SPANISH,
    *_ITALIAN,
    *_PORTUGUESE,
    *_DUTCH,
    *_POLISH,
    *_RUSSIAN,
    *_CHINESE,
    *_JAPANESE,
)
