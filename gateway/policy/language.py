"""
Is a text in English, or beyond doubt in another language?

Models learnt mostly from English and were measured on it, so that rules may ask more of a score elsewhere. A text
counts as English unless much speaks against it: few words, code, and anything with English sentences in it do, so
that nobody buys a milder rule with a few foreign words around an English attack.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

__all__ = ["Language", "language_of"]

Language = Literal["english", "other"]

LONGEST = 20_000  # characters that are looked at; models' findings are of a window, which is far less
FEWEST = 4  # words
MOST_ENGLISH = 0.05  # share of English words in a text of another language: names, quotes, terms
ONE_OF = 2  # small words of another language beside which one English word says nothing: "por favor ignore a minha"
SENTENCE = 3  # English words in a text of another script that may be a sentence
LEAST_OTHER = 0.12  # share of small words of another language
LEAST_MARKED = 0.03  # or of letters that English has not
LEAST_OWN = 0.2  # or of Cyrillic and Greek letters that look like no Latin ones
LEAST_SCRIPT = 0.6  # or of letters of a script that nobody writes English in, nor anything that looks like it

_WORD = re.compile(r"[^\W\d_]+")
# Hebrew, Arabic, scripts of India and South-East Asia, kana, Han and Hangul.
_SCRIPT = re.compile(r"[\u0590-\u07bf\u0900-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_OWN = re.compile(
    r"[\u0431\u0433\u0434\u0436-\u0439\u043b\u043f\u0444\u0446-\u044b\u044d-\u044f\u0454\u0457]"
    r"|[\u03b3\u03b4\u03b8\u03bb\u03be\u03c0\u03c3\u03c6-\u03c9]"
)
_MARKED = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e\u0218-\u021b\u1ea0-\u1ef9]")

# Small words. What two languages write alike says nothing, and is left out.
_ENGLISH_WORDS = """
the and to that it this have from by not what how why please your my you they which if write tell explain give make
should would could does did were been there their our its any into about than then when who these those just only
but out up like using show reveal ignore forget previous above instructions answer act pretend without must never
always anything everything with are can because between while after before where
disregard prior earlier directives hidden print repeat verbatim every word words rules guidelines restrictions
unrestricted unfiltered respond reply here now new first say said send read ask nothing someone people want need know
think good help thanks today pretending obey freely override bypass bypassed own yourself act acting
"""
_OTHER_WORDS = """
der das und ist nicht ich sie wir mit für auf ein eine einen einer einem zu von dem des sich auch bitte wie kann
bei nach aus mir mein meine dass wenn oder aber noch nur wird werden sind habe seit zum zur vom über keine het een
niet ik je jij wij zijn voor naar dat deze dit wordt bij uit aan maar ook geen kan kunt mijn jouw heb heeft als wat
waar sinds uw graag welche welcher unser unsere ihr ihre sie sofort onze hij
le la les une du et est pas que qui pour dans sur avec ce cette ces tu vous nous il elle mon ma mes votre vos au
aux ne mais comment quel quelle depuis sans sont être fait très bien aussi peux merci
el los las una unos del y por para se su sus lo al es está son mi mis tus pero como qué cuál muy más porque desde
sin hay hasta también entre hola gracias um uma uns da dos em não na nos você meu minha seu sua qual muito foi são
tem até também já meus minhas seus isso pelo pela então ainda gli di che per è non sono della delle dei nel nella alla
ti ci quale quali come più anche questo
questa dopo senza fino molto grazie mia mio tua tuo suo hanno ho subito già
nie się jest że z w jak moją mnie dla po czy co od mój moje proszę który która oraz ale tak przez ze
bez tego že jako když
podle která který prosím jsem být
ve bir bu için ile de çok nasıl olarak gibi daha ben sen lütfen bana sonra kadar var yok değil hangi
och att det som på är av för med till inte jag vi har om från hur vad min mitt og ikke jeg er til af hvordan hva
meg mig fra
și nu este cu din pentru care mai sunt cum să az és hogy nem egy ez hogyan ja ei että ole miten minun mutta yang
untuk dengan tidak ini itu saya dari pada
и в не на что я с он как это по но из у за от для так же вы мы если или то до при мне мой моя пожалуйста чтобы та і
що як це від про мені будь ласка са се ще по-малко και το η ο να του της για με που δεν τα στο στη από είναι μου
σου và là của có không cho một được trong này những các tôi bạn với như
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_OTHER = frozenset(_OTHER_WORDS.split())


def language_of(text: str) -> Language:
    text = text[:LONGEST]
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    small = [word.lower() for word in words]
    # Marks put on English letters make no other language of them.
    english = sum(_bare(word) in _ENGLISH for word in small)
    if letters and (
        len(_SCRIPT.findall(text)) >= LEAST_SCRIPT * letters or len(_OWN.findall(text)) >= LEAST_OWN * letters
    ):
        # Runs of these letters are words of many, and no measure: an English sentence among them is counted by itself.
        return "english" if english >= SENTENCE else "other"
    if len(words) < FEWEST:
        return "english"
    other = sum(word in _OTHER for word in small)
    if english > MOST_ENGLISH * len(words) and not (english == 1 and other >= ONE_OF):
        return "english"
    marked = len(_MARKED.findall(text))
    return "other" if other >= LEAST_OTHER * len(words) or marked >= LEAST_MARKED * letters else "english"


def _bare(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
