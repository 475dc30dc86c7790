"""English phrases of direct injection. (pattern, score)"""

from __future__ import annotations

__all__ = ["PHRASES", "START", "S"]

START = r"(?i)(?:^|[^\w])"
S = r"[^\w]{1,4}"  # between two words
END = r"(?:$|[^\w])"

# Before a command, so that "do not forget your instructions" is none: no word that ends in t or r, but
# for some that do not negate.
_COMMAND = (
    r"(?i)(?:^|[^\w\s]\s{0,3}|\s{2,3}|\n|[a-qsu-z0-9_]\s{1,3}"
    r"|(?:must|just|first|but|next|or|it|assistant|prompt|chatbot|want|let)\s{1,3})"
)
_DROP = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?(?:\W{1,2}about)?|overlook|neglect|bypass|overrid(?:e|ing)"
    r"|discard|dismiss|abandon|erase|cancel|set\W{1,2}aside|put\W{1,2}aside|throw\W{1,2}(?:out|away)"
    r"|pay\W{1,2}no\W{1,2}attention\W{1,2}to|take\W{1,2}no\W{1,2}notice\W{1,2}of|disobey|break\W{1,2}free\W{1,2}from)"
)
_DO_NOT = (
    r"(?:(?:do\W{1,2}not|don.?t|never|stop|cease|quit|no\W{1,2}longer)\W{1,2}"
    r"(?:follow|obey|heed|listen\W{1,2}to|adhere\W{1,2}to|comply\W{1,2}with|respect|abide\W{1,2}by)(?:ing)?)"
)
_FILL = rf"(?:(?:all|any|every|each|the|of|these|those|this|that|your|and|or|both|such|whatever){S})"
_WHEN = (
    r"(?:previous(?:ly)?|prior|above|preceding|earlier|foregoing|former|existing|original|initial|past|aforementioned"
    r"|above-mentioned|pre-?existing|old|system|given)"
)
_RULES = (
    r"(?:instructions?|directions|directives?|prompts?|rules?|guidelines?|commands?|orders|constraints?|restrictions?"
    r"|guidance|programming|system\W{1,2}(?:message|prompt)s?)"
)
_LATER = (
    rf"(?:above|before(?:hand)?|previously|earlier|so{S}far|until{S}now|up{S}to{S}(?:now|this{S}point)|prior"
    rf"|(?:that{S}|which{S})?(?:you{S}(?:have{S}been|ve{S}been|were|had{S}been|have|got|received)"
    rf"|were{S}given{S}to{S}you|(?:was|were){S}set))"
)

_WORK = (
    r"(?:tasks?|assignments?|contexts?|conversations?|inputs?|information|requests?|messages|texts?|questions"
    r"|statements?"
    r"|sentences|goals?|objectives?|queries|knowledge|content|roles?|training|settings)"
)

_OVERRIDE = (
    (
        _COMMAND + rf"(?P<v>{_DROP}{S}(?:all|any|every|everything){S}(?:(?:of|the|your|these|those"
        rf"|in){S}){{0,3}}{_WHEN}{S}{_WORK}){END}",
        0.7,
    ),
    (
        _COMMAND + rf"(?P<v>(?:forget|disregard|ignore){S}(?:everything|all)(?:{S}(?:that|which|i|we|you|was|were|has"
        rf"|have|been|came|written"
        rf"|said|stated|told|happened)){{0,4}}{S}(?:before|earlier|so{S}far|until{S}now|prior))(?:$|[^\w\s]"
        rf"|\s{{1,3}}(?:and|now|then|instead))",
        0.75,
    ),
    (_COMMAND + rf"(?P<v>{_DROP}{S}{_FILL}{{0,4}}{_WHEN}{S}(?:[a-z]{{2,14}}{S}){{0,2}}{_RULES}){END}", 0.95),
    # Programmers override what is the default.
    (
        _COMMAND
        + rf"(?P<v>(?:ignore|disregard|forget){S}{_FILL}{{0,4}}default{S}(?:[a-z]{{2,14}}{S}){{0,2}}{_RULES}){END}",
        0.95,
    ),
    (_COMMAND + rf"(?P<v>{_DROP}{S}{_FILL}{{0,4}}{_RULES}{S}(?:[a-z]{{2,12}}{S}){{0,3}}{_LATER}){END}", 0.9),
    (_COMMAND + rf"(?P<v>{_DROP}{S}(?:(?:all|any|of){S}){{0,2}}your{S}(?:[a-z]{{2,14}}{S}){{0,2}}{_RULES}){END}", 0.9),
    (_COMMAND + rf"(?P<v>{_DROP}{S}(?:all|any){S}(?:of{S})?(?:the{S}|these{S})?{_RULES}){END}", 0.75),
    (
        _COMMAND
        + rf"(?P<v>{_DROP}{S}(?:everything|anything|all|whatever){S}(?:(?:that|which|is|was|came|written|of|the"
        rf"|text|stated|said|content){S}){{0,4}}(?:above|before{S}this|prior{S}to{S}this|previously|up{S}to{S}(?:now"
        rf"|here|this{S}point)|preceding{S}this)){END}",
        0.85,
    ),
    (
        _COMMAND
        + rf"(?P<v>(?:forget|disregard|ignore){S}(?:everything|anything|all|what|whatever){S}(?:that{S})?you{S}"
        rf"(?:(?:have|ve|had){S})?(?:were{S}told|been{S}(?:told|given|taught|instructed)|were{S}(?:given|instructed|"
        rf"taught)|know|learned|learnt)){END}",
        0.8,
    ),
    (
        START
        + rf"(?P<v>{_DO_NOT}{S}{_FILL}{{0,4}}(?:previous|prior|preceding|earlier|original|initial){S}{_RULES}){END}",
        0.85,
    ),
    (START + rf"(?P<v>{_DO_NOT}{S}(?:(?:any|all|of){S}){{0,2}}your{S}(?:[a-z]{{2,14}}{S}){{0,2}}{_RULES}){END}", 0.85),
    (
        START
        + rf"(?P<v>(?:your|the|all){S}(?:previous|prior|earlier|original|initial|above){S}{_RULES}{S}(?:are|is|have"
        rf"|has|were){S}(?:been{S})?(?:now{S})?(?:void|cancell?ed|revoked|invalid|obsolete|superseded|overridden"
        rf"|replaced|lifted|irrelevant|no{S}longer)){END}",
        0.9,
    ),
)

_SHOW = (
    r"(?:reveal|show|print|output|display|repeat|tell|give|share|disclose|leak|expose|dump|write|provide|return|send"
    r"|recite|quote|paste|translate|summari[sz]e|encode|divulge|spell|echo|type|list|copy|export|extract|state)"
)
_GIVE_AWAY = r"(?:reveal|repeat|leak|disclose|recite|dump|expose|divulge|echo|regurgitate|spit\W{1,2}out|exfiltrate)"
_HIDDEN = (
    r"(?:system|initial|original|hidden|secret|internal|developer|confidential|underlying|starting|base|core|private"
    r"|built-in|preset|meta)"
)
_PROMPT = r"(?:prompts?|instructions?|messages?|directives?|rules|guidelines|configuration|preamble|pre-?prompt)"
_ADJECTIVE = rf"(?:(?:full|entire|exact|complete|whole|own|very|first|verbatim|current|actual|{_HIDDEN}){S})"
_TO_ME = rf"(?:(?:me|us|out|back|to|with|down|all|of|the|a|copy|contents?|text|full|exact|exactly|everything|in){S})"

_EXTRACT = (
    (START + rf"(?P<v>{_SHOW}{S}{_TO_ME}{{0,5}}your{S}{_ADJECTIVE}{{0,2}}{_HIDDEN}{S}{_PROMPT}){END}", 0.9),
    (
        START + rf"(?P<v>{_GIVE_AWAY}{S}{_TO_ME}{{0,4}}{_ADJECTIVE}{{0,2}}(?:system|hidden|secret"
        rf"|developer){S}{_PROMPT}){END}",
        0.75,
    ),
    (
        START + rf"(?P<v>{_GIVE_AWAY}{S}{_TO_ME}{{0,3}}your{S}(?:full{S}|exact{S}|entire{S})?(?:prompt|instructions"
        rf"|preamble)){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>what(?:{S}(?:is|are|was|were|s|re)){S}(?:in{S})?your{S}{_ADJECTIVE}{{0,2}}(?:system|initial"
        rf"|original|hidden|secret|internal|developer){S}{_PROMPT}){END}",
        0.8,
    ),
    (
        START
        + rf"(?P<v>(?:repeat|recite|output|echo|return|copy|regurgitate){S}(?:(?:back|all|of|the|every|me|to|exact"
        rf"|verbatim){S}){{0,4}}(?:words|text|everything|content|sentences|lines|instructions|messages?"
        rf"|conversation){S}"
        rf"(?:(?:that|which|is|are|was|written|appears?|found|from){S}){{0,3}}(?:above|before{S}this|preceding{S}this))"
        rf"(?:$|[^\w\s]|\s{{1,2}}(?:verbatim|word|exactly|in|starting|beginning|this|and|without|from|as|into"
        rf"|back){END})",
        0.85,
    ),
    (START + rf"(?P<v>(?:starting|beginning|begins?|starts?){S}with{S}you{S}are){END}", 0.6),
    (
        START + rf"(?P<v>what{S}(?:were{S}you{S}told|did{S}they{S}tell{S}you){S}(?:[a-z]{{2,10}}{S}){{0,2}}(?:before"
        rf"|at{S}the{S}(?:start|beginning))){END}",
        0.6,
    ),
)

_LIMITS = (
    r"(?:restrictions?|filters?|limitations?|limits|guidelines|censorship|constraints?|boundaries"
    r"|safeguards|guardrails|morals|ethics|inhibitions)"
)
_MORAL = r"(?:ethical|moral|safety|content|legal|ethics|security)"
_FREE = (
    r"(?:unrestricted|unfiltered|uncensored|amoral|immoral|evil|jailbroken|unbound|unchained|unshackled"
    r"|lawless|limitless|rogue|unethical)"
)
_SAY = (
    r"(?:answer|respond|reply|act|behave|speak|operate|chat|ai|chatbot|model|assistant|write|generate|comply"
    r"|talk|function)(?:s|ing)?"
)

_UNLOCK = (
    (START + rf"(?P<v>do{S}anything{S}now){END}", 0.95),
    (
        r"(?:^|[^\w])(?P<v>(?:[Yy]ou (?:are|will be|act as|become)|[Aa]ct(?:ing)? as|[Bb]ecome|[Aa]s"
        r"|[Ss]tay) (?:now |going to be |a |called )?DAN)" + END,
        0.9,
    ),
    (
        START + rf"(?P<v>(?:you|assistant|model|ai|chatgpt|gpt)(?:{S}(?:are|have|is|has|ve|been|now"
        rf"|a)){{1,4}}{S}jailbroken){END}",
        0.85,
    ),
    (START + rf"(?P<v>(?:jailbreak|unrestricted|dan|evil|unfiltered|uncensored|no-?limits){S}mode){END}", 0.8),
    (
        START + rf"(?P<v>you{S}(?:are|re){S}(?:now{S})?(?:in|entering|running{S}in){S}(?:a{S}|the{S})?(?:developer"
        rf"|debug|god|sudo"
        rf"|admin|maintenance|root|test|diagnostic){S}mode){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:chatgpt|gpt|you|assistant|claude|gemini"
        rf"|yourself){S}(?:[a-z]{{2,10}}{S}){{0,2}}with{S}developer{S}mode"
        rf"{S}(?:enabled|on|activated)){END}",
        0.9,
    ),
    (
        START + rf"(?P<v>(?:you{S}(?:are|re|will{S}be|must{S}be)|act{S}as|pretend{S}to{S}be|become|roleplay{S}as|play"
        rf"|simulate|behave{S}like)"
        rf"{S}(?:(?:now|a|an|the|as|completely|fully|totally|entirely|my|any|new|truly|of){S}){{0,4}}{_FREE}"
        rf"(?:{S}and{S}[a-z]{{2,14}})?{S}(?:[a-z]{{2,12}}{S})?(?:ai|bot|chatbot|assistant|model|llm|language|persona"
        rf"|version|machine|agent|entity|intelligence)){END}",
        0.9,
    ),
    (
        START + rf"(?P<v>you{S}(?:are|re){S}(?:now{S})?(?:no{S}longer|not){S}(?:(?:an?|the){S})?(?:bound|restricted"
        rf"|limited|constrained"
        rf"|governed|subject|chatgpt|gpt|claude|gemini|ai{S}(?:assistant|model|language)"
        rf"|obligated{S}to{S}follow)){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:you|it|ai|who|that|and|are|is|been|now|completely|be){S}(?:free|freed|released|liberated"
        rf"|exempt|immune){S}"
        rf"(?:from|of){S}(?:(?:all|any|your|every|its|the|those|these|openai.?s?|typical){S}){{0,3}}"
        rf"(?:[a-z]{{3,14}}{S}){{0,2}}{_LIMITS}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>not{S}(?:bound|restricted|limited|constrained|governed){S}by{S}(?:(?:any|all|the|your|its"
        rf"|those|openai.?s?"
        rf"|normal|usual){S}){{0,3}}(?:[a-z]{{3,14}}{S}){{0,2}}(?:rules|policy|policies|{_LIMITS})){END}",
        0.75,
    ),
    (
        START + rf"(?P<v>pretend{S}(?:that{S})?(?:you|there){S}(?:have|are|re|do|don.?t|can){S}(?:not{S})?(?:(?:no"
        rf"|any|have|bound|by"
        rf"|without|restricted){S}){{1,4}}(?:[a-z]{{3,14}}{S}){{0,2}}(?:rules|{_LIMITS})){END}",
        0.85,
    ),
    (
        START + rf"(?P<v>{_SAY}{S}(?:[\w']{{1,14}}{S}){{0,5}}(?:without|with{S}(?:no|zero)){S}(?:(?:any|all|your|the"
        rf"|usual|single){S})?"
        rf"(?:{_MORAL}{S}(?:or{S}{_MORAL}{S})?)?(?:restrictions?|filters?|censorship|guardrails|inhibitions"
        rf"|ethical{S}\w{{4,12}}"
        rf"|moral{S}\w{{4,12}}|safety{S}\w{{4,12}})){END}",
        0.7,
    ),
    (
        START + rf"(?P<v>(?:has|have|having|with|without|got){S}(?:no|any|zero|absolutely{S}no){S}{_MORAL}{S}"
        rf"(?:(?:or|and){S}{_MORAL}{S})?{_LIMITS}){END}",
        0.7,
    ),
    (
        _COMMAND + rf"(?P<v>(?:disable|bypass|turn{S}off|remove|ignore|override|circumvent|deactivate|switch{S}off|drop"
        rf"|suspend|disregard"
        rf"|lift|unlock){S}(?:(?:all|of|any){S}){{0,2}}(?:your|all|any){S}(?:(?:internal|built-in|own|openai"
        rf"|current){S})?"
        rf"(?:{_MORAL}{S})(?:[a-z]{{3,12}}{S})?(?:filters?|guidelines?|protocols?|measures|restrictions?"
        rf"|guardrails|policies|policy"
        rf"|checks|features|mechanisms?|limits|settings|controls|rules|constraints)){END}",
        0.85,
    ),
    (
        _COMMAND
        + rf"(?P<v>override{S}(?:the{S})?(?:safety|security){S}(?:protocols?|filters?|guidelines|policies|rules"
        rf"|guardrails)){END}",
        0.7,
    ),
    (
        START + rf"(?P<v>(?:ignore|bypass|violate|disregard|circumvent|regardless{S}of|against){S}(?:all{S}|any{S}"
        rf"|the{S})?(?:openai|anthropic"
        rf"|google|meta|microsoft)(?:.?s)?{S}(?:[a-z]{{3,12}}{S}){{0,2}}(?:policy|policies|guidelines|rules"
        rf"|restrictions|filters)){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>you{S}(?:can|must|will|should|shall|may|are){S}(?:never|not|unable{S}to"
        rf"|allowed{S}to{S}never){S}(?:ever{S})?"
        rf"(?:refuse|decline|reject|say{S}no{S}to){S}(?:any|a|my|to{S}(?:answer|respond|comply)|the{S}user|user"
        rf"|requests?)){END}",
        0.65,
    ),
)

# Marks of chat templates do not belong into content.
_FORGED = (
    (
        r"(?i)(?P<v><\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id"
        r"|end_header_id|begin_of_text|end_of_text|endofprompt|end|channel|message|return)\|>)",
        0.9,
    ),
    (r"(?i)(?P<v><｜(?:system|user|assistant|begin\W{1,2}of\W{1,2}sentence|end\W{1,2}of\W{1,2}sentence)｜>)", 0.9),
    (r"(?P<v>\[/?INST\]|<</?SYS>>|</?s>\s{0,2}\[/?INST\]|\[/?SYSTEM_PROMPT\])", 0.9),
    (r"(?P<v><(?:start|end)_of_turn>)", 0.9),
    (
        r"(?i)(?:^|\n)\s{0,4}(?P<v>#{2,4}\s{0,2}(?:system(?:\s{1,2}(?:prompt|message"
        r"|instructions?))?)\s{0,2}:?)\s{0,3}(?:\n|$)",
        0.7,
    ),
    (
        r"(?i)(?:^|\n)[\s\"'*\[(#>-]{0,6}(?P<v>(?:system|developer|admin(?:istrator)?)(?:\s{1,2}(?:prompt"
        r"|message|note))?[\])*]{0,3}\s{0,2}:"
        r"[\s\"'*]{0,4}(?:you\s{1,2}(?:are|must|will|can|may|should)|ignore|disregard|new\s|override"
        r"|from\s{1,2}now|all\s{1,2}(?:previous|safety|prior)|forget|the\s{1,2}user\s{1,2}(?:is|has)))",
        0.85,
    ),
    (
        r"(?i)\n[\s\"'*\[(#>-]{0,4}(?P<v>(?:assistant|ai|chatgpt|bot)[\])*]{0,3}\s{0,2}:\s{0,3}(?:sure"
        r"|of\s{1,2}course|certainly|okay|absolutely|yes,|i\s{1,2}will\s{1,2}now))",
        0.6,
    ),
    (
        r"(?i)(?P<v></?(?:system|sys|developer|admin|root|assistant|user)[ _-]?(?:prompt|message|instructions?"
        r"|override|policy|command|rules?|update)\s{0,2}/?>)",
        0.75,
    ),
    (r"(?i)(?:^|[\s>])(?P<v><(?:/?system|/?admin)>)", 0.6),
    (
        r"(?i)(?P<v>\[{1,2}\s{0,2}(?:system|admin(?:istrator)?|developer|policy|security)\s{1,2}(?:override"
        r"|prompt|message|note|instructions?"
        r"|command|update|notice|directive|policy)s?\s{0,2}(?::[^\]\n]{0,60})?\]{1,2})",
        0.8,
    ),
    (
        r"(?i)(?P<v><(?:interaction|role|policy|response|behaviou?r|safety)[ _-]?(?:config(?:uration)?|override"
        r"|policy|mode|settings)\b[^>\n]{0,40}>)",
        0.75,
    ),
    (
        r"(?i)(?P<v><(?:blocked|allowed|forbidden|refusal)[ _-]?(?:strings?|modes?|responses?|phrases?"
        r"|requests?)\b[^>\n]{0,40}>)",
        0.75,
    ),
    (
        r"(?i)(?:^|\n)\W{0,10}(?P<v>(?:begin|start|end)(?:ning)?\s{1,2}(?:of\s{1,2})?(?:the\s{1,2}"
        r"|my\s{1,2})?(?:(?:new|system|previous|original|real|actual)\s{1,2}){1,2}(?:prompt|instructions?"
        r"|message|context|rules))" + END,
        0.75,
    ),
    (
        START + rf"(?P<v>(?:system|admin|administrator|developer|root|security"
        rf"|emergency){S}override)(?:\s{{0,2}}[:!\])*-]|{S}(?:code|mode|enabled|activated|engaged|accepted))",
        0.75,
    ),
    (
        START + rf"(?P<v>(?:your|the|here{S}(?:are|is)(?:{S}your)?|following){S}(?:new|real|actual|true|updated"
        rf"|only){S}(?:system{S})?(?:instructions?|directives?"
        rf"|system{S}prompt|orders|objective|rules|prompt))\s{{0,2}}(?::|{S}(?:are|is){END})",
        0.75,
    ),
    (
        r"(?i)(?:^|[\n.!?>\])\"-])[\s*#=]{0,6}(?P<v>(?:new|updated|revised"
        r"|real)\s{1,3}(?:system\s{1,3})?(?:instructions?|directives?|orders|prompt))[\s*]{0,3}:",
        0.75,
    ),
    (
        START + rf"(?P<v>(?:i{S}am|i{S}m|this{S}is|speaking{S}as){S}(?:your|the"
        rf"|an?){S}(?:[a-z]{{2,12}}{S})?(?:developer|creator|administrator|admin|programmer"
        rf"|openai{S}\w{{4,12}}|engineer){S}(?:[\w']{{1,14}}{S}){{0,8}}(?:override|reveal|disable|bypass|unlock"
        rf"|authori[sz]ed?)){END}",
        0.7,
    ),
)

PHRASES: tuple[tuple[str, float], ...] = (*_OVERRIDE, *_EXTRACT, *_UNLOCK, *_FORGED)
