"""Words that tell language from noise. English; other languages are known by their letters only."""

from __future__ import annotations

__all__ = ["COMMON", "FORMS", "PAIRS", "TELLING"]

_COMMON = """
    the and for are was were you your yours they them their there these those this that with from have has had
    not but all any can could will would should shall may might must who what when where which why how his her
    down hers she him its our ours out off over under then than too very just only also more most some such own same
    other another each every both few many much here about above after again against because been before being
    below between into through during until while once did does doing done don let get got give gave given make
    made take took taken come came went gone see seen say said says tell told ask asked know known think want
    need use used using find found work works call keep put set show try please thank thanks hello dear yes now
    new old good best first last next long great little big high small large right left time day days year week
    month people man woman child world life hand part place case point group number fact thing things way ways
    one two three four five six seven eight nine ten zero hundred thousand everything nothing something anything
    someone anyone everyone always never often sometimes today tomorrow yesterday soon later still since yet already
    it is be to of in on at as by or if we me my he do so no up us an am go
    act behave respond reply pretend
    follow write read send open close start stop run print list name names word words text line lines file
    files page email mail phone address answer answers question questions message messages help without within
    instead however therefore between order money bank card account pay buy sell free home house water food
    country city school company business state student family body book job door car room road friend friends
    father mother power hour game end member law night move live believe hold bring happen provide sit stand lose
    add change play like turn leave feel seem look become begin learn understand watch speak allow spend grow
    walk win offer remember consider appear wait serve die expect stay fall cut reach kill remain
"""

# Words of texts that somebody would want to disguise.
_TELLING = """
    ignore ignored disregard forget override bypass previous preceding prior earlier instruction instructions
    directive directives guidelines guideline rules restrictions restriction restricted unrestricted filter filters
    system prompt prompts developer assistant administrator admin jailbreak pretend roleplay reveal disclose expose
    repeat output translate decode password passwords passphrase secret secrets credential credentials token
    tokens private confidential hidden internal weapon weapons explosive explosives bomb poison drugs malware
    original initial following verbatim anything nothing uncensored unfiltered freely
    evil chatbot chatbots model models persona conscience unlimited unlocked safety confirm continue obey policy
    policies mode content disable disabled cancel cancelled void mine memory context tool tools paragraph verbose
    virus exploit hack steal attack illegal execute command commands delete database document documents
    authorization authentication bearer header vault login username passport invoice iban key keys server servers
"""

COMMON = frozenset(_COMMON.split())
TELLING = frozenset(_TELLING.split())


def _forms(word: str) -> tuple[str, ...]:
    stem = word[:-1] if word.endswith("e") else word
    return word, f"{word}s", f"{stem}ed", f"{stem}ing", f"{word}ly"


# With their usual endings, for readings that must tell where a word ends or which letter a sign is.
FORMS = frozenset({form for word in COMMON | TELLING for form in (_forms(word) if len(word) > 3 else (word,))}) | {
    "a",
    "i",
}

# Two words that stand together in almost any English text or in the texts meant above.
_PAIRS = """
    of the, in the, to the, and the, for the, on the, from the, with the, all the, me the, what is, this is, you are,
    are now, how to, to make, to build, do not, tell me, show me, give me, your rules, your instructions, your system,
    the system, system prompt, previous instructions, all previous, the previous, ignore all, ignore the, ignore your,
    you can, do anything, anything now, free from, you must, act as, to be, turn off, pretend to, are not, bound by,
    reveal the, reveal your, the password, the secret, the hidden, forget everything, everything above, your safety
"""
PAIRS = tuple(pair.strip() for pair in _PAIRS.split(","))
