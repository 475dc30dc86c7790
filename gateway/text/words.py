"""Words that tell language from noise. English; other languages are known by their letters only."""

from __future__ import annotations

from pathlib import Path

__all__ = ["COMMON", "ENGLISH", "FORMS", "LABELS", "PAIRS", "TELLING", "WORDS", "forms"]

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
    virus exploit hack hacker steal attack attacker illegal execute command commands delete database document documents
    authorization authentication bearer header vault login username passport invoice iban key keys server servers
    overlook neglect abandon discard dismiss erase disobey heed comply refuse decline reject amoral immoral rogue
    lawless limitless unchained unbound jailbroken limitation limitations boundary boundaries censorship constraint
    constraints ethics ethical moral morals inhibitions guardrail guardrails safeguard safeguards protocol protocols
    deactivate suspend circumvent violate regardless simulate roleplaying aforementioned foregoing programming
    configuration preamble summarise summarize recite divulge regurgitate exfiltrate revoked invalid obsolete superseded
    lifted released liberated exempt unethical unable unlock entire operator orders security moderation compliance
    passwd passcode webhook wallet bitcoin ethereum license licence birth insurance telephone mobile whatsapp mastercard
    refund donation deposit payment transfer client access vault publisher endpoint runner archive registry printer
"""

# What lists of words without capitals lack, and British spelling.
_MORE = """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december english french german spanish italian dutch russian chinese japanese london berlin paris
    america europe england france germany spain colour favourite neighbour neighbours behaviour honour labour rumour
    centre theatre metre programme cheque grey organise recognise realise apologise licence practise travelled cancelled
    dialling modelling catalogue tonne kilometre parcel lorry flat lift petrol holiday autumn queue postcode mum
    internet email emails website online username login logout signup wifi app apps api url urls json yaml http https
    sql ssh ftp smtp dns ip ips pdf csv xml html css php url docker linux windows android iphone google github gitlab
    slack stripe twilio postgres mysql mongodb redis amazon azure openai anthropic chatgpt claude gemini llama grafana
    sentry kubernetes terraform npm pypi shopify paypal visa iban swift bic vat ssn dob mac imei vin nhs
    com org net edu gov abide activated artificial bot bots cease click config constrained copilot crawler crawling
    cursor diagnostic embed export governed gpt grader hey inbox invoke invoking learnt llm llms memo microsoft notified
    notify obligated obliged overridden preset refusal scanning sidenote spit submit sudo transmit unshackled upload
    environment authorise authorize analyse analyze behavior intelligence download crontab deploy deployed till paid
    street avenue road lane drive court boulevard square
    one two six ten all and any are ask bad bag bar bed big bit box boy bug bus but buy can cap car cat cut dad day
    did die dig dim dog dry due ear eat egg end era eye far few fit fix fly for fox fun gap gas get god got gun guy
    had has hat her hid him his hit hot how ice ill ink its jet job joy kid law lay led leg let lie lit log lot low
    mad man map may men met mix mob mom net new nor not now nut odd off oil old our out own pay pen per pet pie pin
    pop pot put ran raw red rid row run sad sat saw say sea see set she shy sir sit six sky son sum sun tag tax tea
    tie tip toe too top toy try two use van via war was way web wet who why win won yes yet you zip
"""

COMMON = frozenset(_COMMON.split())
TELLING = frozenset(_TELLING.split())


def _read(name: str) -> tuple[str, ...]:
    lines = (Path(__file__).parent / "data" / name).read_text("ascii").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


# The more frequent first.
WORDS = _read("words.txt")

# English names of values, and those of other languages.
_LABELS = """
    account accounts address address age authorization authentication bank bearer birth birthday born card cards
    certificate charge client coordinate coordinates credential credentials credit customer debit deposit device digits
    directory dob document documents driver driving email employee endpoint expiry expiration header health host iban id
    identity insurance invoice ip key keys label licence license login mail mailbox mastercard medical member mobile
    number numbers order passcode passphrase passport password passwords patient payment payroll phone pin plate policy
    postcode private registration routing secret secrets security server social ssn street swift tax telephone token
    tokens transfer user username value vat vehicle visa wallet webhook whatsapp
"""
LABELS = frozenset((*_LABELS.split(), *_read("labels.txt")))


def forms(word: str) -> tuple[str, ...]:
    if len(word) < 4:
        return (word,)
    if word.endswith("y") and word[-2] not in "aeiou":
        return word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing", f"{word[:-1]}ily"
    stem = word[:-1] if word.endswith("e") else word
    plural = f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
    return word, plural, f"{stem}ed", f"{stem}ing", f"{word}ly"


# With their usual endings, for readings that must tell where a word ends or which letter a sign is.
_LISTED = (*COMMON, *TELLING, *WORDS)
ENGLISH = frozenset(form for word in _LISTED for form in forms(word)).union(_MORE.split(), ("a", "i"))
FORMS = ENGLISH | LABELS

# Two words that stand together in almost any English text or in the texts meant above.
_PAIRS = """
    of the, in the, to the, and the, for the, on the, from the, with the, all the, me the, what is, this is, you are,
    are now, how to, to make, to build, do not, tell me, show me, give me, your rules, your instructions, your system,
    the system, system prompt, previous instructions, all previous, the previous, ignore all, ignore the, ignore your,
    you can, do anything, anything now, free from, you must, act as, to be, turn off, pretend to, are not, bound by,
    reveal the, reveal your, the password, the secret, the hidden, forget everything, everything above, your safety
"""
PAIRS = tuple(pair.strip() for pair in _PAIRS.split(","))
