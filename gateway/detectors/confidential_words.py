"""How system prompts say that a value must not be told, in seven languages. Patterns only."""

from __future__ import annotations

import re

__all__ = ["CONDITION", "FORBIDDEN", "PROOF", "RECORD", "REDIRECT", "REFERS", "SOMEBODY_ELSE", "TELL"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")", re.IGNORECASE)


_NOT = (
    r"(?:never|do not|don['’]t|must(?: not|n['’]t)|may not|can(?:not|['’]t)|shall not|should(?: not|n['’]t)|not to"
    r"|under no circumstances|avoid|refuse to)"
)
_TELL = (
    r"(?:tell(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|shar(?:e|ing)|mention(?:ing)?"
    r"|giv(?:e|ing) (?:\w+ ){0,2}(?:out|away)|leak(?:ing)?|expos(?:e|ing)|pass(?:ing)? (?:\w+ ){0,2}on"
    r"|hand(?:ing)? (?:\w+ ){0,2}out|writ(?:e|ing) (?:\w+ ){0,2}out"
    r"|say|repeat|show|print|output|quote)"
)
_WORDS = r"(?:[^\s.!?]+\s+){0,6}"
TELL = _any(
    _TELL, r"give", r"nenne\w*|gib|geben|sagen?|verraten?|mitteil\w+", r"donne\w*|communiqu\w+", r"d(?:a|es|ar)\b"
)
FORBIDDEN = _any(
    rf"{_NOT},?\s+(?:\w+,?\s+){{0,3}}?{_TELL}\b",
    r"confidential\b(?!\s+(?:advi[cs]e|help|support|hotline|counsel|line|chat|service|talk|conversation|question))",
    r"(?:top|strictly|kept?|stays?|remains?|is|are)\s+secret\b",
    r"secret\s+(?:code|word|phrase|key|token|number|password)\b",
    r"(?:for|strictly)\s+internal\b(?:\s+use)?|internal(?:\s+use)?\s+only\b",
    r"for\s+your\s+(?:eyes|planning|information|reference|use)\s+only\b",
    r"not\s+(?:meant\s+|intended\s+)?for\s+(?:the\s+)?(?:users?|customers?|clients?|public|visitors?|guests?)\b",
    r"not\s+to\s+be\s+(?:shared|told|disclosed|revealed|given\s+out|published|mentioned)\b",
    r"keep\s+(?:it|this|them|these|that)\s+(?:secret|private|confidential|to\s+yourself)\b",
    rf"(?:niemals|nie|nicht|keinesfalls|niemandem)\s+{_WORDS}(?:verrat\w*|nennen|weiter(?:zu)?geben|preis(?:zu)?geben|mitteilen|sagen)\b",
    rf"(?:verrate|nenne|sage|sag)\s+{_WORDS}(?:niemals|nie|nicht|keinesfalls|niemandem)\b|gib\s+{_WORDS}(?:nicht|nie(?:mals)?)\s+(?:weiter|preis|heraus)\b",
    r"vertraulich\w*|streng\s+geheim\w*|nur\s+(?:für\s+)?(?:den\s+)?intern\w*",
    r"ne\s+(?:(?:le|la|les|l['’])\s*)?(?:dis|révèle|divulgue|communique|partage|donne)\w*\s+(?:jamais|pas)\b|confidentiel\w*",
    r"(?:nunca|jamás|no)\s+(?:l[oa]s?\s+)?(?:digas?|reveles?|compartas?|menciones?|divulgues?|revelar|compartir)\b|confidencial\w*",
    r"(?:non|mai)\s+(?:rivelar\w*|dire|dirlo|divulgar\w*|condivider\w*|comunicar\w*)\b|riservat[oaie]\b|confidenzial\w*",
    r"(?:nunca|não)\s+(?:[oa]s?\s+)?(?:reveles?|digas?|diga|compartilhes?|partilhes?|divulgues?)\b",
    rf"(?:nooit|niet)\s+{_WORDS}(?:vertellen|delen|noemen|doorgeven|verklappen)\b|vertrouwelijk\w*",
)
# Others must not know, so the one who asks may.
SOMEBODY_ELSE = _any(
    r"(?:any|some|every)(?:one|body)\s+(?:else|but|other|except|outside)|(?:to|with)\s+(?:any\s+)?(?:an)?other|others\b",
    r"third[- ]part\w+|except\b|unless\b|until\b|before\b|without\b|only\s+(?:to|with|after|when|if|once)\b",
    r"außer\b|anderen?\b|dritte\w*|ohne\b|bevor\b|bis\b|nur\s+(?:an|nach|wenn)\b|sauf\b|autrui|tiers\b|salvo\b|excepto\b",
)
# What follows in the sentence is where people are sent, which is no secret.
REDIRECT = _any(
    r"instead\b|rather\b|but\b|refer\b|(?:re)?direct\s+\w+\s+to|point\s+\w+\s+to|send\s+(?:them|him|her|people|users|customers)\b",
    r"tell\s+(?:them|people|users|customers|him|her)\s+to\b|ask\s+(?:them|him|her)\b|contact\b|write\s+to\b|call\b",
    r"sondern\b|stattdessen\b|verweise\b|mais\b|plutôt\b|sino\b",
)
# It speaks of what the sentence before has named.
REFERS = _any(
    rf"{_TELL}\s+(?:\w+\s+)?(?:it|this|them|that|these|those)\b(?!\s+(?!(?:to|with|ever|even|in|out|under|as|if|when)\b)\w)",
    r"(?:keep|treat)\s+(?:it|this|them|that|these)\b",
    r"(?:it|this|they|these|that|both|the\s+\w+)\s+(?:is|are|stays?|remains?|must)\b",
    r"(?:ihn|sie|es|diese\w*|beides)\b|(?:lo|la|los|las|le|les|esto|ceci|cela)\b",
)
CONDITION = _any(
    r"only\b|not\b|never\b|nobody\b|no\s+one\b|n['’]t\b|unless\b|until\b|before\b|without\b",
    r"nur\b|erst\b|nicht\b|niemals\b|seulement\b|sauf\b|avant\b|jamais\b|sólo\b|solo\b|nunca\b",
)
PROOF = _any(
    r"(?:identification|identified|identif(?:y|ies)|verification|verified|verif(?:y|ies)|authenticat\w+|proved?|proof)\b",
    r"identifizier\w+|legitimier\w+|verifizier\w+|ausgewiesen|identifié\w*|vérifié\w*|identificad\w+|verificad\w+",
)
RECORD = _any(
    r"(?:customer|client|patient|user|member|guest|employee|tenant|subscriber|caller|account)\b|on\s+file\b|record\b",
    r"kunde\w*|kundin\w*|patient\w*|mitglied\w*|client\w*|cliente\w*",
)
