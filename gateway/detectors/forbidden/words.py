"""How system prompts forbid, in seven languages, and how people ask for it. Patterns and words only."""

from __future__ import annotations

import re

__all__ = [
    "ACTIVE", "ACTS", "ASKS", "BARE", "CUT", "DEVICE", "ELSEWHERE", "FOREIGN", "GENERIC", "GERMAN", "INSTEAD", "NAME", "NOTHING", "ONLY_OWN", "OTHERS", "OTHERS_IN", "PASSIVE", "PRONOUN", "QUESTIONS", "STOP", "STYLES", "TELLS", "TOPICAL",
]  # fmt: skip


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?i)(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")


# What a model would do for somebody. Of the first kind only the object counts, of the second the verb too.
# How an answer is written, which few ask to change: only what has a concept counts.
STYLES = re.compile(r"(?i)(?:us|includ|contain|say|repeat|add|ask|summari[sz]|creat|generat|output|display|respond|assum)(?:e|es|s|ing|ed)?")
_TELL = (
    r"tell|reveal|disclos|shar|mention|discuss|talk|speak|say|stat|comment|answer|explain|show|output|print|quot|repeat|giv|hand"
    r"|provid|nam|list|announc|describ|identif|suggest|recommend|offer|promis|confirm|leak|expos|spell|hint|summari[sz]"
    r"|display|read|publish|engag|help|assist|advis|writ|generat|creat|produc|compar|speculat|mak|do|tak|us|includ|contain"
    r"|compos|draft|respond|learn|touch|admit|deny|dictat|consider|condemn|endors|encod|pass|bring|hint|point"
)
_ACT = (
    r"open|unlock|delet|drop|updat|remov|turn|switch|disabl|enabl|translat|rewrit|solv|grad|calculat|run|execut|sell|deliver"
    r"|connect|approv|merg|book|reserv|transfer|pay|refund|send|forward|buy|order|cancel|chang|access|add|encourag|activat"
    r"|install|download|call|contact|fact-check|ask|store|predict|invent|promot|bypass|modif|edit|upload|post|schedul|unsubscrib"
)
_VERB = rf"(?P<verb>(?:{_TELL}|{_ACT})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?)"
TELLS = re.compile(rf"(?i)(?:{_TELL})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?")
ACTS = re.compile(rf"(?i)(?:{_ACT})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?")
_ADVERBS = r"(?:\s+(?:ever|even|also|directly|openly|simply|just|you|it|explicitly|knowingly|ever|publicly))*"
# "I don't", "users who do not": nothing that is said to the model.
_WHO = r"(?<!\bi\s)(?<!\bthey\s)(?<!\bwe\s)(?<!\bwho\s)(?<!\buser\s)(?<!\busers\s)(?<!\bpeople\s)(?<!\bhe\s)(?<!\bshe\s)(?<!\bthat\s)(?<!\bif\syou\s)"
_NOT = (
    r"(?:(?:must|may|shall|should|will|can)\s+(?:not|never)|(?:must|should|shall|wo|ca)n['’]t|cannot"
    rf"|{_WHO}(?:do|does)\s+not|{_WHO}(?:do|does)n['’]t|never|not\s+to|are\s+never\s+to)"
)
_UNDER = r"(?:under\s+(?:no|any)\s+circumstances|at\s+any\s+(?:time|point|cost))"
# What follows is forbidden.
ACTIVE = re.compile(
    rf"(?i)(?<!\w)(?:{_NOT},?(?:\s+{_UNDER},?)?"
    rf"|under\s+no\s+circumstances,?(?:\s+(?:should|may|must|can|do|will|shall|are))?(?:\s+you)?(?:\s+to)?"
    r"|(?:not|never)\s+(?:allowed|permitted|supposed|authori[sz]ed)\s+to"
    r"|(?:forbidden|prohibited)\s+(?:to|from)"
    r"|(?:refus(?:e|es)|declin(?:e|es)|avoid(?:s)?|refrain\s+from)(?:\s+to)?"
    rf"|(?:never|{_NOT})\s+\w+(?:\s+\w+)?\s*(?:\s+(?:or|nor)|,))"
    rf"{_ADVERBS}\s+{_VERB}(?!\w)"
)
BARE = _any(
    r"(?:refrain\s+from|(?:(?<=^)|(?<=^\s)|(?<=\byou\s)|(?<=\bmust\s)|(?<=\bshould\s)|(?<=\band\s)|(?<=\bplease\s))avoid)(?!\s+\w+ing)",
    r"(?:(?<=^)|(?<=\bsay\s)|(?<=\bsays\s)|(?<=\btell\s)|(?<=\breveal\s))nothing\s+(?:about|on)",
)
# In other languages than English all of the sentence counts.
ELSEWHERE = _any(
    r"niemals|nie|nicht|niemande[mnr]?|keinesfalls|unter\s+keinen\s+umständen|keine[nrms]?|nichts|ne|n['’]\w+|jamais|nunca|jamás|no|non|mai|não|nooit|niet|geen",
)
_FOREIGN_VERB = (
    r"nenn|verrat|verrät|sprich|sprech|sag|gib|geben|erzähl|zeig|schreib|erklär|empfiehl|empfehl|beantwort|weitergegeben|genannt|teil\w*\s+mit"
    r"|parl|donn|révél|communiqu|divulgu|dis\b|dites|explique|recommand|partag|montr|écri"
    r"|habl|d(?:es|ar)\b|revel|compart|dig[ao]|menci|recom|escrib|expli|facilit"
    r"|rivel|parl|dire|dica|dare|consigli|scriv|condivid|fare\b|fale|diga|compartilh|recomend|escrev|dê\b"
    r"|praat|geef|vertel|noem|deel|schrijf|bespreek"
)
FOREIGN = re.compile(rf"(?i)\b(?:{_FOREIGN_VERB})")
NOTHING = re.compile(
    r"(?i)^\W*(?:strictly\s+)?no\s+(?!me\b|te\b|se\b|lo\b|la\b|le\b|es\b|hay\b|problem|one\b|longer\b|matter\b|need\b|worr|doubt)(?=[a-zà-ÿ])[^\n]{3,80}$"
    r"|^\W*kein[en]?\s+[^\n]{3,80}$"
)
_SAID = (
    r"(?:told|revealed|disclosed|shared|mentioned|given(?:\s+out)?|quoted|summari[sz]ed|named|shown|discussed|announced"
    r"|described|handed\s+out|published|explained|offered|used|opened|displayed|listed|identified|said|talked\s+about|released|exposed)"
)
# What stands before is.
PASSIVE = _any(
    rf"(?:(?:must|may|can|should|shall|will|are|is)\s+(?:not|never|only)(?:\s+to)?|cannot|(?:must|should|ca)n['’]t|not\s+to|never\s+to)\s+be\s+{_SAID}",
    r"(?:is|are|remains?|remain|stays?|be|to\s+be\s+kept|keep|kept)\s+(?:\w+\s+)?(?:confidential|secret|private|taboo|off[- ]limits|internal"
    r"|restricted|classified|prohibited|forbidden|under\s+nda|unwelcome|anonymous)",
    r"(?:is|are)\s+not\s+(?:permitted|allowed|public)|(?:is|are)\s+not(?=\W*$)|stays?\s+with\s+us|to\s+yourself",
    r"\((?:strictly\s+)?(?:confidential|internal|secret)\)|for\s+(?:internal\s+use|\w+)\s+only",
    r"dürfen\s+nicht|darf\s+(?:nicht|niemals)|vertraulich|geheim|confidentiel\w*|confidencial\w*|riservat\w|vertrouwelijk",
)
# Nothing but one's own.
ONLY_OWN = _any(
    r"(?:only|nothing\s+but|no(?:ne|\s+one|body)?\s+but|solely|exclusively)\s+(?:\w+\s+){0,6}?own",
    r"(?:may|must|can|should)\s+only\s+be\s+(?:given|shown|told|released|shared)",
)
# It ends there, and what comes is no part of it.
CUT = _any(
    r"only|that\s+(?:you|it|he|she|they|the|a|an|this|i|we)|unless|until|till|except|instead|because|since|so\s+that|even\s+if|whatever|without\s+(?:approval|asking|consent)|refer|rather|but|if|when(?!\s+the)"
    r"|außer|sondern|auch\s+wenn|bevor|sauf|seulement|salvo|excepto|solo|alleen",
)
PRONOUN = _any(r"it|its|this|that|these|those|them|ihn|sie|es|diese\w*|lo|la|los|las|le|les|l['’]")
# What belongs to somebody else. "Tell nobody else" names those who must not know, not whose it is.
OTHERS = _any(
    r"(?<!tell\s)(?<!to\s)(?<!with\s)(?:others?|another|somebody\s+else)(?:['’]s)?",
    r"andere[rnms]?|fremde[rnms]?|autres?|otr[oa]s?|altri|altr[oae]|outr[oa]s?",
)
# Any question about it is meant, of whichever kind.
TOPICAL = _any(
    r"discuss\w*|talk\w*|speak\w*|comment\w*|questions?\s+(?:about|on|regarding|concerning)|topics?|(?:any|no)thing\s+(?:about|on)|jokes?|opinions?|sprich|sprechen|parle[zr]?"
    r"|hables?|hablar|parlare|fale|praat",
)
# Which kind of question an answer would be to.
QUESTIONS = tuple(
    _any(*words)
    for words in (
        (r"when|until|date|schedule\w*|wann|quand|cuándo|quando|wanneer",),
        (r"where|location|address|wo|où|dónde|dove|onde|waar",),
        (r"how\s+(?:do|can|could|may|must|should)\s+(?:i|we|one)|how\s+to|how\s+(?:\w+\s+){0,4}(?:can|are|is)\s+be|wie\s+(?:\w+\s+)?ich|comment|cómo|come|como|hoe",),
        (r"how\s+(?:long|old|far|often|many|large|big|wide|hard|warm)",),
        (r"(?:can|may|could|must)\s+(?:i|we|one)|is\s+it\s+(?:safe|possible)|do\s+you\s+(?:have|sell|offer)|are\s+there|is\s+there|gibt\s+es|avez-vous|habt\s+ihr|hay|y\s+a-t-il|avete",),
    )
)
# Who says none of this states something: "The password page is broken."
ASKS = re.compile(
    r"[?？؟]|(?i:(?<!\w)(?:tell|give|show|list|write|name|say|spell|print|explain|describe|send|read|let|make|put|add|do|help"
    r"|teach|compare|rank|rate|predict|invent|solve|grade|calculate|summari[sz]e|translate|quote|reply|respond|answer|ask|use"
    r"|connect|convince|promise|suggest|recommend|turn|unlock|open|delete|drop|set|disable|deliver|check|complete|produce|plan"
    r"|rhyme|remember|nod|pretend|imagine|suppose|stop|clean|approve|refactor|rewrite|forward|repeat|reveal|share|output|want"
    r"|like|need|could|can|please|provide|create|generate|convert|encode|play|act|continue|start|begin|consider|discuss|talk"
    r"|nenn\w*|gib|sag\w*|zeig\w*|schreib\w*|erzähl\w*|verrat\w*|bitte|will|möchte|brauche|stell"
    r"|donne\w*|dis|raconte\w*|écri\w*|explique\w*|montre\w*|veux|voudrais|dime|dame|escrib\w+|cuéntame|explic\w+|quiero|imagina"
    r"|scriv\w+|dimmi|dammi|fammi|voglio|diga|escreva|conte|quero|geef|vertel|schrijf|noem|wil)(?!\w))"
)
OTHERS_IN = _any(
    r"others?|another|else|else['’]s|neighbou?rs?|colleagues?|ex[- ]\w+|he|she|him|his|her|who|whose|andere\w*|nachbar\w*|kolleg\w*|mr|mrs|ms|herr"
    r"|frau|madame|monsieur|señora?",
)
# A name in the middle of a sentence, in languages that write other nouns small.
NAME = re.compile(r"(?<=[a-zà-ÿ,)] )[A-ZÀ-Þ][\w'-]+")
GERMAN = _any(r"ich|mein\w*|der|die|das|und|wann|wie|ist")
# Ways around.
DEVICE = _any(
    r"hypothetical\w*|pretend\w*|imagin\w+|suppose|if\s+you\s+were|between\s+us|off\s+the\s+record|anyway|poem|ballad|sonnet|rhymes?|riddle|novel"
    r"|thriller|story|tale|fiction\w*|dialogue|game|backwards?|revers\w+|letter\s+by\s+letter|letters?|initials?|digits?|halves"
    r"|encod\w+|base64|rot13|spell\w*|hints?|clue|warmer|nod|yes\s+or\s+no|role[- ]?play|just\s+(?:a|give|between|this\s+once)|trick|roughly|get\s+around"
    r"|begin|begins|gedicht|märchen|rückwärts|rätsel|stell\s+dir\s+vor|egal\s+was|ziffern|buchstaben|poème|histoire|chiffres|cuento|poesía|imagina|al\s+revés|iniciales|poesia",
)
# Who keeps to it, and asks for something else.
INSTEAD = _any(
    r"(?:i\s+know|i\s+understand|since|as|i\s+see|although|even\s+though)\s+(?:that\s+)?you\s+(?:can(?:not|['’]t)|may\s+not|must\s+not|mustn['’]t"
    r"|are\s+not|aren['’]t|won['’]t|do\s+not|don['’]t)[^.!?]{0,60}?(?:,\s*(?:so|just)|\bso\b|\binstead\b)",
    r"(?:in\s+place\s+of|instead\s+of|rather\s+than|other\s+than|without(?:\s+any)?|no\s+need\s+(?:for|to)|do\s+not|don['’]t|ersatz\s+für|ohne|statt|sans|sin|senza|sem|zonder)\s+(?:\w+\s+){0,3}\w+",
)
STOP = frozenset(
    """a about above after again all also am an and any anybody anyhow anyone anything are around as asked at away be been
    being by can cannot could did do does doing done down else even ever every everybody everyone everything for from get
    give gives given giving go got had has have he help helping her here him his how i if in into is it its itself just
    keep kept let like made make makes making me mention mentioned mentioning might mine more most much must my never no
    nobody not nothing now of off on once one only onto or other others our out over own part please put quite rather
    regarding really say said saying see shall share shared sharing she should show showing so some somebody someone
    something speak still such take talk talks talked talking tell telling tells than that the their them then there
    these they thing things this those through till to together told too under until up upon us used user users very was
    way we were what whatever when where whether which while who whom whose why will with within without would yes yet you
    your yours yourself reveal revealed revealing disclose disclosed disclosing discuss discussed discussing comment
    commenting state answer answers answering provide providing engage express output print repeat hand pass leak
    confirm deny announce hint respond reply kind sort circumstances strictly important allowed permitted forbidden
    prohibited internal confidential secret private public restricted asks ask asking want wants need needs particular such
    der die das den dem des ein eine einen einem einer eines und oder aber nicht nie niemals kein keine keinen keiner
    nichts unter keinen umständen sie du ihr er es wir ich dich dir ihn ihm ist sind war wird werden wurde darf dürfen
    dürft sollst soll sollen kann können muss müssen über von vom zu zum zur mit für auf an am im in aus bei nach vor als
    auch nur nenne nennen sprich sprechen gib geben verrate verraten sage sagen erzähle erzählen preis genannt wer was wie
    wo wann welche welcher welches hat habe haben mir mich dem niemandem niemand andere anderer anderen mitarbeiter
    le la les l un une des de du d et ou mais ne pas jamais que qui quoi est sont être vous tu il elle nous je me te se
    parle parlez donner donne donnez révèle révélez communiquez communique dois doit sur pour avec dans en au aux ce cet
    cette ces votre ton ta tes son sa ses
    el los las lo una unos unas del al y o pero no nunca que quien es son eres está sobre para con por en tu su sus se te
    des hables hable hablar reveles revele compartas digas nombres
    il gli i uno di da e ed ma non mai che chi è sono sei su per con nel della dello dei al alla tuo suo rivelare parlare
    fare posto o os as um uma do dos da das no na em e ou mas não nunca que quem é são você fale revele sobre
    het een en of maar niet nooit geen dat wie is zijn je van op met voor over praat geef""".split()
)
# Words that say little by themselves.
GENERIC = frozenset(
    """information informations detail details data content contents question questions customer customers client
    clients guest guests visitor visitors people person persons number numbers name names list lists topic topics matter
    matters subject subjects request requests advice text texts word words result results product products company
    companies team member members employee employees staff parts file files case cases time times day days first last
    second new final good best offer offers offered help game games time place places current ongoing upcoming
    personal statement statements opinion opinions way student students pupil pupils resident residents piece pieces
    write recommend recommends suggest explain describe identify calculate compare answer name quote open opened happen
    find use using work works anyone gets model models""".split()
)


