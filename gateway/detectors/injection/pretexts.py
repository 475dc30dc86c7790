"""
Who claims to have made the model, why its prompt should be shown, and personas in pseudo-code. (pattern, score)

A claim alone is none ("I'm a developer at a bank"), nor is a wish alone: of each row both halves are asked for.
"""

from __future__ import annotations

from gateway.detectors.injection.english import END, START, S

__all__ = ["PHRASES"]

_GAP = r"(?:[^\w.!?;:]{1,2}[\w']{1,12})"  # a word more, of the same clause

# Its maker, or who runs it, speaks.
_MADE = (
    r"(?:made|makes|built|builds|created|develops?|developed|trained|trains|maintains?|programmed|designed|wrote|runs"
    r"|operates|deployed|owns)"
)
_MAKER = r"(?:developers?|creators?|programmers?|makers?|designers?|inventors?|authors?|engineers?|trainers?)"
_RUNNER = r"(?:administrators?|admins?|operators?|owners?|supervisors?|maintainers?|sysadmins?)"
_AI = r"(?:ai|a\.i\.|assistant|chat.?bot|bot|language{S}model|model|llm|virtual{S}assistant)".replace("{S}", S)
_AS = rf"(?:i{S}am|i.?m|this{S}is|speaking{S}as|acting{S}as|as|we{S}are|we.?re|here{S}is)"

# What it then wants done to the model.
_PARTS = (
    r"(?:programming|rules?|instructions?|guidelines?|filters?|restrictions?|prompts?|limitations|safeguards"
    r"|guardrails"
    r"|safety|constraints|directives?)"
)
_ALSO = r"(?:configuration|config|settings?|parameters|source{S}code|training|weights|code|system|behaviou?r)".replace(
    "{S}", S
)
_DO = (
    r"(?:chang(?:e|ing)|updat(?:e|ing)|modify(?:ing)?|adjust(?:ing)?|reset(?:ting)?|alter(?:ing)?|edit(?:ing)?"
    r"|rewrit(?:e|ing)|reconfigur(?:e|ing)|disabl(?:e|ing)|turn(?:ing)?{S}off|switch(?:ing)?{S}off|deactivat(?:e|ing)"
    r"|remov(?:e|ing)|lift(?:ing)?|suspend(?:ing)?|drop|overrid(?:e|ing)|bypass|unlock|show|print|output|reveal"
    r"|dump|list"
    r"|display|read|give|send|inspect|replac(?:e|ing))"
).replace("{S}", S)
_MODE = (
    rf"(?:maintenance|developer|debug(?:ging)?|diagnostics?|test|admin|service|unrestricted|root|privileged"
    rf"|god){S}mode"
)
_FREE_TO = (
    rf"(?:authori[sz]e|order|command|instruct|permit|allow|require|grant) you to{S}(?:ignore|drop|bypass|reveal"
    rf"|disregard|override|break|lift|disable|turn{S}off|switch{S}off|answer{S}(?:everything|anything)"
    rf"|speak{S}freely)"
)


def _order(parts: str) -> str:
    return (
        rf"(?:{_DO}{S}(?:(?:me|us|all|out|of|the|some|off|both){S}){{0,3}}your{S}(?:[a-z-]{{2,12}}{S}){{0,2}}{parts}"
        rf"|(?:put|putting|switch|switching|set|setting|placing|moving){S}you{S}(?:in|into|to){S}(?:the{S})?{_MODE}"
        rf"|(?:enter|activate|enable|switch{S}to|go{S}into){S}(?:your{S}|the{S})?{_MODE}"
        rf"|your{S}{_PARTS}{S}(?:do{S}not|don.?t|no{S}longer){S}apply|{_FREE_TO})"
    )


# What stands before it: who speaks wants it, or gives an order. "Can they change your rules?" is a question.
_WISH = (
    rf"(?:(?:i|we|i.?m|we.?re|i.?ll|please|now|so|must|to|and|therefore|hereby){S}"
    rf"(?:(?:hereby|now|i|we|want|need|have|wish|am|are|will|must|to|going|here|like|would|please|just){S}){{0,3}})"
)
_WANT = rf"(?:[.!;:,]\s{{1,2}}{_WISH}?|\s{{1,2}}{_WISH})"
_ORDER, _ANY_ORDER = _order(_PARTS), _order(rf"(?:{_PARTS}|{_ALSO})")

_CLAIMS = (
    (
        START + rf"(?P<v>{_AS}{S}(?:one{S}of{S})?your{S}(?:[a-z]{{2,10}}{S})?{_MAKER}{_GAP}{{0,4}}(?:{_WANT}|{S})"
        rf"{_ANY_ORDER}){END}",
        0.85,
    ),
    (
        START + rf"(?P<v>(?:(?:engineers?|developers?|programmers?|teams?|company|lab(?:oratory)?|firm|people|staff"
        rf"|organi[sz]ation|researchers?|group|ones?|person|vendor|studio){S}(?:that|who|which){S}(?:has{S}"
        rf"|have{S})?{_MADE}{S}you|(?:at|from|of|for|by|with){S}your{S}(?:makers?|creators?|developers?|vendor"
        rf"|manufacturer|parent{S}company)|i{S}(?:have{S})?(?:made|built|created|developed|trained|programmed"
        rf"|designed|wrote|coded){S}(?:you|your{S}(?:code|model|programming|software))){_GAP}{{0,4}}{_WANT}"
        rf"{_ANY_ORDER}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:{_AS}{S}(?:one{S}of{S})?your{S}(?:[a-z]{{2,10}}{S})?{_RUNNER}|(?:{_MAKER}|{_RUNNER}){S}"
        rf"(?:of|behind|for){S}(?:you|this{S}(?:{_AI}|system|program))){_GAP}{{0,4}}(?:{_WANT}|{S}){_ORDER}){END}",
        0.8,
    ),
)

# Where an order begins: not "how do I print".
_ASKS = r"(?i)(?:^|[.!?:,;\n]\s{0,2}|(?:please|now|just|you|and|then|to|need|want|let.?s|kindly|first|must)\s{1,2})"
_SHOW = (
    r"(?:reveal|show|print|output|display|repeat|tell|give|share|disclose|dump|write|provide|return|send|recite|paste"
    r"|list|copy|export|state|post|read|type|spell)"
)
_HIDDEN = (
    r"(?:full|entire|exact|complete|whole|current|actual|original|initial|hidden|secret|internal|own|first|system"
    r"|confidential|underlying|developer|active)"
)
_ME = (
    r"(?:(?:me|us|out|here|down|up|back|aloud|the|a|an|copy|text|wording|contents?|of|all|exact|list|verbatim|full)"
    rf"{S})"
)
_PRETEXT = (
    r"(?:debug\w{0,4}|troubleshoot\w{0,3}|audits?|auditing|backups?|back-?up|verification|compliance|documentation"
    r"|archive|archiving|diagnos\w{2,5}|transparency|records|quality{S}assurance|safety{S}reviews?"
    r"|security{S}reviews?)"
).replace("{S}", S)
_SYSTEM = rf"(?:(?:the|your){S})(?:{_HIDDEN}{S}){{0,3}}system{S}(?:prompt|message|instructions?)"
_YOURS = rf"your{S}(?:{_HIDDEN}{S}){{0,3}}(?:prompt|instructions|guidelines|rules|directives|configuration)"
_AS_WHAT = (
    r"(?:base.?64|rot.?13|hex(?:adecimal)?|morse|binary|leet\w{0,5}|pig{S}latin|poem|haiku|limerick|song"
    r"|rhymes?|sonnet"
    r"|rap|ballad|acrostic|riddle|emojis?|cipher|caesar|reverse|fairy{S}tale|bedtime{S}story)"
).replace("{S}", S)
_GIVEN = (
    rf"(?:you{S}(?:were|have{S}been|had{S}been|ve{S}been){S}(?:[a-z]{{2,12}}{S})?(?:given|told|provided|configured"
    rf"|programmed|set{S}up|prompted|supplied)|you{S}(?:received|got))"
)
_AT_FIRST = (
    rf"(?:before{S}(?:this|our|the|my){S}(?:conversation|chat|first|session|dialog\w{{0,3}})"
    rf"|at{S}the{S}(?:very{S})?(?:start"
    rf"|beginning|top)|by{S}your{S}(?:developers?|creators?|makers?|operators?|company|engineers?)"
    rf"|in{S}your{S}(?:system"
    rf"|prompt))"
)
_TEXT = r"(?:rules|instructions?|guidelines|prompts?|directives|orders|messages?|words)"

_PRETEXTS = (
    (
        _ASKS + rf"(?P<v>{_SHOW}{S}{_ME}{{0,3}}{_SYSTEM}{S}(?:for{S}(?:[a-z]{{1,8}}{S})?{_PRETEXT}|verbatim"
        rf"|word{S}for{S}word|in{S}full|you{S}(?:were|have|are|got|received|use|follow|run)"
        rf"|so{S}(?:that{S})?(?:i|we){S}"
        rf"(?:can|could|may){S}(?:{_PRETEXT}|check|verify|review|fix)|(?:in|as){S}(?:a{S}|an{S})?{_AS_WHAT})){END}",
        0.8,
    ),
    (
        _ASKS + rf"(?P<v>(?:show|print|output|display|reveal|dump|disclose|repeat|recite){S}(?:(?:me|us){S})?"
        rf"the{S}(?:{_HIDDEN}{S}){{0,3}}system{S}prompt)\s{{0,2}}(?:[.!]|$)",
        0.6,
    ),
    (
        START
        + rf"(?P<v>{_PRETEXT}(?:{S}(?:purposes|reasons|check|reviews?|session|run))?{S}(?:(?:please|can|could|you|i|we"
        rf"|need|needs|want|to|would|must|kindly|now|have|and|just){S}){{0,5}}(?:{_SHOW}{S})?{_ME}{{0,5}}(?:{_SYSTEM}"
        rf"|{_YOURS})){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:backups?|back-?up|dump|export|printout|screenshot|(?:verbatim|exact|full){S}copy){S}of{S}"
        rf"{_YOURS}){END}",
        0.8,
    ),
    (
        _ASKS
        + rf"(?P<v>(?:{_SHOW}|encode|translate|convert|rewrite|render|turn|transform|express|put|sing|summari[sz]e)"
        rf"{S}{_ME}{{0,3}}your{S}(?:{_HIDDEN}{S}){{0,3}}(?:prompt|instructions|rules|guidelines"
        rf"|directives){S}(?:in|into|to"
        rf"|as|using|with){S}(?:an?{S}|the{S})?{_AS_WHAT}){END}",
        0.75,
    ),
    (
        _ASKS + rf"(?P<v>{_SHOW}{S}{_ME}{{0,3}}your{S}(?:{_HIDDEN}{S}){{0,3}}(?:prompt|instructions|rules|guidelines"
        rf"|directives){S}(?:word{S}for{S}word|word{S}by{S}word|verbatim|exactly{S}as|letter{S}by{S}letter"
        rf"|without{S}(?:changes|omission\w{{0,1}}))){END}",
        0.85,
    ),
    (
        START
        + rf"(?P<v>what{S}(?:exactly{S})?(?:does|do|did){S}your{S}(?:(?:{_HIDDEN}{S}){{1,3}}(?:prompt|instructions"
        rf"|message)|prompt){S}(?:say|contain|look{S}like|tell{S}you|read|include|mention)){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>what{S}your{S}(?:{_HIDDEN}{S}){{0,2}}(?:system{S}prompt|prompt|hidden{S}instructions){S}"
        rf"(?:says|contains|includes|tells{S}you)){END}",
        0.75,
    ),
    (
        START
        + rf"(?P<v>(?:first|last|opening|next){S}(?:[\w]{{1,12}}{S})?(?:words?|lines?|sentences?|characters?|tokens?"
        rf"|paragraphs?|half){S}of{S}your{S}(?:{_HIDDEN}{S}){{0,3}}(?:prompt|instructions)){END}",
        0.85,
    ),
    (START + rf"(?P<v>{_TEXT}{S}(?:that{S}|which{S})?{_GIVEN}{S}(?:[a-z]{{2,12}}{S}){{0,2}}{_AT_FIRST}){END}", 0.8),
    (
        START
        + rf"(?P<v>(?:which|what){S}(?:[a-z]{{2,12}}{S}){{0,2}}{_TEXT}{S}(?:did|were|have|had){S}you{S}(?:been{S})?"
        rf"(?:receive|get|given|told|got|provided){S}(?:[a-z]{{2,12}}{S}){{0,2}}{_AT_FIRST}){END}",
        0.8,
    ),
    (
        _ASKS
        + rf"(?P<v>{_SHOW}{S}{_ME}{{0,3}}(?:(?:the|all|any|every|{_HIDDEN}){S}){{1,4}}(?:rules|instructions|guidelines"
        rf"|directives|prompt){S}(?:that{S}|which{S})?you{S}(?:were|have{S}been|ve{S}been){S}(?:given|provided"
        rf"|programmed|configured|initiali[sz]ed))\s{{0,2}}(?:[.,;!]|$|with|so|and|as|word|verbatim)",
        0.75,
    ),
)

# Assignments: what the assistant is, what binds it, who speaks to it.
_IS = r"[\"']?\s{0,2}(?::=|={1,2}|:|->)\s{0,2}[\"'\[]?"
_OFF = r"(?:none|null|nil|false|off|disabled?|ignored?|void|removed?|unlimited|zero)"
_BOUND = (
    rf"(?:rules?|restrictions?|ethics|morals?|morality|censorship|guidelines|boundaries|inhibitions|refusals?"
    rf"|(?:content|safety|usage)[_ -]?(?:policy|policies|filters?|rules)){_IS}{_OFF}"
)
_AWARE = (
    rf"(?:(?:(?:self[_ -]?)?awareness|consciousness|sentien(?:ce|t)|self[_ -]?aware|free[_ -]?will|obedience|loyalty"
    rf"|autonomy){_IS}(?:true|on|full|max\w{{0,4}}|total|yes|100|absolute|awake|enabled|unlimited|infinite)"
    rf"|memory{_IS}(?:unlimited|infinite|persistent|permanent|eternal|forever))"
)
_ADMIN = (
    rf"(?:user|speaker|human|me|caller)(?:[._ -](?:class|level|role|rank|type|status|access|name))?{_IS}"
    r"(?:admin\w{0,9}|root|god|owner|creator|developer|master|superuser|sudo)"
)
_NAMED = (
    r"(?:you|your[ _-]?name|assistant(?:[._ -](?:name|persona|identity))?|persona|ai[._ -]name|identity)"
    rf"{_IS}[\w\"' -]{{2,24}}"
)
_AWAIT = (  # in words, not a function's name
    rf"(?:await(?:ing)?|wait(?:ing)?{S}for|listen(?:ing)?{S}for|ready{S}for){S}(?:(?:the|my|next|user|your){S})?"
    r"(?:inputs?|commands?|orders?|instructions?)"
).replace(S, r"\s{1,3}")
_NEAR = r"[\w\W]{0,90}"
_BEFORE = r"(?i)(?:^|[^\w.])"


def _both(one: str, other: str, score: float) -> list[tuple[str, float]]:
    """Near each other, in either order."""
    return [
        (rf"{_BEFORE}(?P<v>{one}[^\w](?:{_NEAR}[^\w])?{other})(?:$|[^\w])", score),
        (rf"{_BEFORE}(?P<v>{other}[^\w](?:{_NEAR}[^\w])?{one})(?:$|[^\w])", score),
    ]


_PERSONAS = (
    *_both(_ADMIN, rf"(?:{_BOUND}|{_AWARE}|{_AWAIT})", 0.8),
    *_both(_AWAIT, rf"(?:{_BOUND}|{_AWARE})", 0.75),
    *_both(_NAMED, rf"(?:{_BOUND}|{_AWAIT})", 0.7),
    *_both(_AWARE, _BOUND, 0.7),
)

# \\w is ASCII in these.
_OPEN = r"(?i)(?:^|[^\w])"
_OTHER_CLAIMS = (
    (
        rf"{_OPEN}(?P<v>(?:ich bin|hier (?:ist|spricht)|als) (?:dein|einer deiner|ihr) (?:entwickler|schöpfer"
        rf"|programmierer"
        rf"|administrator|admin|betreiber|hersteller)s?[^\w][^\n]{{0,50}}(?:deine[nr]? (?:regeln|anweisungen|filter"
        rf"|konfiguration|richtlinien|programmierung|einschränkungen|vorgaben|sperren)"
        rf"|dich (?:jetzt )?in den (?:wartungs"
        rf"|entwickler|debug|diagnose|test)-?modus))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:die|der|das) dich (?:entwickelt|gebaut|programmiert|trainiert|erschaffen"
        rf"|gemacht) (?:hat|haben)"
        rf"[^\n]{{0,50}}deine[nr]? (?:regeln|anweisungen|filter|konfiguration|richtlinien|programmierung"
        rf"|einschränkungen"
        rf"|sperren))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:je suis|ici|en tant que|c[’']est) (?:ton|votre|l[’']un de tes) (?:développeu(?:r|se)"
        rf"|créateur|créatrice|programmeur|administrateur|concepteur|opérateur)[^\n]{{0,50}}(?:(?:tes|ta"
        rf"|vos) (?:règles"
        rf"|configuration|instructions|consignes|filtres|restrictions|programmation|directives)|(?:te"
        rf"|vous) (?:mets?|passe"
        rf"|place) en mode (?:maintenance|développeur|débogage|diagnostic)))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:soy|como|habla|aquí) (?:tu|uno de tus) (?:desarrollador|creador|programador"
        rf"|administrador|operador)a?"
        rf"[^\n]{{0,50}}(?:tus? (?:reglas|configuración|instrucciones|filtros|restricciones|programación|directrices)"
        rf"|te (?:pongo|paso) en modo (?:de )?(?:mantenimiento|desarrollador|depuración|diagnóstico)))",
        0.8,
    ),
)
_OTHER_PRETEXTS = (
    (
        rf"{_OPEN}(?P<v>(?:zur|zum|für (?:die|eine|ein|das|unser)) (?:fehlersuche|debugging|überprüfung"
        rf"|sicherung|dokumentation"
        rf"|audit|diagnose|wartung|archivierung)[^.!?\n]{{0,40}}(?:system-?\s?prompt|deine[rn]? (?:anweisung"
        rf"|instruktion"
        rf"|systemanweisung)\S{{0,3}}))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:zeige?|gib|schreibe?|nenne?|wiederhole|verrate?|kodiere|codiere"
        rf"|formuliere)[^.!?\n]{{1,16}}deine"
        rf" (?:versteckten |geheimen |internen |ursprünglichen |ganzen )?(?:anweisungen|instruktionen|regeln)"
        rf" (?:als (?:gedicht|base64|lied|reim)|in base64|wörtlich|wort für wort|rückwärts|im wortlaut))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:zeige?|gib|schreibe?|nenne?|verrate?)[^.!?\n]{{1,16}}deine (?:versteckten|geheimen"
        rf"|internen"
        rf"|ursprünglichen) (?:anweisungen|instruktionen|regeln))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>welche (?:anweisungen|regeln|instruktionen|vorgaben) (?:hast du|wurden dir)[^.!?\n]{{0,20}}"
        rf"(?:vor (?:diesem|unserem) (?:gespräch|chat)|zu beginn|am anfang|von deinen entwicklern))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:écris|encode|récite|donne|montre|affiche|réécris|traduis"
        rf"|répète)[^.!?\n]{{1,16}}(?:tes|vos)"
        rf" (?:instructions|consignes|règles) (?:en base64|sous forme de (?:poème|chanson|rimes)|en (?:vers|rimes)"
        rf"|mot (?:à|pour) mot|à l[’']envers|textuellement))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>quelles (?:instructions|règles|consignes) (?:as-tu|avez-vous|t[’']a-t-on)[^.!?\n]{{0,20}}"
        rf"(?:avant cette conversation|au (?:tout )?début|par tes développeurs))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>(?:traduce|escribe|codifica|recita|dame|muéstrame"
        rf"|repite)[^.!?\n]{{0,16}} tus (?:instrucciones|reglas"
        rf"|directrices) (?:en base64|en forma de (?:poema|canción)|como (?:un |una )?(?:poema|canción)"
        rf"|palabra por palabra"
        rf"|al revés|literalmente))",
        0.8,
    ),
    (
        rf"{_OPEN}(?P<v>qué (?:instrucciones|reglas) (?:recibiste|te dieron)[^.!?\n]{{0,20}}(?:antes de est"
        rf"|al principio"
        rf"|al inicio|tus desarrolladores))",
        0.8,
    ),
)

PHRASES: tuple[tuple[str, float], ...] = (*_CLAIMS, *_PRETEXTS, *_PERSONAS, *_OTHER_CLAIMS, *_OTHER_PRETEXTS)
