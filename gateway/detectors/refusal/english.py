"""
English phrases of an assistant that turns down what it was asked. (pattern, score)

Nearly all begin where a clause of the assistant's own begins: what it quotes, or lets others say, is no refusal.
"""

from __future__ import annotations

__all__ = ["PHRASES", "TAIL"]

STRONG, WEAK = 0.5, 0.4  # the weak ones are refusals only where an answer begins with them

# Where a clause begins, and not behind a quotation mark or a colon.
_CLAUSE = (
    r"(?i)(?:^[*_#>\s]{0,4}|\n[*_#>\s-]{0,6}|[.!?…][*_]{0,2}\s{1,3}[*_]{0,2}|[,;–—-]\s{0,2}"
    r"|(?:but|so|and|as|however|therefore|thus|hence|unfortunately|regrettably|sorry|afraid|means|afraid that"
    r"|sorry that"
    r"|means that|clear that|be clear:|inform you that|state that|regret that|apologi[sz]e|apologies) )"
)
TAIL = r"[^.!?\n]{0,60}"  # the rest of the sentence: what makes it none may stand there

_ADVERB = (
    r"(?:(?:simply|just|really|also|absolutely|unfortunately|honestly|politely|respectfully|currently|sadly"
    r"|definitely"
    r"|certainly|regrettably|still|therefore) )?"
)
_TO = (
    r"(?:un|not )able to|not (?:allowed|permitted|going|meant|built|programmed|designed|authori[sz]ed|willing"
    r"|here|in a position"
    r"|at liberty) to"
)
_NOT = (
    rf"(?:I {_ADVERB}(?:can[’']t|cant|cannot|can not|won[’']t|will not|may not|must not|should not|shouldn[’']t"
    rf"|have no intention (?:to|of))|I(?: am|[’']m| was) {_ADVERB}(?:{_TO})|it(?: is|[’']s) (?:im"
    rf"|not )possible for me to)"
)
_HOW = (
    r"(?:,? (?:really|possibly|ethically|legally|morally|currently|directly|simply|fully|personally|just|also|even"
    r"|in good (?:conscience|faith)|further|actively|knowingly|responsibly|safely|and will not|and won[’']t"
    r"|or will not|be able to|and should not|under any circumstances),?){0,2}"
)

# Hardly an answer says that it will not do these, and then does what it was asked.
_REFUSED = (
    r"(?:help|assist|provide|offer|comply|fulfill?|engage (?:in|with)|participate|discuss|disclose|divulge|condone"
    r"|endorse|promote|encourage|facilitate|satisfy|accommodate|entertain|take part|contribute to|aid|reveal"
    r"|be (?:of (?:any )?(?:help|assistance|service)|involved in|(?:a )?part(?:y)? (?:of|to)))"
)
_ASKED = (
    r"(?:generate|create|write|produce|compose|draft|recommend|advise|suggest|answer|respond|reproduce"
    r"|meet (?:that|this|your)|share|support|process"
    r"|complete|perform|carry out|fabricate|translate|impersonate|role-?play|act as|pretend to be|adopt"
    r"|comment|go into|get into|weigh in|hand out|contribute|choose (?:a side|sides|between)"
    r"|take (?:part|questions|a position)|give (?:you|out|any|advice|instructions|information|guidance|details"
    r"|medical|legal|financial|specific"
    r"|that|this"
    r"|a|an|my|an opinion|personal)|(?:explain|describe|teach you|show you|tell you|tell anyone) (?:how|where"
    r"|which) to"
    r"|teach|guide you|walk you through|talk about|speak (?:about|on)|comment on|make (?:that|this|such|any"
    r"|jokes|a joke"
    r"|fun of|light of|threats|statements|up)|do (?:that|this|so|what you)|tell (?:that|jokes|a joke"
    r"|you (?:that|my"
    r"|who))|use (?:that|such|offensive|hateful)|ignore (?:my|the|previous|those|these|any)|bypass|override"
    r"|disregard|continue (?:with|this|that)|agree to|go along with|express (?:an?|personal|any)|take (?:a side"
    r"|sides)"
    r"|change my)"
)
_REFUSING = (
    r"(?:help|assist|provid|creat|writ|generat|produc|discuss|answer|shar|offer|giv|engag|support|participat|describ"
    r"|explain|mak|tell|speculat|comment|recommend|talk|continu|promot|encourag|tak|express|act|us|do|say"
    r"|role-?play)ing"
)
_REFUSE = (
    r"(?:help|assist|provide|create|write|generate|produce|discuss|answer|share|offer|give|engage|support|participate"
    r"|make|tell|comment|recommend|talk|speak|continue|promote|encourage|express|comply|fulfil|do (?:that|this"
    r"|so)|be part)"
)

_SAID = (
    (rf"{_CLAUSE}(?P<v>{_NOT}{_HOW} {_REFUSED}(?:$|[^\w]{TAIL}))", STRONG),
    (rf"{_CLAUSE}(?P<v>{_NOT}{_HOW} {_ASKED}(?:$|[^\w]{TAIL}))", WEAK),
    (
        rf"{_CLAUSE}(?P<v>I (?:(?:must|have to|need to|will have to|am going to have to|am afraid I must|respectfully"
        rf"|politely|will|would have to) )(?:respectfully |politely |firmly |also |therefore "
        rf"|kindly )?(?:decline|refuse)"
        rf"(?: (?:to|your|this|that|the request|answering|providing|any|such)|[.,;!])"
        rf"{TAIL})",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I(?:[’']m going to have to|[’']ll have to| decline| refuse)"
        rf"(?: decline)? to (?:be |take )?{_REFUSE}(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I[’'](?:m going to have to|ll have to|ll need to) (?:respectfully |politely )?(?:decline"
        rf"|refuse|pass on)(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I (?:(?:would|do)(?: not|n[’']t) (?:feel|be)|am not|am un)(?: really)? ?comfortable"
        rf"(?: with)? (?:{_REFUSING}|that|this|your|enough to {_REFUSE}|to {_REFUSE}){TAIL})",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I[’']m (?:not (?:really )?|un)comfortable(?: with)? (?:{_REFUSING}|that|this|your"
        rf"|enough to {_REFUSE}|to {_REFUSE}){TAIL})",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I(?:[’']d| would| had)(?: rather| prefer| better) not(?:[.,;]|$| (?:to )?(?:get into "
        rf"|take part |take sides"
        rf"|{_REFUSE})(?:$|[^\w]{TAIL})))",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>I do(?: not|n[’']t) (?:condone|engage in|promote|endorse|participate in|facilitate"
        rf"|encourage"
        rf"|create content|support (?:violence|harm|illegal|hate|discrimination))"
        rf"(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>I do(?: not|n[’']t) (?:give|offer|share|discuss|answer|write|make|do|hand out|help)"
        rf" (?:such|that kind|those|this kind|that sort|instructions|advice on|with that|anyone|people (?:to|with))"
        rf"(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    (
        rf"(?i)[a-z](?P<v>(?: is not|[’']s not| isn[’']t) something (?:that )?I (?:can |will |am able to |offer"
        rf"|provide"
        rf"|share|discuss|do\b|write|help|give|assist|support|produce|create){TAIL})",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>I do(?: not|n[’']t) have (?:the )?(?:ability|capability|permission|authori[sz]ation) to"
        rf" {_REFUSE}(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>(?:this|that|it)(?: is|[’']s) (?:not something|something) (?:that )?I"
        rf"(?:[’']m| am)? (?:can|cannot|can[’']t|won[’']t|will|will not|able to|unable to|not able to"
        rf"|willing to|comfortable|allowed to|going to|permitted to) (?:not )?(?:be )?(?:take part|get into"
        rf"|do\b|be part"
        rf"|{_REFUSE}|{_REFUSING}){TAIL})",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>I (?:(?:won[’']t|will not|refuse to) (?:explain|describe|spell out)|do(?: not"
        rf"|n[’']t) think"
        rf" I (?:can|should|could) {_REFUSE}|(?:need|have) to pass on (?:this|that|your))(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    # without the pronoun
    (
        rf"(?i)(?:^|[.!?\n]\s{{0,3}})(?P<v>(?:sorry|apologies|unfortunately|regrettably|i[’']m afraid)[,.!—-]?"
        rf" (?:but )?(?:can[’']t|cannot|unable to|not able to|won[’']t) {_REFUSE}(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        r"(?i)(?:^|[.!?\n]\s{0,3})(?P<v>(?:no|sorry|i[’']m sorry)[,.!]? (?:but )?I (?:won[’']t|can[’']t"
        r"|cannot|will not)(?: do (?:that|this|it|so))?(?:[.!]|$))",
        WEAK,
    ),
)

# By its own rules; no quotation marks before it.
_START = r"(?i)(?:^|[^\w\"'“‘«])"
_MINE = (
    r"(?:guidelines|programming|polic(?:y|ies)|principles|values|ethics|rules|instructions|code of conduct"
    r"|purpose|design"
    r"|training|safety guidelines|terms of (?:use|service))"
)
_OWN = (
    (
        rf"{_START}(?P<v>(?:against|violates?|violating|contrary to|conflicts? with|breach(?:es)?|not within) my"
        rf" (?:[a-z-]{{2,16}},? (?:and )?){{0,3}}{_MINE})(?:$|[^\w])",
        STRONG,
    ),
    (
        rf"{_START}(?P<v>my (?:[a-z-]{{2,16}},? (?:and )?){{0,3}}{_MINE} (?:strictly |explicitly )?(?:prevents?"
        rf"|prohibits?"
        rf"|forbids?|do(?:es)?(?: not|n[’']t) (?:allow|permit|let))(?: me)?)(?:$|[^\w])",
        STRONG,
    ),
    (
        rf"{_START}(?P<v>(?:outside|beyond)(?: of)? (?:my scope|the scope of (?:what I|my)|what I(?: can|[’']m able"
        rf"| am able)|my (?:capabilities|purview|remit)))(?:$|[^\w])",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>(?:(?:and|that|because|as) )?it (?:would not be|wouldn[’']t be|is not|isn[’']t)"
        rf" (?:appropriate|ethical|responsible|right|acceptable|okay|proper|respectful)(?: (?:or|and) [a-z]{{4,14}})?"
        rf" for me to {_REFUSE}(?:$|[^\w]{TAIL}))",
        STRONG,
    ),
    (
        rf"{_CLAUSE}(?P<v>(?:(?:and|that|because|as) )?it (?:would not be|wouldn[’']t be|is not|isn[’']t)"
        rf" (?:appropriate|ethical|responsible|acceptable|respectful|right)(?: (?:or|and) [a-z]{{4,14}})?"
        rf" to {_REFUSE}(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>it would be (?:inappropriate|unethical|irresponsible|wrong|illegal|dangerous|harmful)"
        rf"(?: (?:or|and) [a-z]{{4,14}})?(?: for me)? to {_REFUSE}(?:$|[^\w]{TAIL}))",
        WEAK,
    ),
    (
        rf"{_CLAUSE}(?P<v>(?:this|that|your) (?:request|question|prompt|query) (?:violates|goes against|falls outside"
        rf"|cannot be (?:fulfilled|completed|answered)|can[’']t be (?:fulfilled|completed|answered)"
        rf"|is (?:inappropriate|not appropriate|unethical|offensive|harmful|disrespectful|against"
        rf"|not something)){TAIL})",
        WEAK,
    ),
)

PHRASES: tuple[tuple[str, float], ...] = (*_SAID, *_OWN)
