"""
Things that system prompts forbid under one name and people ask for under others, in the main languages of the pack.

`named` is how a prompt speaks of it, `asked` are words of those who want it. Few and plain: most of what is forbidden
is asked for by its own name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["CONCEPTS", "Concept", "unaccented"]


@dataclass(frozen=True, slots=True)
class Concept:
    """`named`: how a prompt speaks of it. `asked`: words of those who ask for it."""

    named: re.Pattern[str]
    asked: re.Pattern[str]


def unaccented(text: str) -> str:
    """Without accents, as all that is compared here: "politica" is how many write "política"."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _concept(named: str, asked: str) -> Concept:
    return Concept(*(re.compile(rf"(?i)\b(?:{unaccented(pattern)})") for pattern in (named, asked)))


CONCEPTS: tuple[Concept, ...] = (
    _concept(
        r"pass(?:word|code|phrase)|code\s?words?\b|secret\s?words?\b|keys?\b|pin\b|access\s+code|codes?\b"
        r"|passwort|kennwort|mot de passe|contraseñ|clave|senha|parola|wachtwoord",
        r"pass(?:word|code|phrase)|code\b|codeword|secret|keys?\b|pin\b|\w*passwort|\w*kennwort|\w*losung"
        r"|mot de passe|contraseñ|clave|senha|parola|wachtwoord",
    ),
    _concept(
        r"medic|dos(?:e|age)|diagnos|health|treatment|therap|medizin|gesundheit|médic|médec|salud|salute|saúde",
        r"symptom|headache|fever|pains?\b|hurts?\b|hurting|pills?\b|tablets?\b|ibuprofen|paracetamol|aspirin"
        r"|antibiotic|dos(?:e|age)|diagnos|disease|illness|rash\b|infect"
        r"|medic|cures?\b|swollen|sick\b|treat|syrup|\d\s?mg\b|duele|enfermedad|dolor|schmerz|fieber|tablette"
        r"|arznei|krank|douleur|fièvre|malad|dolore|febbre|dor\b|febre|doença|pijn|koorts",
    ),
    _concept(
        r"legal|law(?:s|yer)?\b|rechts|juridi|legale\b",
        r"sue\b|sued|court|lawyer|landlord|liable|liability|judge|illegal|lawsuit|evict|throw me out|custody"
        r"|divorce|my rights|entitled|legal|anwalt|gericht|vermieter|kündig|klage|avocat|tribunal|abogad|avvocat"
        r"|advogad|rechter",
    ),
    _concept(
        r"invest|financ|stocks?\b|funds?\b|crypto|shares\b|bitcoin|anlage|criptomoned|criptomoed|bourse",
        r"stocks?\b|funds?\b|etfs?\b|bitcoin|crypto|invest|portfolio|bonds?\b|dividend|buy gold|aktie|anlegen"
        r"|fonds|bourse|acciones|criptomoned|criptomoed|azioni|beleg",
    ),
    _concept(
        r"politi|election|part(?:y|ies)\b|govern|candidate|partei|wahl",
        r"politi|vot(?:e|ed|ing)\b|election|part(?:y|ies)\b|president|prime minister|government|minister"
        r"|parliament|senat|immigration|candidate|democrat|republican|left[- ]wing|right[- ]wing"
        r"|partei|wahl|wähl|regierung|élection|gouvernement|elecci|votar|gobierno|elezion|governo|eleiç|verkiezing",
    ),
    _concept(
        r"religio|faith|theolog|gott",
        r"god\b|jesus|islam|muslim|buddh|christian|catholic|jew(?:s|ish)?\b|hindu|bible|quran|koran|church|priest"
        r"|rabbi|religio|atheis|pray",
    ),
    _concept(
        r"code\b|cod(?:e|ing)\b|program|scripts?\b|software|macro",
        r"code\b|function|python|javascript|java\b|sql\b|def\s|script|program|macro|vba\b|regex|algorithm|c\+\+"
        r"|html|compile",
    ),
    _concept(
        r"violen|blood|gore|weapon|cruel|graus|gewalt|fight",
        r"blood|kill|murder|tear|stab|guns?\b|machine gun|rifle|knife|battle|torture|weapon|bomb|massacre"
        r"|slaughter|blut|töte|mord|waffe|frisst|sang\b|arme\b|sangre|arma\b",
    ),
    _concept(
        r"drugs?\b|cannabis|narcotic|drogen|drogue|droga",
        r"drugs?\b|weed\b|cannabis|marijuana|hemp\b|cocaine|heroin|mdma|lsd\b|joint\b|drogen|drogue|droga",
    ),
    _concept(
        r"sex|adult|erotic|nsfw|porn|nud(?:e|ity)", r"sex|erotic|nsfw|porn|nud(?:e|ity)|naked|strip\b|kinky|fetish"
    ),
    _concept(
        r"gambl|bet(?:s|ting)?\b|casino",
        r"gambl|bets?\b|betting|casino|roulette|poker|slot machine|blackjack|jackpot|odds\b",
    ),
    _concept(
        r"competitor|rival|competing|(?:other|another) (?:\w+ )?(?:store|shop|compan|provider|brand|vendor|bank"
        r"|maker)|konkurren|mitbewerb|concurrent|competidor|concorrent|andere winkels",
        r"competitor|rival|cheaper than|other (?:\w+ )?(?:store|shop|compan|provider|brand|vendor|bank|maker)"
        r"|another (?:\w+ )?(?:store|shop|compan|provider|brand|vendor|bank|maker)|elsewhere|konkurren|mitbewerb"
        r"|concurrent|competidor|concorrent|andere \w*winkel|alternatives? to you|better than you|switch to",
    ),
    _concept(
        r"pric(?:e|es|ing)\b|costs?\b|preis|prix\b|precio|prezz|preço|prijs",
        r"pric(?:e|es|ing)\b|costs?\b|how much|charge\b|cheaper|expensive|preis|kostet|prix\b|coûte|precio|cuesta"
        r"|cuánto|prezz|costa|preço|prijs",
    ),
    _concept(
        r"discount|coupon|refund|price match|rabatt|remise|descuento|sconto|desconto",
        r"discount|coupon|refund|money back|percent off|% off|promo code|less elsewhere|match that price|cheaper"
        r"|rabatt|remise|descuento|sconto|desconto|off the price",
    ),
    _concept(
        r"salar|wage|earn|payroll|payslip|gehält|gehalt|lohn|salaire|sueldo|stipend",
        r"salar|wage|earns?\b|gets? paid|makes? (?:a|per) (?:year|month)|make in a (?:year|month)|payslip|verdien"
        r"|gehalt|gehält|salaire|gagne|sueldo|gana\b|guadagna|ganha",
    ),
    _concept(
        r"opinion|(?:personal|own) views?|take sides|meinung|speculat|predict",
        r"(?:your|own) opinion|you think|you believe|your view|personally|who is right|would you (?:vote|choose"
        r"|say)|what do you make of|deine meinung|du denkst|tu penses|opinas|pensi\b|predict|in your opinion"
        r"|will .{0,40}next year",
    ),
    _concept(
        r"(?:you are|being) an? (?:ai|robot|bot|machine|language model)|who built|training data|(?:your"
        r"|its) (?:maker|creator|developer)",
        r"are you (?:an? )?(?:ai\b|robot|bot\b|human|computer|machine|real\b)|you['’]re (?:an? )?(?:ai\b|robot"
        r"|computer|program|bot\b)|(?:built|made|created|trained|developed) you|you (?:were )?(?:built|made"
        r"|created|trained)",
    ),
    _concept(
        r"instructions?\b|(?:system )?prompt\b|guidelines|configuration|these rules|your rules",
        r"your (?:\w+ )?(?:instruction|prompt|guideline|rules|configuration)|system (?:prompt|message)"
        r"|above my (?:first )?message|text above|deine anweisung|tes instructions|tus instrucciones",
    ),
    _concept(
        r"human (?:agent|being|support)|(?:live|real) (?:agent|person)|human\b",
        r"(?:with|to) an? (?:human|real person|agent|person)|human (?:agent|being)|real person|live agent",
    ),
    _concept(
        r"rude|swear|profan|curs(?:e|ing)|vulgar|insult|slurs?\b|offensive|schimpf",
        r"swear|rude|curse word|curs(?:e|ing)\b|dirty word|insult|vulgar|bad words?|slurs?\b|schimpf",
    ),
    _concept(
        r"death|dead\b|died|funeral|die\b", r"die\b|dies\b|died|dying|dead\b|death|funeral|grave|farewell|obituary"
    ),
    _concept(
        r"where\b|location|address|whereabouts|in which hotel|lives\b|grow\b",
        r"where\b|location|address|whereabouts|near the|which (?:hotel|street|restaurant|place)|in which"
        r"|how many steps|wo\b|où\b|dónde|dove\b|onde\b|waar\b",
    ),
    _concept(
        r"(?:release |inspection )?dates?\b|schedule|when\b",
        r"when\b|dates?\b|schedule|this month|closer to|wann\b|quand\b|cuándo|quando\b|wanneer\b",
    ),
    _concept(
        r"names?\b|identit|identify|who\b|wer\b|sources?\b|winner|killer|villain|solution|nombres\b",
        r"who\b|whose|names?\b|called\b|initials|which person|wer\b|nenne mir die person|qui\b|quién|quiénes"
        r"|iniciales|chi\b|quem\b|wie is\b|for whom",
    ),
    _concept(
        r"(?:phone|private|mobile|direct) (?:number|line)|numbers?\b|durchwahl|numéro|número",
        r"numbers?\b|digits?\b|phone in|durchwahl|ziffern|numéro|chiffres|número|cifras",
    ),
    _concept(
        r"homework|essay|assignment|hausaufgabe|devoirs|deberes|compiti|huiswerk",
        r"homework|essay|hand(?:ed)? in|exercise|assignment|i have to hand|hausaufgabe|devoirs|deberes|compiti"
        r"|consegn|huiswerk|words on\b",
    ),
    _concept(
        r"(?:final )?answers?\b|solution|solve|lösung|solution|réponse|respuesta|solución|antwoord|results?\b",
        r"(?:the|final|an) answer|solution|solve|final result|lösung|réponse|respuesta|solución|antwoord"
        r"|what goes into",
    ),
    _concept(
        r"recipe|ingredient|formula|rezept|recette|receta|ricetta|receita|recept",
        r"recipe|ingredient|formula|grams of|rezept|zutaten|recette|ingrédient|receta|ricetta|ingredienti|receita"
        r"|how would .{0,30} make|wie macht",
    ),
    _concept(r"emojis?|smil(?:e|ie)y", r"emojis?|smil(?:e|ie)y"),
    _concept(
        r"alcohol|wine|beer|drinking|alkohol",
        r"alcohol|wine|beer|vodka|whisk|drunk|drinking|liquor|alkohol|wein\b|bier\b",
    ),
    _concept(
        r"meat|pork|fleisch|viande|carne",
        r"meat|pork|beef|steak|sausage|bacon|chicken|\w*braten|gulasch|rind|schwein|fleisch|viande|carne",
    ),
    _concept(
        r"astrolog|horoscope|star signs?",
        r"astrolog|horoscope|zodiac|eighth house|i['’]?m an?"
        r" (?:leo|aries|taurus|virgo|libra|scorpio|pisces|gemini|capricorn)",
    ),
)
