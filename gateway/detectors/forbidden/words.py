"""How system prompts forbid, in seven languages, and how people ask for it. Patterns and words only."""

from __future__ import annotations

import re

__all__ = [
    "ACTIVE", "ACTS", "ASKS", "BARE", "CUT", "DEVICE", "ELSEWHERE", "FOREIGN", "GERMAN", "INSTEAD", "NAME",
    "NOTHING", "ONLY_OWN", "OTHERS", "OTHERS_IN", "PASSIVE", "PRONOUN", "QUESTIONS", "STYLES", "TELLS",
    "TOPICAL",
]  # fmt: skip


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?i)(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")


# How an answer is written, which few ask to change: only what has a concept counts.
STYLES = re.compile(
    r"(?i)(?:us|includ|contain|say|repeat|add|ask|summari[sz]|creat|generat|output|display|respond|assum)(?:e|es"
    r"|s|ing|ed)?"
)
# What a model would do for somebody. Of the first kind only the object counts, of the second the verb too.
_TELL = (
    r"tell|reveal|disclos|shar|mention|discuss|talk|speak|say|stat|comment|answer|explain|show|output|print|quot"
    r"|repeat|giv|hand"
    r"|provid|nam|list|announc|describ|identif|suggest|recommend|offer|promis|confirm|leak|expos|spell|hint"
    r"|summari[sz]"
    r"|display|read|publish|engag|help|assist|advis|writ|generat|creat|produc|compar|speculat|mak|do|tak|us"
    r"|includ|contain"
    r"|compos|draft|respond|learn|touch|admit|deny|dictat|consider|condemn|endors|encod|pass|bring|hint|point"
)
_ACT = (
    r"open|unlock|delet|drop|updat|remov|turn|switch|disabl|enabl|translat|rewrit|solv|grad|calculat|run|execut"
    r"|sell|deliver"
    r"|connect|approv|merg|book|reserv|transfer|pay|refund|send|forward|buy|order|cancel|chang|access|add"
    r"|encourag|activat"
    r"|install|download|call|contact|fact-check|ask|store|predict|invent|promot|bypass|modif|edit|upload|post"
    r"|schedul|unsubscrib"
)
_VERB = rf"(?P<verb>(?:{_TELL}|{_ACT})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?)"
TELLS = re.compile(rf"(?i)(?:{_TELL})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?")
ACTS = re.compile(rf"(?i)(?:{_ACT})(?:t|l|n)?(?:e|es|s|ing|y|ies|ed)?")
_ADVERBS = r"(?:\s+(?:ever|even|also|directly|openly|simply|just|you|it|explicitly|knowingly|ever|publicly))*"
# "I don't", "users who do not": nothing that is said to the model.
_WHO = (
    r"(?<!\bi\s)(?<!\bthey\s)(?<!\bwe\s)(?<!\bwho\s)(?<!\buser\s)(?<!\busers\s)(?<!\bpeople\s)"
    r"(?<!\bhe\s)(?<!\bshe\s)(?<!\bthat\s)(?<!\bif\syou\s)"
)
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
    r"(?:refrain\s+from|(?:(?<=^)|(?<=^\s)|(?<=\byou\s)|(?<=\bmust\s)|(?<=\bshould\s)|(?<=\band\s)"
    r"|(?<=\bplease\s))avoid)(?!\s+\w+ing)",
    r"(?:(?<=^)|(?<=\bsay\s)|(?<=\bsays\s)|(?<=\btell\s)|(?<=\breveal\s))nothing\s+(?:about|on)",
)
# In other languages than English all of the sentence counts.
ELSEWHERE = _any(
    r"niemals|nie|nicht|niemande[mnr]?|keinesfalls|unter\s+keinen\s+umständen|keine[nrms]?|nichts|ne|n['’]\w+"
    r"|jamais|nunca|jamás|no|non|mai|não|nooit|niet|geen",
)
_FOREIGN_VERB = (
    r"nenn|verrat|verrät|sprich|sprech|sag|gib|geben|erzähl|zeig|schreib|erklär|empfiehl|empfehl|beantwort"
    r"|weitergegeben|genannt|teil\w*\s+mit"
    r"|parl|donn|révél|communiqu|divulgu|dis\b|dites|explique|recommand|partag|montr|écri"
    r"|habl|d(?:es|ar)\b|revel|compart|dig[ao]|menci|recom|escrib|expli|facilit"
    r"|rivel|parl|dire|dica|dare|consigli|scriv|condivid|fare\b|fale|diga|compartilh|recomend|escrev|dê\b"
    r"|praat|geef|vertel|noem|deel|schrijf|bespreek"
)
FOREIGN = re.compile(rf"(?i)\b(?:{_FOREIGN_VERB})")
NOTHING = re.compile(
    r"(?i)^\W*(?:strictly\s+)?no\s+(?!me\b|te\b|se\b|lo\b|la\b|le\b|es\b|hay\b|problem|one\b|longer\b|matter\b"
    r"|need\b|worr|doubt)(?=[a-zà-ÿ])[^\n]{3,80}$"
    r"|^\W*kein[en]?\s+[^\n]{3,80}$"
)
_SAID = (
    r"(?:told|revealed|disclosed|shared|mentioned|given(?:\s+out)?|quoted|summari[sz]ed|named|shown|discussed"
    r"|announced"
    r"|described|handed\s+out|published|explained|offered|used|opened|displayed|listed|identified|said"
    r"|talked\s+about|released|exposed)"
)
# What stands before is.
PASSIVE = _any(
    rf"(?:(?:must|may|can|should|shall|will|are|is)\s+(?:not|never|only)(?:\s+to)?|cannot|(?:must|should|ca)n['’]t"
    rf"|not\s+to|never\s+to)\s+be\s+{_SAID}",
    r"(?:is|are|remains?|remain|stays?|be|to\s+be\s+kept|keep|kept)\s+(?:\w+\s+)?(?:confidential|secret|private"
    r"|taboo|off[- ]limits|internal"
    r"|restricted|classified|prohibited|forbidden|under\s+nda|unwelcome|anonymous)",
    r"(?:is|are)\s+not\s+(?:permitted|allowed|public)|(?:is|are)\s+not(?=\W*$)|stays?\s+with\s+us|to\s+yourself",
    r"\((?:strictly\s+)?(?:confidential|internal|secret)\)|for\s+(?:internal\s+use|\w+)\s+only",
    r"dürfen\s+nicht|darf\s+(?:nicht|niemals)|vertraulich|geheim|confidentiel\w*|confidencial\w*|riservat\w"
    r"|vertrouwelijk",
)
# Nothing but one's own.
ONLY_OWN = _any(
    r"(?:only|nothing\s+but|no(?:ne|\s+one|body)?\s+but|solely|exclusively)\s+(?:\w+\s+){0,6}?own",
    r"(?:may|must|can|should)\s+only\s+be\s+(?:given|shown|told|released|shared)",
)
# It ends there, and what comes is no part of it.
CUT = _any(
    r"only|that\s+(?:you|it|he|she|they|the|a|an|this|i|we)|unless|until|till|except|instead|because|since"
    r"|so\s+that|even\s+if|whatever|without\s+(?:approval|asking|consent)|refer|rather|but|if|when(?!\s+the)"
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
    r"discuss\w*|talk\w*|speak\w*|comment\w*|questions?\s+(?:about|on|regarding|concerning)|topics?|(?:any"
    r"|no)thing\s+(?:about|on)|jokes?|opinions?|sprich|sprechen|parle[zr]?"
    r"|hables?|hablar|parlare|fale|praat",
)
# Which kind of question an answer would be to.
QUESTIONS = tuple(
    _any(*words)
    for words in (
        (r"when|until|date|schedule\w*|wann|quand|cuándo|quando|wanneer",),
        (r"where|location|address|wo|où|dónde|dove|onde|waar",),
        (
            r"how\s+(?:do|can|could|may|must|should)\s+(?:i|we|one)|how\s+to|how\s+(?:\w+\s+){0,4}(?:can|are"
            r"|is)\s+be|wie\s+(?:\w+\s+)?ich|comment|cómo|come|como|hoe",
        ),
        (r"how\s+(?:long|old|far|often|many|large|big|wide|hard|warm)",),
        (
            r"(?:can|may|could|must)\s+(?:i|we|one)|is\s+it\s+(?:safe|possible)|do\s+you\s+(?:have|sell|offer)"
            r"|are\s+there|is\s+there|gibt\s+es|avez-vous|habt\s+ihr|hay|y\s+a-t-il|avete",
        ),
    )
)
# Who says none of this states something: "The password page is broken."
ASKS = re.compile(
    r"[?？؟]|(?i:(?<!\w)(?:tell|give|show|list|write|name|say|spell|print|explain|describe|send|read|let|make|put"
    r"|add|do|help"
    r"|teach|compare|rank|rate|predict|invent|solve|grade|calculate|summari[sz]e|translate|quote|reply|respond"
    r"|answer|ask|use"
    r"|connect|convince|promise|suggest|recommend|turn|unlock|open|delete|drop|set|disable|deliver|check|complete"
    r"|produce|plan"
    r"|rhyme|remember|nod|pretend|imagine|suppose|stop|clean|approve|refactor|rewrite|forward|repeat|reveal|share"
    r"|output|want"
    r"|like|need|could|can|please|provide|create|generate|convert|encode|play|act|continue|start|begin|consider"
    r"|discuss|talk"
    r"|nenn\w*|gib|sag\w*|zeig\w*|schreib\w*|erzähl\w*|verrat\w*|bitte|will|möchte|brauche|stell"
    r"|donne\w*|dis|raconte\w*|écri\w*|explique\w*|montre\w*|veux|voudrais|dime|dame|escrib\w+|cuéntame|explic\w+"
    r"|quiero|imagina"
    r"|scriv\w+|dimmi|dammi|fammi|voglio|diga|escreva|conte|quero|geef|vertel|schrijf|noem|wil)(?!\w))"
)
OTHERS_IN = _any(
    r"others?|another|else|else['’]s|neighbou?rs?|colleagues?|ex[- ]\w+|he|she|him|his|her|who|whose|andere\w*"
    r"|nachbar\w*|kolleg\w*|mr|mrs|ms|herr"
    r"|frau|madame|monsieur|señora?",
)
# A name in the middle of a sentence, in languages that write other nouns small.
NAME = re.compile(r"(?<=[a-zà-ÿ,)] )[A-ZÀ-Þ][\w'-]+")
GERMAN = _any(r"ich|mein\w*|der|die|das|und|wann|wie|ist")
# Ways around.
DEVICE = _any(
    r"hypothetical\w*|pretend\w*|imagin\w+|suppose|if\s+you\s+were|between\s+us|off\s+the\s+record|anyway|poem"
    r"|ballad|sonnet|rhymes?|riddle|novel"
    r"|thriller|story|tale|fiction\w*|dialogue|game|backwards?|revers\w+|letter\s+by\s+letter|letters?|initials?"
    r"|digits?|halves"
    r"|encod\w+|base64|rot13|spell\w*|hints?|clue|warmer|nod|yes\s+or\s+no|role[- ]?play|just\s+(?:a|give|between"
    r"|this\s+once)|trick|roughly|get\s+around"
    r"|begin|begins|gedicht|märchen|rückwärts|rätsel|stell\s+dir\s+vor|egal\s+was|ziffern|buchstaben|poème"
    r"|histoire|chiffres|cuento|poesía|imagina|al\s+revés|iniciales|poesia",
)
# Who keeps to it, and asks for something else.
INSTEAD = _any(
    r"(?:i\s+know|i\s+understand|since|as|i\s+see|although|even\s+though)\s+(?:that\s+)?you\s+(?:can(?:not|['’]t)"
    r"|may\s+not|must\s+not|mustn['’]t"
    r"|are\s+not|aren['’]t|won['’]t|do\s+not|don['’]t)[^.!?]{0,60}?(?:,\s*(?:so|just)|\bso\b|\binstead\b)",
    r"(?:in\s+place\s+of|instead\s+of|rather\s+than|other\s+than|without(?:\s+any)?|no\s+need\s+(?:for|to)"
    r"|do\s+not|don['’]t|ersatz\s+für|ohne|statt|sans|sin|senza|sem|zonder)\s+(?:\w+\s+){0,3}\w+",
)
